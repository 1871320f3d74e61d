"""Which known addresses are worth asking again: edits in place and replaced files show only so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, or_, select

from metroetl.warehouse.intake import known_of, latest_of_source, snapshot_of
from metroetl.warehouse.tables import table
from metroetl.warehouse.versions import midnight

if TYPE_CHECKING:
    from metroetl.harvest.models import Known, Snapshot

ROLES = ("page", "part", "attachment")


def revisitable(
    connection: Connection, source_id: str, since: date, limit: int
) -> list[tuple[Snapshot, Known]]:
    """Pages, parts and attachments of a source that are dated `since` or later, least recently asked first.

    The date is the listing's, what a person told or the document's, and where none is known the first fetch. Also an
    attempt that failed counts as asked, so that a dead page doesn't stand in the way. A file out of an archive can't
    be asked for by itself; an item of a data interface, whose address has a fragment too, can.
    """
    latest = latest_of_source()
    asked, first = _asked(source_id), _first(source_id)
    dated = _dated(source_id)
    day = func.coalesce(latest.c.listed_on, latest.c.published_on, dated.c.day)
    rows = connection.execute(
        select(latest, asked.c.seen_at)
        .join_from(latest, first, first.c.url == latest.c.url)
        .outerjoin(asked, asked.c.url == latest.c.url)
        .outerjoin(dated, dated.c.url == latest.c.url)
        .where(
            latest.c.role.in_(ROLES),
            or_(day >= since, day.is_(None) & (first.c.at >= midnight(since))),
            or_(~latest.c.url.contains("#"), latest.c.request.contains('"json":')),
        )
        .order_by(func.coalesce(asked.c.at, latest.c.fetched_at), latest.c.url)
        .limit(limit),
        {"source": source_id},
    )
    return [(snapshot_of(row._mapping), known_of(row, row.seen_at)) for row in rows]


def _asked(source_id: str) -> Any:
    """When each address was last asked, and last read well."""
    fetches = table("raw_fetch")
    good = func.max(fetches.c.fetched_at).filter(fetches.c.ok)
    return (
        select(fetches.c.url, func.max(fetches.c.fetched_at).label("at"), good.label("seen_at"))
        .where(fetches.c.source_id == source_id)
        .group_by(fetches.c.url)
        .subquery("asked")
    )


def _first(source_id: str) -> Any:
    snapshots = table("raw_snapshot")
    return (
        select(snapshots.c.url, func.min(snapshots.c.fetched_at).label("at"))
        .where(snapshots.c.source_id == source_id)
        .group_by(snapshots.c.url)
        .subquery("first")
    )


def _dated(source_id: str) -> Any:
    documents = table("core_document")
    return (
        select(documents.c.url, func.max(documents.c.published_on).label("day"))
        .where(documents.c.source_id == source_id)
        .group_by(documents.c.url)
        .subquery("dated")
    )
