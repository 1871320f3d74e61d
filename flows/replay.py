"""Read the archive again, without the network: after a fix of parser, catalogue or correction."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.task_runners import ThreadPoolTaskRunner

from flows.collect import conclude, gate
from flows.names import run_name
from flows.parameters import ReplayForm, ReplayRequest
from flows.ping import pinged
from flows.runner import Harvest, harvested, many, outcomes_of, readers
from metroetl import pipeline
from metroetl.catalogue import catalogue
from metroetl.runs import RunSummary, SourceOutcome


@task(**many("replay"))
def list_again(groups: list[list[str]], only_quarantined: bool) -> Harvest:
    """What sources have in the archive, to be read once more; loads are idempotent, so only changes appear."""

    def none(source_ids: list[str]) -> list[SourceOutcome]:
        return [SourceOutcome(source_id=i, title=catalogue().title(i)) for i in source_ids]

    return harvested(groups, none, partial(pipeline.archived_shards, only_quarantined=only_quarantined))


@pinged
@flow(name="replay", flow_run_name=run_name, task_runner=ThreadPoolTaskRunner(max_workers=2))  # type: ignore[arg-type]
def replay(request: ReplayForm = ReplayRequest()) -> State[RunSummary]:
    """重放：用存档重新读取、校验并入库，不访问网络。"""
    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run("replay", request.model_dump(mode="json"))
    summary = RunSummary(run_id=run_id, flow="replay", started_at=datetime.now(UTC))
    groups = [[i] for i in request.sources or pipeline.archived_sources()]
    ask = partial(list_again.submit, only_quarantined=request.only_quarantined)
    with readers() as runner:
        summary.sources = [o for o in outcomes_of(run_id, groups, ask, runner) if o.documents or o.failed]
    summary.gate = gate(run_id)
    return conclude(summary)
