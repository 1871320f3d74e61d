"""Figures of a circle as the marts show them, and what is computed from them: each with its evidence or its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from metroetl.catalogue import catalogue
from metroetl.errors import WarehouseError

if TYPE_CHECKING:
    from datetime import date

    from metroetl.catalogue.models import Circle
    from metroetl.warehouse import Warehouse

NATION = "000000"
Key = tuple[str, str, str, str, str]  # region, indicator, measure, quarter, variant
LEVELS = ("level_ytd", "level_eop", "level")
GROWTHS = (
    "yoy_real_ytd", "yoy_comparable_ytd", "yoy_nominal_ytd", "yoy_ytd", "yoy_eop", "yoy_real", "yoy_nominal", "yoy",
)  # fmt: skip
RATES = ("rate_eop", "rate", "ratio")

_COLUMNS = """
SELECT region_code, indicator_code, measure, quarter, variant, value, unit, decimals, unit_printed, obs_status,
  revision_stage, published_on, publisher, document_title, url, quote, observation_id
"""
_FIGURES = f"{_COLUMNS} FROM mart_circle_quarter WHERE circle_id = :circle"
_PLACES = f"{_COLUMNS} FROM mart_indicator_quarter WHERE "
_LATEST = """
SELECT MAX(quarter) FROM mart_circle_quarter
WHERE circle_id = :circle AND indicator_code = 'GDP' AND measure = 'level_ytd' AND role NOT IN ('province', 'nation')
GROUP BY CASE WHEN role = 'circle' THEN 0 ELSE 1 END
ORDER BY CASE WHEN role = 'circle' THEN 0 ELSE 1 END
"""


def rounded(value: float, decimals: int) -> Decimal:
    """Rounded half up (四舍五入), as the offices do; a float's last digits of noise don't count; never -0."""
    clean = Decimal(f"{value:.{decimals + 6}f}")
    return clean.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0


def printed(value: float, decimals: int) -> str:
    """The rounded value as text, no thousands separator."""
    return f"{rounded(value, decimals):f}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a published figure was read."""

    observation_id: str
    published_on: date | str | None
    publisher: str
    document_title: str
    url: str
    quote: str
    obs_status: str = "A"
    revision_stage: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a place and a quarter: published, with its evidence, or computed, with its parts.

    `value` is in `unit`, the catalogue's; `decimals` as printed, or as many as a computed one may show.
    """

    region_code: str
    indicator_code: str
    measure: str
    quarter: str
    value: float
    unit: str
    decimals: int
    variant: str = ""
    evidence: Evidence | None = None
    how: str = ""
    parts: tuple[Figure, ...] = ()

    @property
    def origin(self) -> Literal["published", "computed"]:
        """Whether it was published or is computed."""
        return "published" if self.evidence else "computed"

    @property
    def text(self) -> str:
        """The value with its decimals, in its unit, no thousands separator: 5930.3."""
        return printed(self.value, self.decimals)

    def sources(self) -> Iterator[Figure]:
        """The published figures that it rests on: itself, or its parts' all the way down."""
        if self.evidence:
            yield self
        for part in self.parts:
            yield from part.sources()


@dataclass(frozen=True, slots=True)
class Refused:
    """What isn't computed, with the reason in Chinese and the places (names) that are missing."""

    why: str
    missing: tuple[str, ...] = ()


Computed = Figure | Refused


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure as published and as computed; the published one is preferred, their difference is shown."""

    published: Figure | None
    computed: Computed

    @property
    def best(self) -> Figure | None:
        """The published figure, else the computed one, else None."""
        return self.published or (self.computed if isinstance(self.computed, Figure) else None)

    @property
    def refused(self) -> Refused | None:
        """Why there is no computed one."""
        return self.computed if isinstance(self.computed, Refused) else None

    @property
    def difference(self) -> float | None:
        """Computed minus published, in their unit; None unless there are both."""
        if self.published is None or isinstance(self.computed, Refused):
            return None
        return self.computed.value - self.published.value


@dataclass
class CircleFigures:
    """All public figures of a circle, its cities, provinces and the nation: latest states, or as of a day."""

    circle: Circle
    figures: dict[Key, Figure] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The circle's own region code."""
        return self.circle.region_code

    @property
    def cities(self) -> Sequence[str]:
        """Its cities in their fixed order."""
        return self.circle.order

    @property
    def province(self) -> str | None:
        """The province that all of the circle lies in; None where there are several."""
        return self.circle.province_codes[0] if len(self.circle.province_codes) == 1 else None

    @cached_property
    def quarters(self) -> list[str]:
        """The quarters that have a figure of the circle or of one of its cities, in order."""
        own = {self.region, *self.cities}
        return sorted({key[3] for key in self.figures if key[0] in own})

    def get(
        self, region: str, indicator: str, measure: str, quarter: str, variant: str = ""
    ) -> Figure | None:
        """One published figure."""
        return self.figures.get((region, indicator, measure, quarter, variant))

    def first(self, region: str, indicator: str, measures: Iterable[str], quarter: str) -> Figure | None:
        """The first published one among the measures."""
        return next((f for m in measures if (f := self.get(region, indicator, m, quarter))), None)

    def level(self, region: str, indicator: str, quarter: str) -> Figure | None:
        """The cumulative level, or the stock at the end of the period."""
        return self.first(region, indicator, LEVELS, quarter)

    def growth(self, region: str, indicator: str, quarter: str) -> Figure | None:
        """Growth as published, whatever its basis."""
        return self.first(region, indicator, GROWTHS, quarter)


