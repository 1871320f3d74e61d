"""What is made on a real Prefect server, and what it then does by itself: an event comes, the message arrives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from prefect import State, flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events import Event
from prefect.states import Completed, Crashed, Failed, Running

from flows.artifacts import state_of
from flows.automations import automations, make_automations
from flows.deploy import POOL, QUEUES, make_pool
from flows.notify import AppriseBlock, notify, save_block
from metroetl.runs import Finding, GateOutcome, RunSummary
from metroetl.settings import settings
from tests.deployments.receivers import Receiver, Request, web


@flow(name="probe")
def probe() -> None:
    """Stands for any flow: runs of it are made and moved through states by hand."""


@pytest.fixture(scope="module")
def client(prefect_server: str) -> Iterator[SyncPrefectClient]:
    """A client of the session's server."""
    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def receiver(client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A web server that METROETL_NOTIFY_URL leads to, with block and automations made on the Prefect server."""
    with web() as receiver:
        monkeypatch.setenv("METROETL_NOTIFY_URL", f"json://127.0.0.1:{receiver.port}/")
        settings.cache_clear()
        assert save_block() == "apprise/metroetl"
        for left in client.read_automations():  # of the test before
            client.delete_automation(left.id)
        assert all(make_automations().values())
        yield receiver


def arrived(receiver: Receiver, said: str, seconds: float = 60) -> list[Request]:
    """Messages that hold these words; waits for the first."""
    return waited(
        lambda: [r for r in list(receiver.got) if said in r.json["title"] + r.json["message"]], seconds
    )


def waited(what: Callable[[], Any], seconds: float = 60) -> Any:
    """Poll until `what` gives something."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
    return found


def tell(client: SyncPrefectClient, event: str, resource: str, name: str = "", **payload: Any) -> None:
    """Send an event to the server."""
    about = {"prefect.resource.id": resource, "prefect.resource.name": name}
    made = Event(event=event, resource=about, payload=payload, id=uuid4())
    client.request("POST", "/events", json=[made.model_dump(mode="json")]).raise_for_status()


def new_run(client: SyncPrefectClient, *states: State) -> UUID:
    """A flow run that went through states."""
    run_id = client.create_flow_run(probe, state=Running()).id
    for state in states:
        client.set_flow_run_state(run_id, state, force=True)
    return run_id


def test_the_server_finds_the_block_by_the_entry_point() -> None:
    found = {e.name: e.value for e in entry_points(group="prefect.collections")}
    assert found.get("metroetl") == "flows.notify", "install again: pip install -e . (pyproject.toml changed)"
    assert entry_points(group="prefect.collections")["metroetl"].load().AppriseBlock is AppriseBlock


def test_queues_are_there_in_their_order_and_stay_as_a_person_set_them(client: SyncPrefectClient) -> None:
    make_pool(client)
    delta = client.read_work_queue_by_name("delta", work_pool_name=POOL)
    client.update_work_queue(delta.id, is_paused=True)
    make_pool(client)
    answer = client.request("POST", f"/work_pools/{POOL}/queues/filter", json={}).json()
    mine = sorted((q["priority"], q["name"]) for q in answer if q["name"] in QUEUES)
    assert [name for _, name in mine] == list(QUEUES)
    assert [q["name"] for q in answer if q["is_paused"]] == ["delta"]


def test_each_thing_that_is_not_well_becomes_one_message(
    client: SyncPrefectClient, receiver: Receiver
) -> None:
    gone = {"code": "release_missed", "detail": "GDP 2026-Q3：窗口 11 月 2 日已过", "way_out": "看来源页面"}
    for subject in ("四川省", "四川省", "江苏省"):
        tell(
            client, "metroetl.health.release_missed", "metroetl.health", name=subject, subject=subject, **gone
        )
    tell(client, "metroetl.health.disk_filling", "metroetl.health", detail="磁盘 91%", way_out="清理 backups")
    assert arrived(receiver, "磁盘 91%\n→ 清理 backups")
    missed = {
        r.json["message"]: r.json["title"] for r in arrived(receiver, "江苏省") + arrived(receiver, "四川省")
    }
    assert missed == {
        f"{subject}：{gone['detail']}\n→ {gone['way_out']}": "MetroETL：错过发布 · release missed"
        for subject in ("四川省", "江苏省")
    }
    assert len(receiver.got) == 3  # the same again within the hour isn't told again


def test_a_crash_and_a_held_batch_are_told_with_their_run(
    client: SyncPrefectClient, receiver: Receiver
) -> None:
    new_run(client, Crashed(message="worker 被杀"))
    new_run(client, Failed(name="Held", message="有批次被拦下"))
    (crash,) = arrived(receiver, "运行出错")
    assert crash.json["title"] == "MetroETL：运行出错 probe · run Crashed"
    assert "worker 被杀" in crash.json["message"]
    assert "有批次被拦下" in arrived(receiver, "要人裁定")[0].json["message"]


def test_a_run_without_heartbeat_crashes_and_one_that_ended_does_not(client: SyncPrefectClient) -> None:
    """The automation of the file with ten seconds for its ten minutes, on runs whose processes are not there."""
    (lost,) = [a for a in automations(None) if a.name == "metroetl-run-lost"]
    assert lost.enabled
    quick = lost.model_copy(
        update={
            "name": "test-run-lost",
            "trigger": lost.trigger.model_copy(update={"within": timedelta(seconds=10)}),
        }
    )
    made = client.create_automation(type(lost).model_validate(quick.model_dump(mode="json")))
    gone, ended = new_run(client), new_run(client)
    for run_id in (gone, ended):
        tell(client, "prefect.flow-run.heartbeat", f"prefect.flow-run.{run_id}")
    client.set_flow_run_state(ended, Completed(name="NoChange"), force=True)
    try:
        state = waited(lambda: s if (s := client.read_flow_run(gone).state).is_crashed() else None, 120)
        assert "没有心跳" in state.message
        assert client.read_flow_run(ended).state.name == "NoChange"
    finally:
        client.delete_automation(made)


def test_without_a_block_what_only_tells_is_off_and_says_so(
    client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METROETL_NOTIFY", "apprise/is-not-there")
    settings.cache_clear()
    on = make_automations()
    assert [name for name, enabled in on.items() if enabled] == ["metroetl-run-lost"]
    there = {a.name: a for a in client.read_automations() if a.name in on}
    assert "METROETL_NOTIFY" in there["metroetl-run-held"].description
    assert make_automations() == on and len(client.read_automations()) == len(there)


def test_what_a_person_switched_off_stays_off_and_what_left_the_file_goes(
    client: SyncPrefectClient, receiver: Receiver
) -> None:
    late = client.read_automations_by_name("metroetl-run-late")[0]
    client.pause_automation(late.id)
    left = automations(None)[0].model_copy(update={"name": "metroetl-of-last-year"})
    client.create_automation(left)
    on = make_automations()
    assert [name for name, enabled in on.items() if not enabled] == ["metroetl-run-late"]
    assert client.read_automations_by_name("metroetl-of-last-year") == []


def test_the_file_tells_every_health_event_and_what_is_held() -> None:
    by_name = {a.name: a for a in automations(str(uuid4()))}
    told = {event for a in by_name.values() for event in a.trigger.expect if event.startswith("metroetl.")}
    health = pytest.importorskip("metroetl.operations.health")
    assert told == {f"metroetl.health.{code}" for code in get_args(health.Code)}
    stopped = (GateOutcome(held={"b": ["R"]}), []), (GateOutcome(), [Finding(code="R", severity="error")])
    ends = {
        f"prefect.flow-run.{state_of(RunSummary(run_id='r', flow='collect', started_at=datetime.now(UTC), gate=gate, findings=findings)).name}"
        for gate, findings in stopped
    }
    assert ends == by_name["metroetl-run-held"].trigger.expect


def test_a_message_that_cannot_be_sent_is_told_and_fails_nothing(receiver: Receiver) -> None:
    receiver.status = 500
    (failure,) = notify("题", "文")
    assert (failure.code, failure.url) == ("NOTIFICATION", "apprise/metroetl")
    assert "500" in failure.detail and "flows.notify" in failure.way_out
    receiver.status = 200
    assert notify("题", "文") == []
    assert asyncio.run(_within_a_loop()) == []


async def _within_a_loop() -> list[Any]:
    """As in a task: from a thread, while a loop runs elsewhere."""
    return await asyncio.to_thread(notify, "题", "文")
