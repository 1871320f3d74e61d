"""The chance that a target is met, with bands: how past years varied, carried on to the target's year.

`log_growth_t` (levels): the yearly log growths of the last years are taken as independent draws of one normal
distribution of unknown mean and variance. With n of them, mean m and standard deviation s, the log level h years on is
ln y + h·m + s·√(h + h²/n)·t, t with n−1 degrees of freedom: the exact predictive distribution under that assumption (that
of a mean of h draws to come: Hahn & Meeker, Statistical Intervals). A stock or rate in per cent is treated alike.

`year_end_change_t` (growth within its year): the changes from this quarter's cumulative growth to the year's, in the last
years, are taken so: growth now + mean + s·√(1 + 1/n)·t.

Both need four observations; with fewer they are refused by name. They tell how past variation would carry on; a policy,
a crisis or a revision of levels is not in them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from metroetl.monitoring.aggregates import name
from metroetl.monitoring.figures import CircleFigures, Figure, Refused, number_of
from metroetl.monitoring.targets.goals import Goal
from metroetl.monitoring.targets.trend import annual

FEWEST, MOST = 4, 10
OLDEST = 2  # years that the newest yearly figure may be old
BANDS = (50, 80, 95)
LIKELY, UNLIKELY = 66, 33


@dataclass(frozen=True, slots=True)
class Chance:
    """Probability in per cent; the median and central bands (per cent → low, high) of the value in the target's year."""

    probability: float
    median: float
    bands: dict[int, tuple[float, float]]
    method: str
    observations: int
    parts: tuple[Figure, ...] = ()

    @property
    def words(self) -> str:
        """可能, 不大可能, 难以判断: as the IPCC's likelihood scale parts them, at 66 and 33 per cent."""
        if self.probability >= LIKELY:
            return "可能达到"
        return "不大可能达到" if self.probability <= UNLIKELY else "难以判断"


def predict(
    start: float, draws: Sequence[float], ahead: int, target: float, *, floor: bool = True, logs: bool = True
) -> tuple[float, float, dict[int, tuple[float, float]]]:
    """Probability (per cent), median and bands of start plus `ahead` more draws; on logs of levels, or on plain values.

    The draws are two or more; where they never varied, the outcome is certain.
    """
    from scipy.stats import t as student

    n, mean, spread = len(draws), fmean(draws), stdev(draws)
    middle = (math.log(start) if logs else start) + ahead * mean
    scale = spread * math.sqrt(ahead + ahead**2 / n)
    wanted = math.log(target) if logs else target
    back = math.exp if logs else float
    if scale < 1e-12:
        met = middle >= wanted - 1e-12 if floor else middle <= wanted + 1e-12
        return 100.0 * met, back(middle), {b: (back(middle), back(middle)) for b in BANDS}
    above = float(student.sf((wanted - middle) / scale, n - 1)) * 100
    reach = {b: float(student.ppf(0.5 + b / 200, n - 1)) * scale for b in BANDS}
    bands = {b: (back(middle - r), back(middle + r)) for b, r in reach.items()}
    return above if floor else 100 - above, back(middle), bands


def chance(data: CircleFigures, goal: Goal, quarter: str) -> Chance | Refused:
    """The chance of a target that isn't due yet; refused once its year is over, or with too few past years."""
    if goal.indicator_code is None:
        return Refused("无对应指标")
    if goal.year < int(quarter[:4]) or quarter == f"{goal.year}-Q4":
        return Refused("已到期")
    return _of_growth(data, goal, quarter) if goal.growth else _of_level(data, goal, quarter)


def _of_level(data: CircleFigures, goal: Goal, quarter: str) -> Chance | Refused:
    code, end = goal.indicator_code or "", int(quarter[:4]) - (number_of(quarter) < 4)
    years = range(end - MOST, end + 1)
    series = {y: f for y in years if (f := annual(data, goal.region_code, code, y))}
    last = max(series, default=0)
    if last < end - OLDEST:
        return Refused("缺近年年度数", (name(goal.region_code),))
    now = series[last]
    pairs = [(series[y - 1], f) for y, f in series.items() if y - 1 in series]
    usable = [(a, b) for a, b in pairs if a.measure == b.measure == now.measure and min(a.value, b.value) > 0]
    if len(usable) < FEWEST or now.unit != goal.unit or goal.value <= 0:
        return _too_few("年增速", len(usable), goal)
    draws = [math.log(b.value / a.value) for a, b in usable]
    found = predict(now.value, draws, goal.year - last, goal.value, floor=goal.floor)
    return Chance(*found, "log_growth_t", len(draws), tuple(dict.fromkeys(f for p in usable for f in p)))


def _of_growth(data: CircleFigures, goal: Goal, quarter: str) -> Chance | Refused:
    if goal.year != int(quarter[:4]):
        return Refused("非当年增速目标", (name(goal.region_code),))
    now = goal.reached(data, quarter)
    if now is None:
        return Refused("缺本期增速", (name(goal.region_code),))
    code, number, year = goal.indicator_code or "", number_of(quarter), goal.year
    both = [
        (data.get(goal.region_code, code, now.measure, f"{y}-Q{number}"), data.get(goal.region_code, code, now.measure, f"{y}-Q4"))
        for y in range(year - MOST, year)
    ]  # fmt: skip
    usable = [(a, b) for a, b in both if a and b]
    if len(usable) < FEWEST:
        return _too_few("同期与全年增速", len(usable), goal)
    draws = [b.value - a.value for a, b in usable]
    found = predict(now.value, draws, 1, goal.value, floor=goal.floor, logs=False)
    return Chance(*found, "year_end_change_t", len(draws), (now, *(f for p in usable for f in p)))


def _too_few(what: str, there: int, goal: Goal) -> Refused:
    return Refused(f"需至少{FEWEST}个{what}，现有{there}个", (name(goal.region_code),))
