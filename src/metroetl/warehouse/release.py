"""A quarantined row is published in spite of its rules, because a person said so."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, Table, select

from metroetl import clock
from metroetl.errors import WarehouseError
from metroetl.warehouse.base import UtcDateTime
from metroetl.warehouse.guard import unfit_rows
from metroetl.warehouse.intake import finish_run, start_run
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import add_bulk
from metroetl.warehouse.review import close_entries, open_entries
from metroetl.warehouse.settle import publish_batches
from metroetl.warehouse.stage import open_batch
from metroetl.warehouse.tables import table

DOCUMENT = "staging_document"
Waiting = list[tuple[str, dict[str, Any]]]


def release_row(connection: Connection, row_id: str, *, world: str, reason: str, who: str) -> dict[str, int]:
    """Publish a quarantined row, a document with all that only its own rules stopped; counts of new rows in core.

    A number that the extractor abstained from is published too: the person vouches for it.
    """
    entries = open_entries(connection, row_id)
    name, source_id = entries[0]["table_name"], entries[0]["source_id"]
    if name == "raw_snapshot":
        raise WarehouseError(
            f"{entries[0]['url']} could not be read, so there is no row to publish",
            way_out="Run the deployment `replay` after a fix, or put a readable copy into the inbox.",
        )
    run_id = start_run(connection, "release", {"row": row_id, "who": who})
    batch_id = open_batch(connection, run_id, source_id, world)
    row = json.loads(entries[0]["row_json"])
    if name == DOCUMENT:
        waiting = [(name, row), *_parts(connection, row, {e["rule_code"] for e in entries})]
    else:
        document = _published_document(connection, row, batch_id)
        waiting = [(DOCUMENT, document), (name, row | {"document_row_id": document["row_id"]})]
    for target, values in waiting:
        vouched = values | {"batch_id": batch_id, "run_id": run_id, "publish": True}
        _restage(connection, table(target), vouched)
    if unfit := unfit_rows(connection, [batch_id]):
        raise WarehouseError(
            f"core can't take the row: {unfit[0].rule_code}, {unfit[0].reason_en}",
            way_out="Correct catalogue or parser, then run the deployment `replay`.",
        )
    close_entries(connection, [values["row_id"] for _, values in waiting], "released", reason, who)
    counts = publish_batches(connection, [batch_id], run_id, clock.now(), whole=name == DOCUMENT)
    finish_run(connection, run_id, "loaded", counts)
    return counts


def _parts(connection: Connection, document: dict[str, Any], rules: set[str]) -> Waiting:
    """What went into quarantine with a document, and under no rule but the document's."""
    quarantine = table("ops_quarantine")
    entries = connection.execute(
        select(quarantine).where(
            quarantine.c.batch_id == document["batch_id"],
            quarantine.c.state == "open",
            quarantine.c.table_name != DOCUMENT,
        )
    )
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    stopped_by: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        found[entry.row_id] = (entry.table_name, json.loads(entry.row_json))
        stopped_by[entry.row_id].add(entry.rule_code)
    return [
        (name, row)
        for row_id, (name, row) in found.items()
        if row["document_row_id"] == document["row_id"] and stopped_by[row_id] <= rules
    ]


def _published_document(connection: Connection, part: dict[str, Any], batch_id: str) -> dict[str, Any]:
    """The staged form of the part's document, which has to be in core already."""
    documents = table("core_document")
    found = (
        connection.execute(
            select(documents)
            .where(documents.c.document_key == part["document_key"], documents.c.sha256 == part["sha256"])
            .order_by(documents.c.first_seen_at.desc())
        )
        .mappings()
        .first()
    )
    if found is None:
        raise WarehouseError(
            f"the document of this row ({part['url']}) isn't published",
            way_out="Release the document's own row, or decide its held batch first.",
        )
    row_id = digest(batch_id, part["document_row_id"])
    row = {column.name: found.get(column.name) for column in table(DOCUMENT).columns}
    return (
        row
        | dict.fromkeys(_NOT_KEPT, 0)
        | {
            "row_id": row_id,
            "document_row_id": row_id,
            "content_id": found["document_id"].partition("-")[0],
            "fetched_at": found["first_seen_at"],
            "source_kinds": "",
        }
    )


_NOT_KEPT = (
    "block_count", "table_count", "attachment_count", "observation_count", "statement_count", "plan_count",
    "source_precedence",
)  # fmt: skip


def _restage(connection: Connection, staged: Table, row: dict[str, Any]) -> None:
    missing = {c.name: None if c.nullable else "" for c in staged.columns}  # columns younger than the row
    values = {name: row.get(name, empty) for name, empty in missing.items()}
    for column in staged.columns:
        value = values[column.name]
        if isinstance(value, str) and isinstance(column.type, Date):
            values[column.name] = date.fromisoformat(value)
        elif isinstance(value, str) and isinstance(column.type, UtcDateTime):
            values[column.name] = datetime.fromisoformat(value)
    add_bulk(connection, staged, [values])
