"""Attempts that found nothing new, folded when they are old: counted by month, then taken out of `raw_fetch`.

What any view, run or command asks of an attempt stays: every failure, everything that brought bytes or announced
something, the first good reading of a source's listing (the release calendar counts from it), the last LISTED good
readings of each listing (`mart_listing_health`), and of each page the last sighting of each of its versions.
Snapshots, documents and decisions are never touched.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from metroetl.warehouse.load import chunks, put
from metroetl.warehouse.tables import table
from metroetl.warehouse.versions import SHANGHAI

LISTED = 31  # the last reading and the 30 before it that mart_listing_health compares it with
NOTHING_NEW = ("unchanged", "listed")


@dataclass(frozen=True)
class Folded:
    """What folding one source's attempts came to, or would."""

    source_id: str
    fetches: int


def fold_fetches(connection: Connection, source_id: str, before: datetime, *, apply: bool = True) -> Folded:
    """Fold one source's attempts made before a moment; nothing is written unless `apply`."""
    rows = list(_needless(connection, source_id, before))
    if rows and apply:
        put(connection, table("raw_fetch_month"), _counted(connection, source_id, rows))
        fetches = table("raw_fetch")
        for keys in chunks([row.fetch_id for row in rows]):
            connection.execute(delete(fetches).where(fetches.c.fetch_id.in_(keys)))
    return Folded(source_id, len(rows))


def _needless(connection: Connection, source_id: str, before: datetime) -> Iterator[Row[Any]]:
    """Good attempts before a moment that nobody asks for any more."""
    fetches = table("raw_fetch")
    first = connection.execute(
        select(func.min(fetches.c.fetched_at)).where(
            fetches.c.source_id == source_id, fetches.c.role == "listing", fetches.c.ok
        )
    ).scalar()
    arrivals = _arrivals(connection, source_id)
    good = connection.execute(
        select(fetches).where(fetches.c.source_id == source_id, fetches.c.ok).order_by(fetches.c.url)
    )
    for url, rows in groupby(good, key=lambda row: row.url):
        readings = list(rows)
        needed = _needed(readings, arrivals.get(url, []))
        yield from (
            row
            for row in readings
            if row.fetched_at < before
            and row.fetched_at != first
            and row.outcome in NOTHING_NEW
            and not row.fresh
            and row.fetch_id not in needed
        )


def _needed(readings: Sequence[Row[Any]], arrivals: list[datetime]) -> set[str]:
    """Which good attempts at one address are asked for; `arrivals` are the moments at which its versions begin."""
    newest = sorted(readings, key=lambda row: (-row.fetched_at.timestamp(), row.fetch_id))
    listed = [row for row in newest if row.role == "listing" and row.items is not None]
    needed = {row.fetch_id for row in [*newest[:1], *listed[:LISTED]]}
    last_of: dict[int, str] = {}
    for row in reversed(newest):
        if row.role != "listing":
            last_of[bisect_right(arrivals, row.fetched_at)] = row.fetch_id
        if row.fetched_at in arrivals:
            needed.add(row.fetch_id)
    return needed | set(last_of.values())


def _arrivals(connection: Connection, source_id: str) -> dict[str, list[datetime]]:
    """When bytes came of each address, or of a part or file that belongs to it, in order."""
    snapshots = table("raw_snapshot")
    found: dict[str, list[datetime]] = defaultdict(list)
    rows = connection.execute(
        select(snapshots.c.url, snapshots.c.parent_url, snapshots.c.fetched_at)
        .where(snapshots.c.source_id == source_id)
        .order_by(snapshots.c.fetched_at)
    )
    for row in rows:
        for url in {row.url, row.parent_url} - {None}:
            found[url].append(row.fetched_at)
    return found


def _counted(connection: Connection, source_id: str, rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """Rows of raw_fetch_month: these attempts added to what was folded before."""
    months = table("raw_fetch_month")
    key = ("month", "role", "outcome")
    counts: dict[tuple[str, ...], tuple[int, float]] = {
        tuple(row[name] for name in key): (row["fetches"], row["seconds"])
        for row in connection.execute(select(months).where(months.c.source_id == source_id)).mappings()
    }
    for row in rows:
        place = (f"{row.fetched_at.astimezone(SHANGHAI):%Y-%m}", row.role, row.outcome)
        fetches, seconds = counts.get(place, (0, 0.0))
        counts[place] = (fetches + 1, seconds + row.seconds)
    return [
        {"source_id": source_id, **dict(zip(key, place, strict=True)), "fetches": n, "seconds": round(s, 3)}
        for place, (n, s) in counts.items()
    ]
