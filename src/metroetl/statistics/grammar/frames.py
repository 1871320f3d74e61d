"""From a name and a number to a frame: what is said of it, where and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from metroetl.statistics.grammar.completion import Name
from metroetl.statistics.grammar.context import Place, Scope
from metroetl.statistics.grammar.names import Names
from metroetl.statistics.grammar.predicates import Predicate, decide
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.models import Kind
from metroetl.statistics.vocabulary.periods import Period, PeriodSpec
from metroetl.statistics.vocabulary.words import Vocabulary, clean_name

_LOOSE_LEVEL = 0.6  # 完成投资344亿元 is not surely all fixed asset investment
_UNDATED_RISE = 0.7  # 从28993元增加到45794元, of years that nobody says
_GDP = ("生产总值", "GDP", "gdp")
_VALUE_ADDED = "增加值"
_NATION, _LOCAL = "000000", ("地方", "中央")
_BARE_MULTIPLES = ("万亿", "亿", "万")  # 经济总量2887.7亿
_PEOPLE = ("人口", "人数")
_TOGETHER = ("合计", "共计", "总计")
_INCREMENT = "增加额"  # 贷款增加3459亿元: what is published of credit is its flow


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


@dataclass(slots=True)
class SentenceState:
    """What one sentence has said so far and what holds for the rest of it."""

    modal: Kind | None = None
    once: bool = False  # 可支配收入预计4.6万元: the modality is that of one name
    spent: bool = False  # that value was stated
    stage: str = ""
    basis: str = ""
    compared: list[PeriodSpec] = field(default_factory=list)
    on_month: bool = False  # after 从环比看
    monthly: str = ""  # head of what grew on the month: 价格 of 食品价格环比上涨
    yearly: bool = False  # growth on the year was said with its base
    grown: bool = False  # growth on the year was said at all
    among: bool = False
    parts: bool = False  # 分季度看: its times hold for their clauses only
    project: bool = False  # it speaks of projects, whose 完成投资 isn't all investment


class FrameMaker:
    """Makes frames of names and numbers in the scope of their document."""

    def __init__(self, vocabulary: Vocabulary, scope: Scope, names: Names) -> None:
        self.vocabulary = vocabulary
        self.scope = scope
        self.names = names

    def make(self, name: Name, number: Token, said: Said, state: SentenceState) -> Frame | None:
        """The frame of a number; None where nothing that is known is said, or of no plausible name."""
        words = self.vocabulary
        text = self.names.completion.complete(name, number.unit)
        code = words.resolve(text)[1]
        _settle_unit(number, text, words.base_unit(code) if code else "")
        predicate = self._said_of(name, text, number, said)
        if predicate is None:
            return None
        text = self._of_gdp(name, text, predicate)
        resolved, code, known = words.look_up(text)
        if not self.names.completion.plausible(name, text, number.unit, known):
            return None
        self.names.completion.lend(text, number.unit)
        if predicate.rule == "change" and not predicate.base and text.endswith(words.of_names.flows):
            predicate = Predicate("actual", "level", "increment", predicate.sign)
            resolved, code, known = words.look_up(text + _INCREMENT)
        self._doubt(name, text, code, predicate, said, state)
        frame = self._placed(name, number, predicate, text, said, state)
        frame.name, frame.code = words.ratio(resolved, predicate.whole) or (resolved, code)
        if frame.code and frame.place.code == _NATION and text.startswith(_LOCAL):
            frame.name, frame.code = clean_name(text), None  # of the nation's, 地方… is a part
        unsaid = not known and "period:date" in frame.weights
        return None if unsaid or frame.place.name in words.of_regions.collective else frame

    def _said_of(self, name: Name, text: str, number: Token, said: Said) -> Predicate | None:
        words = self.vocabulary
        resolved, code, known = words.look_up(text)
        ratio = words.is_ratio(code)
        rate = words.is_rate(resolved, code) or ratio
        predicate = decide(said.words, number, said.right, rate, name.before)
        if predicate is not None and predicate.rule in ("bare", "rate") and _is_of(said.left):
            predicate.kind, predicate.rule = "comparison", "ratio"
        if predicate is None or not _fits(predicate, resolved, rate, known, ratio):
            return None
        if predicate.family in ("share", "rate", "yoy"):
            name.before = predicate
        return predicate

    def _of_gdp(self, name: Name, text: str, predicate: Predicate) -> str:
        """工业占生产总值的47%: what has a share in GDP is value added."""
        headless = not self.vocabulary.head_of(clean_name(name.text))
        of_gdp = predicate.whole.endswith(_GDP) and not self.vocabulary.look_up(text)[2]
        return name.text + _VALUE_ADDED if of_gdp and headless else text

    def _doubt(
        self, name: Name, text: str, code: str | None, predicate: Predicate, said: Said, state: SentenceState
    ) -> None:
        """Lower the weight of a name that may mean less or more than it says."""
        loose = self.vocabulary.is_loose(text, code) and (predicate.family == "level" or state.project)
        together = predicate.family == "share" and any(t.text.startswith(_TOGETHER) for t in said.left)
        if loose or together:
            name.weight = min(name.weight, _LOOSE_LEVEL)

    def _placed(
        self, name: Name, number: Token, predicate: Predicate, text: str, said: Said, state: SentenceState
    ) -> Frame:
        """The frame with its place, time and kind; growth on another base than last year's is a change."""
        predicate.basis = predicate.basis or state.basis
        place, place_weight = self.scope.region(name.region, self.vocabulary.is_national(text))
        period, weight, origin = self.scope.period(predicate.specs[-1] if predicate.specs else name.spec)
        to_date = any(t.kind == "verb" and t.text.startswith("累计") for t in said.left)
        if to_date and period is not None and period.accumulation == "month":
            period = period.to_date()
        if predicate.rule.startswith("growth"):
            self._settle_base(predicate, text, period, state)
        if predicate.base_specs and not self.scope.is_year_before(predicate.base_specs[-1], period):
            predicate.kind = "change"
        if predicate.kind == "actual":
            predicate.kind = state.modal or ("comparison" if predicate.approximate else "actual")
        sign = number.sign or predicate.sign
        value = number.value if number.value < 0 < -sign else number.value * sign
        if predicate.rule.startswith("risen-to") and origin == "period:date":
            weight = min(weight, _UNDATED_RISE)
        weights = {"name": name.weight, origin: weight, "place": place_weight}
        return Frame(
            predicate, text, None, place, period, number, value, said.start, text, state.stage, weights
        )

    def _settle_base(
        self, predicate: Predicate, text: str, period: Period | None, state: SentenceState
    ) -> None:
        """Growth without a base is on the year, except after 从环比看 and among parts of what grew on the month."""
        head = self.vocabulary.lent_head(self.vocabulary.resolve(text)[0])
        if predicate.base:
            state.yearly = state.yearly or predicate.base == "yoy"
            state.monthly = head if predicate.base == "mom" and not state.yearly else ""
            state.grown = state.grown or predicate.base == "yoy"
            return
        predicate.base_specs = state.compared
        short = period is None or period.accumulation in ("month", "period")
        state.grown = True
        if state.on_month:
            state.monthly = head
        if state.on_month or (short and head and head == state.monthly):
            predicate.kind, predicate.family = "change", "mom"


def _settle_unit(number: Token, text: str, base: str) -> None:
    """人口78万, 经济总量2887.7亿: a multiple alone takes the unit of what it is of."""
    if number.unit == "万" and text.endswith(_PEOPLE):
        number.unit = "万人"
    elif number.unit in _BARE_MULTIPLES:
        number.unit += base


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


def _is_of(left: Sequence[Token]) -> bool:
    """分别是北京、天津人均生产总值的29.5%: a part of something else, not growth."""
    return (
        bool(left) and left[-1].kind == "attribute" and any(t.kind in ("verb", "respectively") for t in left)
    )
