"""Rows out of staging into quarantine, with everything a person needs to judge them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from metroetl.warehouse.engine import dump_json
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import CHUNK, chunks, put
from metroetl.warehouse.models import Quarantined
from metroetl.warehouse.staging import STAGING
from metroetl.warehouse.superseded import close_superseded
from metroetl.warehouse.tables import table

PARTS = tuple(str(model.__tablename__) for model in STAGING[1:])


def move_to_quarantine(
    connection: Connection, wanted: Iterable[Quarantined], batch_ids: Sequence[str], now: datetime
) -> int:
    """Move staged rows of these batches out; the number of rows moved.

    A row whose content a person released from the same rule stays in staging: the decision holds. A document takes
    everything that was read from it with it.
    """
    rules: dict[str, dict[str, list[Quarantined]]] = defaultdict(lambda: defaultdict(list))
    for entry in wanted:
        rules[entry.table][entry.row_id].append(entry)
    taken: dict[str, set[str]] = defaultdict(set)
    for entries in _entries(connection, rules, batch_ids, now):
        before = _before(connection, [e["quarantine_id"] for e in entries])
        stopped = [e for e in entries if before.get(e["quarantine_id"], _NEW)[0] != "released"]
        put(connection, table("ops_quarantine"), _waiting(stopped, before))
        for row in stopped:
            taken[row["table_name"]].add(row["row_id"])
    _take_out(connection, taken)
    return len(set().union(*taken.values()))


def _entries(
    connection: Connection,
    rules: Mapping[str, Mapping[str, list[Quarantined]]],
    batch_ids: Sequence[str],
    now: datetime,
) -> Iterable[list[dict[str, Any]]]:
    """What to write of the rows, some hundred rows (or one document with its parts) at a time, all still in staging."""
    for name, by_row in rules.items():
        entries: list[dict[str, Any]] = []
        for row in _staged(connection, name, "row_id", list(by_row), batch_ids):
            entries += [_entry(name, row, rule, now) for rule in by_row[row["row_id"]]]
            if name == "staging_document":
                entries += _parts(connection, row, by_row[row["row_id"]], batch_ids, now)
            if len(entries) >= CHUNK:
                yield entries
                entries = []
        yield entries


def _staged(
    connection: Connection, name: str, column: str, keys: list[str], batch_ids: Sequence[str]
) -> Iterable[dict[str, Any]]:
    staged = table(name)
    for chunk in chunks(keys):
        rows = connection.execute(
            select(staged).where(staged.c[column].in_(chunk), staged.c.batch_id.in_(batch_ids))
        )
        yield from (dict(row) for row in rows.mappings())


def _parts(
    connection: Connection,
    document: dict[str, Any],
    rules: list[Quarantined],
    batch_ids: Sequence[str],
    now: datetime,
) -> Iterable[dict[str, Any]]:
    for name in PARTS:
        for row in _staged(connection, name, "document_row_id", [document["row_id"]], batch_ids):
            yield from (_entry(name, row, rule, now) for rule in rules)


def _entry(name: str, row: dict[str, Any], rule: Quarantined, now: datetime) -> dict[str, Any]:
    return {
        "quarantine_id": digest(name, row["content_id"], rule.rule_code),
        "table_name": name,
        "row_id": row["row_id"],
        "content_id": row["content_id"],
        "rule_code": rule.rule_code,
        "severity": rule.severity,
        "reason_zh": rule.reason_zh,
        "reason_en": rule.reason_en,
        "row_json": dump_json(row),
        "batch_id": row["batch_id"],
        "run_id": row["run_id"],
        "source_id": row["source_id"],
        "sha256": row["sha256"],
        "url": row["url"],
        "span_start": row.get("span_start"),
        "span_end": row.get("span_end"),
        "quote": row.get("quote") or row.get("title") or "",
        "state": "open",
        "created_at": now,
        "decided_by": None,
        "decided_at": None,
        "decision_reason": None,
    }


_NEW: tuple[str, datetime | None] = ("", None)


def _before(connection: Connection, ids: list[str]) -> dict[str, tuple[str, datetime | None]]:
    """State and age of the entries that are there already: what a person decided outlasts a replay."""
    quarantine = table("ops_quarantine")
    found: dict[str, tuple[str, datetime | None]] = {}
    for chunk in chunks(ids):
        rows = connection.execute(select(quarantine).where(quarantine.c.quarantine_id.in_(chunk)))
        found |= {row.quarantine_id: (row.state, row.created_at) for row in rows}
    return found


def _waiting(
    entries: list[dict[str, Any]], before: dict[str, tuple[str, datetime | None]]
) -> list[dict[str, Any]]:
    """Each entry once, but for the rejected ones; an open one keeps its age."""
    waiting: dict[str, dict[str, Any]] = {}
    for entry in entries:
        state, since = before.get(entry["quarantine_id"], _NEW)
        if state != "rejected":
            age = {"created_at": since} if state == "open" else {}
            waiting[entry["quarantine_id"]] = entry | age
    return list(waiting.values())


def _take_out(connection: Connection, by_table: Mapping[str, set[str]]) -> None:
    snapshots, documents = table("raw_snapshot"), table("staging_document")
    for chunk in chunks(sorted(by_table.get("staging_document", ()))):
        judged = select(documents.c.snapshot_id).where(documents.c.row_id.in_(chunk))
        connection.execute(update(snapshots).where(snapshots.c.snapshot_id.in_(judged)).values(state="read"))
    for name in reversed([*by_table]):
        staged = table(name)
        for chunk in chunks(sorted(by_table[name])):
            connection.execute(delete(staged).where(staged.c.row_id.in_(chunk)))


def close_answered(connection: Connection, batch_ids: Sequence[str], run_id: str, now: datetime) -> None:
    """Close what these batches answer, before they are published: read again, or superseded by newer bytes."""
    _close_replayed(connection, batch_ids, run_id, now)
    close_superseded(connection, batch_ids, run_id, now)


def _close_replayed(connection: Connection, batch_ids: Sequence[str], run_id: str, now: datetime) -> None:
    """Close what waited of snapshots that these batches read again, where no rule stops it any more.

    A snapshot that could not be read is closed by any later bytes of its address that could.
    """
    quarantine, documents = table("ops_quarantine"), table("staging_document")
    again = (
        select(documents.c.row_id)
        .where(
            documents.c.batch_id.in_(batch_ids),
            documents.c.source_id == quarantine.c.source_id,
            documents.c.url == quarantine.c.url,
            (documents.c.sha256 == quarantine.c.sha256) | (quarantine.c.table_name == "raw_snapshot"),
        )
        .exists()
    )
    other = quarantine.c.batch_id.is_(None) | quarantine.c.batch_id.not_in(batch_ids)
    connection.execute(
        update(quarantine)
        .where(quarantine.c.state == "open", other, again)
        .values(
            state="replayed",
            decided_by="gate",
            decided_at=now,
            decision_reason=f"read again in run {run_id}; this rule no longer stops it",
        )
    )
