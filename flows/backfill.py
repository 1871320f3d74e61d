"""Older pages of the same sources, by year: the listings are read deeper, and a budget keeps each run polite."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.collect import run_collect, summary_of
from flows.names import run_name
from flows.parameters import BackfillForm, BackfillRequest, CollectRequest
from flows.ping import pinged
from metroetl.runs import RunSummary


@pinged
@flow(name="backfill", flow_run_name=run_name, task_runner=ThreadPoolTaskRunner(max_workers=2))  # type: ignore[arg-type]
def backfill(request: BackfillForm = BackfillRequest()) -> State[RunSummary]:
    """补采：按年份往回翻列表，取以前没有取过的页面；停下后再次运行即接着取。"""
    wanted = CollectRequest(sources=request.sources, since=date(request.year_from, 1, 1))
    until = date(request.year_to, 12, 31)
    return run_collect(
        "backfill", wanted, request, until=until, budget=request.budget, max_pages=request.max_pages
    )


def backfill_here(request: BackfillRequest) -> RunSummary:
    """Run the flow in this process and give its summary, for the command line."""
    return summary_of(backfill(request, return_state=True))