def load_figures(
    warehouse: Warehouse, circle_id: str, *, quarters: Sequence[str] = (), as_of: date | None = None
) -> CircleFigures:
    """Read a circle's figures (of these quarters, or of all); raises WarehouseError for an unknown circle.

    Public rows only; `as_of` asks for what was published by that day.
    """
    circle = catalogue().circles.get(circle_id)
    if circle is None:
        raise WarehouseError(
            f"no circle {circle_id}", way_out='`metroetl query "SELECT * FROM dic_circle"` lists them.'
        )
    wanted, names = _among("quarter", quarters)
    sql = f"{_FIGURES} AND {wanted}" if quarters else _FIGURES
    return CircleFigures(
        circle, _by_key(warehouse.records(sql, {"circle": circle_id, **names}, as_of=as_of, public=True))
    )


def load_places(
    warehouse: Warehouse, regions: Sequence[str], quarters: Sequence[str], *, as_of: date | None = None
) -> dict[Key, Figure]:
    """Public figures of any places and quarters, by region, indicator, measure, quarter and variant."""
    (places, names), (when, more) = _among("region_code", regions), _among("quarter", quarters)
    sql = f"{_PLACES} {places} AND {when}"
    return _by_key(warehouse.records(sql, names | more, as_of=as_of, public=True))


def _among(column: str, values: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A condition that a column is one of the values, with its parameters."""
    names = {f"{column}{number}": value for number, value in enumerate(values)}
    return f"{column} IN ({', '.join(':' + n for n in names)})", names


def _by_key(rows: Iterable[dict[str, Any]]) -> dict[Key, Figure]:
    found = (_figure(row) for row in rows)
    return {(f.region_code, f.indicator_code, f.measure, f.quarter, f.variant): f for f in found}


def latest_quarter(warehouse: Warehouse, circle_id: str, as_of: date | None = None) -> str:
    """The newest quarter for which the circle's own GDP was published (by a day), else a member's; raises for none."""
    _, rows = warehouse.query(_LATEST, {"circle": circle_id}, as_of=as_of, public=True)
    if not rows:
        raise WarehouseError(
            f"no quarter of {circle_id} is in the warehouse yet",
            way_out="Run `metroetl run` or `metroetl demo`.",
        )
    return str(rows[0][0])


def _figure(row: dict[str, Any]) -> Figure:
    value, unit = float(row["value"]), row["unit"]
    printed = unit == row["unit_printed"]
    return Figure(
        **{
            name: row[name]
            for name in ("region_code", "indicator_code", "measure", "quarter", "variant", "unit")
        },
        value=value,
        decimals=row["decimals"] if printed else len(f"{value:.10g}".partition(".")[2]),
        evidence=Evidence(**{name: row[name] for name in Evidence.__dataclass_fields__}),
    )


# --- quarters ------------------------------------------------------------------------------------------------------


def number_of(quarter: str) -> int:
    """1 to 4."""
    return int(quarter[-1])


def every_quarter(first: str, last: str) -> list[str]:
    """All quarters from one to another, both of them too: what a time axis needs, so that a gap is seen."""
    found = [last]
    while found[-1] > first:
        found.append(earlier(found[-1], 1))
    return found[::-1]


def earlier(quarter: str, quarters: int = 0, *, years: int = 0) -> str:
    """The quarter so much earlier: 2025-Q1, one quarter: 2024-Q4."""
    at = int(quarter[:4]) * 4 + number_of(quarter) - 1 - quarters - 4 * years
    return f"{at // 4}-Q{at % 4 + 1}"
