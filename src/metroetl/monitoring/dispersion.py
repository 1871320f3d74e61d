"""How a circle's cities differ: concentration and regional gap, from levels and population of all of its cities.

Primacy: the largest city's level against the second's, and its share of the sum (Jefferson 1939). Coefficient of
variation: of the per-head values, weighted by population (Williamson 1965). Theil: Σ y_i ln(y_i/p_i), of shares of the
level and of the population (Theil 1967); 0 where all are alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from metroetl.monitoring.aggregates import made, missing
from metroetl.monitoring.figures import CircleFigures, Computed, Figure, Refused, earlier, number_of


@dataclass(frozen=True)
class Dispersion:
    """primacy2: first over second; primacy: the first's share of the sum, per cent; cv and theil: no unit."""

    primacy2: Computed
    primacy: Computed
    cv: Computed
    theil: Computed


def dispersion(data: CircleFigures, indicator: str, quarter: str) -> Dispersion:
    """All measures of an indicator's levels; what lacks a city (or its population) is refused by name."""

    def read(region: str) -> Figure | None:
        return data.level(region, indicator, quarter)

    gone = missing(data.cities, read)
    levels = [f for c in data.cities if (f := read(c))]
    if gone or len(levels) < 2:
        refused = Refused("缺成员数据，未计算差异", gone)
        return Dispersion(refused, refused, refused, refused)
    first, second, *_ = sorted((f.value for f in levels), reverse=True)
    whole = sum(f.value for f in levels)
    return Dispersion(
        made(levels, data.region, first / second, 2, "首位城市与第二位之比", "ratio", "倍"),
        made(levels, data.region, first / whole * 100, 1, "首位城市占各市之和比重", "share", "%"),
        *_per_head(data, levels, quarter),
    )


def _per_head(data: CircleFigures, levels: list[Figure], quarter: str) -> tuple[Computed, Computed]:
    people = [_population(data, f.region_code, quarter) for f in levels]
    if any(p is None for p in people):
        gone = missing(data.cities, lambda c: _population(data, c, quarter))
        refused = Refused("缺常住人口，未计算人均差异", gone)
        return refused, refused
    heads = [p.value for p in people if p]
    parts = [*levels, *(p for p in people if p)]
    values = [f.value for f in levels]
    all_values, all_heads = sum(values), sum(heads)
    mean = all_values / all_heads
    variance = sum(h / all_heads * (v / h - mean) ** 2 for v, h in zip(values, heads, strict=True))
    theil = sum(
        v / all_values * math.log((v / all_values) / (h / all_heads))
        for v, h in zip(values, heads, strict=True)
    )
    return (
        made(parts, data.region, math.sqrt(variance) / mean, 3, "人均值的人口加权变异系数", "ratio", "无"),
        made(parts, data.region, theil, 4, "泰尔指数", "ratio", "无"),
    )


def _population(data: CircleFigures, region: str, quarter: str) -> Figure | None:
    """Residents at the end of the last year that is known by then: that year's, or the one before."""
    last = quarter if number_of(quarter) == 4 else f"{int(quarter[:4]) - 1}-Q4"
    return next((f for q in (last, earlier(last, years=1)) if (f := data.level(region, "POP", q))), None)
