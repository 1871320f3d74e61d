"""Older pages of the same sources: the flow of `collect`, reading the listings deeper."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.collect import run_collect, run_name
from flows.parameters import BackfillRequest, CollectRequest
from flows.ping import pinged
from metroetl.runs import RunSummary


@pinged
@flow(name="backfill", flow_run_name=run_name, task_runner=ThreadPoolTaskRunner(max_workers=2))  # type: ignore[arg-type]
def backfill(request: BackfillRequest = BackfillRequest()) -> State[RunSummary]:
    """补采：往回翻列表，取以前没有取过的页面。"""
    wanted = CollectRequest(sources=request.sources, since=date(request.year_from, 1, 1))
    return run_collect("backfill", wanted, max_pages=request.max_pages)
