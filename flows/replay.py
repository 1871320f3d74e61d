"""Read the archive again, without the network: after a fix of parser, catalogue or correction."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.collect import conclude, gate
from flows.names import run_name
from flows.parameters import ReplayForm, ReplayRequest
from flows.ping import pinged
from flows.runner import RETRIES, Harvest, outcomes_of, readers
from metroetl import pipeline
from metroetl.catalogue import catalogue
from metroetl.runs import RunSummary, SourceOutcome


@task(task_run_name="replay-{source_id}", **RETRIES)
def list_again(source_id: str, only_quarantined: bool) -> Harvest:
    """What a source has in the archive, to be read once more; loads are idempotent, so only changes appear."""
    outcome = SourceOutcome(source_id=source_id, title=catalogue().title(source_id))
    return [outcome], pipeline.archived_shards(source_id, only_quarantined=only_quarantined)


@pinged
@flow(name="replay", flow_run_name=run_name, task_runner=ThreadPoolTaskRunner(max_workers=2))  # type: ignore[arg-type]
def replay(request: ReplayForm = ReplayRequest()) -> State[RunSummary]:
    """重放：用存档重新读取、校验并入库，不访问网络。"""
    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run("replay", request.model_dump(mode="json"))
    summary = RunSummary(run_id=run_id, flow="replay", started_at=datetime.now(UTC))
    ids = request.sources or pipeline.archived_sources()
    with readers() as runner:
        listed = {i: list_again.submit(i, request.only_quarantined) for i in ids}
        summary.sources = [o for o in outcomes_of(run_id, listed, runner) if o.documents or o.failed]
    summary.gate = gate(run_id)
    return conclude(summary)
