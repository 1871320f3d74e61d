"""Staging into core: set by set in the database, by content keys, so that doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from metroetl.warehouse.carry import carry_items
from metroetl.warehouse.keys import parse_period
from metroetl.warehouse.load import add_new, chunks, insert_of
from metroetl.warehouse.plan_releases import keep_releases
from metroetl.warehouse.tables import table
from metroetl.warehouse.versions import resolve_versions
from metroetl.warehouse.vintages import FACT, begin_touched, derive_loaded, touch, touch_due

PARTS: Mapping[str, tuple[str, str]] = {
    "staging_statement": ("core_statement", "statement_id"),
    "staging_plan": ("core_plan", "plan_id"),
    "staging_plan_section": ("core_plan_section", "section_id"),
    "staging_plan_target": ("core_plan_target", "target_id"),
    "staging_plan_task": ("core_plan_task", "task_id"),
    "staging_plan_count": ("core_plan_count", "count_id"),
    "staging_plan_project": ("core_plan_project", "project_id"),
    "staging_milestone": ("core_milestone", "milestone_id"),
    "staging_plan_goal": ("core_plan_goal", "goal_id"),
    "staging_plan_progress": ("core_plan_progress", "progress_id"),
}
OWNERS = {
    "plan_id": "plan_content_id",
    "task_id": "task_content_id",
    "project_id": "project_content_id",
}
OBSERVATION = ("core_observation", "observation_id")
_OF_VERSION = ("document_id", "published_at", "published_basis", "access", "embargo_until", "world")
_PERIODS = {"staging_observation": "period", "staging_statement": "period", "staging_milestone": "quarter"}
_PRINT = ("value", "unit", "decimals", "obs_status", "revision_stage")


def publish(
    connection: Connection, batch_ids: list[str], now: datetime, *, whole: bool = True
) -> dict[str, int]:
    """Merge the staged rows of these batches into core and empty their staging; counts of new rows.

    `whole` says that the batches hold everything of their documents: what core had of such a document and what isn't
    staged any more is withdrawn from the marts.
    """
    if not batch_ids:
        return dict.fromkeys(("documents", "observations", "statements", "plans", "unchanged"), 0)
    waves = resolve_versions(connection, batch_ids, now)
    _add_periods(connection, batch_ids)
    staged = _staged_observations(connection, batch_ids)
    counts = {"documents": 0, "observations": 0}
    for wave in range(waves):
        counts["documents"] += _add_documents(connection, batch_ids, wave, now)
        counts["observations"] += _add_observations(connection, batch_ids, wave, now)
    added = {
        target: _add_parts(connection, source, target, key, batch_ids, now)
        for source, (target, key) in PARTS.items()
    }
    begin_touched(connection)
    if whole and _read_again(connection, batch_ids):
        _note_readings(connection, batch_ids)
        for source, (target, key) in {"staging_observation": OBSERVATION, **PARTS}.items():
            _withdraw(connection, source, target, key, batch_ids, now)
    touch_due(connection, now)
    derive_loaded(connection, batch_ids, now)
    carry_items(connection, batch_ids)
    keep_releases(connection, batch_ids, now)
    _clear(connection, batch_ids)
    return counts | {
        "statements": added["core_statement"],
        "plans": added["core_plan"],
        "unchanged": staged - counts["observations"],
    }


def _staged_observations(connection: Connection, batch_ids: list[str]) -> int:
    staged, documents = table("staging_observation"), table("staging_document")
    mine = documents.c.row_id == staged.c.document_row_id
    count = (
        select(func.count())
        .select_from(staged.join(documents, mine))
        .where(documents.c.batch_id.in_(batch_ids))
    )
    return connection.execute(count).scalar_one()


def _add_periods(connection: Connection, batch_ids: list[str]) -> None:
    documents = table("staging_document")
    for name, column in _PERIODS.items():
        staged = table(name)
        names = (
            select(staged.c[column])
            .distinct()
            .join(documents, documents.c.row_id == staged.c.document_row_id)
            .where(documents.c.batch_id.in_(batch_ids))
        )
        periods = [parse_period(period) for period in connection.execute(names).scalars()]
        add_new(connection, table("dim_period"), [vars(p) for p in periods if p is not None])


def _values(target: Table, key: str, staged: Any, document: Any, now: datetime) -> dict[str, Any]:
    """Where each column of a core table comes from."""
    values: dict[str, Any] = {}
    for column in target.columns:
        name = column.name
        if name == key:
            values[name] = staged.c.content_id + document.c.suffix
        elif name in OWNERS:
            values[name] = staged.c[OWNERS[name]] + document.c.suffix
        elif name == "loaded_at":
            values[name] = literal(now, column.type)
        elif name == "first_seen_at":
            values[name] = document.c.fetched_at
        elif name == "withdrawn_at":
            values[name] = null()
        else:
            values[name] = (document if name in _OF_VERSION else staged).c[name]
    return values


def _add_documents(connection: Connection, batch_ids: list[str], wave: int, now: datetime) -> int:
    target, staged = table("core_document"), table("staging_document")
    values = _values(target, "document_id", staged, staged, now)
    rows = select(*values.values()).where(staged.c.batch_id.in_(batch_ids), staged.c.wave == wave)
    return _insert(connection, target, values, rows)


def _add_observations(connection: Connection, batch_ids: list[str], wave: int, now: datetime) -> int:
    """New observations: of a later version of a document only what it states differently from the version before."""
    target, staged, document = (
        table("core_observation"),
        table("staging_observation"),
        table("staging_document"),
    )
    values = _values(target, "observation_id", staged, document, now)
    rows = (
        select(*values.values())
        .join_from(staged, document, document.c.row_id == staged.c.document_row_id)
        .where(
            document.c.batch_id.in_(batch_ids),
            document.c.wave == wave,
            or_(document.c.version == 1, ~_stated_before(staged, document)),
        )
    )
    return _insert(connection, target, values, rows)


def _stated_before(staged: Any, document: Any) -> ColumnElement[bool]:
    """Whether the print in force at the address, when this version appeared, was the same."""
    print_, owner = _pair()
    later, later_owner = _pair()
    at_address = owner.c.document_key == document.c.document_key
    newer = (
        select(later.c.observation_id)
        .join_from(later, later_owner, later_owner.c.document_id == later.c.document_id)
        .where(
            later_owner.c.document_key == document.c.document_key,
            *(later.c[name] == staged.c[name] for name in FACT),
            later.c.withdrawn_at.is_(None),
            later.c.published_at > print_.c.published_at,
            later.c.published_at <= document.c.published_at,
        )
    )
    same = (
        select(print_.c.observation_id)
        .join_from(print_, owner, owner.c.document_id == print_.c.document_id)
        .where(
            at_address,
            print_.c.document_id != document.c.document_id,
            *(print_.c[name] == staged.c[name] for name in (*FACT, *_PRINT)),
            print_.c.withdrawn_at.is_(None),
            print_.c.published_at <= document.c.published_at,
            ~exists(newer.correlate(print_, staged, document)),
        )
    )
    return exists(same.correlate(staged, document))


def _pair() -> tuple[Any, Any]:
    """An observation and its document, under names of their own."""
    return table("core_observation").alias(), table("core_document").alias()


def _add_parts(
    connection: Connection, source: str, target_name: str, key: str, batch_ids: list[str], now: datetime
) -> int:
    target, staged, document = table(target_name), table(source), table("staging_document")
    values = _values(target, key, staged, document, now)
    rows = (
        select(*values.values())
        .join_from(staged, document, document.c.row_id == staged.c.document_row_id)
        .where(document.c.batch_id.in_(batch_ids))
    )
    return _insert(connection, target, values, rows)


def _insert(connection: Connection, target: Table, values: dict[str, Any], rows: Any) -> int:
    statement = insert_of(target, connection.dialect).from_select(list(values), rows).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _again(batch_ids: list[str]) -> Select[Any]:
    """The documents of these batches that core has from others."""
    document, versions = table("staging_document"), table("core_document")
    return (
        select(document.c.document_id)
        .join(versions, versions.c.document_id == document.c.document_id)
        .where(document.c.batch_id.in_(batch_ids), versions.c.batch_id.not_in(batch_ids))
    )


def _read_again(connection: Connection, batch_ids: list[str]) -> bool:
    return connection.execute(_again(batch_ids).limit(1)).first() is not None


def _note_readings(connection: Connection, batch_ids: list[str]) -> None:
    target, document = table("core_document"), table("staging_document")
    mine = (document.c.document_id == target.c.document_id) & document.c.batch_id.in_(batch_ids)
    reading = select(func.max(document.c.reading_id)).where(mine).scalar_subquery()
    connection.execute(
        update(target).where(target.c.document_id.in_(_again(batch_ids))).values(reading_id=reading)
    )


def _withdraw(
    connection: Connection, source: str, target_name: str, key: str, batch_ids: list[str], now: datetime
) -> None:
    """Set or clear `withdrawn_at` on what core has of the documents that were read again."""
    target, staged, document = table(target_name), table(source), table("staging_document")
    found = (
        select(staged.c.content_id + document.c.suffix)
        .join_from(staged, document, document.c.row_id == staged.c.document_row_id)
        .where(document.c.batch_id.in_(batch_ids))
    )
    there = select(target.c[key]).where(target.c.document_id.in_(_again(batch_ids)))
    gone = there.where(target.c.withdrawn_at.is_(None)).except_(found)
    back = there.where(target.c.withdrawn_at.is_not(None)).intersect(found)
    for changed, moment in ((gone, literal(now, target.c.withdrawn_at.type)), (back, null())):
        ids = connection.execute(changed).scalars().all()
        for chunk in chunks(ids):
            if target_name == OBSERVATION[0]:
                touch(connection, chunk)
            connection.execute(update(target).where(target.c[key].in_(chunk)).values(withdrawn_at=moment))


def _clear(connection: Connection, batch_ids: list[str]) -> None:
    """Empty the staging of these batches; what was read from a document goes with it."""
    snapshots, document = table("raw_snapshot"), table("staging_document")
    mine = select(document.c.snapshot_id).where(document.c.batch_id.in_(batch_ids))
    connection.execute(update(snapshots).where(snapshots.c.snapshot_id.in_(mine)).values(state="read"))
    others = select(document.c.row_id).where(document.c.batch_id.not_in(batch_ids)).limit(1)
    if connection.execute(others).first() is None:  # whole tables at once are emptied fastest
        for source in ("staging_observation", *PARTS):
            connection.execute(delete(table(source)))
    connection.execute(delete(document).where(document.c.batch_id.in_(batch_ids)))
