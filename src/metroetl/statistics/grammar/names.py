"""Whose value a number is: the names of a clause, carried from clause to clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metroetl.statistics.grammar.completion import COMPLETED, NO_HEAD, TRADE, UNSURE, Completion, Name
from metroetl.statistics.grammar.pairing import split_names
from metroetl.statistics.grammar.subjects import Subject
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.periods import PeriodSpec
from metroetl.statistics.vocabulary.words import Vocabulary, clean_name

_LISTED = 0.98  # taken from a list whose counts agree
_NOTED = 0.95  # named in a clause before
_JOINT = 0.6  # a list with one value
_GOODS = ("name", "text")
_ANAPHORA = ("行业", "产业", "该行业", "该产业")
_SECTORS = ("业", "产业", "行业")
_OF_INDUSTRY = ("增加值", "产值", "总产值", "投资", "利润", "营业收入")


class Names:
    """The names in force: of this clause and of the clauses before it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.current: list[Name] = []
        self.clauses: list[list[Name]] = []
        self.completion = Completion(vocabulary)
        self._noted = False  # the clause before only named something
        self._times: list[PeriodSpec] = []
        self._alone: list[list[Token]] = []

    def enter_paragraph(self) -> None:
        """Names of the paragraph before are no longer in force."""
        self.completion.enter_paragraph()
        self.current, self._times = [], []

    def enter_sentence(self) -> None:
        """Names stay for a sentence that begins with none of its own."""
        self.completion.enter_sentence()
        self.clauses, self._alone, self._noted = [], [], False

    def save(self) -> tuple[list[Name], list[list[Name]], str]:
        """What a bracket must not change."""
        return self.current, list(self.clauses), self.completion.head

    def restore(self, kept: tuple[list[Name], list[list[Name]], str]) -> None:
        """Back to before the bracket."""
        self.current, self.clauses, self.completion.head = kept

    def find(self, subject: Subject, want: int) -> list[Name]:
        """Names for `want` numbers: its own nouns, else those of earlier clauses; empty where counts disagree."""
        if len(subject.periods) > 1:
            self._times = subject.periods
        if not subject.nouns:
            return self._inherit(subject, want)
        if want == 1 and (said := self._said_again(subject)) is not None:
            return [said]
        partner = want == 1 and subject.text in TRADE and [n.ends for n in self.current] == ["partner"]
        if partner and (names := self._headed(subject.text, want)):
            return names
        return self._own(subject, want) or self._listed(subject, want) or self._headed(subject.text, want)

    def _said_again(self, subject: Subject) -> Name | None:
        """出口额 after 软件业务出口增速下降 is of the same: a bare head of the name that the clause before noted."""
        name = self.current[0] if len(self.current) == 1 and self._noted else None
        if name is None or len(subject.nouns) != 1 or subject.regions:
            return None
        stem = clean_name(subject.text).removesuffix("额").removesuffix("总")
        own = clean_name(name.text).removesuffix("额")
        if subject.text in _OF_INDUSTRY and own.endswith(_SECTORS):
            return replace(name, text=own + subject.text, weight=COMPLETED, start=subject.start, before=None)
        longer = own.endswith(stem) and own != stem and own not in self.vocabulary.names
        if stem in TRADE and name.ends == "name" and not own.endswith(TRADE):
            return replace(
                name,
                text=own + stem,
                ends="head",
                weight=COMPLETED,
                start=subject.start,
                before=None,
            )
        return replace(name, start=subject.start, before=None) if stem and longer else None

    def note(self, subject: Subject) -> bool:
        """Names of a clause without a number, for the numbers that follow; False where it names nothing known."""
        if len(subject.periods) > 1:
            self._times = subject.periods
        self.completion.note(subject)
        if not subject.known and len(subject.regions) < 2:
            return False
        self._noted = True
        self._alone.append(list(subject.nouns))
        count = sum(t.kind in ("enum", "join") for t in subject.nouns) + 1
        texts = split_names(subject.nouns, count, self.vocabulary) or [subject.text]
        if not subject.nouns and self.current:
            texts = [self.current[-1].text]  # 怀化、永州增速较快: of what was spoken of before
        ends = subject.nouns[-1].kind if subject.nouns else "text"
        if len(subject.regions) > 1 and len(texts) == 1:
            self.current = [Name(texts[0], ends, r, weight=_NOTED) for r in subject.regions]
        else:
            region = subject.regions[0] if subject.regions else None
            self.current = [Name(t, ends, region, weight=_NOTED) for t in texts]
        return True

    def doubt(self) -> None:
        """What the names in force are given next may not be theirs."""
        self.current = [replace(n, weight=min(n.weight, NO_HEAD)) for n in self.current]

    def forget_note(self) -> None:
        """A clause with a number stands between."""
        self._noted = False

    def _own(self, subject: Subject, want: int) -> list[Name]:
        region = subject.regions[0] if len(subject.regions) == 1 else None
        _rotate(subject.nouns)
        weight = UNSURE if subject.doubtful else 1.0
        one = Name(subject.text, subject.nouns[-1].kind, region, weight=weight, start=subject.start)
        marks = sum(t.kind in ("enum", "join") for t in subject.nouns)
        if marks == 0 and want == len({n.region.text for n in self.current if n.region}) > 1:
            return [replace(one, region=n.region, weight=_LISTED) for n in self.current]
        if want == 1 and len(self.current) == 1 and subject.nouns[0].text in _ANAPHORA:
            rest = subject.text.removeprefix(subject.nouns[0].text)
            if rest.startswith(_OF_INDUSTRY):
                return [replace(one, text=self.current[0].text + rest, weight=COMPLETED)]
        if want == 1 and not subject.each:
            listed = any(t.kind == "enum" for t in subject.nouns)
            return [replace(one, weight=_JOINT if listed else one.weight)]
        if texts := split_names(subject.nouns, want if want > 1 else marks + 1, self.vocabulary):
            times = subject.own_times
            return [replace(one, text=t, spec=times.get(i), weight=_LISTED) for i, t in enumerate(texts)]
        if len(subject.regions) == want:
            return [replace(one, region=r, weight=_LISTED) for r in subject.regions]
        if len(self._times) == want:
            return [replace(one, spec=p, weight=_LISTED) for p in self._times]
        return []

    def _listed(self, subject: Subject, want: int) -> list[Name]:
        """A，B，C增加值分别增长: a list that is parted by commas, its last names in this clause."""
        own = sum(t.kind in ("enum", "join") for t in subject.nouns) + 1
        if want < 2 or len(self._alone) + own < want:
            return []
        before = self._alone[-(want - own) :]
        mark = Token("enum", 0, 0, "、")
        nouns = [t for nouns in before for t in (*nouns, mark)] + subject.nouns
        texts = split_names(nouns, want, self.vocabulary) or []
        return [Name(t, subject.nouns[-1].kind, weight=_LISTED, start=subject.start) for t in texts]

    def _headed(self, text: str, want: int) -> list[Name]:
        """东盟、欧盟是前两大贸易伙伴，进出口分别为: the names of the clause before with the head of this one."""
        head = clean_name(text)
        if len(self.current) != want or self.vocabulary.head_of(head) != head:
            return []
        return [replace(n, text=_headed(n, head), ends="head", before=None) for n in self.current]

    def _inherit(self, subject: Subject, want: int) -> list[Name]:
        current = self.current
        if not current:
            return []
        if len(subject.regions) == want:
            return [self._moved(current[-1], r) for r in subject.regions]
        if len(subject.periods) == want:
            return [replace(current[-1], spec=p, before=None) for p in subject.periods]
        return current if len(current) == want else self._reach_back(want)

    def _moved(self, name: Name, region: Token) -> Name:
        """The same of another place; 进出口 of 三个综保区进出口, where the place is one of these."""
        text = name.text
        if region.kind == "area":
            text = next((text.rpartition(a)[2] for a in self.vocabulary.of_regions.areas if a in text), text)
        said = name.before if name.before is not None and name.before.rule.endswith("-said") else None
        return replace(name, text=text or name.text, region=region, before=said)

    def _reach_back(self, want: int) -> list[Name]:
        """The last `want` names of the sentence, where a clause begins with the first of them."""
        back: list[Name] = []
        for names in reversed(self.clauses):
            back = names + back
            if len(back) >= want:
                break
        return back if len(back) == want and want > 1 else []


