"""The warehouse as the other rooms see it: one object, a method a deed, each one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, make_url, select

from metroetl import clock
from metroetl.warehouse import (
    announce,
    engine,
    indices,
    intake,
    query,
    retention,
    review,
    revisit,
    unfinished,
)
from metroetl.warehouse.assessments import keep_scores
from metroetl.warehouse.checks import keep_rules, record_checks, write_checks
from metroetl.warehouse.flows import FlowFile, FlowVintage, keep_flows, keep_links
from metroetl.warehouse.frames import staging_frames
from metroetl.warehouse.history import histories
from metroetl.warehouse.looks import Look
from metroetl.warehouse.loops import add_loop_events
from metroetl.warehouse.parts import part_rows
from metroetl.warehouse.release import release_row
from metroetl.warehouse.release_calendar import keep_calendar
from metroetl.warehouse.republish import tie_republications
from metroetl.warehouse.settle import settle
from metroetl.warehouse.stage import batches_in, stage
from metroetl.warehouse.tables import metadata, table
from metroetl.warehouse.upgrade import check_version, check_world, current_revision, read_contract, upgrade

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Engine

    from metroetl.catalogue import Catalogue
    from metroetl.errors import MetroError
    from metroetl.harvest.models import Harvested, Known, Snapshot
    from metroetl.runs import ReleaseNews, SourceCheck
    from metroetl.settings import Settings
    from metroetl.warehouse.history import History
    from metroetl.warehouse.models import Batch, Check, Decision, Published, Reading


class Warehouse:
    """One database: SQLite or PostgreSQL. Every method may raise WarehouseError or LoadConflict, and then changed nothing."""

    def __init__(self, url: str, world: str = "facts", catalogue: Catalogue | None = None) -> None:
        self.url = url
        self.world = world
        self._catalogue = catalogue

    @classmethod
    def open(cls, settings: Settings) -> Warehouse:
        """The warehouse of the settings; nothing is touched yet."""
        return cls(settings.warehouse_url, settings.world)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue whose words the warehouse uses."""
        from metroetl.catalogue import catalogue

        return self._catalogue or catalogue()

    def upgrade(self) -> None:
        """Make the warehouse, or bring its tables, views, words and dimensions up to date."""
        upgrade(self.url, self.world, self.catalogue)

    # --- harvest -------------------------------------------------------------------------------------------------

    def start_run(self, flow: str, parameters: Mapping[str, Any]) -> str:
        """Note that a run of a flow begins; its id."""
        with self._write() as connection:
            return intake.start_run(connection, flow, parameters)

    def finish_run(self, run_id: str, state: str, summary: Mapping[str, Any]) -> None:
        """Note how a run ended."""
        with self._write() as connection:
            intake.finish_run(connection, run_id, state, summary)

    def record(self, run_id: str, harvested: Iterable[Harvested]) -> None:
        """Keep every attempt and every new snapshot."""
        with self._write() as connection:
            intake.record(connection, run_id, harvested)

    def known(self, source_id: str) -> dict[str, Known]:
        """What is known of a source's addresses, listings too."""
        with self._read() as connection:
            return intake.known(connection, source_id)

    def revisitable(self, source_id: str, since: date, limit: int) -> list[tuple[Snapshot, Known]]:
        """What to ask again: pages, parts and attachments dated since a day, least recently asked first."""
        with self._read() as connection:
            return revisit.revisitable(connection, source_id, since, limit)

    def parts_of(
        self, url: str, source_id: str, *, at: datetime | None = None, until: datetime | None = None
    ) -> list[Snapshot]:
        """The further pages of an article in reading order, as last seen; or as they were with its page of `at`, or
        before `until`."""
        with self._read() as connection:
            rows = part_rows(connection, url, source_id, at, until)
            return [intake.snapshot_of(row._mapping) for row in rows]

    def histories(self, url: str) -> list[History]:
        """What came of an address, with its parts and files, at each source that has it."""
        with self._read() as connection:
            return histories(connection, url)

    def record_checks(self, run_id: str, checks: Iterable[SourceCheck]) -> None:
        """Keep what a check of sources found."""
        with self._write() as connection:
            record_checks(connection, run_id, checks)

    def pending(self, source_ids: Sequence[str] | None = None) -> list[Snapshot]:
        """Archived pages, attachments and inbox files that nobody read yet, oldest first."""
        with self._read() as connection:
            return intake.pending(connection, source_ids)

    def archived(self, source_id: str, *, only_quarantined: bool = False) -> list[Snapshot]:
        """All snapshots of a source for a replay; or those with something in quarantine or in a held batch."""
        with self._read() as connection:
            return intake.archived(connection, source_id, only_quarantined=only_quarantined)

    def pending_ids(self, source_id: str) -> list[str]:
        """Keys of what `pending` gives of a source."""
        with self._read() as connection:
            return intake.ids_of(connection, intake.pending_rows([source_id]))

    def archived_ids(self, source_id: str, *, only_quarantined: bool = False) -> list[str]:
        """Keys of what `archived` gives."""
        with self._read() as connection:
            return intake.ids_of(
                connection, intake.archived_rows(source_id, only_quarantined=only_quarantined)
            )

    def snapshots(self, ids: Sequence[str]) -> list[Snapshot]:
        """The snapshots with these keys, oldest first."""
        with self._read() as connection:
            return intake.snapshots_with(connection, ids)

    def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """One snapshot by its key; None if there is none."""
        with self._read() as connection:
            return intake.snapshot(connection, snapshot_id)

    def reject_snapshot(self, run_id: str, snapshot: Snapshot, error: MetroError) -> None:
        """Name a snapshot as unreadable, with the error's code, in quarantine."""
        with self._write() as connection:
            intake.reject_snapshot(connection, run_id, snapshot, error)

    # --- gate ----------------------------------------------------------------------------------------------------

    def stage(
        self, run_id: str, source_id: str, readings: Iterable[Reading], judged_by: str = ""
    ) -> str | None:
        """Write what was read from one source into staging; the batch's id, None if core has all of it just so.

        `judged_by` says which rules the gate has: the same reading under the same rules isn't judged again.
        """
        with self._write() as connection:
            return stage(connection, (run_id, source_id), self.world, readings, self.catalogue, judged_by)

    def staged_batches(self) -> list[Batch]:
        """Batches that wait for the gate, those of dead runs too, oldest first."""
        with self._read() as connection:
            return batches_in(connection, "staged")

    def staging_frames(self, batch_ids: Sequence[str]) -> dict[str, pd.DataFrame]:
        """Staged rows of these batches by staging table."""
        with self._read() as connection:
            return staging_frames(connection, batch_ids)

    def settle(self, decision: Decision) -> Published:
        """Carry out the gate's decision."""
        with self._write() as connection:
            return settle(connection, decision)

    def tie_republications(self, run_id: str | None = None) -> int:
        """Tie what a run published (or every document) to other copies of the same paper; rows that changed."""
        with self._write() as connection:
            return tie_republications(connection, run_id)

    def keep_calendar(self, today: date) -> dict[str, int]:
        """Bring the release calendar up to a day (in China); releases by state."""
        with self._write() as connection:
            return keep_calendar(connection, self.catalogue, today)

    def keep_rules(self, rules: Iterable[Mapping[str, Any]]) -> None:
        """Keep the rules of the suites as a dimension; others that were kept before are no longer active."""
        with self._write() as connection:
            keep_rules(connection, rules)

    def keep_indices(self, editions: indices.Rows, values: indices.Rows) -> None:
        """Replace all editions and values of indices, own and published, by these."""
        with self._write() as connection:
            indices.keep_indices(connection, editions, values)

    def add_checks(self, run_id: str, checks: Iterable[Check]) -> None:
        """Keep the verdicts of rules that judge what is published."""
        with self._write() as connection:
            write_checks(connection, run_id, checks, clock.now())

    # --- links between places ------------------------------------------------------------------------------------

    def keep_flows(self, files: Sequence[FlowFile]) -> list[FlowVintage]:
        """Store flows that an operator gave, a vintage each period; the same again changes nothing."""
        with self._write() as connection:
            return keep_flows(connection, files, self.world)

    def keep_links(self, circle_id: str, rows: Sequence[dict[str, Any]], file_id: str | None) -> int:
        """Put a circle's links of one file, or those of published figures, in the place of earlier ones; their number."""
        with self._write() as connection:
            return keep_links(connection, circle_id, rows, file_id)

    def keep_scores(self, scores: Sequence[Mapping[str, Any]]) -> int:
        """Keep scores of an assessment that differ from the newest kept; how many those were."""
        with self._write() as connection:
            return keep_scores(connection, scores, clock.now())

    # --- releases of plans ---------------------------------------------------------------------------------------

    def waiting_releases(self, today: date) -> tuple[list[ReleaseNews], list[ReleaseNews]]:
        """Plan releases that wait to be announced, and old ones of a first load, which are no news."""
        with self._read() as connection:
            return announce.waiting_releases(connection, today)

    def mark_announced(self, releases: Iterable[ReleaseNews]) -> None:
        """Note that these releases were announced, or passed over, in their present state."""
        with self._write() as connection:
            announce.mark_announced(connection, releases)

    # --- people --------------------------------------------------------------------------------------------------

    def held(self) -> list[Batch]:
        """Batches that wait for a person, oldest first."""
        with self._read() as connection:
            return batches_in(connection, "held")

    def decide(self, batch_id: str, *, approve: bool, reason: str, who: str) -> dict[str, int]:
        """Publish or reject a held batch; counts of new rows in core."""
        with self._write() as connection:
            return review.decide(connection, batch_id, approve=approve, reason=reason, who=who)

    def release_row(self, row_id: str, *, reason: str, who: str) -> dict[str, int]:
        """Publish a quarantined row in spite of its rules; counts of new rows in core."""
        with self._write() as connection:
            return release_row(connection, row_id, world=self.world, reason=reason, who=who)

    def reject_row(self, row_id: str, *, reason: str, who: str) -> None:
        """Close a quarantined row as wrong."""
        with self._write() as connection:
            review.reject_row(connection, row_id, reason=reason, who=who)

    def add_loop_events(
        self, loops: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]]
    ) -> None:
        """Add new loops and what happened to loops; all of it, or nothing where another run came between."""
        with self._write() as connection:
            add_loop_events(connection, loops, events)

    # --- upkeep --------------------------------------------------------------------------------------------------

    def unfinished_runs(self) -> list[unfinished.Unfinished]:
        """Runs that never told how they ended, oldest first, with who runs them."""
        with self._read() as connection:
            return unfinished.unfinished_runs(connection)

    def close_run(self, run_id: str, reason: str) -> bool:
        """Note that an unfinished run crashed; False if it finished after all."""
        with self._write() as connection:
            return unfinished.close_run(connection, run_id, reason)

    def fold_fetches(self, before: datetime, *, apply: bool = True) -> list[retention.Folded]:
        """Fold attempts before a moment that found nothing new, one transaction a source; what there was to fold."""
        _, sources = self.query("SELECT source_id FROM dim_source ORDER BY source_id")
        found = []
        for (source_id,) in sources:
            with self._write() if apply else self._read() as connection:
                found.append(retention.fold_fetches(connection, source_id, before, apply=apply))
        return [folded for folded in found if folded.fetches]

    # --- readers -------------------------------------------------------------------------------------------------

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        as_of: date | None = None,
        as_loaded: date | None = None,
        public: bool = False,
    ) -> query.Answer:
        """Column names and rows of one SELECT, read-only; as published or as loaded by the end of a day (in China),
        over all rows or the public ones."""
        return query.run_query(self._reader, sql, parameters, Look(as_of, as_loaded, public))

    def records(
        self, sql: str, parameters: Mapping[str, Any] | None = None, **look: Any
    ) -> list[dict[str, Any]]:
        """The rows of `query` by column name; `look` as there."""
        columns, rows = self.query(sql, parameters, **look)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def info(self) -> dict[str, Any]:
        """Where the warehouse is, its versions, its rows, its latest run and what waits for a person."""
        with self._read() as connection:
            runs, quarantine = table("ops_run"), table("ops_quarantine")
            latest = (
                connection.execute(select(runs).order_by(runs.c.started_at.desc()).limit(1))
                .mappings()
                .first()
            )
            waiting = select(func.count(func.distinct(quarantine.c.row_id))).where(
                quarantine.c.state == "open"
            )
            return {
                "url": make_url(self.url).render_as_string(hide_password=True),
                "world": self.world,
                "revision": current_revision(connection),
                **read_contract(connection),
                "rows": {
                    t.name: connection.execute(select(func.count()).select_from(t)).scalar_one()
                    for t in metadata.sorted_tables
                },
                "latest_run": {k: latest[k] for k in ("run_id", "flow", "state", "started_at")}
                if latest
                else None,
                "staged_batches": [b.batch_id for b in batches_in(connection, "staged")],
                "held_batches": [b.batch_id for b in batches_in(connection, "held")],
                "open_quarantine": connection.execute(waiting).scalar_one(),
            }

    # --- connections ---------------------------------------------------------------------------------------------

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with engine.writing(self._writer) as connection:
            self._check(connection)
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with engine.reading(self._reader) as connection:
            self._check(connection)
            yield connection

    def _check(self, connection: Connection) -> None:
        """Once a connection: that the database is no newer program's and no other world's."""
        if connection.info.get("checked") == self.world:
            return
        check_version(current_revision(connection))
        check_world(connection, self.world)
        connection.info["checked"] = self.world

    @cached_property
    def _writer(self) -> Engine:
        return engine.writer(self.url)

    @cached_property
    def _reader(self) -> Engine:
        return engine.reader(self.url)
