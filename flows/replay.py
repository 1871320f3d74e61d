"""Read the archive again, without the network: after a fix of parser, catalogue or correction."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import publish_summary, state_of
from flows.collect import RETRIES, gate, outcomes_of
from flows.names import run_name
from flows.parameters import ReplayForm, ReplayRequest
from flows.releases import announce
from metroetl import pipeline
from metroetl.runs import RunSummary, SourceOutcome


@task(task_run_name="replay-{source_id}", **RETRIES)
def stage_again(run_id: str, source_id: str, only_quarantined: bool) -> list[SourceOutcome]:
    """Read and stage a source's archived snapshots once more."""
    outcome = pipeline.replay_source(run_id, source_id, only_quarantined=only_quarantined)
    return [outcome] if outcome.documents or outcome.failed else []


@flow(name="replay", flow_run_name=run_name, task_runner=ThreadPoolTaskRunner(max_workers=2))  # type: ignore[arg-type]
def replay(request: ReplayForm = ReplayRequest()) -> State[RunSummary]:
    """重放：用存档重新读取、校验并入库，不访问网络。"""
    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run("replay", request.model_dump(mode="json"))
    summary = RunSummary(run_id=run_id, flow="replay", started_at=datetime.now(UTC))
    ids = request.sources or pipeline.archived_sources()
    summary.sources = outcomes_of({i: stage_again.submit(run_id, i, request.only_quarantined) for i in ids})
    summary.gate = gate(run_id)
    announce(summary)
    pipeline.finish(summary)
    publish_summary(summary)
    return state_of(summary)
