"""Scores of an edition: normalised, weighted, aggregated; what lacks 80 % of the weight gets none, and says what is missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.monitoring.aggregates import name
from metroetl.monitoring.figures import Figure, Refused
from metroetl.monitoring.index.definitions import Edition, Item
from metroetl.monitoring.index.normalise import efficacy, relative
from metroetl.monitoring.index.read import Place, Raw, load_members, quarter_of, raw_value
from metroetl.monitoring.index.weigh import covered, effective

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Scored:
    """An indicator of a place: its raw value, its normalised one (None where it is missing), its share of the score."""

    item: Item
    raw: Raw
    d: float | None
    weight: float

    @property
    def carried(self) -> bool:
        """Whether the value is of the year before (flag E)."""
        return self.d is not None and self.raw.carried


@dataclass(frozen=True, slots=True)
class Score:
    """What an edition says of a place in a year; `value` None with `why` where too little is covered.

    `weight` of its indicators sums to 1 where there is a value.
    """

    edition: Edition
    region: str
    year: int
    items: tuple[Scored, ...]
    covered: float
    value: float | None
    why: str = ""

    @property
    def missing(self) -> tuple[Scored, ...]:
        """The indicators that it has no value of."""
        return tuple(s for s in self.items if s.d is None)

    def missing_names(self) -> list[str]:
        """Their Chinese names, each with what of it isn't published: 财政自给率（缺一般公共预算支出）."""
        return [_named(self.region, s) for s in self.missing]

    @property
    def carried(self) -> tuple[Scored, ...]:
        """The indicators whose value is of the year before."""
        return tuple(s for s in self.items if s.carried)

    @property
    def d(self) -> dict[str, float]:
        """Normalised values by indicator."""
        return {s.item.key: s.d for s in self.items if s.d is not None}

    def dimension(self, key: str) -> float | None:
        """The score of a dimension, None where none of it is covered or nothing is published."""
        mine = {s.item.key: s for s in self.items if s.item.dimension == key and s.d is not None}
        if self.value is None or not mine:
            return None
        return aggregate(
            self.edition,
            {k: s.d for k, s in mine.items() if s.d is not None},
            {k: s.weight for k, s in mine.items()},
        )

    def figure(self) -> Figure | None:
        """The score as a figure that rests on those of its indicators."""
        if self.value is None:
            return None
        parts = tuple(s.raw.figure for s in self.items if s.d is not None and s.raw.figure)
        measure = "index_base" if self.edition.base else "score_0_100"
        how = f"{self.edition.title_zh}{self.edition.edition}版"
        quarter = quarter_of(self.year)
        return Figure(
            self.region, "IDX_HQD", measure, quarter, self.value, self.edition.unit, 1, how=how, parts=parts
        )


def scores(warehouse: Warehouse, edition: Edition) -> list[Score]:
    """All scores of an edition: each member in each of its years, members in the order of the file."""
    return [
        score(edition, place, year) for place in load_members(warehouse, edition) for year in edition.years
    ]


def entropy_sample(warehouse: Warehouse, edition: Edition) -> tuple[list[str], dict[str, list[float]]]:
    """The members that have every indicator in the data year, and their normalised values: what entropy weights need."""
    found = [s for s in scores(warehouse, edition) if s.year == edition.data_year and not s.missing]
    return [s.region for s in found], {i.key: [s.d[i.key] for s in found] for i in edition.indicators}


def score(edition: Edition, place: Place, year: int) -> Score:
    """A place's score in a year."""
    values = [(item, *_normalised(edition, place, item, year)) for item in edition.indicators]
    there = {item.key: d for item, _, d in values if d is not None}
    share, weights = covered(edition, there), effective(edition, there)
    why = _why_not(edition, share, weights, there)
    value = None if why else aggregate(edition, there, weights)
    items = tuple(Scored(item, raw, d, 0.0 if why else weights.get(item.key, 0.0)) for item, raw, d in values)
    return Score(edition, place.region, year, items, share, value, why)


def _normalised(edition: Edition, place: Place, item: Item, year: int) -> tuple[Raw, float | None]:
    raw = raw_value(place, item, year, edition)
    if raw.figure is None:
        return raw, None
    if edition.base is None:
        assert item.unacceptable is not None and item.satisfactory is not None, (
            "the catalogue's check saw to it"
        )
        return raw, efficacy(raw.figure.value, item.unacceptable, item.satisfactory, edition.scale)
    base = raw_value(place, item, edition.base, edition)
    if base.figure is None:
        return Raw(
            Refused(f"缺{edition.base}年基数", base.value.missing if isinstance(base.value, Refused) else ())
        ), None
    if base.figure.value <= 0 or raw.figure.value <= 0:
        return Raw(Refused("负值或零，不能作定基比")), None
    return raw, relative(raw.figure.value, base.figure.value, item.direction)


def _why_not(edition: Edition, share: float, weights: Mapping[str, float], there: Mapping[str, float]) -> str:
    if share < edition.coverage.minimum - 1e-9:
        return f"指标权重覆盖{share:.0f}%，低于{edition.coverage.minimum:.0f}%，不发布"
    if not weights:
        return "有一个维度全部缺数，不发布"
    if edition.aggregation == "geometric" and min(there.values()) <= 0:
        return "有指标得分不为正，不能作几何平均"
    return ""


def aggregate(edition: Edition, d: Mapping[str, float], weights: Mapping[str, float], how: str = "") -> float:
    """Weighted arithmetic (compensating) or geometric mean of normalised values; weights need not sum to 1."""
    whole = sum(weights[k] for k in d)
    if (how or edition.aggregation) == "geometric":
        return math.exp(sum(weights[k] * math.log(v) for k, v in d.items()) / whole)
    return sum(weights[k] * v for k, v in d.items()) / whole


def rank(among: Iterable[Score], one: Score) -> tuple[int, int] | None:
    """A score's place among those of its year and of places of its level (circles, cities, …), and of how many; equals alike."""
    if one.value is None:
        return None
    peers = [s.value for s in among if s.value is not None and s.year == one.year and level(s) == level(one)]
    return 1 + sum(v > one.value + 1e-9 for v in peers), len(peers)


def level(one: Score) -> str:
    """The level of its place: a circle isn't ranked against its own cities or the nation."""
    return catalogue().regions[one.region].level


def _named(region: str, one: Scored) -> str:
    """The indicator; in brackets whose figure it lacks, and of a quotient which one."""
    lacking = one.raw.value.missing if isinstance(one.raw.value, Refused) else ()
    own = "" if one.item.per else catalogue().indicators[one.item.indicator].name_zh
    details = [m.removeprefix(name(region)).removesuffix(own) for m in lacking]
    told = "、".join(dict.fromkeys(d for d in details if d))
    return f"{one.item.name_zh}（缺{told}）" if told else one.item.name_zh
