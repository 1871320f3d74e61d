"""Everything that came of one address: its snapshots, those of its parts and files, and when it was met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, or_, select

from metroetl.warehouse.intake import snapshot_of
from metroetl.warehouse.tables import table

if TYPE_CHECKING:
    from metroetl.harvest.models import Snapshot

READABLE = ("page", "attachment", "inbox")
BELONGING = ("part", "attachment")


@dataclass(frozen=True)
class Arrival:
    """A snapshot, and the run that brought it."""

    snapshot: Snapshot
    run_id: str


@dataclass(frozen=True)
class Sighting:
    """An attempt that found the address well, new or as before."""

    at: datetime
    run_id: str


@dataclass(frozen=True)
class History:
    """Of one address at one source, oldest first; the first arrival is the address's own."""

    source_id: str
    url: str
    arrivals: list[Arrival]
    sightings: list[Sighting]


def histories(connection: Connection, url: str) -> list[History]:
    """The history of an address at each source that has it as a page, a file or of the inbox; empty if none has."""
    snapshots = table("raw_snapshot")
    own = and_(snapshots.c.url == url, snapshots.c.role.in_(READABLE))
    sources = connection.execute(select(snapshots.c.source_id).where(own).distinct()).scalars()
    return [_history(connection, url, source_id) for source_id in sorted(sources)]


def _history(connection: Connection, url: str, source_id: str) -> History:
    snapshots, fetches = table("raw_snapshot"), table("raw_fetch")
    own = and_(snapshots.c.url == url, snapshots.c.role.in_(READABLE))
    belonging = and_(snapshots.c.parent_url == url, snapshots.c.role.in_(BELONGING))
    rows = connection.execute(
        select(snapshots)
        .where(snapshots.c.source_id == source_id, or_(own, belonging))
        .order_by(snapshots.c.fetched_at, snapshots.c.snapshot_id)
    ).mappings()
    arrivals = [Arrival(snapshot_of(row), row["run_id"]) for row in rows]
    first = next(n for n, a in enumerate(arrivals) if a.snapshot.url == url)
    met = connection.execute(
        select(fetches.c.fetched_at, fetches.c.run_id)
        .where(fetches.c.source_id == source_id, fetches.c.url == url, fetches.c.ok)
        .order_by(fetches.c.fetched_at)
    )
    return History(source_id, url, arrivals[first:], [Sighting(row.fetched_at, row.run_id) for row in met])
