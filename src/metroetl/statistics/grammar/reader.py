"""The clause grammar over tokens: frames of sentences, in the scope of their document."""

from __future__ import annotations

from collections.abc import Sequence

from metroetl.statistics.grammar.clauses import (
    BREAKS,
    aims,
    clauses,
    groups,
    lift_basis,
    noun_end,
    share_units,
    without_goal,
)
from metroetl.statistics.grammar.completion import Name
from metroetl.statistics.grammar.context import Scope
from metroetl.statistics.grammar.frames import Frame, FrameMaker, Said, SentenceState
from metroetl.statistics.grammar.names import Names, trim
from metroetl.statistics.grammar.places import leading
from metroetl.statistics.grammar.predicates import STRONG, Predicate, predicate_start
from metroetl.statistics.grammar.subjects import read_subject
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.words import Vocabulary

_NAMING = frozenset({"text", "name", "indicator", "head", "qualifier", "among"})
_ESTIMATES = ("预计", "初步预计", "预估")  # of a period that has ended: only the next value is one
_ESTIMATED = "预计"
_MODAL = frozenset({"forecast", "condition", "target"})
_FOREIGN = ("美", "港", "欧", "日")


class Reader:
    """Reads sentences in order; names, basis and modality are carried as far as they hold."""

    def __init__(self, vocabulary: Vocabulary, scope: Scope) -> None:
        self.vocabulary = vocabulary
        self.scope = scope
        self.names = Names(vocabulary)
        self.frames = FrameMaker(vocabulary, scope, self.names)
        self.currency = ""  # that amounts in 元 are of: 港 after (港币,下同)
        self.state = SentenceState()

    def paragraph(self) -> None:
        """A new paragraph: nothing is carried but time."""
        self.scope.enter_paragraph()
        self.names.enter_paragraph()
        self.state = SentenceState()

    def sentence(self, tokens: Sequence[Token]) -> list[Frame]:
        """The frames of one sentence; the modality of a lead-in (主要目标是:) holds for the items of its list."""
        self.scope.enter_sentence(among=bool(tokens) and tokens[0].kind == "among")
        self.names.enter_sentence()
        led = self.state.modal
        self.state = SentenceState(
            modal=led,
            monthly=self.state.monthly,
            stage=next((t.text.removeprefix("经") for t in tokens if t.kind == "stage"), ""),
            parts=any(t.kind == "cut" and ("季" in t.text or "月" in t.text) for t in tokens),
            project=any(t.kind == "text" and "项目" in t.text for t in tokens),
        )
        leads = bool(tokens) and tokens[-1].kind == "colon"
        if leads:
            self._head_line(tokens)
        frames = self._clauses(tokens)
        if not leads:
            self.state.modal = led
        return frames

    def _clauses(self, tokens: Sequence[Token]) -> list[Frame]:
        """Frames of the clauses in order; what a bracket changes is undone behind it."""
        frames: list[Frame] = []
        kept = None
        for clause, aside in clauses(tokens):
            if aside and kept is None:
                kept = self.names.save(), self.state.modal
            elif kept is not None and not aside:
                self.names.restore(kept[0])
                self.state.modal, kept = kept[1], None
            found = self._clause(clause)
            frames += [f for f in found if f.predicate.rule != "bare"] if aside else found
        if kept is not None:
            self.names.restore(kept[0])
            self.state.modal = kept[1]
        return frames

    def _head_line(self, tokens: Sequence[Token]) -> None:
        """主要行业利润变化: the head, place and time of what follows."""
        subject = read_subject([t for t in tokens if t.kind not in BREAKS])
        self.scope.mention(subject.periods, subject.regions, opening=True)
        trim(subject)
        if subject.nouns:
            self.names.completion.lend(subject.text)

    def _clause(self, tokens: list[Token]) -> list[Frame]:
        kinds = {t.kind for t in tokens}
        state = self.state
        if state.spent and not kinds.isdisjoint(("indicator", "head", "name")):
            state.modal, state.once, state.spent, state.stage = None, False, False, _ESTIMATED
        if not kinds.isdisjoint(_MODAL):
            self._update_modal(tokens)
        state.among = state.among or "among" in kinds
        opening = not (self.names.clauses or state.on_month or state.among or state.parts)
        frames: list[Frame] = []
        named: dict[int, Name] = {}
        position = 0
        for first, last in groups(tokens) if "number" in kinds else ():
            numbers = [t for t in tokens[first:last] if t.kind == "number"]
            share_units(numbers)
            if self.currency:
                _in_currency(numbers, self.currency)
            left, right = tokens[position:first], tokens[last : last + 4]
            names, found = self._group(left, numbers, right, opening and not named)
            named |= {id(n): n for n in names}
            frames += found
            position = last
        if not position:
            return self._note(tokens, kinds, opening)
        state.spent = state.once and bool(frames)
        if named:
            self.names.clauses.append(list(named.values()))
        if "compared" in kinds:
            self._note_base(tokens)
        self._note_time(tokens[position:])
        return frames

    def _note_time(self, tokens: Sequence[Token]) -> None:
        """A time at the end of a clause opens what follows: (headline)7月末,本外币贷款余额."""
        if not tokens or tokens[-1].kind != "period":
            return
        if len(tokens) < 2 or tokens[-2].kind not in ("base", "compare"):
            self.scope.mention(tokens[-1].data, [], opening=True)

    def _note_base(self, tokens: Sequence[Token]) -> None:
        """与2010年相比: the base of what the rest of the sentence says."""
        if tokens[0].data == "other":
            self.state.compared = [spec for t in tokens if t.kind == "period" for spec in t.data]

    def _group(
        self, left: list[Token], numbers: list[Token], right: list[Token], opening: bool
    ) -> tuple[list[Name], list[Frame]]:
        if left and _shares_again(left, self.names.current):
            return self._share_again(left, numbers, right)
        left, basis = lift_basis(left)
        at = predicate_start(left, numbers[0].unit)
        subject = read_subject(without_goal(left, at), self.vocabulary.of_indicators.standalone)
        self.scope.mention(subject.periods, subject.regions, opening)
        names = self.names.find(subject, len(numbers))
        words = basis + (left[at:] or [t for t in left[-2:] if t.kind == "verb"])
        start = min(t.start for t in (left or numbers))
        said = Said(left, words, right, start)
        of_each = numbers if len(numbers) > 1 else numbers * len(names)
        frames = [
            frame
            for name, number in zip(names, of_each, strict=False)
            if (frame := self.frames.make(name, number, said, self.state))
        ]
        if subject.nouns or frames:
            self.names.current = names if frames or subject.known else []
            self.names.forget_note()
        return names, frames

    def _share_again(
        self, left: list[Token], numbers: list[Token], right: list[Token]
    ) -> tuple[list[Name], list[Frame]]:
        """占全市的23.2%、全省的11.2%: one more whole of the same share."""
        share = Token("share", left[0].start, left[0].start, "占")
        said = Said([], [share, *left], right, left[0].start)
        names = self.names.current
        frames = [f for name in names if (f := self.frames.make(name, numbers[0], said, self.state))]
        return names, frames

    def _note(self, tokens: list[Token], kinds: set[str], opening: bool) -> list[Frame]:
        """A clause without a number: it sets place, time, basis or the subject, or says that nothing changed."""
        if "flat" in kinds:
            return self._flat(tokens, next(t for t in tokens if t.kind == "flat"), opening)
        if "compared" in kinds:
            self._note_base(tokens)
        self._note_words(tokens)
        nouns = tokens[: noun_end(tokens)]
        subject = read_subject(nouns, self.vocabulary.of_indicators.standalone)
        self.scope.mention(subject.periods, leading(nouns, subject), opening)
        trim(subject)
        self._note_time(tokens[len(nouns) :])
        if sum(t.kind == "region" for t in tokens[len(nouns) :]) > 1:
            self.names.doubt()  # 增幅最大的是天津、贵州和西藏: a value of several
        if tokens[-1].kind == "cut":
            self._lead(tokens[:-1])
        elif not self.names.note(subject) and _unread(tokens):
            self.names.current = []
        if not kinds.isdisjoint(("share", "speed")):
            self._note_said(next(t.kind for t in reversed(tokens) if t.kind in ("share", "speed")))
        return []

    def _note_said(self, kind: str) -> None:
        """占比提高, 增幅最大: what the next per cent of the names in force is."""
        for name in self.names.current:
            name.before = Predicate("actual", "share" if kind == "share" else "yoy", f"{kind}-said")

    def _note_words(self, tokens: Sequence[Token]) -> None:
        """Basis (按可比价格计算), base (从环比看) and head (产品产量同比增长的有) for what follows."""
        before: Token | None = None
        for token in tokens:
            if token.kind == "basis":
                self.state.basis = str(token.data)
            elif token.kind == "base" and token.data == "mom":
                self.state.on_month = True
            elif token.kind in STRONG and before is not None and before.kind == "head":
                self.names.completion.lend(before.text)
            before = token

    def _lead(self, tokens: list[Token]) -> None:
        """从消费品价格看: the head of what follows."""
        subject = read_subject([t for t in tokens if t.kind != "speed"])
        if subject.known:
            self.names.completion.lead(subject.text)
        if subject.known and any(t.kind == "speed" for t in tokens):  # 从GDP增速来看:北京10.7%
            self.names.note(subject)
            self._note_said("speed")

    def _flat(self, tokens: list[Token], flat: Token, opening: bool) -> list[Frame]:
        """与上年同期持平 is growth of 0; 与全省持平, 环比持平 and 增速持平 are none."""
        left = [t for t in tokens if t.end <= flat.start]
        same = flat.text.startswith("同比") or any(t.kind == "base" and t.data == "yoy" for t in left)
        same = same or (self.state.grown and bool(left) and all(t.kind in _NAMING for t in left))
        if not same or any(t.kind in ("speed", "target") for t in left):
            return []
        subject = read_subject(left[: predicate_start(left, "")])
        self.scope.mention(subject.periods, subject.regions, opening)
        zero = Token("number", flat.start, flat.end, "0", unit="%")
        growth = Token("direction", flat.start, flat.start, "", "up")
        said = Said(left, [growth], [], min([t.start for t in left] or [flat.start]))
        frames = []
        for name in self.names.find(subject, 1):
            if frame := self.frames.make(name, zero, said, self.state):
                frame.predicate.rule = "flat"
                frames.append(frame)
                self.names.current = [name]
        return frames

    def _update_modal(self, tokens: list[Token]) -> None:
        for i, token in enumerate(tokens):
            if token.kind in ("forecast", "condition"):
                self.state.modal = "forecast"
                self.state.once = token.text in _ESTIMATES
            elif token.kind == "target" and aims(tokens, i):
                self.state.modal = "target"


def _in_currency(numbers: Sequence[Token], currency: str) -> None:
    for number in numbers:
        if number.unit.endswith("元") and number.unit[-2:-1] not in _FOREIGN:
            number.unit = number.unit[:-1] + currency + "元"


def _shares_again(left: Sequence[Token], names: Sequence[Name]) -> bool:
    """Whether only a place stands between the last share and this number."""
    kinds = [t.kind for t in left]
    said = len(names) == 1 and names[0].before is not None and names[0].before.family == "share"
    return (
        said
        and kinds[0] == "enum"
        and set(kinds[1:]) in ({"own"}, {"own", "attribute"}, {"region", "attribute"})
    )


def _unread(tokens: Sequence[Token]) -> bool:
    """30多万户: a number that isn't read; what follows may belong to it."""
    return any(t.kind == "text" and any(c.isdigit() for c in t.text) for t in tokens)
