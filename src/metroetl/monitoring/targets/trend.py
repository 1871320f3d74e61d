"""Required against actual rate: by how much a level has grown a year, and by how much it has to, to reach its target.

CAGR_actual = (y_t/y_0)^(1/(t−t_0)) − 1, CAGR_required = (y*/y_0)^(1/(T−t_0)) − 1, R their ratio, classed as Eurostat does
(cut-offs in `catalogue/monitoring/trend.yml`, not confirmed in our sources). Distance to the target path:
(y_t − y_path)/(y* − y_0), the path growing at the required rate from y_0 (our choice). Levels are at current prices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metroetl.monitoring.aggregates import name
from metroetl.monitoring.figures import LEVELS, RATES, CircleFigures, Figure, Refused
from metroetl.monitoring.targets.goals import Goal
from metroetl.monitoring.targets.rules import TrendClass, trend_classes

BEFORE_ISSUE = 1  # the base is the year of issue, else this many years before


@dataclass(frozen=True, slots=True)
class Trend:
    """Rates in per cent a year; `ratio` R; `distance` in shares of the whole way; from the base to the latest year."""

    base: Figure
    latest: Figure
    actual: float
    required: float
    ratio: float
    distance: float
    kind: TrendClass

    @property
    def span(self) -> str:
        """2021—2025."""
        return f"{self.base.quarter[:4]}—{self.latest.quarter[:4]}"


def rate(first: float, last: float, years: int) -> float:
    """Compound growth a year, per cent."""
    return float((last / first) ** (1 / years) - 1) * 100


def annual(data: CircleFigures, region: str, indicator: str, year: int) -> Figure | None:
    """What a year came to, as published: the cumulative level, stock or rate of its last quarter."""
    return data.first(region, indicator, (*LEVELS, *RATES), f"{year}-Q4")


def trend(data: CircleFigures, goal: Goal, quarter: str) -> Trend | Refused:
    """Of a level whose target lies at least a year after its base; refused by name without base or latest figure."""
    if goal.growth or goal.indicator_code is None:
        return Refused("非水平类目标，未比较速度")
    issued = goal.stated_on.year
    base = _first(
        data, goal, (issued - back for back in range(BEFORE_ISSUE + 1) if issued - back < goal.year)
    )
    if base is None:
        return Refused(f"缺{issued - BEFORE_ISSUE}或{issued}年基数，未比较速度", (name(goal.region_code),))
    start = int(base.quarter[:4])
    last = min(int(quarter[:4]) if quarter.endswith("4") else int(quarter[:4]) - 1, goal.year)
    latest = _first(data, goal, range(last, start, -1))
    if latest is None:
        return Refused("基年之后尚无年度数，未比较速度", (name(goal.region_code),))
    if base.measure != latest.measure or min(base.value, latest.value, goal.value) <= 0:
        return Refused("口径不一或数值不为正，未比较速度", (name(goal.region_code),))
    way = goal.value - base.value
    if (way <= 0) if goal.floor else (way >= 0):
        return Refused("基年已达到目标，未比较速度", (name(goal.region_code),))
    return _compared(goal, base, latest)


def _compared(goal: Goal, base: Figure, latest: Figure) -> Trend:
    start, now = int(base.quarter[:4]), int(latest.quarter[:4])
    actual = rate(base.value, latest.value, now - start)
    required = rate(base.value, goal.value, goal.year - start)
    path = base.value * (1 + required / 100) ** (now - start)
    ratio = actual / required
    distance = (latest.value - path) / (goal.value - base.value)
    return Trend(base, latest, actual, required, ratio, distance, trend_classes().of(ratio))


def _first(data: CircleFigures, goal: Goal, years: Iterable[int]) -> Figure | None:
    found = (annual(data, goal.region_code, goal.indicator_code or "", year) for year in years)
    return next((f for f in found if f and f.unit == goal.unit), None)
