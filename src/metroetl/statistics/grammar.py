"""The clause grammar over tokens: frames of sentences, in the scope of their document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from metroetl.statistics.clauses import (
    BREAKS,
    aims,
    clauses,
    groups,
    lift_basis,
    noun_end,
    share_units,
    without_goal,
)
from metroetl.statistics.context import Place, Scope
from metroetl.statistics.lexer import Token
from metroetl.statistics.models import Kind
from metroetl.statistics.names import Name, Names, trim
from metroetl.statistics.periods import Period, PeriodSpec
from metroetl.statistics.predicates import STRONG, Predicate, decide, predicate_start
from metroetl.statistics.subjects import Subject, read_subject
from metroetl.statistics.words import Vocabulary, clean_name

_LOOSE_LEVEL = 0.6  # 完成投资344亿元 is not surely all fixed asset investment
_GDP = ("生产总值", "GDP", "gdp")
_OF_FIRMS = ("项目", "企业", "公司", "集团", "工程", "股份")  # 郑州比亚迪等重大项目: no place
_PLACE_ENDS = tuple("省市区县州圈角")
_NAMING = frozenset({"text", "name", "indicator", "head", "qualifier", "among"})
_LONGEST_INTRODUCTION = 6
_UNDATED_RISE = 0.7  # 从28993元增加到45794元, of years that nobody says
_NATION, _LOCAL = "000000", ("地方", "中央")
_ESTIMATES = ("预计", "初步预计", "预估")  # of a period that has ended: only the next value is one
_BARE_MULTIPLES = ("万亿", "亿", "万")  # 经济总量2887.7亿
_TOGETHER = ("合计", "共计", "总计")
_ESTIMATED = "预计"
_INCREMENT = "增加额"  # 贷款增加3459亿元: what is published of credit is its flow
_MODAL = frozenset({"forecast", "condition", "target"})
_PLACE_KINDS = frozenset({"region", "own", "area", "collective"})
_BEFORE_PLACE = frozenset({"period", "space", "among", "date"})


@dataclass(slots=True)
class Frame:
    """A typed statement with its place and time, before units and codes; `weights` are the evidence."""

    predicate: Predicate
    name: str
    code: str | None
    place: Place
    period: Period | None
    number: Token
    value: float
    start: int
    printed: str = ""
    stage: str = ""
    weights: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Said:
    """The words around one group of numbers: before, the predicate's part of these, and after."""

    left: list[Token]
    words: list[Token]
    right: list[Token]
    start: int


