"""The way through the rooms, as steps that a flow calls: harvest, read and stage, gate, summarise.

Each step opens what it needs from the settings, does one thing, and leaves its result in the archive or the
warehouse, so that a step can run in a thread, in a process or on another machine, and a killed run loses nothing.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import INBOX
from metroetl.errors import MetroError, Unreadable
from metroetl.harvest import Archive, Client, harvest
from metroetl.harvest.models import Reach
from metroetl.operations.logs import bound_by_arguments
from metroetl.runs import Failure, GateOutcome, RunSummary, SourceOutcome
from metroetl.settings import Settings, settings

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.client import Gate
    from metroetl.harvest.models import Harvested, Known
    from metroetl.monitoring.report import Format, Written
    from metroetl.monitoring.update import Updated
    from metroetl.quality import Stopped
    from metroetl.warehouse import Warehouse

log = logging.getLogger("metroetl.pipeline")


Kind = Literal["statistics", "plans"]
MOST_UNTOLD = 12
NEW_OBJECTS = 20_000  # after which Python's collector looks at them
TELL_EVERY = 0.2  # seconds in which what comes is written at once


def choose_sources(
    ids: Sequence[str] = (), kinds: Sequence[Kind] = (), config: Settings | None = None
) -> list[Source]:
    """The sources of a run: those named, else all that are enabled (or stood in for by the replica), of these kinds.

    In a synthetic world those that are stood in for, and no others.
    """
    config = config or settings()
    known = catalogue().sources
    unknown = [i for i in ids if i not in known and i != INBOX]
    if unknown:
        raise MetroError(
            f"no such source: {', '.join(unknown)}", way_out="`metroetl sources list` shows the ids."
        )
    if ids:
        chosen = [known[i] for i in ids if i != INBOX]
    else:
        real = config.world == "facts"
        chosen = [s for s in known.values() if (s.enabled and real) or _mapped(s, config)]
    return [s for s in chosen if not kinds or set(kinds) & set(s.kinds)]


def _mapped(source: Source, config: Settings) -> bool:
    return any(host in config.host_map for host in source.hosts)


def host_groups(sources: Iterable[Source]) -> list[list[str]]:
    """Ids of sources grouped so that no host is in two groups: groups may run at once, within one they take turns."""
    groups: list[tuple[set[str], list[str]]] = []
    for source in sources:
        hosts, ids = set(source.hosts), [source.id]
        for group in [g for g in groups if g[0] & hosts]:
            groups.remove(group)
            hosts |= group[0]
            ids = group[1] + ids
        groups.append((hosts, ids))
    return [ids for _, ids in groups]


def open_warehouse() -> Warehouse:
    """The warehouse of the settings, brought up to date."""
    from metroetl.warehouse import Warehouse

    config = settings()
    config.home.mkdir(parents=True, exist_ok=True)
    warehouse = Warehouse.open(config)
    warehouse.upgrade()
    return warehouse


def open_existing() -> Warehouse:
    """The warehouse of the settings as it is; a run has brought it up to date."""
    from metroetl.warehouse import Warehouse

    return Warehouse.open(settings())


@contextmanager
def warehouse_kept_open() -> Iterator[None]:
    """For a run, or a part of it, in this process: the steps share connections in place of opening one for each deed."""
    from metroetl.warehouse.engine import kept_open

    with kept_open():
        yield


@bound_by_arguments
def harvest_source(
    run_id: str,
    source_id: str,
    *,
    since: date | None = None,
    until: date | None = None,
    budget: int | None = None,
    dry_run: bool = False,
    max_pages: int | None = None,
    gate: Gate | None = None,
) -> SourceOutcome:
    """Ask one source's listing and fetch what is new into the archive; every attempt is recorded.

    Only items of the days from `since` to `until`, at most `budget` of them, the listing at most `max_pages` deep.
    `gate` keeps limits that several processes share (see `Client`).
    """
    leave_imports_alone()
    source = catalogue().sources[source_id]
    if max_pages is not None:
        source = source.model_copy(update={"max_pages": max_pages})
    warehouse = open_existing()
    reach = Reach(since=since, until=until, budget=budget)
    return asyncio.run(_harvest(run_id, source, warehouse, reach, dry_run, gate))


async def _harvest(
    run_id: str,
    source: Source,
    warehouse: Warehouse,
    reach: Reach,
    dry_run: bool,
    gate: Gate | None = None,
) -> SourceOutcome:
    config = settings()
    async with Client(config, catalogue().sources.values(), gate) as client:
        steps = harvest(
            source,
            client=client,
            archive=Archive(config.archive),
            agenda=config.agenda,
            known=known_addresses(warehouse, source.id),
            reach=reach,
            dry_run=dry_run,
        )
        return await recorded(run_id, warehouse, source, steps)


@cache
def leave_imports_alone() -> None:
    """Let Python's collector look at what pages make only, and not within each page: looking at the libraries again and
    again takes a fifth of a collect, looking after every 700 new objects a tenth of reading."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])