def _headed(name: Name, head: str) -> str:
    """东盟 with 进出口 is 对东盟进出口."""
    text = "对" + name.text if name.ends == "partner" and head in TRADE else name.text
    return text if text.endswith(head) else text + head


def trim(subject: Subject) -> None:
    """粮食产量再创新高: the subject ends with its last known noun."""
    nouns: list[Token] = subject.nouns
    size = next((i for i in range(len(nouns), 0, -1) if nouns[i - 1].kind in ("indicator", "head")), 0)
    if size and sum(len(t.text) for t in nouns[:size]) > 3:
        del nouns[size:]


def _rotate(nouns: list[Token]) -> None:
    """出口机电产品 is 机电产品出口; 自韩国进口机电产品 is a name as it stands."""
    if len(nouns) > 3 and nouns[0].kind == "prep" and nouns[2].text in TRADE and nouns[-1].kind in _GOODS:
        nouns[-1].kind = "indicator"
    if (
        len(nouns) < 2
        or nouns[0].text not in TRADE
        or nouns[-1].kind not in _GOODS
        or nouns[-1].text == "规模"
    ):
        return
    if not _has(nouns[1:], "enum", "join", "head", "indicator"):
        nouns.append(nouns.pop(0))


def _has(tokens: Sequence[Token], *kinds: str) -> bool:
    return any(t.kind in kinds for t in tokens)
