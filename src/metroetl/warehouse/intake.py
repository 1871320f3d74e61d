"""Runs, attempts and snapshots: what was asked, what came, what still waits to be read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, or_, select, update

from metroetl import __version__, clock
from metroetl.harvest.models import Known, Snapshot
from metroetl.warehouse.engine import dump_json
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import add_new, chunks, put
from metroetl.warehouse.parts import reopen_articles
from metroetl.warehouse.schedule import note_schedule
from metroetl.warehouse.tables import table
from metroetl.warehouse.unfinished import whoever_runs

if TYPE_CHECKING:
    from metroetl.errors import MetroError
    from metroetl.harvest.models import Harvested

READABLE = ("page", "attachment", "inbox")  # a part is read with its first page


def start_run(connection: Connection, flow: str, parameters: Mapping[str, Any]) -> str:
    """Note that a run begins; its id sorts by time."""
    now = clock.now()
    run_id = f"{now:%Y%m%dT%H%M%S}-{flow}-{os.urandom(3).hex()}"
    run = {
        "run_id": run_id,
        "flow": flow,
        "parameters": dump_json(dict(parameters)),
        "state": "running",
        "started_at": now,
        "finished_at": None,
        "summary": dump_json(whoever_runs()),
        "code_version": __version__,
    }
    add_new(connection, table("ops_run"), [run])
    return run_id


def finish_run(connection: Connection, run_id: str, state: str, summary: Mapping[str, Any]) -> None:
    """Note how a run ended."""
    runs = table("ops_run")
    values = {"state": state, "finished_at": clock.now(), "summary": dump_json(dict(summary))}
    connection.execute(update(runs).where(runs.c.run_id == run_id).values(values))


def record(connection: Connection, run_id: str, harvested: Iterable[Harvested]) -> None:
    """Keep every attempt, and each snapshot whose bytes differ from the last ones of its address.

    A new part opens its article again; what a calendar announced goes into the schedule.
    """
    steps = list(harvested)
    add_new(connection, table("raw_fetch"), [_fetch_row(run_id, step) for step in steps])
    snapshots = [step.snapshot for step in steps if step.snapshot is not None]
    latest = {
        (row.source_id, row.url): (row.sha256, row.snapshot_id)
        for source_id in {s.source_id for s in snapshots}
        for row in _latest_rows(connection, source_id, {s.url for s in snapshots})
    }
    fresh, same = [], []
    for snapshot in snapshots:
        row = _snapshot_row(run_id, snapshot)
        sha256, snapshot_id = latest.get((snapshot.source_id, snapshot.url), ("", ""))
        if sha256 == snapshot.sha256:
            same.append({"key": snapshot_id, "etag": row["etag"], "last_modified": row["last_modified"]})
        else:
            latest[(snapshot.source_id, snapshot.url)] = (snapshot.sha256, row["snapshot_id"])
            fresh.append(row)
    add_new(connection, table("raw_snapshot"), fresh)
    _note_validators(connection, same)
    reopen_articles(connection, [row for row in fresh if row["role"] == "part"])
    for step in steps:
        if step.scheduled:
            note_schedule(connection, step.fetch, step.scheduled)


def _latest_rows(connection: Connection, source_id: str, urls: set[str]) -> Iterator[Row[Any]]:
    """The last snapshot of each of these addresses of a source: what it costs doesn't grow with the source."""
    snapshots = table("raw_snapshot")
    for chunk in chunks(sorted(urls)):
        columns = (snapshots.c[name] for name in ("source_id", "url", "sha256", "snapshot_id"))
        mine = select(*columns).where(snapshots.c.source_id == source_id, snapshots.c.url.in_(chunk))
        last = {row.url: row for row in connection.execute(mine.order_by(snapshots.c.fetched_at))}
        yield from last.values()


