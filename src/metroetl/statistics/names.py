"""Whose value a number is: the names of a clause, completed and carried from clause to clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from metroetl.statistics.lexer import Token
from metroetl.statistics.pairing import join, split_names
from metroetl.statistics.periods import PeriodSpec
from metroetl.statistics.predicates import Predicate
from metroetl.statistics.subjects import Subject
from metroetl.statistics.units import COUNTS, is_percent
from metroetl.statistics.words import Vocabulary, clean_name

_LONGEST = 40
_LISTED = 0.98  # taken from a list whose counts agree
_NOTED = 0.95  # named in a clause before
_NO_HEAD = 0.7
_JOINT = 0.6  # a list with one value
_COMPLETED = 0.9
_UNSURE = 0.75
_COMPLETED_UNKNOWN = 0.8
_OUTPUT = "产量"  # of products, each with a unit of its own
_FIRMS = "规模以上工业企业"
_FIRMS_SHORT = ("规模以上工业企业", "工业企业")
_GOODS = ("name", "text")
_PARTNERED = ("对", "自", "与")
_INDUSTRIES = ("业", "产业", "行业", "制造")
_ANAPHORA = ("行业", "产业", "该行业", "该产业")
_UNITS_OF_THINGS = ("户", "万户", "公里", "米", "度", "台", "块")
_SHORTEST, _LONGEST_UNKNOWN = 2, 14
_NO_NAME = re.compile(r"^[以据对要处年约比其该等在从由为被把将向有共即能可]|[≥≤≧却能会]|可以|如果")
_GENERIC = ("贷款余额", "存款余额")  # after 人民币各项贷款余额 they are of the same currency
_CURRENCIES = ("人民币", "外币", "外汇")
_PROFIT = ("利润总额", "利润")  # of industrial firms, where nobody else was named
_REGISTERED = "户籍"
_MAKES = "生产"
_OF_INDUSTRY = ("增加值", "产值", "总产值", "投资", "利润", "营业收入")
_TRADED = re.compile(r"(?:对(?!外)|自|与)[^,、]{1,8}?(?=进出口|出口|进口|贸易)")
_TRADE = ("出口", "进口", "进出口")


@dataclass(slots=True)
class Name:
    """One thing that statements are about; `ends` is the kind of its last noun, `weight` how surely it was found."""

    text: str
    ends: str = "text"
    region: Token | None = None
    spec: PeriodSpec | None = None
    weight: float = 1.0
    before: Predicate | None = None
    start: int = -1


class Names:
    """The names in force: of this clause, of the clauses before it, and the head and owner they lend to others."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.current: list[Name] = []
        self.clauses: list[list[Name]] = []
        self.prefix = ""
        self._head = ""
        self._led = ""  # the head that a lead-in gives to the names of its sentence
        self._owner = ""
        self._stem = ""
        self._trader = ""  # 民营企业 of 民营企业进出口: 其中出口 is theirs, for a sentence
        self._partner = ""  # 对韩国 of 对韩国进出口: what trade follows may be with them, for a paragraph
        self._noted = False  # the clause before only named something
        self._trading = False  # the clause before spoke of the partner
        self._unit = ""
        self._industrial = False  # the release speaks of industry: an industry's bare growth is of 增加值
        self._times: list[PeriodSpec] = []
        self._alone: list[list[Token]] = []

    def enter_paragraph(self) -> None:
        """Nothing is carried but 规模以上工业企业, whose accounts fill several paragraphs."""
        self.current, self._head, self._stem, self._partner, self._times = [], "", "", "", []
        if not self._owner.startswith(_FIRMS):
            self._owner = ""

    def enter_sentence(self) -> None:
        """Names stay for a sentence that begins with none of its own."""
        self.clauses, self.prefix, self._unit, self._trader, self._alone = [], "", "", "", []
        self._trading = self._noted = False
        self._led = ""

    def save(self) -> tuple[list[Name], list[list[Name]], str]:
        """What a bracket must not change."""
        return self.current, list(self.clauses), self._head

    def restore(self, kept: tuple[list[Name], list[list[Name]], str]) -> None:
        """Back to before the bracket."""
        self.current, self.clauses, self._head = kept

    def find(self, subject: Subject, want: int) -> list[Name]:
        """Names for `want` numbers: its own nouns, else those of earlier clauses; empty where counts disagree."""
        if len(subject.periods) > 1:
            self._times = subject.periods
        if not subject.nouns:
            return self._inherit(subject, want)
        if want == 1 and (said := self._said_again(subject)) is not None:
            return [said]
        partner = want == 1 and subject.text in _TRADE and [n.ends for n in self.current] == ["partner"]
        if partner and (names := self._headed(subject.text, want)):
            return names
        return self._own(subject, want) or self._listed(subject, want) or self._headed(subject.text, want)

    def _said_again(self, subject: Subject) -> Name | None:
        """出口额 after 软件业务出口增速下降 is of the same: a bare head of the name that the clause before noted."""
        name = self.current[0] if len(self.current) == 1 and self._noted else None
        if name is None or len(subject.nouns) != 1 or subject.regions:
            return None
        stem = clean_name(subject.text).removesuffix("额").removesuffix("总")
        own = clean_name(name.text)
        longer = own.endswith(stem) and own != stem and own not in self.vocabulary.names
        if subject.text in _TRADE and name.ends == "name" and not own.endswith(_TRADE):
            return replace(name, text=own + subject.text, ends="head", weight=_COMPLETED, start=subject.start, before=None)
        return replace(name, start=subject.start, before=None) if stem and longer else None

    def note(self, subject: Subject) -> bool:
        """Names of a clause without a number, for the numbers that follow; False where it names nothing known."""
        if len(subject.periods) > 1:
            self._times = subject.periods
        if self._owner and clean_name(subject.text) == self._owner + "中":
            self.prefix = self._owner
        if subject.text.startswith(_FIRMS_SHORT) and not subject.known:
            self._owner = subject.text[: subject.text.index("企业") + 2]
        if (traded := _TRADED.match(subject.text)) is not None:
            self._partner = traded.group()
        if not subject.known and len(subject.regions) < 2:
            return False
        self._noted = True
        self._alone.append(list(subject.nouns))
        count = sum(t.kind in ("enum", "join") for t in subject.nouns) + 1
        texts = split_names(subject.nouns, count, self.vocabulary) or [subject.text]
        ends = subject.nouns[-1].kind if subject.nouns else "text"
        if len(subject.regions) > 1 and len(texts) == 1:
            self.current = [Name(texts[0], ends, r, weight=_NOTED) for r in subject.regions]
        else:
            region = subject.regions[0] if subject.regions else None
            self.current = [Name(t, ends, region, weight=_NOTED) for t in texts]
        return True

    def lead(self, name: str) -> None:
        """从主要产品产量看: its head governs what follows, whatever other names say."""
        self.lend(name)
        self._led = self._head

    def doubt(self) -> None:
        """What the names in force are given next may not be theirs."""
        self.current = [replace(n, weight=min(n.weight, _NO_HEAD)) for n in self.current]

    def forget_note(self) -> None:
        """A clause with a number stands between."""
        self._noted = False

    def lend(self, name: str, unit: str = "") -> None:
        """Remember head and owner of a name for those that have none."""
        cleaned = clean_name(name)
        head = self.vocabulary.head_of(cleaned)
        if self._led:
            self._head = self._led
        elif not head.endswith(self.vocabulary.of_names.kept):
            self._head = self.vocabulary.lent_head(name)
        self._unit = self._unit if is_percent(unit) else unit or self._unit
        self._industrial = self._industrial or cleaned.endswith("工业增加值")
        if head.startswith(_TRADE):
            stem = cleaned[: len(cleaned) - len(head)]
            owned = stem and cleaned not in self.vocabulary.names and not stem.startswith(_PARTNERED)
            self._trader = stem if owned else ""
            self._partner = stem if stem.startswith(_PARTNERED) else self._partner if not stem else ""
            self._trading = bool(stem) and stem == self._partner
        if head != cleaned:
            self._stem = cleaned[: len(cleaned) - len(head)]
            known = cleaned in self.vocabulary.names and cleaned not in self.vocabulary.printed
            if cleaned.startswith(_FIRMS) or not known:
                self._owner = self._stem

    def complete(self, name: Name, unit: str) -> str:
        """The name in full: with the head or owner that governs it, where it has none of its own."""
        text = self._completed(name, unit)
        return self.prefix + text if self.prefix and not text.startswith(self.prefix) else text

    def plausible(self, name: Name, text: str, unit: str, known: bool) -> bool:
        """Whether a completed name can be an indicator."""
        if known:
            return True
        words = self.vocabulary.of_indicators
        cleaned = clean_name(text)
        if len(cleaned) > _LONGEST or cleaned.endswith(words.not_indicators):
            return False
        if any(w in cleaned for w in words.firms) or cleaned.startswith(self.vocabulary.of_regions.foreign):
            return False
        head = self.vocabulary.head_of(cleaned)
        endings = (*words.rates, *words.stocks)
        if cleaned in endings:
            return False
        if name.ends == "indicator" or (bool(head) and head != cleaned) or cleaned.endswith(endings):
            return True
        name.weight = min(name.weight, _NO_HEAD)
        return not head and _says_much(cleaned, unit)

    def _completed(self, name: Name, unit: str) -> str:
        words = self.vocabulary
        if name.text.startswith(_MAKES) and len(name.text) > 3 and not words.head_of(name.text) and unit[-1:] not in "元%倍":
            return name.text.removeprefix(_MAKES) + _OUTPUT  # 生产汽车44.2万辆
        cleaned = clean_name(name.text)
        if cleaned in words.unsure or (cleaned in _PROFIT and not self._owner.startswith(_FIRMS)):
            name.weight = min(name.weight, _UNSURE)
        if _REGISTERED in self._stem and cleaned.endswith("人口") and not cleaned.startswith(("常住", _REGISTERED)):
            return _REGISTERED + cleaned  # 户籍人口 …, 其中城镇人口 …
        if cleaned in _GENERIC and self._stem.startswith(_CURRENCIES):
            name.weight = min(name.weight, _UNSURE)
            return self._stem + cleaned
        if cleaned in words.names and cleaned not in words.weak:
            return name.text
        text, weight = self._owned(name, cleaned) or self._headed_by(name, cleaned, unit)
        name.weight = min(name.weight, weight)
        return text

    def _owned(self, name: Name, cleaned: str) -> tuple[str, float] | None:
        """A bare head belongs to the owner of the name before: 规模以上工业企业 … 利润总额."""
        words = self.vocabulary
        if cleaned in _TRADE and self._trader:
            return self._trader + cleaned, _COMPLETED_UNKNOWN
        if cleaned in _TRADE and self._partner:
            return (self._with_partner(cleaned) if self._trading else name.text), _UNSURE
        if words.head_of(cleaned) != cleaned or cleaned in words.names:
            return None
        if self._stem + cleaned in words.names:
            return self._stem + cleaned, 1.0
        return (join(self._owner, cleaned), _COMPLETED) if self._owner else None

    def _with_partner(self, trade: str) -> str:
        """出口 after 自金砖国家进口 is 对金砖国家出口."""
        side = "自" if trade == "进口" else "对"
        return side + self._partner[1:] + trade

    def _headed_by(self, name: Name, cleaned: str, unit: str) -> tuple[str, float]:
        """A name without head takes the one in force: 制造业 after 采矿业增加值."""
        words = self.vocabulary
        head = words.head_of(cleaned)
        if head and self._head in words.of_names.widened and self._head != head and self._head.endswith(head):
            return name.text.removesuffix(head) + self._head, _COMPLETED
        if (
            head
            or name.ends == "indicator"
            or cleaned.endswith((*words.of_indicators.rates, *words.of_indicators.stocks))
        ):
            return name.text, _COMPLETED if cleaned in words.weak else 1.0
        if unit[-1:] not in COUNTS and unit not in ("户", "万户") and self._governs(name, unit):
            return join(name.text, self._head), _COMPLETED_UNKNOWN if name.ends == "text" else _COMPLETED
        if self._industrial and not self._head and is_percent(unit) and cleaned.endswith(_INDUSTRIES):
            return name.text + "增加值", _COMPLETED_UNKNOWN
        return name.text, _COMPLETED if cleaned in words.weak else 1.0

    def _governs(self, name: Name, unit: str) -> bool:
        """Whether the head in force completes the name: a known word, or text with a value of the same kind."""
        if not self._head:
            return False
        alike = unit == self._unit or is_percent(unit) or (self._head == _OUTPUT and not unit.endswith("元"))
        return name.ends in ("name", "partner", "qualifier") or (alike and name.ends == "text")

    def _own(self, subject: Subject, want: int) -> list[Name]:
        region = subject.regions[0] if len(subject.regions) == 1 else None
        _rotate(subject.nouns)
        weight = _UNSURE if subject.doubtful else 1.0
        one = Name(subject.text, subject.nouns[-1].kind, region, weight=weight, start=subject.start)
        marks = sum(t.kind in ("enum", "join") for t in subject.nouns)
        if marks == 0 and want == len({n.region.text for n in self.current if n.region}) > 1:
            return [replace(one, region=n.region, weight=_LISTED) for n in self.current]
        if want == 1 and len(self.current) == 1 and subject.nouns[0].text in _ANAPHORA:
            rest = subject.text.removeprefix(subject.nouns[0].text)
            if rest.startswith(_OF_INDUSTRY):
                return [replace(one, text=self.current[0].text + rest, weight=_COMPLETED)]
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
        return replace(name, text=text or name.text, region=region, before=None)

    def _reach_back(self, want: int) -> list[Name]:
        """The last `want` names of the sentence, where a clause begins with the first of them."""
        back: list[Name] = []
        for names in reversed(self.clauses):
            back = names + back
            if len(back) >= want:
                break
        return back if len(back) == want and want > 1 else []