class Reader:
    """Reads sentences in order; names, basis and modality are carried as far as they hold."""

    def __init__(self, vocabulary: Vocabulary, scope: Scope) -> None:
        self.vocabulary = vocabulary
        self.scope = scope
        self.names = Names(vocabulary)
        self.currency = ""  # that amounts in 元 are of: 港 after (港币,下同)
        self.modal: Kind | None = None
        self._stage = ""
        self._basis = ""
        self._on_month = False
        self._yearly = False
        self._once = False  # 可支配收入预计4.6万元: the modality is that of one name
        self._grown = False  # the sentence has stated growth on the year
        self._parts = False  # 分季度看: its times hold for their clauses only
        self._project = False  # the sentence speaks of projects, whose 完成投资 isn't all investment
        self._monthly = ""  # head of what grew on the month: 价格 of 食品价格环比上涨
        self._among = False
        self._compared: list[PeriodSpec] = []

    def paragraph(self) -> None:
        """A new paragraph: nothing is carried but time."""
        self.scope.enter_paragraph()
        self.names.enter_paragraph()
        self.modal = None
        self._monthly = ""

    def sentence(self, tokens: Sequence[Token]) -> list[Frame]:
        """The frames of one sentence; the modality of a lead-in (主要目标是:) holds for the items of its list."""
        self.scope.enter_sentence(among=bool(tokens) and tokens[0].kind == "among")
        self.names.enter_sentence()
        self._basis, self._on_month, self._among, self._compared = "", False, False, []
        self._yearly = self._once = False
        self._grown = False
        self._parts = any(t.kind == "cut" and ("季" in t.text or "月" in t.text) for t in tokens)
        self._project = any(t.kind == "text" and "项目" in t.text for t in tokens)
        self._stage = next((t.text.removeprefix("经") for t in tokens if t.kind == "stage"), "")
        if tokens and tokens[-1].kind == "colon":
            self._head_line(tokens)
        led = self.modal
        frames: list[Frame] = []
        kept = None
        for clause, aside in clauses(tokens):
            if aside and kept is None:
                kept = self.names.save(), self.modal
            elif kept is not None and not aside:
                self.names.restore(kept[0])
                self.modal, kept = kept[1], None
            found = self._clause(clause)
            frames += [f for f in found if f.predicate.rule != "bare"] if aside else found
        if kept is not None:
            self.names.restore(kept[0])
            self.modal = kept[1]
        if not (tokens and tokens[-1].kind == "colon"):
            self.modal = led
        return frames

    def _head_line(self, tokens: Sequence[Token]) -> None:
        """主要行业利润变化: the head, place and time of what follows."""
        subject = read_subject([t for t in tokens if t.kind not in BREAKS])
        self.scope.mention(subject.periods, subject.regions, opening=True)
        trim(subject)
        if subject.nouns:
            self.names.lend(subject.text)

    def _clause(self, tokens: list[Token]) -> list[Frame]:
        kinds = {t.kind for t in tokens}
        if self._once and not kinds.isdisjoint(("indicator", "head", "name")):
            self.modal, self._once, self._stage = None, False, _ESTIMATED
        if not kinds.isdisjoint(_MODAL):
            self._update_modal(tokens)
        self._among = self._among or "among" in kinds
        opening = not (self.names.clauses or self._on_month or self._among or self._parts)
        frames: list[Frame] = []
        named: list[Name] = []
        position = 0
        for first, last in groups(tokens) if "number" in kinds else ():
            numbers = [t for t in tokens[first:last] if t.kind == "number"]
            share_units(numbers)
            if self.currency:
                _in_currency(numbers, self.currency)
            left = [t for t in tokens[position:first] if t.kind != "space"]
            right = [t for t in tokens[last : last + 4] if t.kind != "space"]
            names, found = self._group(left, numbers, right, opening and not named)
            named += [n for n in names if all(n is not m for m in named)]
            frames += found
            position = last
        if not position:
            return self._note(tokens, opening)
        if named:
            self.names.clauses.append(named)
        self._note_base(tokens)
        self._note_time(tokens[position:])
        return frames

    def _note_time(self, tokens: Sequence[Token]) -> None:
        """A time at the end of a clause opens what follows: (headline)7月末,本外币贷款余额."""
        kinds = [t.kind for t in tokens if t.kind != "space"]
        last = next((t for t in reversed(tokens) if t.kind != "space"), None)
        if last is not None and last.kind == "period" and kinds[-2:-1] not in (["base"], ["compare"]):
            self.scope.mention(last.data, [], opening=True)

    def _note_base(self, tokens: Sequence[Token]) -> None:
        """与2010年相比: the base of what the rest of the sentence says."""
        if any(t.kind == "compared" for t in tokens) and tokens[0].data == "other":
            self._compared = [spec for t in tokens if t.kind == "period" for spec in t.data]

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
            if (frame := self._frame(name, number, said))
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
        frames = [f for name in names if (f := self._frame(name, numbers[0], said))]
        return names, frames

    def _frame(self, name: Name, number: Token, said: Said) -> Frame | None:
        words = self.vocabulary
        text = self.names.complete(name, number.unit)
        if number.unit == "万" and text.endswith(("人口", "人数")):
            number.unit = "万人"
        resolved, code, known = words.look_up(text)
        if number.unit in _BARE_MULTIPLES and code:
            number.unit += words.base_unit(code)
        rate = words.is_rate(resolved, code) or words.is_ratio(code)
        predicate = decide(said.words, number, said.right, rate, name.before)
        if predicate is not None and predicate.rule in ("bare", "rate") and _is_of(said.left):
            predicate.kind, predicate.rule = "comparison", "ratio"
        if predicate is None or not _fits(predicate, resolved, rate, known, words.is_ratio(code)):
            return None
        if predicate.family in ("share", "rate", "yoy"):
            name.before = predicate
        if not known and predicate.whole.endswith(_GDP) and not words.head_of(clean_name(name.text)):
            text = name.text + "增加值"
            resolved, code, known = words.look_up(text)
        if not self.names.plausible(name, text, number.unit, known):
            return None
        self.names.lend(text, number.unit)
        if predicate.rule == "change" and not predicate.base and text.endswith(words.of_names.flows):
            predicate = Predicate("actual", "level", "increment", predicate.sign)
            resolved, code, known = words.look_up(text + _INCREMENT)
        if words.is_loose(text, code) and (predicate.family == "level" or self._project):
            name.weight = min(name.weight, _LOOSE_LEVEL)
        if predicate.family == "share" and any(t.text.startswith(_TOGETHER) for t in said.left):
            name.weight = min(name.weight, _LOOSE_LEVEL)  # the share of several that were named before
        frame = self._placed(name, number, predicate, text, said)
        frame.name, frame.code = words.ratio(resolved, predicate.whole) or (resolved, code)
        frame.start = said.start
        if frame.code and frame.place.code == _NATION and text.startswith(_LOCAL):
            frame.name, frame.code = clean_name(text), None  # of the nation's, 地方… is a part
        unsaid = not known and "period:date" in frame.weights
        return None if unsaid or frame.place.name in words.of_regions.collective else frame

    def _placed(self, name: Name, number: Token, predicate: Predicate, text: str, said: Said) -> Frame:
        """The frame with its place, time and kind; growth on another base than last year's is a change."""
        predicate.basis = predicate.basis or self._basis
        to_date = any(t.kind == "verb" and t.text.startswith("累计") for t in said.left)
        place, place_weight = self.scope.region(name.region, self.vocabulary.is_national(text))
        period, weight, origin = self.scope.period(predicate.specs[-1] if predicate.specs else name.spec)
        if to_date and period is not None and period.accumulation == "month":
            period = period.to_date()
        if predicate.rule.startswith("growth"):
            self._settle_base(predicate, text, period)
        if predicate.base_specs and not self.scope.is_year_before(predicate.base_specs[-1], period):
            predicate.kind = "change"
        if predicate.kind == "actual":
            predicate.kind = self.modal or ("comparison" if predicate.approximate else "actual")
        sign = number.sign or predicate.sign
        value = number.value if number.value < 0 < -sign else number.value * sign
        if predicate.rule.startswith("risen-to") and origin == "period:date":
            weight = min(weight, _UNDATED_RISE)
        weights = {"name": name.weight, origin: weight, "place": place_weight}
        return Frame(
            predicate, text, None, place, period, number, value, number.start, text, self._stage, weights
        )

    def _settle_base(self, predicate: Predicate, text: str, period: Period | None) -> None:
        """Growth without a base is on the year, except after 从环比看 and among parts of what grew on the month."""
        head = self.vocabulary.lent_head(text)
        if predicate.base:
            self._yearly = self._yearly or predicate.base == "yoy"
            self._monthly = head if predicate.base == "mom" and not self._yearly else ""
            self._grown = self._grown or predicate.base == "yoy"
            return
        predicate.base_specs = self._compared
        short = period is None or period.accumulation in ("month", "period")
        self._grown = True
        if self._on_month:
            self._monthly = head
        if self._on_month or (short and head and head == self._monthly):
            predicate.kind, predicate.family = "change", "mom"

    def _note(self, tokens: list[Token], opening: bool) -> list[Frame]:
        """A clause without a number: it sets place, time, basis or the subject, or says that nothing changed."""
        if (flat := next((t for t in tokens if t.kind == "flat"), None)) is not None:
            return self._flat(tokens, flat, opening)
        self._note_base(tokens)
        self._note_words(tokens)
        nouns = [t for t in tokens[: noun_end(tokens)] if t.kind != "space"]
        subject = read_subject(nouns, self.vocabulary.of_indicators.standalone)
        self.scope.mention(subject.periods, _leading(nouns, subject), opening)
        trim(subject)
        self._note_time(tokens[len(nouns) :])
        said = next((t.kind for t in reversed(tokens) if t.kind in ("share", "speed")), "")
        for name in self.names.current if said else ():
            name.before = Predicate("actual", "share" if said == "share" else "yoy", f"{said}-said")
        if sum(t.kind == "region" for t in tokens[len(nouns) :]) > 1:
            self.names.doubt()  # 增幅最大的是天津、贵州和西藏: a value of several
        if tokens[-1].kind == "cut":
            self._lead(tokens[:-1])
        elif not self.names.note(subject) and _unread(tokens):
            self.names.current = []
        return []

    def _note_words(self, tokens: Sequence[Token]) -> None:
        """Basis (按可比价格计算), base (从环比看) and head (产品产量同比增长的有) for what follows."""
        before: Token | None = None
        for token in tokens:
            if token.kind == "basis":
                self._basis = str(token.data)
            elif token.kind == "base" and token.data == "mom":
                self._on_month = True
            elif token.kind in STRONG and before is not None and before.kind == "head":
                self.names.lend(before.text)
            before = token

    def _lead(self, tokens: list[Token]) -> None:
        """从消费品价格看: the head of what follows."""
        subject = read_subject(tokens)
        if subject.known:
            self.names.lead(subject.text)

    def _flat(self, tokens: list[Token], flat: Token, opening: bool) -> list[Frame]:
        """与上年同期持平 is growth of 0; 与全省持平, 环比持平 and 增速持平 are none."""
        left = [t for t in tokens if t.end <= flat.start and t.kind != "space"]
        same = flat.text.startswith("同比") or any(t.kind == "base" and t.data == "yoy" for t in left)
        same = same or (self._grown and bool(left) and all(t.kind in _NAMING for t in left))
        if not same or any(t.kind in ("speed", "target") for t in left):
            return []
        subject = read_subject(left[: predicate_start(left, "")])
        self.scope.mention(subject.periods, subject.regions, opening)
        zero = Token("number", flat.start, flat.end, "0", unit="%")
        growth = Token("direction", flat.start, flat.start, "", "up")
        said = Said(left, [growth], [], min([t.start for t in left] or [flat.start]))
        frames = []
        for name in self.names.find(subject, 1):
            if frame := self._frame(name, zero, said):
                frame.predicate.rule = "flat"
                frames.append(frame)
                self.names.current = [name]
        return frames

    def _update_modal(self, tokens: list[Token]) -> None:
        for i, token in enumerate(tokens):
            if token.kind in ("forecast", "condition"):
                self.modal = "forecast"
                self._once = token.text in _ESTIMATES
            elif token.kind == "target" and aims(tokens, i):
                self.modal = "target"


