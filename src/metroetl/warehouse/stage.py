"""Write one source's readings into staging, as a batch of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from metroetl import clock
from metroetl.errors import WarehouseError
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import add_bulk, add_new, chunks
from metroetl.warehouse.models import Batch
from metroetl.warehouse.parts import part_rows
from metroetl.warehouse.readings import known_readings
from metroetl.warehouse.records import BatchKey, Seen, staging_rows
from metroetl.warehouse.staging import STAGING
from metroetl.warehouse.tables import table

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.warehouse.models import BatchState, Reading

_COUNTS = ("documents", "observations", "statements", "plans")


def stage(
    connection: Connection,
    key: tuple[str, str],
    world: str,
    readings: Iterable[Reading],
    catalogue: Catalogue,
    judged_by: str = "",
) -> str | None:
    """Stage the readings of (run, source); the batch's id, None where all of it was published just so before.

    A second call of the same run adds to the batch while it is staged, else it opens the next part. What an earlier
    batch still holds of the same snapshots is taken out of it: this reading is newer. `judged_by` says which rules the
    gate has: the same reading under the same rules isn't judged again.
    """
    run_id, source_id = key
    found = list(readings)
    seen = _seen(connection, source_id, found)
    pairs = [(reading, seen[(reading.document.url, reading.document.sha256)]) for reading in found]
    supersede(connection, [s.snapshot_id for _, s in pairs])
    batch_id = open_batch(connection, run_id, source_id, world)
    rows = staging_rows(pairs, BatchKey(batch_id, run_id, source_id, world), catalogue)
    return stage_rows(connection, batch_id, rows, judged_by)


def stage_rows(
    connection: Connection, batch_id: str, rows: dict[str, list[dict[str, Any]]], judged_by: str = ""
) -> str | None:
    """Write rows into staging, but for what was published just so before; the batch's id, None if nothing is left."""
    documents = rows.get("staging_document", [])
    same = known_readings(connection, rows, judged_by)
    _mark(connection, [d["snapshot_id"] for d in documents if d["row_id"] in same], "read")
    _mark(connection, [d["snapshot_id"] for d in documents if d["row_id"] not in same], "staged")
    _note_content(connection, documents)
    rows = {name: [row for row in part if row["document_row_id"] not in same] for name, part in rows.items()}
    for model in STAGING:
        name = str(model.__tablename__)
        add_bulk(connection, table(name), rows.get(name, []))
    if not rows.get("staging_document") and _drop_empty(connection, batch_id):
        return None
    _count(connection, batch_id, rows)
    return batch_id


def _drop_empty(connection: Connection, batch_id: str) -> bool:
    """Forget a batch that was opened for nothing."""
    batches, documents = table("ops_batch"), table("staging_document")
    held = select(documents.c.row_id).where(documents.c.batch_id == batch_id)
    unused = delete(batches).where(batches.c.batch_id == batch_id, batches.c.revision == 0, ~held.exists())
    return connection.execute(unused).rowcount == 1


def open_batch(connection: Connection, run_id: str, source_id: str, world: str) -> str:
    batches = table("ops_batch")
    mine = (batches.c.run_id == run_id) & (batches.c.source_id == source_id)
    row = connection.execute(select(batches).where(mine).order_by(batches.c.part.desc())).first()
    if row is not None and row.state == "staged":
        return str(row.batch_id)
    part = row.part + 1 if row is not None else 1
    batch: dict[str, Any] = {
        "batch_id": digest("batch", run_id, source_id, part),
        "run_id": run_id,
        "source_id": source_id,
        "part": part,
        "state": "staged",
        "revision": 0,
        "world": world,
        "staged_at": clock.now(),
        **dict.fromkeys((*_COUNTS, "quarantined"), 0),
        "held_by": "",
    }
    add_new(connection, batches, [batch])
    return str(batch["batch_id"])


