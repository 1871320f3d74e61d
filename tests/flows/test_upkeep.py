"""Upkeep on a real Prefect server: runs whose process was killed are ended, their places freed, findings told once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events import Event
from prefect.flow_engine import run_flow
from prefect.states import Running, Scheduled

from deployments.up import environment
from flows.collect import collect
from flows.ping import pinged
from flows.upkeep import EVENT, HEARTBEAT, UpkeepRequest, upkeep
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from tests import forked
from tests.conftest import ROOT
from tests.flows.conftest import NewWorld, World

DAY = date(2025, 5, 1)
FIRST_ATTEMPT = "INSERT INTO raw_fetch"


@pytest.fixture
def client(prefect_server: str) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


def in_the_world(world: World, module: str, *arguments: str, api: str) -> int:
    """Exit code of a module that runs in a process of its own."""
    env = {**os.environ, **world.env, "PREFECT_API_URL": api, "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
    return forked.run(module, *arguments, cwd=ROOT, env=env).returncode


def running(client: SyncPrefectClient, heard: timedelta | None = None) -> Any:
    """A run of a process that nobody knows, which was heard of so long ago, or never."""
    run = client.create_flow_run(collect, parameters={}, state=Running())
    if heard:
        resource = {"prefect.resource.id": f"prefect.flow-run.{run.id}"}
        beat = Event(event=HEARTBEAT, resource=resource, occurred=datetime.now(UTC) - heard)
        client.request("POST", "/events", json=[beat.model_dump(mode="json")]).raise_for_status()
    return run.id


def events(client: SyncPrefectClient, name: str) -> list[dict[str, Any]]:
    answer = client.request(
        "POST", "/events/filter", json={"filter": {"event": {"name": [name]}}, "limit": 50}
    )
    return list(answer.json()["events"])


def wait_for(what: Callable[[], Any]) -> Any:
    """Until it gives something."""
    deadline = time.monotonic() + 60
    while not (found := what()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
    return found


def maintain(world: World, **request: bool) -> Any:
    with world.here():
        return upkeep(UpkeepRequest(**request), return_state=True)


def test_what_was_killed_is_ended_and_frees_its_place(
    new_world: NewWorld, client: SyncPrefectClient, prefect_server: str
) -> None:
    world = new_world(DAY, "ziyang", METROETL_DISK_FREE_GB="1e9")
    deployed = collect.to_deployment(f"limited-{uuid4().hex[:6]}", concurrency_limit=1)
    deployment_id = deployed.apply()
    body = {"request": {"sources": ["ziyang"], "kinds": ["statistics"]}}
    of_worker = client.create_flow_run_from_deployment(deployment_id, parameters=body)  # type: ignore[arg-type]
    direct = in_the_world(
        world, "tests.flows.dying", FIRST_ATTEMPT, "1", "run", "--source", "ziyang", api=prefect_server
    )
    assert direct == -9
    worker = in_the_world(world, "tests.flows.worker", str(of_worker.id), FIRST_ATTEMPT, api=prefect_server)
    assert worker == -9
    unknown, heard, silent = (
        running(client, since) for since in (None, timedelta(minutes=2), timedelta(minutes=40))
    )
    wait_for(
        lambda: [e for e in events(client, HEARTBEAT) if str(silent) in e["resource"]["prefect.resource.id"]]
    )
    with world.here():
        mine = Warehouse.open(settings()).start_run("collect", {})
    ids = [row["flow_run_id"] for row in world.ask("SELECT json_extract(summary, '$.flow_run_id') AS flow_run_id FROM ops_run WHERE run_id <> :mine", mine=mine)]  # fmt: skip
    assert len(ids) == 2 and str(of_worker.id) in ids
    assert {client.read_flow_run(i).state_type for i in ids} == {"RUNNING"}
    assert slots(client, deployment_id) == 1

    state = maintain(world, retention=True)
    assert state.name == "Attention", state
    for dead in (*ids, silent):
        ended = client.read_flow_run(dead).state
        assert ended is not None and ended.name == "Crashed", ended
    assert "process" in str(client.read_flow_run(of_worker.id).state.message)  # type: ignore[union-attr]
    assert {client.read_flow_run(alive).state_type for alive in (unknown, heard)} == {"RUNNING"}
    assert slots(client, deployment_id) == 0
    states = dict(tuple(row.values()) for row in world.ask("SELECT run_id, state FROM ops_run"))
    assert states.pop(mine) == "running" and set(states.values()) == {"crashed"}

    found = {one.code for one in state.result()}
    assert found == {"disk_filling"}
    [told] = wait_for(lambda: sent(client, "disk_filling"))
    assert told["resource"]["prefect.resource.id"] == "metroetl.health"
    assert {"code", "detail", "way_out"} <= set(told["payload"])
    run_id = told["related"][0]["prefect.resource.id"].removeprefix("prefect.flow-run.")
    assert client.read_flow_run(run_id).name.startswith("upkeep-reap+retention+health-")
    pages = client.request(
        "POST", "/artifacts/filter", json={"artifacts": {"flow_run_id": {"any_": [run_id]}}}
    )
    [page] = [artifact["data"] for artifact in pages.json() if artifact["key"] == "health"]
    assert "| `disk_filling` |" in page and "收走的运行" in page and "`metroetl retention`" in page

    world.extra["METROETL_RUN_HOURS"] = "1e-6"  # whatever runs has run too long
    assert maintain(world, retention=False).name == "Attention"  # the same day: told once
    assert {client.read_flow_run(endless).state_type for endless in (unknown, heard)} == {"CRASHED"}
    assert world.one("SELECT state FROM ops_run WHERE run_id = :mine", mine=mine) == "crashed"
    assert len(sent(client, "disk_filling")) == 1
    client.delete_deployment(deployment_id)  # type: ignore[arg-type]


def sent(client: SyncPrefectClient, code: str) -> list[dict[str, Any]]:
    """Events that the flow sent; tests of automations send some of the same name to the same server."""
    return [e for e in events(client, f"{EVENT}.{code}") if "code" in e["payload"]]


def slots(client: SyncPrefectClient, deployment_id: Any) -> int:
    """Places of the deployment that are taken."""
    limit = client.read_deployment(deployment_id).global_concurrency_limit
    assert limit is not None
    return client.read_global_concurrency_limit_by_name(limit.name).active_slots


def test_upkeep_says_so_where_the_warehouse_is_away(prefect_server: str, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METROETL_HOME", str(tmp_path))
        patch.setenv("METROETL_DATABASE_URL", "postgresql://who:verysecret1@127.0.0.1:9/none")
        settings.cache_clear()
        state = upkeep(return_state=True)
    assert state.name == "Attention"
    assert [one.code for one in state.result()] == ["warehouse_unreachable"]


# --- the dead-man's switch -------------------------------------------------------------------------------------------


@dataclass
class Receiver:
    """A receiver of pings, and what it was told: paths and texts."""

    url: str = ""
    told: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    seen = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.told.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    seen.url = f"http://127.0.0.1:{server.server_port}/ping/0b5e7c9a-secret"
    yield seen
    server.shutdown()
    server.server_close()


@pinged
@flow(name="pinged")
def told(well: bool = True) -> None:
    """Ends well, or not."""
    if not well:
        raise ValueError("not well")


def scheduled_run(client: SyncPrefectClient, well: bool) -> Any:
    """A run that a schedule made, run here as a worker does; its id."""
    name = f"ping-{uuid4().hex[:6]}"
    deployment_id = told.to_deployment(name, cron="0 3 * * *", parameters={"well": well}).apply()
    client.request("POST", f"/deployments/{deployment_id}/schedule", json={"min_runs": 1}).raise_for_status()
    wanted = {"deployments": {"id": {"any_": [str(deployment_id)]}}, "limit": 1}
    found = client.request("POST", "/flow_runs/filter", json=wanted).json()[0]
    assert found["auto_scheduled"]
    client.set_flow_run_state(
        found["id"], Scheduled(scheduled_time=datetime.now(UTC)), force=True
    )  # it is time
    run = client.read_flow_run(found["id"])
    run_flow(told, flow_run=run, parameters={"well": well}, return_type="state")
    client.delete_deployment(deployment_id)  # type: ignore[arg-type]
    return run.id


def test_a_scheduled_run_tells_at_its_end_and_no_other(
    client: SyncPrefectClient,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("METROETL_PING_URL", receiver.url)
    settings.cache_clear()
    told(well=True)
    assert receiver.told == []
    well, ill = scheduled_run(client, True), scheduled_run(client, False)
    paths = [path for path, _ in receiver.told]
    assert paths == [f"/ping/0b5e7c9a-secret?rid={well}", f"/ping/0b5e7c9a-secret/fail?rid={ill}"]
    assert "Completed" in receiver.told[0][1] and "not well" in receiver.told[1][1]
    monkeypatch.setenv("METROETL_PING_URL", "http://127.0.0.1:9/ping/0b5e7c9a-secret")
    settings.cache_clear()
    caplog.set_level("INFO")
    state = client.read_flow_run(scheduled_run(client, True)).state
    assert state is not None and state.name == "Completed"
    assert "the ping after" in caplog.text and "ConnectError" in caplog.text
    assert "0b5e7c9a-secret" not in caplog.text


def test_prefect_understands_how_long_make_up_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting whose name is wrong would be passed over without a word."""
    from prefect.settings import Settings

    monkeypatch.setenv("METROETL_KEEP_FLOW_RUNS_DAYS", "77")
    monkeypatch.setenv("METROETL_KEEP_EVENTS_DAYS", "11")
    monkeypatch.setenv("METROETL_LOG", "json")
    settings.cache_clear()
    for name, value in environment("127.0.0.1", 4200).items():
        monkeypatch.setenv(name, value)
    server = Settings().server
    assert server.services.db_vacuum.enabled_vacuum_types >= {"events", "flow_runs"}
    assert server.services.db_vacuum.retention_period == timedelta(days=77)
    assert server.events.retention_period == timedelta(days=11)
    assert Path(str(Settings().logging.config_path)).name == "logging.yml"
