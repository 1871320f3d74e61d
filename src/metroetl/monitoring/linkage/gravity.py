"""The gravity model of economic links from published figures: F_ij = k_ij · M_i · M_j / d_ij^b.

M = √(P·G), P residents (万人), G gross product (亿元), b = 2, k_ij = G_i/(G_i+G_j) gives a direction; membership (隶属度) is
F_ij / Σ_j F_ij, so a city's memberships add up to 1. DOMAIN.md §7.3. F has no unit of its own and compares within one
quarter only, as G is cumulative. P is of one end of a year for all: the last by that quarter or the one before,
whichever more cities have published. A pair that lacks a figure or a distance is left out and named; memberships and
ranks are given of a whole circle only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from math import sqrt

from metroetl.monitoring.aggregates import made, missing, name
from metroetl.monitoring.figures import CircleFigures, Figure, Refused, earlier, number_of
from metroetl.monitoring.linkage.distances import Distances, distances

EXPONENT = 2.0
Pair = tuple[str, str]
Masses = Mapping[str, tuple[Figure, Figure]]


@dataclass(frozen=True)
class Gravity:
    """Forces and memberships by (from, to), what is left out for want of what, and what they rest on."""

    forces: dict[Pair, Figure]
    memberships: dict[Pair, Figure]
    refused: tuple[Refused, ...]
    distances: Distances
    population_quarter: str

    def rank(self, pair: Pair) -> int | None:
        """The pair's rank by force, highest first; None unless every pair of the circle is there."""
        if self.refused:
            return None
        return 1 + sum(f.value > self.forces[pair].value for f in self.forces.values())

    def together(self, pair: Pair) -> float:
        """The forces of both directions."""
        i, j = pair
        return self.forces[i, j].value + self.forces[j, i].value


def gravity(
    data: CircleFigures, quarter: str, *, by: Distances | None = None, exponent: float = EXPONENT
) -> Gravity | Refused:
    """The model of a circle's cities; refused by name where not even two of them have what it needs."""
    if not data.circle.members_known or len(data.cities) < 2:
        return Refused("成员名单不完整，未计算引力模型")
    year_end = _population_quarter(data, quarter)
    masses = {
        c: (g, p)
        for c in data.cities
        if (g := data.level(c, "GDP", quarter)) and (p := data.level(c, "POP", year_end))
    }
    if len({(g.measure, g.unit, p.measure, p.unit) for g, p in masses.values()}) > 1:
        return Refused("各市口径或单位不一，未计算引力模型")
    far = by or distances()
    pairs = [pair for pair in permutations(masses, 2) if pair in far.by_pair]
    refused = tuple(_lacking(data, quarter, year_end, masses, far))
    if not pairs:
        return next(iter(refused), Refused("缺数据，未计算引力模型"))
    forces = {pair: _force(masses, pair, far, exponent) for pair in pairs}
    memberships = {} if refused else {pair: _membership(forces, pair) for pair in forces}
    return Gravity(forces, memberships, refused, far, year_end)


def _population_quarter(data: CircleFigures, quarter: str) -> str:
    """The last end of a year by then, or the one before if more cities have published their residents of that."""
    last = quarter if number_of(quarter) == 4 else f"{int(quarter[:4]) - 1}-Q4"
    before = earlier(last, years=1)
    known = {end: sum(data.level(c, "POP", end) is not None for c in data.cities) for end in (last, before)}
    return before if known[before] > known[last] else last


def _lacking(
    data: CircleFigures, quarter: str, year_end: str, masses: Masses, far: Distances
) -> list[Refused]:
    """What is missing, by what and whom."""
    found = [
        ("缺地区生产总值", missing(data.cities, lambda c: data.level(c, "GDP", quarter))),
        (f"缺{year_end[:4]}年末常住人口", missing(data.cities, lambda c: data.level(c, "POP", year_end))),
        ("缺距离", tuple(f"{name(i)}—{name(j)}" for i, j in permutations(masses, 2) if (i, j) not in far.by_pair)),
    ]  # fmt: skip
    return [Refused(why, gone) for why, gone in found if gone]


def _force(masses: Masses, pair: Pair, far: Distances, exponent: float) -> Figure:
    (g_i, p_i), (g_j, p_j) = (masses[city] for city in pair)
    direction = g_i.value / (g_i.value + g_j.value)
    value = direction * sqrt(p_i.value * g_i.value * p_j.value * g_j.value) / far.by_pair[pair] ** exponent
    return made((g_i, p_i, g_j, p_j), pair[0], value, 2, "引力模型", "gravity", "无")


def _membership(forces: dict[Pair, Figure], pair: Pair) -> Figure:
    of_city = [force for (i, _), force in forces.items() if i == pair[0]]
    value = 100 * forces[pair].value / sum(f.value for f in of_city)
    return made(of_city, pair[0], value, 1, "隶属度", "membership", "%")
