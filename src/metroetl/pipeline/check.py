"""Health of a source's listing."""

from __future__ import annotations

import asyncio

from metroetl.catalogue.models import Source
from metroetl.pipeline.steps import harvest_steps, open_warehouse
from metroetl.runs import SourceCheck


def check_source(source: Source) -> SourceCheck:
    """Read a source's listing once, store nothing but the attempt."""
    warehouse = open_warehouse()
    run_id = warehouse.start_run("check", {"source": source.id})
    steps = asyncio.run(harvest_steps(run_id, source, warehouse, None, True))
    warehouse.finish_run(run_id, "checked", {})
    first = next((s.fetch for s in steps if s.fetch.role == "listing"), None)
    if first is None:
        return SourceCheck(source_id=source.id, outcome="not_asked", detail=source.reason)
    return SourceCheck(
        source_id=source.id,
        outcome=first.outcome,
        items=first.items,
        newest=first.newest,
        seconds=round(first.seconds, 2),
        detail=first.detail,
    )
