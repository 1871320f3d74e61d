"""A circle's quarter: published figures of its members, what can be computed from them, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.errors import WarehouseError

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse


FIGURES = """
SELECT region_code, indicator_code, measure, value, unit, decimals, published_on, publisher, url, quote,
       observation_id, unit_printed
FROM mart_circle_quarter
WHERE circle_id = :circle AND quarter = :quarter AND variant = '' AND access = 'public'
"""


LATEST = """
SELECT MAX(quarter) FROM mart_circle_quarter
WHERE circle_id = :circle AND indicator_code = 'GDP' AND measure = 'level_ytd' AND access = 'public'
  AND role NOT IN ('province', 'nation')
GROUP BY CASE WHEN role = 'circle' THEN 0 ELSE 1 END
ORDER BY CASE WHEN role = 'circle' THEN 0 ELSE 1 END
"""


@dataclass(frozen=True)
class Figure:
    """One published figure with where it was read."""

    region_code: str
    indicator_code: str
    measure: str
    value: float
    unit: str
    decimals: int
    published_on: date | str | None
    publisher: str
    url: str
    quote: str
    observation_id: str
    unit_printed: str

    @property
    def text(self) -> str:
        """The value as printed, or in the common unit with as many digits as it holds."""
        return f"{self.value:.{self.decimals}f}" if self.unit == self.unit_printed else f"{self.value:.10g}"


@dataclass(frozen=True)
class Computed:
    """A figure that was computed, with its parts named."""

    value: float
    unit: str
    how: str


@dataclass
class CircleQuarter:
    """The published figures of one circle and quarter, by (region, indicator, measure)."""

    circle_id: str
    quarter: str
    figures: dict[tuple[str, str, str], Figure] = field(default_factory=dict)

    def get(self, region: str, indicator: str, *measures: str) -> Figure | None:
        """The first published figure among the measures."""
        return next((f for m in measures if (f := self.figures.get((region, indicator, m)))), None)

    def level(self, region: str, indicator: str) -> Figure | None:
        """The cumulative level, or the stock at the end of the period."""
        return self.get(region, indicator, "level_ytd", "level_eop", "level")

    def growth(self, region: str, indicator: str) -> Figure | None:
        """Growth as published, whatever its basis."""
        names = (
            "yoy_real_ytd",
            "yoy_comparable_ytd",
            "yoy_nominal_ytd",
            "yoy_ytd",
            "yoy_eop",
            "yoy_real",
            "yoy",
        )
        return self.get(region, indicator, *names)


def load_quarter(warehouse: Warehouse, circle_id: str, quarter: str) -> CircleQuarter:
    """Read a circle's quarter, with its provinces and the nation for comparison; raises when there is nothing."""
    _, rows = warehouse.query(FIGURES, parameters={"circle": circle_id, "quarter": quarter})
    found = CircleQuarter(circle_id, quarter)
    for row in rows:
        figure = Figure(*row)
        found.figures[(figure.region_code, figure.indicator_code, figure.measure)] = figure
    if not found.figures:
        raise WarehouseError(
            f"no figure of {circle_id} for {quarter}",
            way_out='Run `metroetl run`, or ask `metroetl query "SELECT DISTINCT quarter FROM mart_circle_quarter"`.',
        )
    return found


def latest_quarter(warehouse: Warehouse, circle_id: str) -> str:
    """The newest quarter for which the circle's own GDP was published, else a member's; raises when there is none."""
    _, rows = warehouse.query(LATEST, parameters={"circle": circle_id})
    if not rows:
        raise WarehouseError(
            f"no quarter of {circle_id} is in the warehouse yet",
            way_out="Run `metroetl run` or `metroetl demo`.",
        )
    return str(rows[0][0])


def missing(members: Iterable[str], found: Iterable[str]) -> list[str]:
    """Names of the members without a figure."""
    have, words = set(found), catalogue()
    return [words.regions[m].name_zh for m in members if m not in have]


def sum_of_levels(quarter: CircleQuarter, members: list[str], indicator: str) -> Computed | None:
    """Sum of the members' levels; None when a member is missing (nothing is filled up)."""
    levels = {m: f for m in members if (f := quarter.level(m, indicator))}
    if len(levels) < len(members) or len({f.unit for f in levels.values()}) != 1:
        return None
    unit = next(iter(levels.values())).unit
    return Computed(sum(f.value for f in levels.values()), unit, "成员之和")


def laspeyres_growth(quarter: CircleQuarter, members: list[str], indicator: str) -> Computed | None:
    """Growth of the sum, each member's base reached from its level and growth: Σx / Σ(x/(1+g)) − 1, in per cent."""
    pairs = [(quarter.level(m, indicator), quarter.growth(m, indicator)) for m in members]
    if any(level is None or growth is None for level, growth in pairs):
        return None
    now = sum(level.value for level, _ in pairs if level)
    base = sum(level.value / (1 + growth.value / 100) for level, growth in pairs if level and growth)
    return Computed((now / base - 1) * 100, "%", "成员水平与增速（拉氏）")
