"""`make up` as an operator meets it: server, worker, deployments, a scheduled run, and every task from a real browser.

The tests of the browser are one shift of an operator, in their order: each goes on where the one before ended.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from metroetl.catalogue import catalogue
from metroetl.resources import folder
from tests.conftest import chromium
from tests.flows.server import Operator, Server, running_server
from tests.flows.test_bad_input import GARBLED, READABLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(900)
DAY = date(2025, 5, 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Server]:
    """`make up` in a new home, against stand-in sites of a day, of which one has a figure out of range and one is down."""
    home = tmp_path_factory.mktemp("up")
    with running_server(home, root, DAY, deyang="out_of_range", ziyang="down") as running:
        yield running


def test_every_deployment_is_there_with_limit_and_schedule(server: Server) -> None:
    found = server.deployments()
    told = yaml.safe_load((folder("deployments") / "prefect.yaml").read_text("utf-8"))["deployments"]
    assert set(found) == {f"{d['entrypoint'].split('.')[-1]}/{d['name']}" for d in told}
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


@pytest.mark.parametrize(
    ("deployment", "request_", "path"),
    [
        ("collect/collect", {"sources": ["https://evil.example/"]}, "request.sources[0]"),
        ("backfill/backfill", {"year_from": 2022, "year_to": 2020}, "request.year_to"),
        ("monitor/monitor", {"quarter": "2017-Q1"}, "request.quarter"),
        ("retry/retry", {"run": "../x"}, "request.run"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(
    server: Server, deployment: str, request_: dict[str, Any], path: str
) -> None:
    found = server.deployments()[deployment]["id"]
    answer = server.api.post(
        f"/deployments/{found}/create_flow_run", json={"parameters": {"request": request_}}
    )
    assert answer.status_code == 409
    assert path in answer.text


# --- an operator's shift ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        # drawn by this machine's processors, the graph of a run costs as much as all else of its page
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-3d-apis"]
        yield playwright.chromium.launch(executable_path=chromium(), args=arguments)


@pytest.fixture
def operator(server: Server, browser: Browser) -> Iterator[Operator]:
    """A person with a new window of 1440 px; what it shows comes from this machine alone."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="zh-CN")
    context.set_default_timeout(60_000)
    hosts: set[str] = set()
    context.on("request", lambda request: hosts.add(request.url.split("/")[2].split(":")[0]))
    yield Operator(server, context.new_page())
    context.close()
    assert hosts == {"127.0.0.1"}, hosts


@pytest.fixture(scope="module")
def red(server: Server) -> dict[str, str]:
    """The run of the first test, for those after it."""
    return {}


@pytest.mark.browser
def test_a_collect_is_triggered_and_one_of_the_command_line_waits_in_sight(
    operator: Operator, red: dict[str, str], tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    server, page = operator.server, operator.page
    inbox = server.home / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "简报.txt").write_text(READABLE + GARBLED, encoding="utf-8")
    operator.open_form("collect/collect")
    expect(page.get_by_text("采集要求 (Optional)")).to_be_visible()
    expect(page.get_by_text("None", exact=True)).to_have_count(0)
    operator.choose("来源 (Optional)", "deyang 德阳市人民政府", "ziyang 资阳市人民政府")
    operator.choose("内容 (Optional)", "statistics 统计数据")
    page.screenshot(path=tmp_path / "form.png")
    red["run"] = operator.submit("collect/collect")
    with server.paused(red["run"]):
        second = _run_by_command(server, sources=["tjj_sc"], kinds=["statistics"], dry_run=True)
        page.goto(f"{server.url}/runs")
        waiting = page.locator(".state-list-item").filter(has_text="AwaitingConcurrencySlot")
        expect(waiting).to_have_count(1, timeout=120_000)
        page.screenshot(path=tmp_path / "queue.png")
    run = server.finished(red["run"])
    assert (run["state"]["type"], run["state"]["name"]) == ("FAILED", "Held"), run["state"]
    assert run["name"].startswith("采集 collect · 德阳市人民政府、资阳市人民政府 · 统计数据 · ")
    assert run["parameters"]["request"]["sources"][1].startswith("ziyang ")
    run = server.finished(second)
    assert run["state"]["type"] == "COMPLETED"
    assert run["name"].startswith("采集 collect · 四川省统计局 · 统计数据 · 试运行 · ")
    page.goto(f"{server.url}/runs/flow-run/{second}")
    expect(page.get_by_text(run["state"]["name"], exact=True).first).to_be_visible()


