"""`make up` as an operator meets it: server, worker, deployments, a scheduled run, the form in a real browser."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from metroetl.catalogue import catalogue
from metroetl.replica import Faults, Replica
from tests.conftest import chromium
from tests.flows.test_bad_input import GARBLED, READABLE

pytestmark = pytest.mark.timeout(600)
DEPLOYMENTS = {
    "collect/national-quarter",
    "collect/province-quarter",
    "collect/cities-quarter",
    "collect/circle-bulletin",
    "collect/plans",
    "collect/monthly",
    "collect/release-calendar",
    "collect/bulletins",
    "collect/collect",
    "backfill/backfill",
    "replay/replay",
    "decide/decide",
    "monitor/monitor",
    "revisit/revisit",
}


class Server:
    """A running `make up`."""

    def __init__(self, port: int, home: Path) -> None:
        self.url, self.home = f"http://127.0.0.1:{port}", home
        self.api = httpx.Client(base_url=f"{self.url}/api", timeout=30, trust_env=False)

    def deployments(self) -> dict[str, dict[str, Any]]:
        """Deployments by flow/name."""
        flows = {f["id"]: f["name"] for f in self.post("/flows/filter", {})}
        return {f"{flows[d['flow_id']]}/{d['name']}": d for d in self.post("/deployments/filter", {})}

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """JSON answer of a POST that must succeed."""
        answer = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def ask(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query on the warehouse."""
        from metroetl.warehouse import Warehouse

        return Warehouse(f"sqlite:///{self.home / 'warehouse.db'}").query(sql, parameters=parameters)[1]

    def run_state(self, run_id: str) -> dict[str, Any]:
        """A flow run's state now."""
        return self.api.get(f"/flow_runs/{run_id}").json()["state"]

    def wait_for(self, what: Callable[[], Any], seconds: float = 180) -> Any:
        """Poll until `what` gives something."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := what():
                return found
            time.sleep(1)
        raise AssertionError(f"waited {seconds} s in vain")

    def finished(self, run_id: str) -> dict[str, Any]:
        """The final state of a run."""
        final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        return self.wait_for(lambda: s if (s := self.run_state(run_id))["type"] in final else None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Server]:
    """`python -m deployments.up` against stand-in sites of 1 May 2025, as `make up` runs it."""
    home = tmp_path_factory.mktemp("up")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Replica(as_of=date(2025, 5, 1), faults=Faults({"deyang": ["out_of_range"]})) as replica:
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "METROETL_"))},
            "PREFECT_HOME": str(home / "prefect"),
            "METROETL_HOME": str(home / "data"),
            "METROETL_HOST_MAP": json.dumps(replica.host_map),
            "METROETL_POLITENESS": "false",
            "METROETL_UI_PORT": str(port),
        }
        log = (home / "up.log").open("wb")
        up = subprocess.Popen(
            [sys.executable, "-m", "deployments.up"],
            cwd=root,
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            running = Server(port, home / "data")
            running.wait_for(lambda: up.poll() is not None or _ready(running), 240)
            assert up.poll() is None, (home / "up.log").read_text()
            yield running
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(60)
            log.close()


def _ready(server: Server) -> bool:
    try:
        workers = server.post("/work_pools/metroetl/workers/filter", {})
    except (httpx.HTTPError, AssertionError):
        return False
    return any(w["status"] == "ONLINE" for w in workers)


def test_every_deployment_is_there_with_limit_and_schedule(server: Server) -> None:
    found = server.deployments()
    assert set(found) == DEPLOYMENTS
    for name, deployment in found.items():
        assert deployment["global_concurrency_limit"]["limit"] == 1, name
        assert deployment["concurrency_options"]["collision_strategy"] == "ENQUEUE", name
        assert deployment["tags"], name
        for schedule in deployment["schedules"]:
            assert schedule["schedule"]["timezone"] == "Asia/Shanghai", name
    crons = [s["schedule"]["cron"] for d in found.values() for s in d["schedules"]]
    assert len(crons) == len(set(crons)), "two schedules start at the same moment"


def test_every_host_has_limits_that_workers_share(server: Server) -> None:
    limits = server.post("/v2/concurrency_limits/filter", {"limit": 200})
    hosts = catalogue().allowed_hosts
    assert {x["name"] for x in limits} >= {
        f"{kind}:{host}" for kind in ("host", "host-rate") for host in hosts
    }


def test_the_scheduler_makes_runs(server: Server) -> None:
    def scheduled() -> list[dict[str, Any]]:
        body = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        return [r for r in server.post("/flow_runs/filter", body) if r["auto_scheduled"]]

    assert server.wait_for(scheduled, 120)


def test_a_wrong_id_is_refused_with_its_path(server: Server) -> None:
    deployment = server.deployments()["collect/collect"]["id"]
    body = {"parameters": {"request": {"sources": ["https://evil.example/"]}}}
    answer = server.api.post(f"/deployments/{deployment}/create_flow_run", json=body)
    assert answer.status_code == 409
    assert "sources" in answer.text


def test_prefect_deployment_run_starts_one(server: Server) -> None:
    env = {**os.environ, "PREFECT_API_URL": f"{server.url}/api"}
    request = json.dumps({"sources": ["tjj_sc"], "kinds": ["statistics"], "dry_run": True})
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deployment", "run", "collect/collect"]
    done = subprocess.run(
        [*command, "--param", f"request={request}"],
        env=env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    run = max(server.post("/flow_runs/filter", {}), key=lambda r: (not r["auto_scheduled"], r["created"]))
    assert server.finished(run["id"])["type"] == "COMPLETED"


@pytest.mark.browser
def test_an_operator_fills_the_form_and_sees_the_run_complete(server: Server, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    deployment = server.deployments()["collect/collect"]["id"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="zh-CN")
        hosts: set[str] = set()
        page.on("request", lambda r: hosts.add(r.url.split("/")[2]))
        page.goto(f"{server.url}/deployments/deployment/{deployment}")
        page.get_by_role("button", name="Run", exact=True).click()
        page.get_by_text("Custom run").click()
        expect(page.get_by_text("来源 (Optional)")).to_be_visible()
        expect(page.get_by_text("试运行 (Optional)")).to_be_visible()
        page.wait_for_timeout(1000)
        page.locator("form .p-select-button__icon").first.click()
        page.get_by_role("option", name="tjj_sc", exact=True).or_(
            page.locator(".p-select-option", has_text="tjj_sc")
        ).first.click()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Submit").click()

        def custom_run() -> dict[str, Any] | None:
            runs = server.post("/flow_runs/filter", {"deployments": {"id": {"any_": [deployment]}}})
            wanted = [r for r in runs if not (r["parameters"]["request"].get("dry_run"))]
            return wanted[0] if wanted else None

        run = server.wait_for(custom_run, 60)
        assert run["parameters"]["request"]["sources"] == ["tjj_sc"]
        state = server.finished(run["id"])
        assert state["type"] == "COMPLETED", state
        page.goto(f"{server.url}/runs/flow-run/{run['id']}")
        expect(page.get_by_text("Completed", exact=True).first).to_be_visible(timeout=30_000)
        page.get_by_text("Artifacts", exact=True).first.click()
        expect(page.get_by_text("run-summary").first).to_be_visible(timeout=30_000)
        page.screenshot(path=tmp_path / "run.png")
        browser.close()
    assert {h.split(":")[0] for h in hosts} == {"127.0.0.1"}, hosts
    assert (server.home / "warehouse.db").is_file()


@pytest.mark.browser
def test_a_red_run_is_decided_from_its_artifact(server: Server, tmp_path: Path) -> None:
    """A garbled file in the inbox holds its batch, a growth of 720 % waits in quarantine, and the link decides."""
    from playwright.sync_api import expect, sync_playwright

    inbox = server.home / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "简报.txt").write_text(READABLE + GARBLED, encoding="utf-8")
    collect = server.deployments()["collect/collect"]["id"]
    request = {"sources": ["deyang"], "kinds": ["statistics"], "since": "2025-01-01"}
    body = {"parameters": {"request": request}}
    run = server.post(f"/deployments/{collect}/create_flow_run", body)
    state = server.finished(run["id"])
    assert (state["type"], state["name"]) == ("FAILED", "Held"), state
    found = server.post("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
    artifacts = {a["key"]: a["id"] for a in found}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1400}, locale="zh-CN")
        page.goto(f"{server.url}/artifacts/artifact/{artifacts['run-summary']}")
        expect(page.get_by_text("1 个批次被拦下，未入库")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("正文是乱码").first).to_be_visible()
        expect(page.get_by_text("成都市统计简报 2021年第5期").first).to_be_visible()
        expect(page.get_by_text("720.0", exact=True).first).to_be_visible()
        page.screenshot(path=tmp_path / "artifact.png", full_page=True)
        page.goto(f"{server.url}/artifacts/artifact/{artifacts['quarantined-rows']}")
        expect(page.get_by_text("OBS-RANGE-YOY").first).to_be_visible(timeout=30_000)
        expect(page.get_by_role("link", name="网页").first).to_have_attribute(
            "href", re.compile("^https?://")
        )
        page.go_back()
        with page.expect_popup() as popup:
            page.get_by_role("link", name="批准入库 approve").click()
        form = popup.value
        boxes = form.locator("form textarea")
        expect(boxes).to_have_count(3, timeout=30_000)
        ((batch_id,),) = server.ask("SELECT batch_id FROM ops_batch WHERE state = 'held'")
        expect(boxes.nth(0)).to_have_value(batch_id)
        expect(form.get_by_text("approve", exact=True)).to_be_visible()
        boxes.nth(1).fill("第一页可读，数字已核对")
        boxes.nth(2).fill("值班员")
        form.screenshot(path=tmp_path / "form.png", full_page=True)
        form.get_by_role("button", name="Submit").click()
        decided = "SELECT state, decided_by, decision_reason FROM ops_batch WHERE batch_id = :id AND decided_at IS NOT NULL"
        row = server.wait_for(lambda: server.ask(decided, id=batch_id), 60)
        browser.close()
    assert row == [("published", "值班员", "第一页可读，数字已核对")]
    assert server.ask("SELECT value FROM core_observation WHERE source_id = 'inbox'") == [(1147.8,)]
