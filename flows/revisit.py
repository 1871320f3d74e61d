"""Known pages once more: edits in place, replaced attachments, vanished pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import publish_summary, state_of
from flows.collect import RETRIES, gate, outcomes_of, summary_of
from flows.limits import shared_gate
from flows.names import run_name
from flows.parameters import RevisitForm, RevisitRequest
from flows.releases import announce
from metroetl import pipeline
from metroetl.runs import RunSummary, SourceOutcome


@task(task_run_name="revisit-{source_ids}", **RETRIES)
def revisit_and_stage(run_id: str, source_ids: list[str], since: date, budget: int) -> list[SourceOutcome]:
    """Ask again for the pages of one group of hosts, then read what changed."""
    asked = pipeline.revisit_sources(run_id, source_ids, since=since, budget=budget, gate=shared_gate())
    return [pipeline.read_and_stage(run_id, outcome.source_id, outcome) for outcome in asked]


@flow(name="revisit", flow_run_name=run_name, task_runner=ThreadPoolTaskRunner(max_workers=4))  # type: ignore[arg-type]
def revisit(request: RevisitForm = RevisitRequest()) -> State[RunSummary]:
    """复查：有条件地重新请求近期页面，发现原地修改、附件替换与页面消失。"""
    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run("revisit", request.model_dump(mode="json"))
    summary = RunSummary(run_id=run_id, flow="revisit", started_at=datetime.now(UTC))
    groups = pipeline.host_groups(pipeline.choose_sources(request.sources))
    futures = {
        ",".join(ids): revisit_and_stage.submit(run_id, ids, request.since(), request.budget)
        for ids in groups
    }
    summary.sources = outcomes_of(futures)
    summary.gate = gate(run_id)
    announce(summary)
    pipeline.finish(summary)
    publish_summary(summary)
    return state_of(summary)


def revisit_here(request: RevisitRequest) -> RunSummary:
    """Run the flow in this process and give its summary, for the command line."""
    return summary_of(revisit(request, return_state=True))
