"""Upkeep: runs that hang are ended, what is past its time goes, and what isn't well is told.

Nothing resumes by itself and nobody looks all day: a run whose process was killed would stay RUNNING for ever and hold
its place. The event of a finding is sent once a day as long as it lasts; automations react to `metroetl.health.*`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events import Event
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Completed, Crashed
from pydantic import BaseModel, ConfigDict, Field

from flows.artifacts import cell
from flows.ping import pinged
from metroetl import pipeline
from metroetl.errors import MetroError
from metroetl.operations.health import HealthFinding, check_health
from metroetl.operations.retention import Retained, retain
from metroetl.settings import settings

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse
    from metroetl.warehouse.unfinished import Unfinished

log = logging.getLogger("metroetl.flows")

EVENT = "metroetl.health"
HEARTBEAT = "prefect.flow-run.heartbeat"
SILENCE = timedelta(minutes=15)
"""A run that sent heartbeats (one in three minutes) and none since is dead, unless its process is seen."""
NEVER_STARTED = timedelta(hours=1)
_AT_ONCE = 50
MARKS = {"error": "✗ 须处理", "warning": "! 提示"}


class UpkeepRequest(BaseModel):
    """维护：收走挂起的运行、归并与删除到期的记录、检查是否一切正常。"""

    model_config = ConfigDict(extra="forbid")

    reap: bool = Field(
        default=True, title="收走挂起的运行", description="进程已不在的运行记为 Crashed，让出并发名额"
    )
    retention: bool = Field(
        default=True, title="执行保留期", description="归并到期的访问记录，删除到期的校验页"
    )
    health: bool = Field(
        default=True, title="检查状况", description="同 metroetl health；每项发现发出一个事件"
    )


# --- reap ------------------------------------------------------------------------------------------------------------


@task(task_run_name="reap")
def reap() -> list[str]:
    """End what hangs, at the Prefect server and in the warehouse; a line for each."""
    warehouse, now = pipeline.open_existing(), datetime.now(UTC)
    try:
        unfinished = warehouse.unfinished_runs()
    except (
        MetroError
    ) as error:  # told by the check of health; the server's runs are looked after all the same
        log.warning("the warehouse's runs can't be looked at: %s", error)
        unfinished = []
    with get_client(sync_client=True) as client:
        ended = list(_end_flow_runs(client, unfinished, now))
        return ended + list(_close_runs(client, warehouse, unfinished, now))


def _end_flow_runs(
    client: SyncPrefectClient, unfinished: Sequence[Unfinished], now: datetime
) -> Iterator[str]:
    """Flow runs that can't end by themselves become CRASHED, which frees the place that their deployment holds."""
    known = {run.flow_run_id: run for run in unfinished}
    states = {"state": {"type": {"any_": [StateType.RUNNING, StateType.PENDING]}}}
    for run in _flow_runs(client, FlowRunFilter.model_validate(states)):
        if str(run.id) == flow_run.id:
            continue
        if reason := _why_dead(client, run, known.get(str(run.id)), now):
            client.set_flow_run_state(run.id, Crashed(message=reason))
            log.warning("%s: %s", run.name, reason)
            yield f"{run.name}：{reason}"


def _flow_runs(client: SyncPrefectClient, wanted: FlowRunFilter) -> list[FlowRun]:
    found: list[FlowRun] = []
    while page := client.read_flow_runs(
        flow_run_filter=wanted, sort=FlowRunSort.START_TIME_ASC, limit=200, offset=len(found)
    ):
        found += page
    return found


def _why_dead(client: SyncPrefectClient, run: FlowRun, known: Unfinished | None, now: datetime) -> str | None:
    """Why a run can't end by itself; None where it may yet."""
    began = run.state.timestamp if run.state else now
    if run.state_type == StateType.PENDING:
        late = now - began > NEVER_STARTED
        return f"一小时内未开始 didn't start within {NEVER_STARTED}" if late else None
    if known and known.gone:
        return f"进程 {known.process} 已不在 its process on {known.host} is gone"
    if now - began > timedelta(hours=settings().run_hours):
        return f"运行超过 {settings().run_hours:g} 小时 ran longer than METROETL_RUN_HOURS"
    if known and known.is_here:
        return None
    heard = _last_heartbeat(client, run)
    if heard and now - heard > SILENCE:
        return f"自 {heard:%m-%d %H:%M} UTC 起无心跳 no heartbeat since"
    return None


def _last_heartbeat(client: SyncPrefectClient, run: FlowRun) -> datetime | None:
    wanted = {
        "event": {"name": [HEARTBEAT]},
        "resource": {"id": [f"prefect.flow-run.{run.id}"]},
        "order": "DESC",
    }
    answer = client.request("POST", "/events/filter", json={"filter": wanted, "limit": 1})
    events = answer.raise_for_status().json()["events"]
    return datetime.fromisoformat(events[0]["occurred"]) if events else None


def _close_runs(
    client: SyncPrefectClient, warehouse: Warehouse, unfinished: Sequence[Unfinished], now: datetime
) -> Iterator[str]:
    """Runs of the warehouse that will never tell how they ended get the state `crashed`."""
    for run in unfinished:
        reason = None
        if run.flow_run_id and (ended := _end_of(client, run.flow_run_id)):
            reason = f"flow run {ended}"
        elif run.gone:
            reason = f"进程 {run.process} 已不在 its process on {run.host} is gone"
        elif run.hours(now) > settings().run_hours:
            reason = f"运行超过 {settings().run_hours:g} 小时 ran longer than METROETL_RUN_HOURS"
        if reason and warehouse.close_run(run.run_id, reason):
            yield f"{run.run_id}：{reason}"