def _fits(predicate: Predicate, name: str, rate: bool, known: bool, ratio: bool) -> bool:
    """Whether this can be said of the name: no rate grows in per cent, only indices and ratios have no unit."""
    if ratio and predicate.family == "index":
        predicate.family = "share"
        return True
    if rate and predicate.family in ("level", "yoy"):
        return False
    if predicate.family == "index":
        return "指数" in name or "PMI" in name
    return known or predicate.rule not in ("bare", "bare~")


def _leading(tokens: Sequence[Token], subject: Subject) -> list[Token]:
    """The places at the head of a clause, where it is about them: not 郑州比亚迪等重大项目, nor what is compared."""
    first = next((t for t in tokens if t.kind not in _BEFORE_PLACE), None)
    if first is None:
        return []
    if first.kind not in _PLACE_KINDS:
        return [tokens[-1]] if _introduces(tokens) else []
    if first.kind == "region" and not (len(first.text) > 2 and first.text.endswith(_PLACE_ENDS)):
        joined = any(t.start == first.end and t.kind == "text" for t in tokens)
        if joined and any(w in t.text for t in tokens for w in _OF_FIRMS):
            return []
    given = subject.regions
    return given if given and given[0].start <= first.end + 1 else [first]


def _introduces(tokens: Sequence[Token]) -> bool:
    """先看青岛, 被称世界工厂的东莞: a clause that ends in the place that it introduces."""
    if len(tokens) < 2 or tokens[-1].kind not in _PLACE_KINDS or len(tokens) > _LONGEST_INTRODUCTION:
        return False
    before = tokens[-2]
    return before.kind == "attribute" or (before.kind in ("text", "cut") and before.text.endswith("看"))


def _in_currency(numbers: Sequence[Token], currency: str) -> None:
    for number in numbers:
        if number.unit.endswith("元") and number.unit[-2:-1] not in ("美", "港", "欧", "日"):
            number.unit = number.unit[:-1] + currency + "元"


def _is_of(left: Sequence[Token]) -> bool:
    """分别是北京、天津人均生产总值的29.5%: a part of something else, not growth."""
    return bool(left) and left[-1].kind == "attribute" and any(t.kind in ("verb", "respectively") for t in left)


def _shares_again(left: Sequence[Token], names: Sequence[Name]) -> bool:
    """Whether only a place stands between the last share and this number."""
    kinds = [t.kind for t in left]
    said = len(names) == 1 and names[0].before is not None and names[0].before.family == "share"
    return said and kinds[0] == "enum" and set(kinds[1:]) in ({"own"}, {"own", "attribute"}, {"region", "attribute"})


def _unread(tokens: Sequence[Token]) -> bool:
    """30多万户: a number that isn't read; what follows may belong to it."""
    return any(t.kind == "text" and any(c.isdigit() for c in t.text) for t in tokens)
