"""What is archived, read and staged: a snapshot's document, its statements, its plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.errors import ArchiveFailure, MetroError, PartMissing, ReaderFailed, Unreadable
from metroetl.harvest import Archive
from metroetl.operations.logs import bound_by_arguments
from metroetl.pipeline.steps import leave_imports_alone, open_existing
from metroetl.runs import Failure, SourceOutcome
from metroetl.settings import settings

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot
    from metroetl.warehouse import Warehouse
    from metroetl.warehouse.models import Reading

STAGED_AT_ONCE = 200  # pages


@bound_by_arguments
def read_and_stage(
    run_id: str,
    source_id: str,
    outcome: SourceOutcome | None = None,
    snapshots: Sequence[Snapshot] | None = None,
) -> SourceOutcome:
    """Read what is archived but not yet in the warehouse (or the snapshots given), and stage it as one batch.

    Staged are STAGED_AT_ONCE pages at a time, so that memory doesn't grow with the pages; a killed run loses no more.
    """
    leave_imports_alone()
    source = catalogue().sources.get(source_id)
    outcome = outcome or SourceOutcome(source_id=source_id, title=catalogue().title(source_id))
    warehouse = open_existing()
    waiting = warehouse.pending([source_id]) if snapshots is None else snapshots
    for first in range(0, len(waiting), STAGED_AT_ONCE):
        some = waiting[first : first + STAGED_AT_ONCE]
        _stage(
            run_id, source_id, warehouse, list(_readings(run_id, some, source, warehouse, outcome)), outcome
        )
    return outcome


def _readings(
    run_id: str,
    snapshots: Sequence[Snapshot],
    source: Source | None,
    warehouse: Warehouse,
    outcome: SourceOutcome,
) -> Iterator[Reading]:
    """What can be read of the snapshots, counted; what can't is named and put into quarantine."""
    archive = Archive(settings().archive)
    for snapshot in snapshots:
        try:
            reading = read_snapshot(warehouse, archive, snapshot, source)
        except ArchiveFailure:
            raise  # the store is away: that says nothing of the snapshot
        except MetroError as error:
            warehouse.reject_snapshot(run_id, snapshot, error)
            outcome.unreadable += 1
            outcome.failures.append(
                Failure(code=error.code, url=snapshot.url, detail=error.message, way_out=error.way_out)
            )
            continue
        outcome.documents += 1
        outcome.statements += len(reading.statements)
        outcome.plans += len(reading.plan.releases) if reading.plan else 0
        yield reading


def _stage(
    run_id: str, source_id: str, warehouse: Warehouse, readings: Sequence[Reading], outcome: SourceOutcome
) -> None:
    """Add readings to the run's batch of the source."""
    from metroetl.quality import rules_version

    if readings:
        batch_id = warehouse.stage(run_id, source_id, readings, rules_version())
        outcome.batch_id = batch_id or outcome.batch_id


def read_snapshot(
    warehouse: Warehouse, archive: Archive, snapshot: Snapshot, source: Source | None
) -> Reading:
    """One snapshot's document, statements and plans; raises a named error if it can't be read.

    An article that goes on over several pages is read whole; PartMissing is raised where a page of it isn't archived.
    """
    from metroetl.plans import read_plan
    from metroetl.statistics import extract_statistics
    from metroetl.warehouse.models import Reading

    document = document_of(warehouse, archive, snapshot, source)
    words = catalogue()
    with ReaderFailed.instead(snapshot.url):
        plan, statements = read_plan(document, words), extract_statistics(document, words)
    return Reading(
        document=document.model_copy(update={"findings": [*document.findings, *plan.findings]}),
        statements=statements,
        plan=plan,
    )


def document_of(
    warehouse: Warehouse,
    archive: Archive,
    snapshot: Snapshot,
    source: Source | None,
    *,
    until: datetime | None = None,
) -> Document:
    """One snapshot's document, whole, with parts that came before `until` only; raises as `read_snapshot` does."""
    from metroetl.documents import find_parts, read_document

    data = archive.get(snapshot.sha256)
    named = find_parts(data, snapshot.url) if snapshot.role == "page" else []
    when = {"at": snapshot.fetched_at, "until": until}
    found = warehouse.parts_of(snapshot.url, snapshot.source_id, **when) if named else []
    parts = {part.url: part for part in found}
    if missing := [url for url in named if url not in parts]:
        raise PartMissing(f"{len(missing)} of {len(named) + 1} pages of {snapshot.url} aren't archived")
    document = read_document(data, snapshot, source, [archive.get(parts[url].sha256) for url in named])
    if not document.text.strip() and not document.attachments:
        raise Unreadable(f"no text in {snapshot.url}")
    return document
