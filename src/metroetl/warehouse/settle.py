"""The gate's decision in one transaction: quarantine, hold, publish, and the verdicts for history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from metroetl import clock
from metroetl.warehouse.checks import write_checks
from metroetl.warehouse.guard import put_unfit_aside
from metroetl.warehouse.models import Batch, Decision, Published
from metroetl.warehouse.publish import publish
from metroetl.warehouse.quarantine import close_answered, move_to_quarantine
from metroetl.warehouse.tables import table


def settle(connection: Connection, decision: Decision) -> Published:
    """Carry a decision out. Batches that another run settled or wrote into meanwhile are left to the next gate."""
    now = clock.now()
    live = _unchanged(connection, decision.batches)
    rules = {h.batch_id: h.rule_codes for h in decision.held if h.batch_id in live}
    passed = [b for b in live if b not in rules]
    quarantined = move_to_quarantine(connection, decision.quarantine, live, now) if live else 0
    quarantined += put_unfit_aside(connection, passed, now)
    for batch_id, codes in rules.items():
        _set(
            connection,
            batch_id,
            state="held",
            held_by="、".join(codes),
            settled_at=now,
            settled_by=decision.run_id,
        )
    close_answered(connection, passed, decision.run_id, now)
    counts = publish_batches(connection, passed, decision.run_id, now)
    _note_quarantined(connection, live)
    judged = [check for check in decision.checks if check.batch_id is None or check.batch_id in live]
    write_checks(connection, decision.run_id, judged, now)
    return Published(
        batches=passed,
        held=list(rules),
        skipped=[b.batch_id for b in decision.batches if b.batch_id not in live],
        quarantined=quarantined,
        **counts,
    )


def publish_batches(
    connection: Connection, batch_ids: list[str], run_id: str, now: datetime, *, whole: bool = True
) -> dict[str, int]:
    """Publish the batches and note it; counts of new rows in core."""
    counts = publish(connection, batch_ids, now, whole=whole)
    for batch_id in batch_ids:
        _set(connection, batch_id, state="published", settled_at=now, settled_by=run_id)
    return counts


def _unchanged(connection: Connection, seen: list[Batch]) -> list[str]:
    batches = table("ops_batch")
    ids = [batch.batch_id for batch in seen]
    rows = connection.execute(
        select(batches.c.batch_id, batches.c.revision).where(
            batches.c.batch_id.in_(ids), batches.c.state == "staged"
        )
    )
    now = {row.batch_id: row.revision for row in rows}
    return [batch.batch_id for batch in seen if now.get(batch.batch_id) == batch.revision]


def _set(connection: Connection, batch_id: str, **values: object) -> None:
    batches = table("ops_batch")
    connection.execute(update(batches).where(batches.c.batch_id == batch_id).values(**values))


def _note_quarantined(connection: Connection, batch_ids: list[str]) -> None:
    batches, quarantine = table("ops_batch"), table("ops_quarantine")
    count = (
        select(func.count(func.distinct(quarantine.c.row_id)))
        .where(quarantine.c.batch_id == batches.c.batch_id)
        .scalar_subquery()
    )
    connection.execute(update(batches).where(batches.c.batch_id.in_(batch_ids)).values(quarantined=count))
