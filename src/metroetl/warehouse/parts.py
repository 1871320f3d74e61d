"""Articles in several parts: which parts go with a page, and that a changed part opens its article again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from metroetl.warehouse.tables import table


def reopen_articles(connection: Connection, parts: Iterable[Mapping[str, Any]]) -> None:
    """Let the articles of new parts be read again: the latest snapshot of each first page is pending."""
    snapshots = table("raw_snapshot")
    for source_id, url in sorted({(p["source_id"], p["parent_url"]) for p in parts if p["parent_url"]}):
        page = (snapshots.c.source_id == source_id) & (snapshots.c.url == url) & (snapshots.c.role == "page")
        latest = select(func.max(snapshots.c.fetched_at)).where(page).scalar_subquery()
        connection.execute(
            update(snapshots)
            .where(page, snapshots.c.fetched_at == latest, snapshots.c.state.in_(("read", "unreadable")))
            .values(state="pending")
        )


def part_rows(
    connection: Connection, url: str, source_id: str, at: datetime | None, until: datetime | None = None
) -> list[Row[Any]]:
    """The latest snapshot of each further page of an article, in reading order.

    `at` is when the first page was fetched: then what was fetched after the next version of that page doesn't count.
    Nor does what was fetched at `until` or later.
    """
    snapshots = table("raw_snapshot")
    mine = select(snapshots).where(
        snapshots.c.source_id == source_id, snapshots.c.role == "part", snapshots.c.parent_url == url
    )
    if at is not None:
        page = (snapshots.c.source_id == source_id) & (snapshots.c.url == url) & (snapshots.c.role == "page")
        following = connection.execute(
            select(func.min(snapshots.c.fetched_at)).where(page, snapshots.c.fetched_at > at)
        ).scalar_one()
        if following is not None:
            mine = mine.where(snapshots.c.fetched_at < following)
    if until is not None:
        mine = mine.where(snapshots.c.fetched_at < until)
    rows = connection.execute(mine.order_by(snapshots.c.fetched_at))
    latest = {row.url: row for row in rows}
    return [latest[address] for address in sorted(latest, key=_in_order)]


def _in_order(url: str) -> list[int | str]:
    """`…_2.html` before `…_10.html`: digits and words take turns, so that numbers meet numbers."""
    return [int(piece) if piece.isdigit() else piece for piece in re.split(r"([0-9]+)", url)]
