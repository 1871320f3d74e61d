"""The diagnosis (诊断): from which cities or sectors a change of growth comes, and how shares moved.

Growth is that of the sum, each part weighted by its base x/(1+g) (Laspeyres); a part's contribution is its growth by its
share of the base. So contributions add up to the computed growth, and their differences to its change, exactly. A
difference is split in what came of the part's own growth (at mean shares) and of its weight (at mean growth), which again
add up to it. Growth is never made of two printed levels (DOMAIN.md §4.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from metroetl.monitoring import aggregates
from metroetl.monitoring.aggregates import made
from metroetl.monitoring.figures import CircleFigures, Figure, earlier
from metroetl.monitoring.loop.found import Lack

SECTORS = ("VA1", "VA2", "VA3")


@dataclass(frozen=True, slots=True)
class Pull:
    """A part's level, growth (per cent), share of the base (0 to 1) and contribution (points) in a quarter."""

    level: Figure
    rate: Figure
    weight: float

    @property
    def points(self) -> float:
        """By how many points it pulls the growth of the whole."""
        return self.weight * self.rate.value

    @property
    def figure(self) -> Figure:
        """The contribution as a computed figure."""
        parts = (self.rate, self.level)
        return made(
            parts, self.rate.region_code, self.points, 2, "增速×基期比重", "contribution_pp", "百分点"
        )


Pulls = Mapping[str, Pull]
When = Literal["now", "before"]


@dataclass(frozen=True, slots=True)
class Part:
    """A city or a sector: its pull now and before, by name (region or indicator code)."""

    code: str
    now: Pull
    before: Pull

    @property
    def change(self) -> float:
        """Contribution now less contribution before, in points."""
        return self.now.points - self.before.points

    @property
    def own(self) -> float:
        """What of it came of the part's own growth, at its mean share."""
        return (self.now.weight + self.before.weight) / 2 * (self.now.rate.value - self.before.rate.value)

    @property
    def shift(self) -> float:
        """What of it came of the part's weight, at its mean growth."""
        return (self.now.rate.value + self.before.rate.value) / 2 * (self.now.weight - self.before.weight)

    @property
    def figure(self) -> Figure:
        """The change as a computed figure."""
        now, before = self.now.figure, self.before.figure
        return made((now, before), now.region_code, self.change, 2, "两期拉动之差", "yoy_pp", "百分点")


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change of growth by parts: `region`'s, of `indicator`, between two quarters' cumulative figures."""

    region: str
    indicator: str
    quarter: str
    before: str
    parts: tuple[Part, ...]

    @property
    def growth(self) -> float:
        """The computed growth now, per cent: the sum of the contributions."""
        return sum(p.now.points for p in self.parts)

    @property
    def growth_before(self) -> float:
        """The computed growth before."""
        return sum(p.before.points for p in self.parts)

    @property
    def change(self) -> float:
        """By how many points it changed: the sum of the parts' changes."""
        return sum(p.change for p in self.parts)

    @property
    def pulled_down(self) -> float:
        """The sum of the changes under zero, a negative number or 0."""
        return sum(p.change for p in self.parts if p.change < 0)

    def figure(
        self,
        value: float,
        how: str,
        measure: str,
        unit: str,
        of: Sequence[When] = ("now", "before"),
        decimals: int = 2,
    ) -> Figure:
        """A figure of the whole that rests on one quarter's parts, or on both quarters'."""
        pulls: list[Pull] = [getattr(p, when) for when in of for p in self.parts]
        parts = [f for pull in pulls for f in (pull.rate, pull.level)]
        return made(parts, self.region, value, decimals, how, measure, unit)


Decomposed = Decomposition | Lack