async def recorded(
    run_id: str, warehouse: Warehouse, source: Source, steps: AsyncIterator[Harvested]
) -> SourceOutcome:
    """What the steps at one source came to; each is in the warehouse within TELL_EVERY of the one before.

    So a killed run has told of nearly all. Where writing is slow, no more than MOST_UNTOLD wait for it: the sites wait
    then. A step that is told is forgotten, so that memory doesn't grow with the pages.
    """
    outcome = SourceOutcome(source_id=source.id, title=source.title)
    untold: list[Harvested] = []
    many = asyncio.Event()
    writing: asyncio.Task[None] | None = None

    async def tell() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(many.wait(), TELL_EVERY)
        new = untold.copy()
        untold.clear()
        await asyncio.to_thread(warehouse.record, run_id, new)

    try:
        async for step in steps:
            _count_step(outcome, step)
            untold.append(step)
            if writing is not None and (writing.done() or len(untold) >= MOST_UNTOLD):
                many.set()
                await writing
                writing = None
            if writing is None:
                many.clear()
                writing = asyncio.create_task(tell())
    finally:
        many.set()
        if writing is not None:
            await writing
        warehouse.record(run_id, untold)
    told = ", ".join(f"{n} {what}" for what, n in outcome.outcomes.items())
    log.info("%s: %s", source.title, told or "nothing asked")
    return outcome


def _count_step(outcome: SourceOutcome, step: Harvested) -> None:
    fetch = step.fetch
    outcome.left += step.left
    outcome.deeper |= step.deeper
    outcome.outcomes[fetch.outcome] = outcome.outcomes.get(fetch.outcome, 0) + 1
    outcome.announced += fetch.fresh or 0
    if not fetch.ok:
        failed = Failure(code=fetch.outcome, url=fetch.url, detail=fetch.detail, way_out=fetch.way_out)
        outcome.failures.append(failed)


_DAMAGED = """
SELECT url, sha256 FROM ops_quarantine
WHERE source_id = :source AND table_name = 'raw_snapshot' AND rule_code = :code AND state = 'open'
"""


def known_addresses(warehouse: Warehouse, source_id: str) -> dict[str, Known]:
    """What is known of a source's addresses; where the last bytes are damaged and no person closed the matter, so."""
    known = warehouse.known(source_id)
    _, rows = warehouse.query(_DAMAGED, parameters={"source": source_id, "code": Unreadable.code})
    for url, sha256 in rows:
        if url in known and known[url].sha256 == sha256:
            known[url] = known[url].model_copy(update={"readable": False})
    return known


@bound_by_arguments
def pass_gate(run_id: str) -> GateOutcome:
    """Validate every staged batch, then publish, quarantine and hold in one transaction."""
    from metroetl.quality import run_gate

    warehouse = open_existing()
    if not warehouse.staged_batches():
        return GateOutcome()
    docs = settings().home / "validation" / f"data-docs-{run_id}" if settings().data_docs else None
    result = run_gate(warehouse, run_id, data_docs=docs)
    return GateOutcome(
        published=result.published, quarantined=result.quarantined, batches=result.batches, held=result.held
    )


def finish(summary: RunSummary, *, dry_run: bool = False) -> RunSummary:
    """Tie republications, judge what is published, write the validation page, close the run, give the summary back."""
    from metroetl.pipeline.findings import published_findings
    from metroetl.quality import write_validation_page

    warehouse = open_existing()
    loaded = any(summary.gate.published.values())
    if loaded:
        warehouse.tie_republications(summary.run_id)
    if not dry_run:
        summary.findings = published_findings(
            warehouse, summary.run_id, loaded=loaded, touched=summary.flow == "collect"
        )
    summary.finished_at = datetime.now(UTC)
    if summary.gate.batches or any(finding.table for finding in summary.failed_checks):
        page = write_validation_page(warehouse, summary.run_id, settings().home / "validation")
        summary.validation_page = str(page)
    warehouse.finish_run(summary.run_id, summary.state, summary.model_dump(mode="json"))
    return summary


def stopped_in(run_id: str) -> Stopped:
    """What the gate held and quarantined in a run, for its page in the UI."""
    from metroetl.quality import stopped_in as found

    return found(open_existing(), run_id)


def archived_sources() -> list[str]:
    """Ids of the sources that have something in the archive."""
    _, rows = open_existing().query("SELECT DISTINCT source_id FROM raw_snapshot ORDER BY source_id")
    return [row[0] for row in rows if row[0] in catalogue().sources or row[0] == INBOX]


def decide_batch(batch_id: str, *, approve: bool, reason: str, who: str) -> dict[str, int]:
    """Publish or reject a held batch; the decision is kept with its reason."""
    return open_warehouse().decide(batch_id, approve=approve, reason=reason, who=who)


def update_monitoring(circle: str, quarter: str | None = None) -> Updated:
    """Keep indices, links and the loops of a circle's quarter (the newest if None) for those who read by SQL."""
    from metroetl.monitoring import latest_quarter
    from metroetl.monitoring.update import update_monitoring as update

    warehouse = open_warehouse()
    return update(
        warehouse, circle, normal_quarter(quarter) if quarter else latest_quarter(warehouse, circle)
    )


def write_quarterly_report(
    circle: str,
    quarter: str | None = None,
    *,
    formats: Sequence[Format] = ("html", "xlsx", "docx"),
    folder: Path | None = None,
    language: Literal["zh", "en"] = "zh",
    as_of: date | None = None,
    **details: Any,
) -> Written:
    """Write the report of a circle and quarter (the newest with data if None) into home/reports, or another folder.

    `details` are those of `monitoring.build_report`: masthead, two_year, boundaries.
    """
    from metroetl.monitoring import build_report, latest_quarter, write_report

    warehouse = open_warehouse()
    quarter = normal_quarter(quarter) if quarter else latest_quarter(warehouse, circle, as_of)
    report = build_report(warehouse, circle, quarter, language=language, as_of=as_of, **details)
    return write_report(report, folder or settings().home / "reports", formats)


def normal_quarter(text: str) -> str:
    """`2025Q1` or `2025-Q1` as `2025-Q1`."""
    year, _, number = text.upper().replace("-", "").partition("Q")
    return f"{year}-Q{number}"
