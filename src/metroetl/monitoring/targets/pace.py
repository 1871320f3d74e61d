"""Progress against time (序时进度): the share of a year's target that is done, against the share of the year that is over.

The time is that of the calendar (25, 50, 75, 100 %), or a seasonal path: the mean share of the year's level that was
reached at that quarter in the last three to five years, by published cumulative levels (DOMAIN.md §8).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from metroetl.monitoring.aggregates import made, name
from metroetl.monitoring.figures import CircleFigures, Figure, Refused, number_of
from metroetl.monitoring.targets.goals import Goal

FEWEST_YEARS, MOST_YEARS = 3, 5
Path = Literal["calendar", "seasonal"]


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The share of the year that counts as over, per cent: by the calendar, or by the mean of `years`."""

    share: float
    path: Path
    years: tuple[int, ...] = ()
    parts: tuple[Figure, ...] = ()

    @property
    def text(self) -> str:
        """按日历; 按2020—2024年同期占全年比重均值（4年）."""
        if self.path == "calendar":
            return "按日历"
        return f"按{self.years[0]}—{self.years[-1]}年同期占全年比重均值（{len(self.years)}年）"


@dataclass(frozen=True, slots=True)
class Pace:
    """Done and elapsed, per cent of the year's target and of the year; `gap` is their difference in points.

    `seasonal_refused` says why the calendar was taken where the seasonal path was asked for.
    """

    done: Figure
    elapsed: Elapsed
    seasonal_refused: Refused | None = None

    @property
    def gap(self) -> float:
        """Points ahead of time, negative behind."""
        return self.done.value - self.elapsed.share

    @property
    def text(self) -> str:
        """超时序进度3.1个百分点."""
        return gap_words(self.gap)


def gap_words(points: float) -> str:
    """超时序进度3.1个百分点, 慢于序时进度2.0个百分点, 与序时进度持平 (by the printed decimal)."""
    size = f"{abs(points):.1f}"
    if size == "0.0":
        return "与序时进度持平"
    return f"超时序进度{size}个百分点" if points > 0 else f"慢于序时进度{size}个百分点"


def calendar(quarter: str) -> Elapsed:
    """25, 50, 75 or 100 per cent."""
    return Elapsed(25.0 * number_of(quarter), "calendar")


def seasonal(data: CircleFigures, region: str, indicator: str, quarter: str) -> Elapsed | Refused:
    """The mean share of the year at this quarter in the last years that have both levels; refused with under three."""
    number, year = number_of(quarter), int(quarter[:4])
    if number == 4:
        return Elapsed(100.0, "calendar")
    shares: dict[int, float] = {}
    parts: list[Figure] = []
    for past in range(year - MOST_YEARS, year):
        then = data.get(region, indicator, "level_ytd", f"{past}-Q{number}")
        whole = data.get(region, indicator, "level_ytd", f"{past}-Q4")
        if then and whole and whole.value > 0 and then.unit == whole.unit:
            shares[past] = then.value / whole.value * 100
            parts += [then, whole]
    if len(shares) < FEWEST_YEARS:
        return Refused(
            f"季节路径需近{MOST_YEARS}年中至少{FEWEST_YEARS}年，现有{len(shares)}年", (name(region),)
        )
    return Elapsed(fmean(shares.values()), "seasonal", tuple(shares), tuple(parts))


def pace(data: CircleFigures, goal: Goal, quarter: str, path: Path = "calendar") -> Pace | Refused:
    """Progress of a year's target of a cumulative level; refused for growth, stocks, rates and targets of later years."""
    if goal.growth:
        return Refused("增速目标不按序时进度计")
    if goal.year != int(quarter[:4]):
        return Refused("非当年目标，不按序时进度计")
    if goal.value <= 0:
        return Refused("目标值不为正，不计进度")
    now = data.get(goal.region_code, goal.indicator_code or "", "level_ytd", quarter)
    if now is None or now.unit != goal.unit:
        stock = goal.reached(data, quarter)
        why = "期末数不按序时进度计" if stock and stock.measure != "level_ytd" else "缺累计数，未计序时进度"
        return Refused(why, (name(goal.region_code),))
    done = made((now, goal.figure), goal.region_code, now.value / goal.value * 100, 1, "累计数÷全年目标", "completion_rate", "%")  # fmt: skip
    if path == "calendar":
        return Pace(done, calendar(quarter))
    usual = seasonal(data, goal.region_code, goal.indicator_code or "", quarter)
    if isinstance(usual, Refused):
        return Pace(done, calendar(quarter), usual)
    return Pace(done, usual)