def _seen(connection: Connection, source_id: str, readings: Sequence[Reading]) -> dict[tuple[str, str], Seen]:
    """The newest snapshot of each document's address and bytes."""
    snapshots = table("raw_snapshot")
    found: dict[tuple[str, str], Seen] = {}
    articles = select(snapshots.c.parent_url).where(
        snapshots.c.source_id == source_id, snapshots.c.role == "part"
    )
    in_parts = set(connection.execute(articles.distinct()).scalars())
    for chunk in chunks(sorted({r.document.sha256 for r in readings})):
        rows = connection.execute(
            select(snapshots)
            .where(snapshots.c.source_id == source_id, snapshots.c.sha256.in_(chunk))
            .order_by(snapshots.c.fetched_at)
        )
        for row in rows:
            seen_at = _seen_whole_at(connection, row) if row.url in in_parts else row.fetched_at
            found[(row.url, row.sha256)] = Seen(row.snapshot_id, seen_at, row.role, row.listed_on)
    for reading in readings:
        if (reading.document.url, reading.document.sha256) not in found:
            raise WarehouseError(
                f"{reading.document.url} was read from bytes that no snapshot of {source_id} has",
                way_out="Record what was harvested before staging what was read from it.",
            )
    return found


def _seen_whole_at(connection: Connection, page: Row[Any]) -> datetime:
    """When an article in parts was seen as it is read now: with the last of its parts."""
    parts = part_rows(connection, page.url, page.source_id, page.fetched_at)
    moments: list[datetime] = [page.fetched_at, *(part.fetched_at for part in parts)]
    return max(moments)


def supersede(connection: Connection, snapshot_ids: Sequence[str]) -> None:
    """Take the rows of these snapshots out of every batch; one that holds nothing more counts as replayed."""
    documents, batches = table("staging_document"), table("ops_batch")
    touched: set[str] = set()
    for chunk in chunks(snapshot_ids):
        mine = documents.c.snapshot_id.in_(chunk)
        touched |= set(connection.execute(select(documents.c.batch_id).where(mine)).scalars())
        connection.execute(delete(documents).where(mine))
    for batch_id in touched:
        this = batches.c.batch_id == batch_id
        left = connection.execute(
            select(func.count()).select_from(documents).where(documents.c.batch_id == batch_id)
        ).scalar_one()
        values: dict[str, Any] = {"revision": batches.c.revision + 1}
        if not left:
            values |= {"state": "replayed", "settled_at": clock.now()}
        connection.execute(
            update(batches).where(this, batches.c.state.in_(("staged", "held"))).values(values)
        )


def _count(connection: Connection, batch_id: str, rows: dict[str, list[dict[str, Any]]]) -> None:
    batches = table("ops_batch")
    added = {
        "documents": len(rows.get("staging_document", ())),
        "observations": len(rows.get("staging_observation", ())),
        "statements": len(rows.get("staging_statement", ())),
        "plans": len(rows.get("staging_plan", ())),
    }
    values: dict[str, Any] = {name: batches.c[name] + n for name, n in added.items()}
    values |= {"revision": batches.c.revision + 1, "state": "staged", "settled_at": None}
    connection.execute(update(batches).where(batches.c.batch_id == batch_id).values(values))


def _mark(connection: Connection, snapshot_ids: Sequence[str], state: str) -> None:
    snapshots = table("raw_snapshot")
    for chunk in chunks(snapshot_ids):
        connection.execute(update(snapshots).where(snapshots.c.snapshot_id.in_(chunk)).values(state=state))


def _note_content(connection: Connection, documents: Sequence[Mapping[str, Any]]) -> None:
    """Say of each snapshot what its content is."""
    snapshots = table("raw_snapshot")
    rows = [{"key": d["snapshot_id"], "content_hash": d["content_hash"]} for d in documents]
    if rows:
        connection.execute(update(snapshots).where(snapshots.c.snapshot_id == bindparam("key")), rows)


def batches_in(connection: Connection, state: BatchState) -> list[Batch]:
    """Batches in a state, oldest first."""
    batches = table("ops_batch")
    rows = connection.execute(
        select(batches).where(batches.c.state == state).order_by(batches.c.staged_at, batches.c.batch_id)
    ).mappings()
    return [
        Batch.model_validate({**row, "held_by": [c for c in row["held_by"].split("、") if c]}) for row in rows
    ]