def _run_by_command(server: Server, **request: Any) -> str:
    """A collect by `prefect deployment run`; the run's id."""
    before = {run["id"] for run in server.runs("collect/collect")}
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deployment", "run", "collect/collect"]
    done = subprocess.run(
        [*command, "--param", f"request={json.dumps(request)}"],
        env={**os.environ, "PREFECT_API_URL": f"{server.url}/api"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (run["id"] for run in server.runs("collect/collect") if run["id"] not in before)
    return str(made)


@pytest.mark.browser
def test_the_failed_parts_are_retried_from_the_red_run(
    operator: Operator, red: dict[str, str], tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    server = operator.server
    shown = operator.read(red["run"], "run-summary")
    expect(shown.get_by_text("HOST_DOWN").first).to_be_visible()
    server.replica.set_faults("ziyang")
    operator.follow("重试失败的部分 retry")
    (run_id,) = (row[0] for row in server.ask("SELECT run_id FROM ops_run WHERE state = 'held'"))
    expect(operator.page.locator("form textarea").first).to_have_value(run_id)
    retried = operator.submit("retry/retry")
    assert server.finished(retried)["state"]["name"] == "Completed"
    shown = operator.read(retried, "run-summary")
    expect(shown.get_by_text("已补上 mended：1")).to_be_visible()
    operator.page.screenshot(path=tmp_path / "retry.png")


@pytest.mark.browser
def test_a_held_batch_is_decided_from_the_red_run(
    operator: Operator, red: dict[str, str], tmp_path: Path
) -> None:
    """A garbled file in the inbox holds its batch, a growth of 720 % waits in quarantine, and the link decides."""
    from playwright.sync_api import expect

    server = operator.server
    shown = operator.read(red["run"], "run-summary")
    for words in ("1 个批次被拦下，未入库", "正文是乱码", "成都市统计简报 2021年第5期"):
        expect(shown.get_by_text(words).first).to_be_visible()
    expect(shown.get_by_text("720.0", exact=True).first).to_be_visible()
    assert "&#" not in shown.inner_text() and "\\" not in shown.inner_text()
    operator.page.screenshot(path=tmp_path / "artifact.png")
    operator.follow("批准入库 approve")
    form = operator.page
    ((batch_id,),) = server.ask("SELECT batch_id FROM ops_batch WHERE state = 'held'")
    expect(form.locator("form textarea").first).to_have_value(batch_id)
    expect(form.get_by_text("approve", exact=True)).to_be_visible()
    operator.fill("理由", "第一页可读，数字已核对")
    operator.fill("决定人", "值班员")
    decided = operator.submit("decide/decide")
    run = server.finished(decided)
    assert run["state"]["name"] == "Approved" and run["name"].startswith("裁定 decide · 批准入库 · ")
    expect(operator.read(decided, "decision").get_by_text("第一页可读，数字已核对")).to_be_visible()
    row = server.ask("SELECT state, decided_by FROM ops_batch WHERE batch_id = :id", id=batch_id)
    assert row == [("published", "值班员")]
    assert server.ask("SELECT value FROM core_observation WHERE source_id = 'inbox'") == [(1147.8,)]


@pytest.mark.browser
def test_every_link_of_the_red_run_opens(operator: Operator, red: dict[str, str], tmp_path: Path) -> None:
    from playwright.sync_api import expect

    server = operator.server
    links: set[str] = set()
    for key in server.artifacts(red["run"]):
        shown = operator.read(red["run"], key)
        links |= {str(a.get_attribute("href")) for a in shown.locator("a").all()}
        if key == "run-sources":
            expect(shown.get_by_text("合计 total")).to_be_visible()
            operator.page.screenshot(path=tmp_path / "matrix.png")
    forms = {link.split("?")[0]: link for link in links if link.startswith(server.url)}
    assert len(forms) == 6  # collect, backfill, replay, retry, decide, monitor
    for link in forms.values():
        operator.page.goto(link)
        expect(operator.page.get_by_role("button", name="Submit")).to_be_visible()
    (page,) = (link for link in links if link.startswith(server.site))
    operator.page.goto(page)
    expect(operator.page.locator("mark").first).to_be_visible()
    operator.page.screenshot(path=tmp_path / "validation.png")
    strangers = [link for link in links if not link.startswith("http://127.0.0.1")]
    assert strangers
    for link in strangers:
        parts = urlsplit(link)
        there = server.replica.host_map[parts.netloc] + parts._replace(scheme="", netloc="").geturl()
        assert httpx.get(there, trust_env=False).status_code == 200, link


@pytest.mark.browser
def test_older_pages_are_backfilled_within_a_budget(operator: Operator, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    server = operator.server
    operator.open_form("backfill/backfill")
    operator.choose("来源 (Optional)", "cdstats 成都市统计局")
    operator.choose("起始年份 (Optional)", "2021")
    operator.choose("截止年份 (Optional)", "2022")
    operator.fill("每个来源本次最多取多少页 (Optional)", "1")
    operator.page.screenshot(path=tmp_path / "backfill.png")
    run = server.finished(operator.submit("backfill/backfill"))
    assert run["state"]["type"] == "COMPLETED", run["state"]
    assert run["name"].startswith("补采 backfill · 成都市统计局 · 2021—2022 · ")
    shown = operator.read(run["id"], "run-summary")
    expect(shown.get_by_text(re.compile(r"还有 \d+ 页"))).to_be_visible()
    operator.follow("补采 backfill")
    expect(operator.page.get_by_text("cdstats 成都市统计局 统计信息")).to_be_visible()
    for year in ("2021", "2022"):
        expect(operator.page.get_by_text(year, exact=True)).to_be_visible()


@pytest.mark.browser
def test_the_archive_is_replayed_and_a_report_written(operator: Operator, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    server = operator.server
    operator.open_form("replay/replay")
    operator.choose("来源 (Optional)", "inbox 收件箱")
    replayed = operator.submit("replay/replay")
    operator.open_form("monitor/monitor")
    expect(operator.page.get_by_text("chengdu 成都都市圈")).to_be_visible()
    newest = "SELECT MAX(quarter) FROM mart_circle_quarter WHERE region_name = '德阳市'"
    ((quarter,),) = server.ask(newest)
    operator.choose("季度 (Optional)", quarter)
    operator.choose("格式 (Optional)", "html 网页")
    written = server.finished(operator.submit("monitor/monitor"))
    assert written["state"]["type"] == "COMPLETED", written["state"]
    assert written["name"].startswith(f"监测 monitor · 成都都市圈 · {quarter} · ")
    assert server.finished(replayed)["state"]["type"] == "COMPLETED"
    shown = operator.read(written["id"], f"report-chengdu-{quarter.lower()}")
    report = shown.get_by_role("link", name=f"report-chengdu-{quarter}.html")
    operator.page.goto(str(report.get_attribute("href")))
    expect(operator.page.locator("h1").first).to_be_visible()
    expect(operator.page.locator("svg, canvas").first).to_be_visible()
    operator.page.screenshot(path=tmp_path / "report.png")
