"""Asking again for what was archived, within a budget a host."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from metroetl.catalogue import catalogue
from metroetl.errors import ManyVanished, NotFound, SoftNotFound
from metroetl.harvest import Archive, Client, revisit
from metroetl.harvest.addresses import host_of
from metroetl.pipeline.steps import known_addresses, open_existing, recorded
from metroetl.runs import Failure
from metroetl.settings import settings

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.client import Gate
    from metroetl.harvest.models import Snapshot
    from metroetl.runs import SourceOutcome
    from metroetl.warehouse import Warehouse


VANISHED = {NotFound.code, SoftNotFound.code}
MANY = 5


_LAST = "SELECT url, last_asked_at, state FROM mart_page_state WHERE source_id = :source"


def revisit_sources(
    run_id: str, source_ids: Sequence[str], *, since: date, budget: int, gate: Gate | None = None
) -> list[SourceOutcome]:
    """Ask again, conditionally, for the sources' pages and files of `since` or later, least recently asked first.

    `budget` is the most of them that one host is asked for, all sources together; what it leaves out comes first the
    next time. robots.txt, and files that a changed page links now, come on top.
    """
    warehouse = open_existing()
    pages: list[tuple[Any, Snapshot]] = []
    there: set[tuple[str, str]] = set()
    for source_id in source_ids:
        _, rows = warehouse.query(_LAST, parameters={"source": source_id})
        asked_at = {url: at for url, at, _ in rows}
        there |= {(source_id, url) for url, _, state in rows if state != "vanished"}
        known = warehouse.revisitable(source_id, since, budget)
        pages += [(asked_at[page.url], page) for page, _ in known]
    chosen = within(budget, [page for _, page in sorted(pages, key=lambda entry: entry[0])])
    outcomes = []
    for source_id in source_ids:
        source = catalogue().sources[source_id]
        own = [page for page in chosen if page.source_id == source_id]
        outcome = asyncio.run(_revisit(run_id, source, warehouse, own, gate))
        asked = {page.url: (source_id, page.url) in there for page in own}
        outcomes.append(_with_vanished(outcome, asked))
    return outcomes


def _with_vanished(outcome: SourceOutcome, asked: Mapping[str, bool]) -> SourceOutcome:
    """The outcome with vanished pages as a fact; as one failure where most of the site went, for it was rebuilt then.

    `asked` says of each address whether it was there the last time: only those can go at once.
    """
    gone = [f for f in outcome.failures if f.code in VANISHED and f.url in asked]
    outcome.vanished = len(gone)
    outcome.failures = [f for f in outcome.failures if f not in gone]
    newly, there = sum(asked[f.url] for f in gone), sum(asked.values())
    if newly >= MANY and 2 * newly > there:
        error = ManyVanished(f"{newly} of {there} known pages are gone")
        outcome.failures.append(Failure(code=error.code, detail=error.message, way_out=error.way_out))
    return outcome


def within(budget: int, pages: Sequence[Snapshot]) -> list[Snapshot]:
    """The pages, in order, that each host's budget allows."""
    spent: Counter[str] = Counter()
    chosen = []
    for page in pages:
        host = host_of(page.url)
        if spent[host] < budget:
            spent[host] += 1
            chosen.append(page)
    return chosen


async def _revisit(
    run_id: str, source: Source, warehouse: Warehouse, pages: Sequence[Snapshot], gate: Gate | None
) -> SourceOutcome:
    config = settings()
    async with Client(config, catalogue().sources.values(), gate) as client:
        steps = revisit(
            source,
            client=client,
            archive=Archive(config.archive),
            agenda=config.agenda,
            known=known_addresses(warehouse, source.id),
            pages=pages,
        )
        return await recorded(run_id, warehouse, source, steps)
