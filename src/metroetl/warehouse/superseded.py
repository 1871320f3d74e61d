"""Quarantine of bytes that their publisher has replaced: closed where the newer ones answer it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from metroetl.warehouse.tables import table

# what a row states, whatever its value: a figure's fact, a plan's part by its words; a document states itself
_STATED = (
    "region", "indicator", "period", "measure", "variant", "kind", "title", "name", "text", "what", "by_year", "quarter",
)  # fmt: skip


def close_superseded(connection: Connection, batch_ids: Sequence[str], run_id: str, now: datetime) -> None:
    """Close what waits of older bytes of an address of which these batches publish newer ones.

    It stays open where a row that states the same is stopped in newer bytes too. The bytes stay archived: a replay that
    no rule stops publishes them as the version that they were; one that a rule stops is superseded again.
    """
    newer = _newest_published(connection, batch_ids)
    if not newer:
        return
    quarantine = table("ops_quarantine")
    for entries in _waiting(connection, batch_ids):
        remain: dict[tuple[str, ...], datetime] = {}
        for entry in entries:
            document, stated = newer[entry.source_id, entry.url], _stated(entry)
            if entry.seen_at >= document.fetched_at or remain.get(stated, entry.seen_at) > entry.seen_at:
                remain.setdefault(stated, entry.seen_at)
                continue
            reason = f"superseded in run {run_id}: the address was read anew, sha256 {document.sha256}"
            values = {"decided_by": "gate", "decided_at": now, "decision_reason": reason}
            this = quarantine.c.quarantine_id == entry.quarantine_id
            connection.execute(update(quarantine).where(this).values(state="superseded", **values))


def _newest_published(connection: Connection, batch_ids: Sequence[str]) -> dict[tuple[str, str], Row[Any]]:
    """The newest staged document of each address in these batches; the gate has taken out what it stopped."""
    document = table("staging_document")
    rows = connection.execute(
        select(document.c.source_id, document.c.url, document.c.sha256, document.c.fetched_at)
        .where(document.c.batch_id.in_(batch_ids))
        .order_by(document.c.fetched_at)
    )
    return {(row.source_id, row.url): row for row in rows}


def _waiting(connection: Connection, batch_ids: Sequence[str]) -> Iterator[list[Row[Any]]]:
    """Open entries of the addresses in these batches, an address at a time, the newest bytes first."""
    quarantine, document, snapshot = (
        table(name) for name in ("ops_quarantine", "staging_document", "raw_snapshot")
    )
    same = [snapshot.c[name] == quarantine.c[name] for name in ("sha256", "url", "source_id")]
    seen_at = select(func.max(snapshot.c.fetched_at)).where(*same).scalar_subquery().label("seen_at")
    staged = (
        select(document.c.row_id)
        .where(
            document.c.batch_id.in_(batch_ids),
            document.c.source_id == quarantine.c.source_id,
            document.c.url == quarantine.c.url,
        )
        .exists()
    )
    columns = [quarantine.c[name] for name in ("quarantine_id", "source_id", "url", "table_name", "row_json")]
    rows = connection.execute(
        select(*columns, seen_at).where(
            quarantine.c.state == "open", quarantine.c.table_name != "raw_snapshot", staged
        )
    )
    found: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.seen_at is not None:
            found[row.source_id, row.url].append(row)
    for entries in found.values():
        yield sorted(entries, key=lambda entry: entry.seen_at, reverse=True)


def _stated(entry: Row[Any]) -> tuple[str, ...]:
    if entry.table_name == "staging_document":
        return (entry.table_name,)
    row = json.loads(entry.row_json)
    return (entry.table_name, *(str(row.get(name) or "") for name in _STATED))
