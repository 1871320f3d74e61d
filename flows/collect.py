"""The main flow: new pages of the catalogue's sources, through the gate, into the warehouse."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from flows.artifacts import publish_summary, state_of
from flows.limits import shared_gate
from flows.names import run_name
from flows.parameters import BackfillRequest, CollectForm, CollectRequest
from flows.releases import announce
from metroetl import pipeline
from metroetl.errors import MetroError
from metroetl.harvest.models import INBOX
from metroetl.runs import Failure, GateOutcome, RunSummary, SourceOutcome

WAY_OUT = "Read the log of the source's task, then run the source again."


def worth_retrying(task: Any, task_run: Any, state: State[Any]) -> bool:
    """What has no name may pass, and what a database said; another named error would only tell the same again."""
    error = state.result(raise_on_failure=False)
    return not isinstance(error, MetroError) or error.__cause__ is not None


RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": exponential_backoff(backoff_factor=5),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": worth_retrying,
}


@task(task_run_name="harvest-{source_ids}", **RETRIES)
def harvest_and_stage(
    run_id: str, source_ids: list[str], since: date | None, dry_run: bool, how: dict[str, Any]
) -> list[SourceOutcome]:
    """Harvest and read the sources of one group of hosts, in turn."""
    outcomes = []
    for source_id in source_ids:
        outcome = pipeline.harvest_source(
            run_id, source_id, since=since, dry_run=dry_run, gate=shared_gate(), **how
        )
        outcomes.append(outcome if dry_run else pipeline.read_and_stage(run_id, source_id, outcome))
    return outcomes


@task(task_run_name="inbox", **RETRIES)
def stage_inbox(run_id: str) -> list[SourceOutcome]:
    """Take in what lies in the inbox folder, and read what was archived of it and before."""
    outcome = pipeline.read_and_stage(run_id, INBOX, pipeline.take_in_inbox(run_id))
    return [outcome] if outcome.documents or outcome.outcomes or outcome.failed else []


@task(task_run_name="gate", **RETRIES)
def gate(run_id: str) -> GateOutcome:
    """Validate, then publish, quarantine and hold in one transaction."""
    return pipeline.pass_gate(run_id)


def outcomes_of(futures: dict[str, PrefectFuture[list[SourceOutcome]]]) -> list[SourceOutcome]:
    """Outcomes of all groups; a group whose task failed is told as failed, the others count."""
    found: list[SourceOutcome] = []
    for ids, future in futures.items():
        try:
            found += future.result()
        except Exception as error:  # one sick source must not stop the others; it is named in the summary
            for source_id in ids.split(","):
                title = pipeline.source_title(source_id)
                failure = Failure(
                    code="UNEXPECTED", detail=f"{type(error).__name__}: {error}", way_out=WAY_OUT
                )
                found.append(SourceOutcome(source_id=source_id, title=title, failures=[failure]))
    return found


def run_collect(
    flow_name: str, request: CollectRequest, asked: BackfillRequest | None = None, **how: Any
) -> State[RunSummary]:
    """The body shared by `collect` and `backfill`, which differ in `how` the listings are read (see `harvest_source`)."""
    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run(flow_name, (asked or request).model_dump(mode="json"))
    summary = RunSummary(run_id=run_id, flow=flow_name, started_at=datetime.now(UTC))
    groups = pipeline.host_groups(pipeline.choose_sources(request.sources, request.kinds))
    futures = {
        ",".join(ids): harvest_and_stage.submit(run_id, ids, request.since, request.dry_run, how)
        for ids in groups
    }
    if not request.dry_run:
        futures[INBOX] = stage_inbox.submit(run_id)
    summary.sources = outcomes_of(futures)
    if not request.dry_run:
        summary.gate = gate(run_id)
        announce(summary)
    pipeline.finish(summary, dry_run=request.dry_run)
    publish_summary(summary)
    return state_of(summary)


@flow(name="collect", flow_run_name=run_name, task_runner=ThreadPoolTaskRunner(max_workers=4))  # type: ignore[arg-type]
def collect(request: CollectForm = CollectRequest()) -> State[RunSummary]:
    """采集：列表 → 新页面 → 文档 → 统计与规划 → 校验 → 入库。"""
    return run_collect("collect", request)


def collect_here(request: CollectRequest) -> RunSummary:
    """Run the flow in this process and give its summary, for the command line."""
    return summary_of(collect(request, return_state=True))


def summary_of(state: Any) -> RunSummary:
    """The summary that a finished flow gives, also one that failed; raises what made it crash."""
    summary = state.result(raise_on_failure=False)
    if isinstance(summary, RunSummary):
        return summary
    raise summary
