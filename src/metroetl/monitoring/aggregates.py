"""What is computed of a circle: sums, Laspeyres growth, shares, gaps, ranks, single quarters, averages, contributions.

Nothing is filled up: what lacks a city is refused, and the city named. Published figures are preferred to computed ones
(`Compared`). All rates are in per cent, gaps in percentage points. Methods: docs/explanation/monitoring.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from metroetl.catalogue import catalogue
from metroetl.monitoring.figures import (
    NATION,
    CircleFigures,
    Compared,
    Computed,
    Figure,
    Refused,
    earlier,
    number_of,
)

Read = Callable[[str], Figure | None]


def name(region: str) -> str:
    """The place's Chinese name."""
    return catalogue().regions[region].name_zh


def missing(regions: Iterable[str], read: Read) -> tuple[str, ...]:
    """Names of the places that `read` has nothing of, in order."""
    return tuple(name(r) for r in regions if read(r) is None)


def _members(data: CircleFigures) -> Refused | None:
    """Why the circle's cities can't be added up at all."""
    if not data.circle.members_known or not data.cities:
        return Refused("成员名单不完整，不合计")
    return None


def total(data: CircleFigures, indicator: str, quarter: str) -> Compared:
    """The circle's level: as published, and the sum of its cities where the indicator adds up (agg_rule sum)."""
    published = data.level(data.region, indicator, quarter)
    return Compared(published, _sum(data, indicator, quarter))


def _sum(data: CircleFigures, indicator: str, quarter: str) -> Computed:
    def read(region: str) -> Figure | None:
        return data.level(region, indicator, quarter)

    if catalogue().indicators[indicator].agg_rule != "sum":
        return Refused("该指标不可加总")
    if refused := _members(data):
        return refused
    if gone := missing(data.cities, read):
        return Refused("缺成员数据，未合计", gone)
    parts = [f for c in data.cities if (f := read(c))]
    if len({(f.measure, f.unit) for f in parts}) > 1:
        return Refused("各市口径或单位不一，未合计")
    return made(parts, data.region, sum(f.value for f in parts), min(f.decimals for f in parts), "各市之和")


def made(
    parts: Sequence[Figure],
    region: str,
    value: float,
    decimals: int,
    how: str,
    measure: str = "",
    unit: str = "",
) -> Figure:
    """A computed figure; indicator, quarter, and unless told measure and unit are those of its first part."""
    first = parts[0]
    return Figure(
        region, first.indicator_code, measure or first.measure, first.quarter, value, unit or first.unit, decimals,
        how=how, parts=tuple(parts),
    )  # fmt: skip


def growth(data: CircleFigures, indicator: str, quarter: str) -> Compared:
    """The circle's growth: as published, and of its cities weighted by their base (Laspeyres): Σx / Σ(x/(1+g)) − 1.

    For GDP and its parts that is real growth where the cities publish it: levels at current prices, so it holds to
    about 0.1 point (DOMAIN.md §4.5).
    """
    published = data.growth(data.region, indicator, quarter)
    return Compared(published, _laspeyres(data, indicator, quarter))


def bases(data: CircleFigures, indicator: str, quarter: str) -> dict[str, float] | Refused:
    """What each city had a year before by its own level and growth, x/(1+g); refused where one lacks either."""
    if refused := _members(data):
        return refused
    if catalogue().indicators[indicator].agg_rule != "sum":
        return Refused("该指标不可加总")
    both = {c: (data.level(c, indicator, quarter), data.growth(c, indicator, quarter)) for c in data.cities}
    if gone := tuple(name(c) for c, (x, g) in both.items() if x is None or g is None):
        return Refused("缺成员的水平或增速，未合成", gone)
    if len({(x.measure, x.unit, g.measure) for x, g in both.values() if x and g}) > 1:
        return Refused("各市口径或单位不一，未合成")
    return {c: x.value / (1 + g.value / 100) for c, (x, g) in both.items() if x and g}


def _laspeyres(data: CircleFigures, indicator: str, quarter: str) -> Computed:
    base = bases(data, indicator, quarter)
    if isinstance(base, Refused):
        return base
    levels = [f for c in data.cities if (f := data.level(c, indicator, quarter))]
    rates = [f for c in data.cities if (f := data.growth(c, indicator, quarter))]
    value = (sum(f.value for f in levels) / sum(base.values()) - 1) * 100
    return made(
        [*rates, *levels], data.region, value, 2, "按各市水平与增速合成（拉氏）", rates[0].measure, "%"
    )


