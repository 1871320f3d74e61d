"""The raw values of an edition's indicators: figures as published, for a circle also as computed of its cities.

What can't be had is refused by name; a value of the year before may stand in, and is flagged E.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.monitoring.aggregates import growth, made, name, share, total
from metroetl.monitoring.dispersion import dispersion
from metroetl.monitoring.figures import (
    GROWTHS,
    LEVELS,
    CircleFigures,
    Compared,
    Computed,
    Figure,
    Key,
    Refused,
    load_places,
)
from metroetl.monitoring.index.definitions import Edition, Item

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Place:
    """A member of an index with the figures of all; `data` where it is a circle."""

    region: str
    figures: Mapping[Key, Figure]
    data: CircleFigures | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """An indicator's value, or why there is none; `carried` where it is that of the year before."""

    value: Computed
    carried: bool = False

    @property
    def figure(self) -> Figure | None:
        """The value if there is one."""
        return self.value if isinstance(self.value, Figure) else None


def quarter_of(year: int) -> str:
    """The quarter whose cumulative figure is the year's."""
    return f"{year}-Q4"


def load_members(warehouse: Warehouse, edition: Edition) -> list[Place]:
    """The members of an edition with their public figures, as published by its day, in the order of the file."""
    circles = {c.region_code: c for c in catalogue().circles.values()}
    mine = [circles[m] for m in edition.members if m in circles]
    regions = dict.fromkeys([*edition.members, *(r for c in mine for r in (*c.order, *c.province_codes))])
    quarters = [quarter_of(year) for year in range(edition.years[0] - 1, edition.data_year + 1)]
    figures = load_places(warehouse, list(regions), quarters, as_of=edition.as_of)
    return [place_of(region, figures) for region in edition.members]


def place_of(region: str, figures: Mapping[Key, Figure]) -> Place:
    """A place over figures; a circle of the catalogue is one whose cities can be added up."""
    circle = next((c for c in catalogue().circles.values() if c.region_code == region), None)
    return Place(region, figures, CircleFigures(circle, dict(figures)) if circle else None)


def raw_value(place: Place, item: Item, year: int, edition: Edition) -> Raw:
    """An indicator's value of a year; else that of the year before, where it may be carried and isn't before the base."""
    value = _value(place, item, year, edition)
    if isinstance(value, Figure) or not (item.carry and edition.coverage.carry_years):
        return Raw(value)
    if edition.base is not None and year - 1 < edition.base:
        return Raw(value)
    before = _value(place, item, year - 1, edition)
    return Raw(before, carried=True) if isinstance(before, Figure) else Raw(value)


def _value(place: Place, item: Item, year: int, edition: Edition) -> Computed:
    quarter = quarter_of(year)
    if item.take == "chain":
        return _chain(place, item, edition.base or year, year)
    if item.take == "primacy":
        return _primacy(place, item, quarter)
    value = _figure(place, item.indicator, item.measure, item.variant, quarter)
    if item.per is None or isinstance(value, Refused):
        return value
    by = _figure(place, item.per.indicator, item.per.measure, "", quarter)
    if isinstance(by, Refused):
        return by
    if by.value == 0:
        return Refused("除数为零")
    return made(
        (value, by), place.region, value.value / by.value * item.per.times, 2, "两项之比", "ratio", item.unit
    )


def _figure(place: Place, indicator: str, measure: str, variant: str, quarter: str) -> Computed:
    """As published, else for a circle as computed by the same measure."""
    if found := place.figures.get((place.region, indicator, measure, quarter, variant)):
        return found
    words = catalogue().indicators[indicator].name_zh
    nothing = Refused("未公布", (f"{name(place.region)}{words}",))
    if place.data is None or variant:
        return nothing
    compared = _computed(place.data, indicator, measure, quarter)
    if compared and compared.best and compared.best.measure == measure:
        return compared.best
    if compared and compared.refused and compared.refused.missing:
        return Refused(compared.refused.why, tuple(f"{m}{words}" for m in compared.refused.missing))
    return nothing


def _computed(data: CircleFigures, indicator: str, measure: str, quarter: str) -> Compared | None:
    if measure in LEVELS:
        return total(data, indicator, quarter)
    if measure in GROWTHS:
        return growth(data, indicator, quarter)
    if measure == "share_of_province" and data.province:
        return share(data, data.region, data.province, indicator, quarter, measure)
    return None


def _chain(place: Place, item: Item, base: int, year: int) -> Computed:
    """Published growth chained from the base year = 100; every year in between must be there."""
    rates: list[Figure] = []
    for each in range(base + 1, year + 1):
        rate = _figure(place, item.indicator, item.measure, item.variant, quarter_of(each))
        if isinstance(rate, Refused):
            return Refused(f"缺{each}年增速", rate.missing)
        rates.append(rate)
    return _chained(place, item, rates, base)


def _chained(place: Place, item: Item, rates: Sequence[Figure], base: int) -> Figure:
    value = 100.0
    for rate in rates:
        value *= 1 + rate.value / 100
    how = f"{base}年=100，公布增速环接"
    quarter = rates[-1].quarter if rates else quarter_of(base)
    return Figure(
        place.region, item.indicator, "index_base", quarter, value, item.unit, 2, how=how, parts=tuple(rates)
    )


def _primacy(place: Place, item: Item, quarter: str) -> Computed:
    if place.data is None:
        return Refused("只适用于都市圈", (name(place.region),))
    return dispersion(place.data, item.indicator, quarter).primacy