def _end_of(client: SyncPrefectClient, flow_run_id: str) -> str | None:
    """The final state of a flow run, None while it goes on, or where this server doesn't know it."""
    try:
        state = client.read_flow_run(UUID(flow_run_id)).state
    except ObjectNotFound:
        return None
    return state.name if state and state.is_final() else None


# --- health ----------------------------------------------------------------------------------------------------------


@task(task_run_name="health")
def look() -> list[HealthFinding]:
    """What isn't well."""
    return check_health(pipeline.open_existing(), settings())


@task(task_run_name="retention")
def let_go() -> Retained | None:
    """Fold and delete what is past its time; None where the warehouse can't be used, which the check of health tells."""
    try:
        return retain(pipeline.open_existing(), settings(), apply=True)
    except MetroError as error:
        log.warning("nothing was let go: %s", error)
        return None


@task(task_run_name="tell")
def tell(findings: Sequence[HealthFinding]) -> int:
    """Send an event a finding that wasn't sent today; how many."""
    today = datetime.now(UTC).date().isoformat()
    events = {
        uuid5(NAMESPACE_URL, f"metroetl:{one.code}:{one.subject}:{one.rule}:{today}"): one for one in findings
    }
    with get_client(sync_client=True) as client:
        sent = _sent(client, list(events))
        new = [key for key in events if key not in sent]
        for start in range(0, len(new), _AT_ONCE):
            body = [
                event_of(key, events[key]).model_dump(mode="json") for key in new[start : start + _AT_ONCE]
            ]
            client.request("POST", "/events", json=body).raise_for_status()
    return len(new)


def event_of(key: UUID, finding: HealthFinding) -> Event:
    """The event of a finding, as automations match it."""
    run = {"prefect.resource.id": f"prefect.flow-run.{flow_run.id}", "prefect.resource.role": "flow-run"}
    return Event.model_validate(
        {
            "id": key,
            "event": f"{EVENT}.{finding.code}",
            "resource": {
                "prefect.resource.id": EVENT,
                "prefect.resource.name": finding.subject or finding.code,
            },
            "related": [run] if flow_run.id else [],
            "payload": finding.model_dump(),
        }
    )


def _sent(client: SyncPrefectClient, keys: Sequence[UUID]) -> set[UUID]:
    if not keys:
        return set()
    found: set[UUID] = set()
    for start in range(0, len(keys), _AT_ONCE):
        wanted = {"id": {"id": [str(key) for key in keys[start : start + _AT_ONCE]]}}
        answer = client.request("POST", "/events/filter", json={"filter": wanted, "limit": _AT_ONCE})
        found |= {UUID(event["id"]) for event in answer.raise_for_status().json()["events"]}
    return found


def upkeep_markdown(findings: Sequence[HealthFinding], reaped: Sequence[str], kept: Retained | None) -> str:
    """The page of the run: what isn't well, what was ended, what was let go."""
    lines = ["# 一切正常 all is well" if not findings else f"# {len(findings)} 项待处理 findings", ""]
    if findings:
        lines += ["| 级别 | 代码 | 对象 | 说明 | 怎么办 |", "| --- | --- | --- | --- | --- |"]
    for one in findings:
        way_out = one.way_out.replace("|", "&#124;")  # our own words, with commands in them
        told = (MARKS[one.severity], f"`{one.code}`", cell(one.subject), cell(one.detail), way_out)
        lines.append(f"| {' | '.join(told)} |")
    if reaped:
        lines += ["", "## 收走的运行 runs that hung", "", *(f"- {cell(line)}" for line in reaped)]
    if kept and (kept.fetches or kept.pages):
        folded = sum(kept.fetches.values())
        lines += [
            "",
            f"归并访问记录 {folded} 条，删除校验页文件 {kept.pages} 个 · attempts folded, files deleted",
        ]
    return "\n".join(lines) + "\n"


# --- the flow --------------------------------------------------------------------------------------------------------


def run_name() -> str:
    """What the run does, for the list of runs."""
    request = UpkeepRequest.model_validate(flow_run.parameters.get("request") or {})
    parts = "+".join(name for name, wanted in request.model_dump().items() if wanted)
    return f"upkeep-{parts or 'nothing'}-{datetime.now(UTC):%m%d-%H%M%S}"


@pinged
@flow(name="upkeep", flow_run_name=run_name)
def upkeep(request: UpkeepRequest = UpkeepRequest()) -> State[Any]:
    """维护：收走挂起的运行，执行保留期，检查是否一切正常并告知。"""
    reaped = reap() if request.reap else []
    kept = let_go() if request.retention else None
    findings = look() if request.health else []
    tell(findings)
    create_markdown_artifact(
        key="health",
        markdown=upkeep_markdown(findings, reaped, kept),
        description=f"状况 health: {len(findings)}",
    )
    if findings:
        codes = ", ".join(sorted({one.code for one in findings}))
        return Completed(
            name="Attention", message=f"{len(findings)} 项待处理 findings: {codes}", data=findings
        )
    return Completed(name="Healthy", message="一切正常 all is well", data=findings)
