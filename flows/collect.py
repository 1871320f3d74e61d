"""The main flow: new pages of the catalogue's sources, through the gate, into the warehouse."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.artifacts import publish_summary, state_of
from flows.limits import shared_gate
from flows.names import run_name
from flows.parameters import BackfillRequest, CollectForm, CollectRequest
from flows.ping import pinged
from flows.releases import announce
from flows.runner import RETRIES, Harvest, harvested, harvesters, many, outcomes_of, readers
from metroetl import pipeline
from metroetl.catalogue.models import INBOX
from metroetl.runs import GateOutcome, RedRun, RunSummary, SourceOutcome


@task(**many("harvest"))
def harvest(
    run_id: str, groups: list[list[str]], since: date | None, dry_run: bool, how: dict[str, Any]
) -> Harvest:
    """Harvest groups of hosts, or take in what lies in the inbox folder; what came of it, and what is to be read now."""

    def one(source_id: str) -> SourceOutcome:
        if source_id == INBOX:
            return pipeline.take_in_inbox(run_id)
        return pipeline.harvest_source(
            run_id, source_id, since=since, dry_run=dry_run, gate=shared_gate(), **how
        )

    to_read = (lambda _: []) if dry_run else pipeline.pending_shards
    return harvested(groups, lambda ids: [one(i) for i in ids], to_read)


@task(task_run_name="gate", **RETRIES)
def gate(run_id: str) -> GateOutcome:
    """Validate, then publish, quarantine and hold in one transaction."""
    return pipeline.pass_gate(run_id)


def conclude(summary: RunSummary, *, dry_run: bool = False) -> State[RunSummary]:
    """Announce what is new, close the run and leave its artifacts; the state in which it ends."""
    if not dry_run:
        announce(summary)
    pipeline.finish(summary, dry_run=dry_run)
    publish_summary(summary)
    return state_of(summary)


def run_collect(
    flow_name: str, request: CollectRequest, asked: BackfillRequest | None = None, **how: Any
) -> State[RunSummary]:
    """The body shared by `collect` and `backfill`, which differ in `how` the listings are read (see `harvest_source`)."""
    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run(flow_name, (asked or request).model_dump(mode="json"))
    summary = RunSummary(run_id=run_id, flow=flow_name, started_at=datetime.now(UTC))
    groups = pipeline.host_groups(pipeline.choose_sources(request.sources, request.kinds))
    groups += [] if request.dry_run else [[INBOX]]
    ask = partial(harvest.submit, run_id, since=request.since, dry_run=request.dry_run, how=how)
    with readers() as runner:
        outcomes = outcomes_of(run_id, groups, ask, runner)
    summary.sources = [o for o in outcomes if o.source_id != INBOX or o.outcomes or o.documents or o.failed]
    if not request.dry_run:
        summary.gate = gate(run_id)
    return conclude(summary, dry_run=request.dry_run)


@pinged
@flow(name="collect", flow_run_name=run_name, task_runner=harvesters())
def collect(request: CollectForm = CollectRequest()) -> State[RunSummary]:
    """采集：列表 → 新页面 → 文档 → 统计与规划 → 校验 → 入库。"""
    return run_collect("collect", request)


def collect_here(request: CollectRequest) -> RunSummary:
    """Run the flow in this process and give its summary, for the command line."""
    return summary_of(collect(request, return_state=True))


def summary_of(state: Any) -> RunSummary:
    """The summary that a finished flow gives, also one that failed; raises what made it crash."""
    result = state.result(raise_on_failure=False)
    if isinstance(result, RedRun):
        return result.summary
    if isinstance(result, RunSummary):
        return result
    raise result