def _note_validators(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """The same bytes under a new ETag: the next conditional request has to use that one."""
    if rows:
        snapshots = table("raw_snapshot")
        connection.execute(update(snapshots).where(snapshots.c.snapshot_id == bindparam("key")), rows)


def _fetch_row(run_id: str, step: Harvested) -> dict[str, Any]:
    fetch = step.fetch
    return {
        "fetch_id": digest(run_id, fetch.source_id, fetch.url, fetch.role, fetch.at.astimezone(UTC)),
        "run_id": run_id,
        "fetched_at": fetch.at,
        "ok": fetch.ok,
        **fetch.model_dump(exclude={"at"}, include=_FETCH),
    }


_FETCH = {
    "source_id", "url", "role", "outcome", "status", "seconds", "size", "sha256", "items", "fresh", "newest",
    "detail", "way_out",
}  # fmt: skip
_SNAPSHOT = {
    "sha256", "source_id", "url", "role", "fetched_at", "status", "media_type", "size", "title", "listed_on",
    "parent_url", "name", "publisher", "published_on", "access",
}  # fmt: skip


def _snapshot_row(run_id: str, snapshot: Snapshot) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in snapshot.headers.items()}
    moment = snapshot.fetched_at.astimezone(UTC)
    return {
        "snapshot_id": digest(snapshot.source_id, snapshot.url, snapshot.sha256, moment),
        "run_id": run_id,
        "state": "pending" if snapshot.role in READABLE else "read",
        "etag": headers.get("etag"),
        "last_modified": headers.get("last-modified"),
        "headers": dump_json(headers),
        "request": dump_json(snapshot.request),
        **snapshot.model_dump(include=_SNAPSHOT),
    }


@cache
def latest_of_source() -> Any:
    """The last snapshot of each of the addresses of `:source`."""
    snapshots = table("raw_snapshot")
    place = func.row_number().over(partition_by=snapshots.c.url, order_by=snapshots.c.fetched_at.desc())
    ranked = (
        select(snapshots, place.label("place"))
        .where(snapshots.c.source_id == bindparam("source"))
        .subquery("ranked")
    )
    return select(ranked).where(ranked.c.place == 1).subquery("latest")


@cache
def _known() -> Select[Any]:
    fetches, latest = table("raw_fetch"), latest_of_source()
    seen = (
        select(fetches.c.url, func.max(fetches.c.fetched_at).label("at"))
        .where(fetches.c.source_id == bindparam("source"), fetches.c.ok)
        .group_by(fetches.c.url)
        .subquery("seen")
    )
    return select(latest, seen.c.at).select_from(latest.outerjoin(seen, seen.c.url == latest.c.url))


def known(connection: Connection, source_id: str) -> dict[str, Known]:
    """What is known of a source's addresses: the last bytes, and when they were last seen."""
    rows = connection.execute(_known(), {"source": source_id})
    return {row.url: known_of(row, row.at) for row in rows}


def known_of(row: Row[Any], seen_at: datetime | None) -> Known:
    """What a snapshot's row says of its address, and when the address was last read well."""
    return Known(
        url=row.url,
        sha256=row.sha256,
        etag=row.etag,
        last_modified=row.last_modified,
        fetched_at=seen_at or row.fetched_at,
    )


def pending(connection: Connection, source_ids: Sequence[str] | None) -> list[Snapshot]:
    """Snapshots that nobody read yet, oldest first."""
    return snapshots_of(connection, pending_rows(source_ids))


def pending_rows(source_ids: Sequence[str] | None) -> Select[Any]:
    """The rows of snapshots that nobody read yet."""
    snapshots = table("raw_snapshot")
    wanted = select(snapshots).where(snapshots.c.state == "pending", snapshots.c.role.in_(READABLE))
    return wanted if source_ids is None else wanted.where(snapshots.c.source_id.in_(source_ids))


def archived(connection: Connection, source_id: str, *, only_quarantined: bool) -> list[Snapshot]:
    """All snapshots of a source, oldest first; or those with something in quarantine or in a held batch."""
    return snapshots_of(connection, archived_rows(source_id, only_quarantined=only_quarantined))


