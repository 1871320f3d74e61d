"""The failed parts of a run once more: its addresses that failed and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.collect import conclude, gate, summary_of
from flows.limits import shared_gate
from flows.names import run_name
from flows.parameters import RetryForm, RetryRequest
from flows.ping import pinged
from flows.runner import Harvest, harvested, many, outcomes_of, readers
from metroetl import pipeline
from metroetl.catalogue import catalogue
from metroetl.catalogue.models import INBOX
from metroetl.errors import NothingToRetry
from metroetl.runs import RunSummary, SourceOutcome

if TYPE_CHECKING:
    from metroetl.pipeline.retry import RetryPlan


@task(**many("retry"))
def retry_and_stage(run_id: str, groups: list[list[str]], plan: RetryPlan) -> Harvest:
    """Ask again for what failed of groups of hosts, in turn, and read what came; nothing is left to be read."""

    def again(source_ids: list[str]) -> list[SourceOutcome]:
        return [pipeline.retry_part(run_id, plan, i, gate=shared_gate()) for i in source_ids]

    return harvested(groups, again, lambda _: [])


@pinged
@flow(name="retry", flow_run_name=run_name, task_runner=ThreadPoolTaskRunner(max_workers=4))  # type: ignore[arg-type]
def retry(request: RetryForm = RetryRequest()) -> State[RunSummary]:
    """重试：只重新请求一次运行中失败的部分，说明哪些已补上、哪些仍失败。"""
    warehouse = pipeline.open_warehouse()
    try:
        plan = pipeline.plan_retry(request.run)
    except NothingToRetry as nothing:
        return Completed(name="NothingToRetry", message=str(nothing), data=nothing)
    run_id = warehouse.start_run("retry", {"run": plan.run_id})
    summary = RunSummary(run_id=run_id, flow="retry", started_at=datetime.now(UTC), retry_of=plan.run_id)
    ids = [part.source_id for part in plan.parts]
    groups = pipeline.host_groups(catalogue().sources[i] for i in ids if i != INBOX)
    groups += [[INBOX]] if INBOX in ids else []
    with readers() as runner:
        summary.sources = outcomes_of(
            run_id, groups, partial(retry_and_stage.submit, run_id, plan=plan), runner
        )
    summary.gate = gate(run_id)
    summary.retried = pipeline.judge_retry(run_id, plan, summary.sources)
    return conclude(summary)


def retry_here(request: RetryRequest) -> RunSummary:
    """Run the flow in this process and give its summary, for the command line."""
    return summary_of(retry(request, return_state=True))
