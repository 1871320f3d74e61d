"""Asking again for what was archived, within a budget a host."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.errors import ManyVanished, NotFound, SoftNotFound
from metroetl.harvest import Archive, Client, revisit
from metroetl.harvest.addresses import host_of
from metroetl.pipeline.steps import known_addresses, open_existing, outcome_of, recorded
from metroetl.runs import Failure
from metroetl.settings import settings

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.client import Gate
    from metroetl.harvest.models import Harvested, Snapshot
    from metroetl.runs import SourceOutcome
    from metroetl.warehouse import Warehouse


VANISHED = {NotFound.code, SoftNotFound.code}
MANY = 5


def revisit_sources(
    run_id: str, source_ids: Sequence[str], *, since: date, budget: int, gate: Gate | None = None
) -> list[SourceOutcome]:
    """Ask again, conditionally, for the sources' pages and files of `since` or later, least recently asked first.

    `budget` is the most requests that one host gets in all; what it leaves out comes first the next time.
    """
    warehouse = open_existing()
    spent: Counter[str] = Counter()
    outcomes = []
    for source_id in source_ids:
        source = catalogue().sources[source_id]
        known_pages = [page for page, _ in warehouse.revisitable(source_id, since, budget)]
        pages = within(budget, spent, known_pages)
        steps = asyncio.run(_revisit_steps(run_id, source, warehouse, pages, gate))
        outcomes.append(_with_vanished(outcome_of(source, steps), {page.url for page in pages}))
    return outcomes


def _with_vanished(outcome: SourceOutcome, asked: set[str]) -> SourceOutcome:
    """The outcome with vanished pages as a fact; as one failure where most of the site went, for it was rebuilt then."""
    gone = [f for f in outcome.failures if f.code in VANISHED and f.url in asked]
    outcome.vanished = len(gone)
    outcome.failures = [f for f in outcome.failures if f not in gone]
    if len(gone) >= MANY and 2 * len(gone) > len(asked):
        error = ManyVanished(f"{len(gone)} of {len(asked)} known pages are gone")
        outcome.failures.append(Failure(code=error.code, detail=error.message, way_out=error.way_out))
    return outcome


def within(budget: int, spent: Counter[str], pages: Sequence[Snapshot]) -> list[Snapshot]:
    """The pages that each host's budget still allows, in order; `spent` counts them."""
    chosen = []
    for page in pages:
        host = host_of(page.url)
        if spent[host] < budget:
            spent[host] += 1
            chosen.append(page)
    return chosen


async def _revisit_steps(
    run_id: str, source: Source, warehouse: Warehouse, pages: Sequence[Snapshot], gate: Gate | None
) -> list[Harvested]:
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
        return await recorded(run_id, warehouse, steps)
