"""Indices: editions and values, own ones computed from the facts and those that others published, told apart by `origin`.

Derived from the catalogue and from what is published, so each computation replaces all rows; nothing else points at them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Index, Text, delete
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime, metadata, one_of
from metroetl.warehouse.load import add_bulk

ORIGINS = ("computed", "published")
Rows = Sequence[Mapping[str, Any]]


class DimIndex(Table, table=True):
    """An edition of an index: how it is made. Of a published one only what its publisher states is there."""

    __table_args__ = (one_of("origin", *ORIGINS), one_of("kind", "level", "process", ""))

    index_id: str = Field(primary_key=True)
    edition: str = Field(primary_key=True)
    origin: str
    kind: str
    title_zh: str
    title_en: str
    data_year: int | None = None
    normalisation: str
    weighting: str
    aggregation: str
    base: str
    coverage_minimum: float | None = None
    as_of: date | None = None
    publisher: str
    basis: str = Field(sa_type=Text)


class CoreIndexValue(Table, table=True):
    """A value of an index: of the whole, a dimension or an indicator, of a place in a year.

    `weight_pct` is what it weighs in this value, after missing indicators were made up for; a whole that isn't covered
    enough has no value and says what is missing. `published_at`: since when all that it rests on was published.
    """

    __table_args__ = (
        one_of("origin", *ORIGINS),
        one_of("part_level", "total", "dimension", "indicator", "coverage"),
        one_of("obs_status", "A", "E", "L"),
        one_of("world", "facts", "synthetic"),
        one_of("access", "public", "internal"),
        CheckConstraint("value IS NOT NULL OR rank IS NOT NULL OR obs_status = 'L'", name="said"),
        CheckConstraint("covered_pct BETWEEN 0 AND 100.001", name="covered"),
        Index(None, "index_id", "edition", "region_code", "period"),
    )

    value_id: str = Field(primary_key=True)
    index_id: str
    edition: str
    origin: str
    data_year: int | None = None
    period: str | None = None
    period_end: date | None = None
    region_code: str = Field(foreign_key="dim_region.region_code")
    part: str
    part_level: str
    part_zh: str
    part_en: str
    sort_order: int
    value: float | None = None
    unit: str
    raw_value: float | None = None
    raw_unit: str
    raw_period: str | None = None
    obs_status: str
    weight_pct: float | None = None
    covered_pct: float | None = None
    rank: int | None = None
    rank_of: int | None = None
    rank_best: int | None = None
    rank_worst: int | None = None
    value_low: float | None = None
    value_high: float | None = None
    contribution: float | None = None
    contribution_pct: float | None = None
    missing: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    observation_ids: str = Field(sa_type=Text)
    publisher: str
    source: str = Field(sa_type=Text)
    published_on: date | None = None
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    access: str
    world: str = Field(foreign_key="meta_world.world")


def keep_indices(connection: Connection, editions: Rows, values: Rows) -> None:
    """Replace all editions and values by these."""
    for name, rows in (("core_index_value", values), ("dim_index", editions)):
        table = metadata.tables[name]
        connection.execute(delete(table))
        add_bulk(connection, table, rows)