def _says_much(cleaned: str, unit: str) -> bool:
    """A name that ends in no known head, but long enough and measured, not counted: 中欧班列运输货物."""
    measured = unit not in ("", "万", "亿") and unit[-1:] not in COUNTS and unit not in _UNITS_OF_THINGS
    return measured and _SHORTEST < len(cleaned) <= _LONGEST_UNKNOWN and not _NO_NAME.search(cleaned)


def _headed(name: Name, head: str) -> str:
    """东盟 with 进出口 is 对东盟进出口."""
    text = "对" + name.text if name.ends == "partner" and head in _TRADE else name.text
    return text if text.endswith(head) else text + head


def trim(subject: Subject) -> None:
    """粮食产量再创新高: the subject ends with its last known noun."""
    nouns: list[Token] = subject.nouns
    size = next((i for i in range(len(nouns), 0, -1) if nouns[i - 1].kind in ("indicator", "head")), 0)
    if size and sum(len(t.text) for t in nouns[:size]) > 3:
        del nouns[size:]


def _rotate(nouns: list[Token]) -> None:
    """出口机电产品 is 机电产品出口; 自韩国进口机电产品 is a name as it stands."""
    if len(nouns) > 3 and nouns[0].kind == "prep" and nouns[2].text in _TRADE and nouns[-1].kind in _GOODS:
        nouns[-1].kind = "indicator"
    if len(nouns) < 2 or nouns[0].text not in _TRADE or nouns[-1].kind not in _GOODS or nouns[-1].text == "规模":
        return
    if not _has(nouns[1:], "enum", "join", "head", "indicator"):
        nouns.append(nouns.pop(0))


def _has(tokens: Sequence[Token], *kinds: str) -> bool:
    return any(t.kind in kinds for t in tokens)
