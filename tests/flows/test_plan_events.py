"""A new plan on the stand-in sites is told: one event, one line of the artifact, one notification, once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.flows.conftest import NewWorld, Run, World, open_world

BEFORE, AFTER = date(2023, 2, 1), date(2023, 3, 1)  # the second round came out on 2023-02-20
PLAN, KEY = "成都都市圈三年行动计划（2023—2025年）", "chengdu_three_year.r2"
RESOURCE = f"metroetl.plan.{KEY}"
CIRCLES = "delta_circles.issued-2025"  # came out on 2025-10-10


@dataclass
class Receiver:
    """An HTTP server that keeps what is posted to it."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def receiver(prefect_server: str) -> Iterator[Receiver]:
    """A receiver with two Prefect blocks that post to it: custom-webhook/new-plans and webhook/new-plans."""
    from prefect.blocks.notifications import CustomWebhookNotificationBlock
    from prefect.blocks.webhook import Webhook

    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/"
    words = {"subject": "{{subject}}", "body": "{{body}}"}
    custom = CustomWebhookNotificationBlock(name="new-plans", url=found.url, json_data=words)
    custom.save("new-plans", overwrite=True)
    Webhook(url=found.url).save("new-plans", overwrite=True)
    yield found
    server.shutdown()


@dataclass
class Told:
    """A world in which a plan came out between two runs."""

    world: World
    runs: dict[str, Run]
    notes: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def told(prefect_server: str, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Two sites before the plan, after it, once more, and replayed."""
    home = tmp_path_factory.mktemp("told")
    with open_world(
        home, BEFORE, "sc_gov", "chengdu_gov", METROETL_NOTIFY="custom-webhook/new-plans"
    ) as world:
        runs, notes = {}, {}
        for name, run in (
            ("before", world.collect),
            ("after", world.collect),
            ("again", world.collect),
            ("replay", world.replay),
        ):
            if name == "after":
                world.replica.set_clock(AFTER)
            receiver.got.clear()
            runs[name] = run()
            notes[name] = list(receiver.got)
        yield Told(world, runs, notes)


def events(api: str, resource: str = "", *, at_least: int = 1) -> list[dict[str, Any]]:
    """Events of released plans that the server has of a resource; waits until there are so many."""
    wanted: dict[str, Any] = {"event": {"name": ["metroetl.plan.released"]}}
    if resource:
        wanted["resource"] = {"id": [resource]}
    deadline = time.monotonic() + 20
    while True:
        answer = httpx.post(f"{api}/events/filter", json={"filter": wanted}, trust_env=False)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["events"]
        if len(found) >= at_least or time.monotonic() > deadline:
            return found
        time.sleep(0.3)


def artifacts(api: str, key: str = "new-plans") -> list[dict[str, Any]]:
    """All artifacts of a key, newest first."""
    body = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC"}
    answer = httpx.post(f"{api}/artifacts/filter", json=body, trust_env=False)
    found: list[dict[str, Any]] = answer.raise_for_status().json()
    return found


def test_a_first_load_of_old_plans_is_no_flood(told: Told) -> None:
    assert told.runs["before"].summary.state == "loaded"
    assert told.runs["before"].summary.releases == []
    assert told.notes["before"] == []
    assert told.world.one("SELECT COUNT(*) FROM mart_plan_release") >= 3
    assert told.world.one("SELECT COUNT(*) FROM mart_plan_release WHERE announced_at IS NULL") == 0


def test_two_sites_are_one_event_with_all_that_is_known(told: Told, prefect_server: str) -> None:
    (release,) = told.runs["after"].summary.releases
    assert (release.release_key, release.title, release.documents) == (KEY, PLAN, 2)
    (event,) = events(prefect_server, RESOURCE)
    link = event["payload"].pop("link")
    assert told.world.ask("SELECT title FROM core_document WHERE url = :url", url=link) == [{"title": PLAN}]
    assert {
        k: event["payload"][k] for k in ("title", "issuers", "period", "number", "state", "succeeds")
    } == {
        "title": PLAN,
        "issuers": ["四川省推进成德眉资同城化发展领导小组"],
        "period": "2023—2025",
        "number": None,
        "state": "new",
        "succeeds": "成德眉资同城化发展暨成都都市圈建设三年行动计划（2020—2022年）",
    }
    assert [r["prefect.resource.role"] for r in event["related"]] == ["flow-run"]


def test_the_artifact_has_a_row_with_a_link(told: Told, prefect_server: str) -> None:
    (release,) = told.runs["after"].summary.releases
    rows = [a["data"] for a in artifacts(prefect_server) if release.url in a["data"]]
    assert len(rows) == 1
    assert f"[{PLAN}](<{release.url}>)" in rows[0]
    assert rows[0].startswith("# 新发布规划 new plans")


def test_the_notification_arrives_by_the_block(told: Told) -> None:
    (note,) = told.notes["after"]
    assert "1 plan releases" in note["subject"]
    (release,) = told.runs["after"].summary.releases
    for words in (PLAN, "2023—2025", "领导小组", release.url):
        assert words in note["body"]


def test_a_second_run_and_a_replay_tell_nothing(told: Told, prefect_server: str) -> None:
    for name in ("again", "replay"):
        assert told.runs[name].summary.releases == [], name
        assert told.notes[name] == [], name
    assert told.runs["replay"].summary.gate.batches == 0  # read the same, judged by the same rules
    assert len(events(prefect_server, RESOURCE)) == 1


def test_the_run_is_kept_with_what_it_announced(told: Told) -> None:
    summary = told.world.one(
        "SELECT summary FROM ops_run WHERE run_id = :id", id=told.runs["after"].summary.run_id
    )
    assert [r["release_key"] for r in json.loads(summary)["releases"]] == [KEY]


def test_the_monitor_shows_which_rounds_end_without_a_successor(told: Told, prefect_server: str) -> None:
    assert told.world.monitor(circle="chengdu").state == "Failed"  # these sites have no figures for a report
    rows = json.loads(artifacts(prefect_server, "plan-alerts")[0]["data"])
    assert len(rows) == told.world.one("SELECT COUNT(*) FROM mart_plan_alert")
    round_2 = [row for row in rows if row["系列"] == "成都都市圈三年行动计划" and row["轮次"] == 2]
    assert {row["依据"] for row in round_2} == {"人工整理", "提取"}
    assert all("2025-12-31 到期" in row["提醒"] for row in round_2)


def test_what_a_killed_run_published_is_told_by_the_next_and_a_broken_block_fails_nothing(
    new_world: NewWorld, prefect_server: str, receiver: Receiver
) -> None:
    from metroetl import pipeline

    day = date(2025, 10, 11)
    world = new_world(date(2024, 8, 1), "shanghai", METROETL_NOTIFY="custom-webhook/is-not-there")
    world.collect()
    world.replica.set_clock(day)
    with world.here():  # a run up to its gate, and no further
        run_id = pipeline.open_warehouse().start_run("collect", {})
        pipeline.read_and_stage(run_id, "shanghai", pipeline.harvest_source(run_id, "shanghai"))
        pipeline.pass_gate(run_id)
    run = world.collect()
    assert (run.state, run.summary.state) == ("NoChange", "nothing_new")
    assert [r.release_key for r in run.summary.releases] == [CIRCLES]
    (failure,) = run.summary.not_told
    assert (failure.code, failure.url) == ("NOTIFICATION", "custom-webhook/is-not-there")
    assert len(events(prefect_server, f"metroetl.plan.{CIRCLES}")) == 1

    # announced, but killed before the warehouse knew: the same event again is the same event
    world.extra["METROETL_NOTIFY"] = "webhook/new-plans"
    receiver.got.clear()
    _forget(world, CIRCLES)
    again = world.collect()
    assert [r.release_key for r in again.summary.releases] == [CIRCLES]
    assert again.summary.not_told == []
    assert [r["release_key"] for r in receiver.got[0]["releases"]] == [CIRCLES]
    time.sleep(2)
    assert len(events(prefect_server, f"metroetl.plan.{CIRCLES}")) == 1


def _forget(world: World, key: str) -> None:
    """Take back the note that a release was announced, as if the run had died before writing it."""
    import sqlite3

    path: Path = world.home / "warehouse.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE core_plan_release SET announced_at = NULL, announced_state = NULL WHERE release_key = ?",
            [key],
        )
