"""What a person decides: a held batch is published or rejected, a quarantined row closed. Every decision is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from metroetl import clock
from metroetl.errors import LoadConflict, WarehouseError
from metroetl.warehouse.guard import put_unfit_aside
from metroetl.warehouse.quarantine import close_answered
from metroetl.warehouse.settle import publish_batches
from metroetl.warehouse.tables import table


def decide(connection: Connection, batch_id: str, *, approve: bool, reason: str, who: str) -> dict[str, int]:
    """Publish or reject a held batch; counts of new rows in core."""
    now = clock.now()
    batches = table("ops_batch")
    this = batches.c.batch_id == batch_id
    row = connection.execute(select(batches.c.state, batches.c.run_id).where(this)).first()
    if row is None:
        raise WarehouseError(f"there is no batch {batch_id}", way_out="The table ops_batch has the ids.")
    if row.state != "held":
        raise LoadConflict(
            f"batch {batch_id} is {row.state}; only a held batch is decided", way_out="Nothing to do."
        )
    decision = {"decided_by": who, "decided_at": now, "decision_reason": reason}
    connection.execute(update(batches).where(this).values(decision))
    if approve:
        quarantined = put_unfit_aside(connection, [batch_id], now)
        close_answered(connection, [batch_id], row.run_id, now)
        return publish_batches(connection, [batch_id], row.run_id, now) | {"quarantined": quarantined}
    connection.execute(update(batches).where(this).values(state="rejected", settled_at=now))
    documents, snapshots = table("staging_document"), table("raw_snapshot")
    mine = select(documents.c.snapshot_id).where(documents.c.batch_id == batch_id)
    connection.execute(update(snapshots).where(snapshots.c.snapshot_id.in_(mine)).values(state="rejected"))
    return {}


def reject_row(connection: Connection, row_id: str, *, reason: str, who: str) -> None:
    """Close a quarantined row as wrong; a replay that meets the same content keeps it out without asking again."""
    open_entries(connection, row_id)
    close_entries(connection, [row_id], "rejected", reason, who)


def open_entries(connection: Connection, row_id: str) -> list[dict[str, Any]]:
    """The rules that keep a row in quarantine; raises WarehouseError if none does."""
    quarantine = table("ops_quarantine")
    found = connection.execute(
        select(quarantine).where(quarantine.c.row_id == row_id, quarantine.c.state == "open")
    ).mappings()
    entries = [dict(row) for row in found]
    if not entries:
        raise WarehouseError(
            f"no row {row_id} waits in quarantine", way_out="`metroetl quarantine list` shows them."
        )
    return entries


def close_entries(connection: Connection, row_ids: Sequence[str], state: str, reason: str, who: str) -> None:
    """Give the open entries of these rows a state, with who and why."""
    quarantine = table("ops_quarantine")
    values = {"state": state, "decided_by": who, "decided_at": clock.now(), "decision_reason": reason}
    connection.execute(
        update(quarantine)
        .where(quarantine.c.row_id.in_(row_ids), quarantine.c.state == "open")
        .values(values)
    )