def share(
    data: CircleFigures, region: str, whole: str, indicator: str, quarter: str, measure: str
) -> Compared:
    """A place's share of another's level, per cent: as published under `measure` (share_of_province, share_of_circle),
    and of the two levels. The circle's own level may be the sum of its cities.
    """
    published = data.get(region, indicator, measure, quarter)
    part, of = (_level(data, place, indicator, quarter) for place in (region, whole))
    if part is None or of is None:
        gone = tuple(name(p) for p, f in ((region, part), (whole, of)) if f is None)
        return Compared(published, Refused("缺水平数，未计算占比", gone))
    if part.unit != of.unit or part.measure != of.measure or not of.value:
        return Compared(published, Refused("口径或单位不一，未计算占比"))
    value = part.value / of.value * 100
    return Compared(published, made((part, of), region, value, 1, "水平之比", measure, "%"))


def _level(data: CircleFigures, region: str, indicator: str, quarter: str) -> Figure | None:
    return (
        total(data, indicator, quarter).best
        if region == data.region
        else data.level(region, indicator, quarter)
    )


def gap(data: CircleFigures, region: str, other: str, indicator: str, quarter: str) -> Computed:
    """Growth less another place's, in percentage points; refused where it is another measure, variant or missing."""
    mine = (
        growth(data, indicator, quarter).best
        if region == data.region
        else data.growth(region, indicator, quarter)
    )
    theirs = data.growth(other, indicator, quarter)
    if mine is None or theirs is None:
        return Refused(
            "缺增速，未比较", tuple(name(p) for p, f in ((region, mine), (other, theirs)) if f is None)
        )
    if mine.measure != theirs.measure:
        return Refused("增速口径不一，未比较")
    decimals = max(1, min(mine.decimals, theirs.decimals))
    return made((mine, theirs), region, mine.value - theirs.value, decimals, "增速之差", "yoy_pp", "百分点")


def rank(data: CircleFigures, region: str, read: Read) -> int | Refused:
    """The place's rank among the circle's cities by what `read` gives, highest first, equals alike; all must be there."""
    if gone := missing(data.cities, read):
        return Refused("缺成员数据，未排位", gone)
    own = read(region)
    if own is None:
        return Refused("不是成员，未排位", (name(region),))
    return 1 + sum(f.value > own.value for c in data.cities if (f := read(c)))


def single_quarter(data: CircleFigures, region: str, indicator: str, quarter: str) -> Computed:
    """The quarter alone: as published, else the difference of two cumulative figures (of mixed vintage where revised)."""
    if published := data.get(region, indicator, "level", quarter):
        return published
    now = data.get(region, indicator, "level_ytd", quarter)
    if now is None:
        return Refused("缺累计数，未计算当季", (name(region),))
    if number_of(quarter) == 1:
        return now
    before = data.get(region, indicator, "level_ytd", earlier(quarter, 1))
    if before is None:
        return Refused("缺上季累计数，未计算当季", (name(region),))
    decimals = max(now.decimals, before.decimals)
    return made((now, before), region, now.value - before.value, decimals, "两期累计数之差", "level")


def two_year_average(data: CircleFigures, region: str, indicator: str, quarter: str) -> Computed:
    """Geometric mean of this year's and last year's growth, per cent (两年平均增长); both as published."""
    now, before = (data.growth(region, indicator, q) for q in (quarter, earlier(quarter, years=1)))
    if now is None or before is None:
        return Refused("缺当年或上年增速，未计算两年平均", (name(region),))
    if now.measure != before.measure:
        return Refused("两年增速口径不一，未计算两年平均", (name(region),))
    value = (((1 + now.value / 100) * (1 + before.value / 100)) ** 0.5 - 1) * 100
    return made((now, before), region, value, 1, "两年增速的几何平均", "yoy2_avg_real_ytd")


def contributions(data: CircleFigures, indicator: str, quarter: str) -> dict[str, Figure] | Refused:
    """By how many points each city pulls the circle's growth: its growth weighted by its share of the base.

    The points add up to the Laspeyres growth, exactly.
    """
    base = bases(data, indicator, quarter)
    if isinstance(base, Refused):
        return base
    whole = sum(base.values())
    found = {}
    for city, part in base.items():
        level, rate = data.level(city, indicator, quarter), data.growth(city, indicator, quarter)
        if level and rate:
            points = part / whole * rate.value
            found[city] = made((rate, level), city, points, 2, "增速×基期比重", "contribution_pp", "百分点")
    return found


def compared_with(data: CircleFigures) -> tuple[tuple[str, str], ...]:
    """What the circle is compared with, and how a text calls it: its province (全省) and the nation (全国)."""
    province = ((data.province, "全省"),) if data.province else ()
    return (*province, (NATION, "全国"))