def city_pulls(data: CircleFigures, indicator: str, quarter: str) -> Pulls | Lack:
    """Each city's contribution to the circle's computed growth; or which cities' figures are missing."""
    base = aggregates.bases(data, indicator, quarter)
    if not isinstance(base, dict):
        gone = tuple(
            c
            for c in data.cities
            if data.level(c, indicator, quarter) is None or data.growth(c, indicator, quarter) is None
        )
        why = None if gone else (base.why, "the cities' figures can't be added up")
        return Lack(gone, indicator, "both", quarter, why)
    pairs = {c: (data.level(c, indicator, quarter), data.growth(c, indicator, quarter)) for c in base}
    return _pulls({c: (x, g) for c, (x, g) in pairs.items() if x and g})


def sector_pulls(data: CircleFigures, region: str, quarter: str) -> Pulls | Lack:
    """Each sector's contribution to the growth of their sum at a place; or what isn't published."""
    pairs: dict[str, tuple[Figure, Figure]] = {}
    for code in SECTORS:
        if region == data.region:
            level = aggregates.total(data, code, quarter).best
            rate = aggregates.growth(data, code, quarter).best
        else:
            level, rate = data.level(region, code, quarter), data.growth(region, code, quarter)
        if level is None or rate is None:
            return Lack((region,), code, "both", quarter)
        pairs[code] = (level, rate)
    return _pulls(pairs)


def _pulls(pairs: Mapping[str, tuple[Figure, Figure]]) -> Pulls:
    base = {code: level.value / (1 + rate.value / 100) for code, (level, rate) in pairs.items()}
    whole = sum(base.values())
    return {code: Pull(level, rate, base[code] / whole) for code, (level, rate) in pairs.items()}


def by_city(data: CircleFigures, indicator: str, quarter: str, before: str) -> Decomposed:
    """The change of the circle's computed growth between two quarters by city."""
    now, then = (city_pulls(data, indicator, q) for q in (quarter, before))
    return _decomposed(data.region, indicator, (quarter, now), (before, then))


def by_sector(data: CircleFigures, region: str, quarter: str, before: str) -> Decomposed:
    """The change of the growth computed of a place's three sectors between two quarters."""
    now, then = (sector_pulls(data, region, q) for q in (quarter, before))
    return _decomposed(region, "GDP", (quarter, now), (before, then))


def _decomposed(
    region: str, indicator: str, now: tuple[str, Pulls | Lack], before: tuple[str, Pulls | Lack]
) -> Decomposed:
    (quarter, new), (then, old) = now, before
    if isinstance(new, Lack):
        return new
    if isinstance(old, Lack):
        return old
    parts = tuple(Part(code, new[code], old[code]) for code in new)
    return Decomposition(region, indicator, quarter, then, parts)


def nearest(data: CircleFigures, indicator: str, quarter: str) -> tuple[Decomposed, tuple[Lack, ...]]:
    """The change on the same period of last year, else on the last quarter's cumulative growth; and what stood in the way.

    At the first quarter the last one is the whole of last year.
    """
    lacks: list[Lack] = []
    found: Decomposed = Lack((), indicator, "both", quarter)
    for before in (earlier(quarter, years=1), earlier(quarter, 1)):
        found = by_city(data, indicator, quarter, before)
        if isinstance(found, Decomposition):
            break
        lacks.append(found)
    return found, tuple(dict.fromkeys(lacks))


@dataclass(frozen=True, slots=True)
class ShareMove:
    """A city's share of the circle's level, per cent, now and before."""

    region: str
    now: Figure
    before: Figure

    @property
    def points(self) -> float:
        """By how many points it moved."""
        return self.now.value - self.before.value

    @property
    def figure(self) -> Figure:
        """The move as a computed figure."""
        decimals = max(1, min(self.now.decimals, self.before.decimals))
        return made(
            (self.now, self.before), self.region, self.points, decimals, "占比之差", "yoy_pp", "百分点"
        )


def share_moves(data: CircleFigures, indicator: str, quarter: str, before: str) -> list[ShareMove]:
    """The cities whose share of the circle is known in both quarters, in their order."""
    found = []
    for city in data.cities:
        now, then = (
            aggregates.share(data, city, data.region, indicator, q, "share_of_circle").best
            for q in (quarter, before)
        )
        if now and then:
            found.append(ShareMove(city, now, then))
    return found
