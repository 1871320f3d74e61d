"""Health of the sources: what their lists show now, or whether their examples are still read as expected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from metroetl.catalogue import catalogue
from metroetl.catalogue.load import project_pages
from metroetl.catalogue.models import Source
from metroetl.errors import EmptyListing, ExampleDiffers, ExampleMissing, HostDown, MetroError
from metroetl.harvest import Client
from metroetl.harvest.look import Look, look_at_source
from metroetl.pipeline.examples import Example, differences, example_folders, examples_in, read_example
from metroetl.pipeline.steps import choose_sources, open_warehouse
from metroetl.runs import SourceCheck
from metroetl.settings import settings

WITHIN = 60.0
RETRIES, TIMEOUT = 1, 15.0
BEIJING = ZoneInfo("Asia/Shanghai")
Progress = Callable[[SourceCheck], None]


def check_sources(
    ids: Sequence[str] = (), *, progress: Progress | None = None, today: date | None = None
) -> list[SourceCheck]:
    """Read the lists of sources (all enabled ones if none is named) once, at once as far as politeness lets.

    Nothing is fetched but lists, and nothing is stored but the checks. `progress` is told each check as it ends.
    """
    sources = choose_sources(ids)
    day = today or datetime.now(BEIJING).date()
    warehouse = open_warehouse()
    run_id = warehouse.start_run("check", {"sources": [s.id for s in sources]})
    checks = asyncio.run(_check_all(sources, day, progress))
    warehouse.record_checks(run_id, checks)
    failed = [c.source_id for c in checks if not c.ok]
    warehouse.finish_run(run_id, "checked", {"sources": len(checks), "failed": failed})
    return checks


async def _check_all(sources: Sequence[Source], day: date, progress: Progress | None) -> list[SourceCheck]:
    config = settings()
    brief = {"retries": min(RETRIES, config.retries), "timeout_seconds": min(TIMEOUT, config.timeout_seconds)}
    async with Client(config.model_copy(update=brief), catalogue().sources.values()) as client:

        async def check(source: Source) -> SourceCheck:
            found = await _check(source, client, day)
            if progress is not None:
                progress(found)
            return found

        return list(await asyncio.gather(*(check(source) for source in sources)))


async def _check(source: Source, client: Client, day: date) -> SourceCheck:
    live = not any(host in client.stand_ins for host in source.hosts)
    began = time.monotonic()
    try:
        async with asyncio.timeout(WITHIN):
            look = await look_at_source(source, client)
    except (MetroError, TimeoutError) as raised:
        error = raised if isinstance(raised, MetroError) else HostDown(f"no list within {WITHIN:g} s")
        return SourceCheck(
            source_id=source.id,
            live=live,
            outcome=error.code,
            family_declared=source.family,
            robots=None if source.list == "unknown" and live else client.robots(source.list),
            seconds=round(time.monotonic() - began, 2),
            detail=error.message,
            way_out=error.way_out,
        )
    return _of_look(source, look, live, day)


def _of_look(source: Source, look: Look, live: bool, day: date) -> SourceCheck:
    """What a list that came says of its source."""
    newest = max((n.listed_on for n in look.page.notices if n.listed_on), default=None)
    found = SourceCheck(
        source_id=source.id,
        live=live,
        outcome="listed",
        family_declared=source.family,
        family_seen=look.family_seen,
        items=look.items,
        newest=newest,
        days_late=days_late(source, newest, day),
        robots=look.robots,
        seconds=round(look.seconds, 2),
    )
    if look.family_seen != source.family:
        other = f"the page has the marks of {look.family_seen}; {look.items} items by {source.family}"
        found = found.model_copy(update={"detail": other})
    if look.items < source.expect.min_items:
        error = EmptyListing(f"{look.items} items, at least {source.expect.min_items} are expected")
        detail = f"{error.message}; {found.detail}" if found.detail else error.message
        return found.model_copy(update={"outcome": error.code, "detail": detail, "way_out": error.way_out})
    return found


def days_late(source: Source, newest: date | None, day: date) -> int | None:
    """Days since something newer than `newest` was due by the source's `expect.max_age_days`; None if unknown."""
    limit = source.expect.max_age_days
    if limit is None or newest is None:
        return None
    return max(0, (day - newest).days - limit)


# --- offline -----------------------------------------------------------------------------------------------------


def check_examples(ids: Sequence[str] = ()) -> list[SourceCheck]:
    """Read the examples of sources (all of the catalogue if none is named) and compare; no network, nothing stored.

    `detail` says what the last run or live check knew of the source, where there is a warehouse.
    """
    known = catalogue().sources
    sources = choose_sources(ids) if ids else list(known.values())
    health = _health()
    return [_of_examples(source, health.get(source.id, "")) for source in sources]


def _of_examples(source: Source, known: str) -> SourceCheck:
    began = time.monotonic()
    found = SourceCheck(
        source_id=source.id, outcome="example_read", family_declared=source.family, detail=known
    )
    try:
        with _examples_of(source) as examples:
            if wrong := [line for example in examples for line in differences(source, example)]:
                raise ExampleDiffers("; ".join(wrong))
            notices = [n for e in examples if e.is_list for n in read_example(source, e)["notices"]]
    except MetroError as error:
        told = {"outcome": error.code, "detail": error.message, "way_out": error.way_out}
        return found.model_copy(update={**told, "seconds": round(time.monotonic() - began, 2)})
    newest = max((n["listed_on"] for n in notices if n["listed_on"]), default=None)
    read = {
        "family_seen": source.family,
        "items": len(notices),
        "newest": date.fromisoformat(newest) if newest else None,
        "seconds": round(time.monotonic() - began, 2),
    }
    return found.model_copy(update=read)


@contextmanager
def _examples_of(source: Source) -> Iterator[list[Example]]:
    """The examples that are kept; without a checkout those of the project's own sources are made for the moment."""
    kept = [e for folder in example_folders(source) for e in examples_in(folder)]
    if kept or project_pages() is not None:
        if not kept:
            raise ExampleMissing(f"no example of {source.id} is in {example_folders(source)[0]}")
        yield kept
        return
    from metroetl.replica.examples import site_of, write_source

    with TemporaryDirectory() as folder:
        write_source(site_of(source), Path(folder))
        yield examples_in(Path(folder))


_HEALTH = """
SELECT source_id, last_listing_ok_at, last_listing_outcome, failures_in_a_row FROM mart_source_health
WHERE last_attempt_at IS NOT NULL
"""


def _health() -> dict[str, str]:
    """What is known of each source from real runs, in a line; nothing without a warehouse."""
    from metroetl.warehouse import Warehouse

    try:
        _, rows = Warehouse.open(settings()).query(_HEALTH)
    except MetroError:
        return {}
    return {
        source_id: f"last read {str(ok_at)[:16] if ok_at else 'never'}, last outcome {outcome}"
        + (f", {failures} failures in a row" if failures else "")
        for source_id, ok_at, outcome, failures in rows
    }
