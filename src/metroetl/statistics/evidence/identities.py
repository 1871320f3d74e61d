"""What must hold between the figures of one release; which indicators add up, the catalogue says.

Growth of GDP and of its sectors is real while their levels are nominal, bases are revised with censuses, and growth of
investment and retail sales counts on a comparable basis. So growth is held against levels only beyond 2.5 points (mixed
vintages: told, no fault of the reader) and beyond 25 points (one of the figures is wrong); it is confirmed by levels
only where it is plainly theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from metroetl.catalogue import Catalogue
from metroetl.statistics.evidence import judges
from metroetl.statistics.evidence.agreement import Fact, Span, Value
from metroetl.statistics.evidence.judges import Verdict
from metroetl.statistics.lexing.lexer import lex
from metroetl.statistics.lexing.normalise import normalise
from metroetl.statistics.models import Statement
from metroetl.statistics.vocabulary.words import vocabulary

_NATION = "000000"
_LEVELS = ("level", "level_ytd", "level_eop", "level_pit")
_SHARES = ("share", "share_of_gdp")
_CONTRIBUTORS = range(3, 8)
_STATED = ("actual", "previous")


class Check(NamedTuple):
    """One identity: the values of each operand, and how they are judged; not `strict` where it can only confirm."""

    name: str
    operands: tuple[Sequence[Value], ...]
    judge: Callable[[Sequence[Value]], Verdict | None]
    strict: bool = True


class Key(NamedTuple):
    """Where the values of a fact stand; `group` puts measures together that an identity takes for one."""

    kind: str
    group: str
    thing: str
    place: str
    variant: str
    span: Span


class Identities:
    """The identities whose operands a release prints."""

    def __init__(self, values: Mapping[Fact, list[Value]], catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.values: defaultdict[Key, list[Value]] = defaultdict(list)
        for f, found in values.items():
            self.values[Key(f.kind, self._group(f), f.thing, f.place, f.variant, f.span)] += found
        self._circles = {c.region_code: c for c in catalogue.circles.values() if c.members_known and c.order}
        self._wholes = {i.parts[0]: i.code for i in catalogue.indicators.values() if i.parts}

    def __iter__(self) -> Iterator[Check]:
        for key in list(self.values):
            family = self._family(key)
            if key.kind in _STATED and family == "level":
                yield from self._sums(key)
                yield from self._growths(key)
            elif key.kind in _STATED and family == "share":
                yield from self._shares(key)
            elif key.kind == "contribution":
                yield from self._contributions(key)
        yield from self._contributors()

    def _group(self, fact: Fact) -> str:
        measure = self.catalogue.measures.get(fact.measure)
        if fact.measure in _LEVELS:
            return "level"
        if measure is None or measure.family != "yoy":
            return fact.measure
        indicator = self.catalogue.indicators.get(fact.thing)
        alike = measure.basis.startswith(("constant", "same set"))
        stated = fact.measure.startswith("yoy_nominal")
        if alike or not (stated or (indicator and "real" not in indicator.price_basis)):
            return "growth like levels"
        return "growth of levels"

    def _family(self, key: Key) -> str:
        measure = self.catalogue.measures.get(key.group)
        return measure.family if measure else ""

    def _at(self, key: Key) -> list[Value]:
        return self.values.get(key, [])

    # --- levels --------------------------------------------------------------------------------------------------

    def _sums(self, key: Key) -> Iterator[Check]:
        indicator = self.catalogue.indicators.get(key.thing)
        if indicator and indicator.parts:
            parts = (self._at(key._replace(thing=part)) for part in indicator.parts)
            yield Check(f"sum:{key.thing}", (self._at(key), *parts), judges.adds_up)
        circle = self._circles.get(key.place)
        if circle and indicator and indicator.agg_rule == "sum":
            members = (self._at(key._replace(place=code)) for code in circle.order)
            yield Check("sum:circle", (self._at(key), *members), partial(judges.adds_up, places=True))

    def _growths(self, key: Key) -> Iterator[Check]:
        """Level and growth against the level of a year before, and against the change since."""
        if key.kind != "actual":
            return
        now, span = self._at(key), _year_before(key.span)
        before = self._at(key._replace(span=span)) + self._at(key._replace(span=span, kind="previous"))
        changes = [v for v in self._at(key._replace(kind="change")) if self._on_year(v.prints[0])]
        for plain, group in ((True, "growth of levels"), (False, "growth like levels")):
            growth = self._at(key._replace(group=group))
            yield Check("growth:levels", (now, before, growth), partial(judges.grew, plain=plain))
            yield Check("growth:change", (now, changes, growth), partial(judges.grew_by, plain=plain))
        yield Check("change:levels", (now, before, changes), judges.changed, strict=False)

    def _on_year(self, change: Statement) -> bool:
        """Whether a change counts from a year before: 比上年同期, at the year's end also 比上年末; not 同比多增."""
        words = normalise(change.quote).text
        tokens = lex(words, 0, len(words), vocabulary(self.catalogue))
        bases = [t for t in tokens if t.kind == "base"]
        more = any(t.text[0] in "多少" for t in tokens if t.kind == "direction")
        if more or not bases or bases[-1].data != "yoy":
            return False
        return bases[-1].text[-1] not in "末底" or change.period_end.month == 12

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self.catalogue.indicator_names())

    # --- shares and ratios ---------------------------------------------------------------------------------------

    def _shares(self, key: Key) -> Iterator[Check]:
        indicator = self.catalogue.indicators.get(key.thing)
        if indicator and indicator.ratio_of:
            top, bottom = (self._at(key._replace(group="level", thing=code)) for code in indicator.ratio_of)
            yield Check("ratio", (self._at(key), top, bottom), judges.divides)
            return
        part = self._at(key._replace(group="level"))
        for thing, place, strict in self._wholes_of(key) if part else ():
            whole = self._at(key._replace(group="level", thing=thing, place=place))
            yield Check("share", (self._at(key), part, whole), judges.divides, strict)
        if key.group in _SHARES and (code := self._wholes.get(key.thing)):
            parts = [self._at(key._replace(thing=p)) for p in self.catalogue.indicators[code].parts]
            strict = key.group == "share_of_gdp"
            yield Check("sum:shares", ([judges.HUNDRED], *parts), judges.adds_up, strict)

    def _wholes_of(self, key: Key) -> Iterator[tuple[str, str, bool]]:
        """What a share can be of, as (indicator, place), and whether it must be that one."""
        known = key.thing in self.catalogue.indicators
        if key.group == "share_of_gdp":
            yield "GDP", key.place, True
        for place in self._places_of(key):
            yield key.thing, place, known
        if not known and (kin := self._kin(key.thing)):
            yield kin, key.place, False

    def _kin(self, name: str) -> str | None:
        """The indicator that a longer name ends with: 机电产品出口 is a part of 出口."""
        endings = (name[i:] for i in range(1, len(name)))
        return next((self._names[ending] for ending in endings if ending in self._names), None)

    def _places_of(self, key: Key) -> Iterator[str]:
        if key.group == "share_of_circle":
            yield from (code for code, circle in self._circles.items() if key.place in circle.order)
        elif key.group == "share_of_nation" and key.place != _NATION:
            yield _NATION
        elif key.group == "share_of_province":
            circle = self._circles.get(key.place)
            provinces = circle.province_codes if circle else [f"{key.place[:2]}0000"]
            if len(provinces) == 1 and provinces[0] != key.place:
                yield provinces[0]

    # --- contributions to growth ---------------------------------------------------------------------------------

    def _contributions(self, key: Key) -> Iterator[Check]:
        """Of the parts of a whole: rates make up 100, points make up its growth; points are rate × growth."""
        code = self._wholes.get(key.thing)
        if code:
            parts = [self._at(key._replace(thing=p)) for p in self.catalogue.indicators[code].parts]
            if key.group == "contribution_rate":
                yield Check("sum:contributions", ([judges.HUNDRED], *parts), judges.adds_up)
            if key.group == "contribution_pp":
                yield Check("sum:points", (self._growth_of_gdp(key), *parts), judges.adds_up)
        if key.group == "contribution_pp":
            rates, sector = self._at(key._replace(group="contribution_rate")), key.thing in self._sectors
            operands = (self._at(key), rates, self._growth_of_gdp(key))
            yield Check("contribution:points", operands, judges.contributes, strict=sector)

    @cached_property
    def _sectors(self) -> tuple[str, ...]:
        gdp = self.catalogue.indicators.get("GDP")
        return gdp.parts if gdp else ()

    def _growth_of_gdp(self, key: Key) -> list[Value]:
        return self._at(key._replace(kind="actual", group="growth like levels", thing="GDP"))

    def _contributors(self) -> Iterator[Check]:
        """Rates of contribution to one growth, whoever contributes (消费, 投资, 净出口), make up 100 if all are told."""
        rates: defaultdict[Key, list[Sequence[Value]]] = defaultdict(list)
        for key, values in self.values.items():
            if key.group == "contribution_rate" and key.thing not in self._sectors:
                rates[key._replace(thing="")].append(values)
        for found in rates.values():
            if len(found) in _CONTRIBUTORS:
                yield Check("sum:contributions", ([judges.HUNDRED], *found), judges.adds_up, strict=False)


def _year_before(span: Span) -> Span:
    start, end = span
    day = 28 if (end.month, end.day) == (2, 29) else end.day
    before = end.replace(year=end.year - 1, day=day)
    if (before.month, before.day) == (2, 28) and before.year % 4 == 0:
        before = before.replace(day=29)
    return (before if start == end else start.replace(year=start.year - 1), before)