def archived_rows(source_id: str, *, only_quarantined: bool) -> Select[Any]:
    """The rows of a source's snapshots; or of those with something in quarantine or in a held batch."""
    snapshots, quarantine = table("raw_snapshot"), table("ops_quarantine")
    staged, batches = table("staging_document"), table("ops_batch")
    wanted = select(snapshots).where(snapshots.c.source_id == source_id, snapshots.c.role.in_(READABLE))
    if only_quarantined:
        stopped = select(quarantine.c.quarantine_id).where(
            quarantine.c.state == "open",
            quarantine.c.sha256 == snapshots.c.sha256,
            quarantine.c.url == snapshots.c.url,
        )
        held = (
            select(staged.c.row_id)
            .join(batches, batches.c.batch_id == staged.c.batch_id)
            .where(staged.c.snapshot_id == snapshots.c.snapshot_id, batches.c.state == "held")
        )
        wanted = wanted.where(or_(stopped.exists(), held.exists()))
    return wanted


def ids_of(connection: Connection, wanted: Select[Any]) -> list[str]:
    """The keys alone of a SELECT of raw_snapshot, oldest first."""
    snapshots = table("raw_snapshot")
    keys = wanted.with_only_columns(snapshots.c.snapshot_id)
    return list(connection.execute(keys.order_by(snapshots.c.fetched_at, snapshots.c.snapshot_id)).scalars())


def snapshots_with(connection: Connection, ids: Sequence[str]) -> list[Snapshot]:
    """The snapshots with these keys, oldest first."""
    snapshots = table("raw_snapshot")
    return snapshots_of(connection, select(snapshots).where(snapshots.c.snapshot_id.in_(ids)))


def snapshot(connection: Connection, snapshot_id: str) -> Snapshot | None:
    """One snapshot by its key."""
    snapshots = table("raw_snapshot")
    return next(
        iter(snapshots_of(connection, select(snapshots).where(snapshots.c.snapshot_id == snapshot_id))), None
    )


def snapshots_of(connection: Connection, wanted: Select[Any]) -> list[Snapshot]:
    """The snapshots of a SELECT of raw_snapshot, oldest first."""
    snapshots = table("raw_snapshot")
    rows = connection.execute(wanted.order_by(snapshots.c.fetched_at, snapshots.c.snapshot_id)).mappings()
    return [snapshot_of(row) for row in rows]


def snapshot_of(row: Mapping[Any, Any]) -> Snapshot:
    """A row of raw_snapshot as it was given."""
    told = {name: json.loads(row[name]) for name in ("headers", "request")}
    return Snapshot.model_validate({**row, **told})


def reject_snapshot(connection: Connection, run_id: str, snapshot: Snapshot, error: MetroError) -> None:
    """Name a snapshot as unreadable: it is no longer pending, and waits in quarantine for a fix or a better copy."""
    snapshots = table("raw_snapshot")
    same = and_(
        snapshots.c.source_id == snapshot.source_id,
        snapshots.c.url == snapshot.url,
        snapshots.c.sha256 == snapshot.sha256,
    )
    connection.execute(update(snapshots).where(same).values(state="unreadable"))
    snapshot_id = connection.execute(select(snapshots.c.snapshot_id).where(same)).scalars().first()
    key = snapshot_id or digest(snapshot.source_id, snapshot.url, snapshot.sha256)
    row = {
        "quarantine_id": digest("raw_snapshot", key, error.code),
        "table_name": "raw_snapshot",
        "row_id": key,
        "content_id": key,
        "rule_code": error.code,
        "severity": "error",
        "reason_zh": f"无法读取：{error.message}",
        "reason_en": f"{error.message} → {error.way_out}",
        "row_json": dump_json(snapshot.model_dump(mode="json")),
        "batch_id": None,
        "run_id": run_id,
        "source_id": snapshot.source_id,
        "sha256": snapshot.sha256,
        "url": snapshot.url,
        "span_start": None,
        "span_end": None,
        "quote": "",
        "state": "open",
        "created_at": clock.now(),
        "decided_by": None,
        "decided_at": None,
        "decision_reason": None,
    }
    put(connection, table("ops_quarantine"), [row])
