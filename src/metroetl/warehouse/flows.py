"""Flows between places as an operator gives them, and what is computed of links: between places, from flows or figures.

What an operator gives is internal for good. A later file of the same period is a new vintage beside the earlier one;
links are derived, so those of one file (or of a circle's published figures) are replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Connection, Index, UniqueConstraint, delete, select
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime, one_of
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import Row, add_bulk


class _Given(Table):
    """When it counts as known, when it was loaded, who may see it and since when."""

    published_at: datetime = Field(sa_type=UtcDateTime)
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    access: str
    embargo_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    world: str = Field(foreign_key="meta_world.world")


class CoreFlowFile(_Given, table=True):
    """One period of a file of flows: a vintage of what a source gives of that period."""

    __table_args__ = (UniqueConstraint("source_name", "period", "vintage"), one_of("access", "internal"))

    file_id: str = Field(primary_key=True)
    source_name: str
    period: str
    period_end: date
    vintage: int
    content_hash: str
    sha256: str
    file_name: str
    rows: int


class CoreFlow(_Given, table=True):
    """A cell of a file: what the firms of one place sold to another, `amount` in 亿元; industry empty: all together.

    `buyer_code` or `seller_code` `_O` is every place that the file doesn't name.
    """

    __table_args__ = (
        UniqueConstraint("file_id", "seller_code", "buyer_code", "industry"),
        one_of("access", "internal"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("firms >= 0", name="firms"),
    )

    flow_id: str = Field(primary_key=True)
    file_id: str = Field(foreign_key="core_flow_file.file_id")
    line: int
    seller_code: str
    buyer_code: str
    industry: str
    amount: float
    value_text: str
    unit_printed: str
    firms: int | None = None


class CoreLinkage(_Given, table=True):
    """A measure of a link of a circle: of two places, of one (`to_code` empty), or of the circle (both empty).

    `suppressed`: primary (fewer firms than may be shown), complementary (it would give one of those away), derived
    (computed with either); its value is NULL then and its status Q. `observation_ids` are the published figures it
    rests on.
    """

    __table_args__ = (
        one_of("kind", "od", "gravity"),
        one_of("suppressed", "", "primary", "complementary", "derived"),
        CheckConstraint("suppressed = '' OR value IS NULL AND obs_status = 'Q'", name="suppressed_value"),
        CheckConstraint("kind = 'gravity' OR access = 'internal'", name="internal"),
        one_of("access", "public", "internal"),
        Index(None, "circle_id", "period", "kind"),
    )

    link_id: str = Field(primary_key=True)
    circle_id: str = Field(foreign_key="dim_circle.circle_id")
    period: str
    period_end: date
    kind: str
    file_id: str | None = Field(default=None, foreign_key="core_flow_file.file_id", index=True)
    source_name: str
    vintage: int
    from_code: str
    to_code: str
    measure: str
    value: float | None = None
    unit: str
    obs_status: str
    suppressed: str
    rank: int | None = None
    observation_ids: str


class FlowVintage(NamedTuple):
    """What became of one period of a file."""

    file_id: str
    period: str
    vintage: int
    rows: int
    new: bool


class FlowFile(NamedTuple):
    """One period of a file, ready to be stored: `rows` have line, seller_code … firms."""

    source_name: str
    period: str
    period_end: date
    sha256: str
    file_name: str
    rows: Sequence[Row]
    embargo_until: datetime | None = None


def keep_flows(connection: Connection, files: Sequence[FlowFile], world: str) -> list[FlowVintage]:
    """Store each period as a new vintage; what equals the newest vintage that is there changes nothing."""
    return [_keep(connection, file, world) for file in files]


def _keep(connection: Connection, file: FlowFile, world: str) -> FlowVintage:
    table = CoreFlowFile.metadata.tables["core_flow_file"]
    cells = sorted(
        (r["seller_code"], r["buyer_code"], r["industry"], repr(r["amount"]), r["firms"]) for r in file.rows
    )
    content = digest(*(part for cell in cells for part in cell), file.embargo_until)
    newest = (
        connection.execute(
            select(table)
            .where(table.c.source_name == file.source_name, table.c.period == file.period)
            .order_by(table.c.vintage.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    if newest and newest["content_hash"] == content:
        return FlowVintage(newest["file_id"], file.period, newest["vintage"], newest["rows"], new=False)
    vintage = newest["vintage"] + 1 if newest else 1
    file_id, now = digest("flows", file.source_name, file.period, vintage), datetime.now(UTC)
    given = {
        "published_at": now, "loaded_at": now, "access": "internal", "embargo_until": file.embargo_until, "world": world
    }  # fmt: skip
    told = {
        "file_id": file_id, "source_name": file.source_name, "period": file.period, "period_end": file.period_end,
        "vintage": vintage, "content_hash": content, "sha256": file.sha256, "file_name": file.file_name,
        "rows": len(file.rows),
    }  # fmt: skip
    add_bulk(connection, table, [told | given])
    rows = [{"flow_id": digest(file_id, r["line"]), "file_id": file_id, **r, **given} for r in file.rows]
    add_bulk(connection, table.metadata.tables["core_flow"], rows)
    return FlowVintage(file_id, file.period, vintage, len(rows), new=True)


def keep_links(
    connection: Connection, circle_id: str, rows: Sequence[dict[str, Any]], file_id: str | None
) -> int:
    """Put a circle's links of one file, or those of published figures (`file_id` None), in the place of earlier ones."""
    table = CoreLinkage.metadata.tables["core_linkage"]
    of_file = table.c.file_id.is_(None) if file_id is None else table.c.file_id == file_id
    connection.execute(delete(table).where(table.c.circle_id == circle_id, of_file))
    keyed = [
        {
            "link_id": digest(
                circle_id, r["period"], r["kind"], file_id, r["from_code"], r["to_code"], r["measure"]
            ),
            "circle_id": circle_id,
            "file_id": file_id,
            **r,
        }
        for r in rows
    ]
    add_bulk(connection, table, keyed)
    return len(keyed)
