"""Known pages once more: edits in place, replaced attachments, vanished pages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.collect import conclude, gate, summary_of
from flows.limits import shared_gate
from flows.names import run_name
from flows.parameters import RevisitForm, RevisitRequest
from flows.ping import pinged
from flows.runner import Harvest, harvested, harvesters, many, outcomes_of, readers
from metroetl import pipeline
from metroetl.runs import RunSummary, SourceOutcome


@task(**many("revisit"))
def ask_again(run_id: str, groups: list[list[str]], since: date, budget: int) -> Harvest:
    """Ask again for the pages of groups of hosts; what came of it, and what changed and is to be read now."""

    def again(source_ids: list[str]) -> list[SourceOutcome]:
        return pipeline.revisit_sources(run_id, source_ids, since=since, budget=budget, gate=shared_gate())

    return harvested(groups, again, pipeline.pending_shards)


@pinged
@flow(name="revisit", flow_run_name=run_name, task_runner=harvesters())
def revisit(request: RevisitForm = RevisitRequest()) -> State[RunSummary]:
    """复查：有条件地重新请求近期页面，发现原地修改、附件替换与页面消失。"""
    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run("revisit", request.model_dump(mode="json"))
    summary = RunSummary(run_id=run_id, flow="revisit", started_at=datetime.now(UTC))
    groups = pipeline.host_groups(pipeline.choose_sources(request.sources))
    ask = partial(ask_again.submit, run_id, since=request.since(), budget=request.budget)
    with readers() as runner:
        summary.sources = outcomes_of(run_id, groups, ask, runner)
    summary.gate = gate(run_id)
    return conclude(summary)


def revisit_here(request: RevisitRequest) -> RunSummary:
    """Run the flow in this process and give its summary, for the command line."""
    return summary_of(revisit(request, return_state=True))
