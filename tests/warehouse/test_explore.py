"""`metroetl explore`: a real Datasette with public rows only, beside a loader that writes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from metroetl.catalogue import Catalogue
from metroetl.errors import WarehouseError
from metroetl.warehouse import Warehouse
from metroetl.warehouse.explore import copy_public
from tests.conftest import ROOT, missing
from tests.warehouse.desk import CITIES, Desk, gdp

SECRET = "内部测算稿"
GDP = {"510100": 5930.3, "510600": 771.1, "511400": 437.5, "512000": 254.2}


@pytest.fixture(scope="module")
def home(blank_file: Path, words: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse of four cities, and of a document that isn't public."""
    folder = tmp_path_factory.mktemp("explore")
    shutil.copy(blank_file, folder / "warehouse.db")
    desk = Desk(Warehouse(f"sqlite:///{folder / 'warehouse.db'}", "facts", words))
    figures = [gdp(value, region=region) for region, value in reversed(GDP.items())]
    desk.load(desk.read("https://city.example.cn/1.html", "2025年一季度各市", figures))
    revised = gdp(5951.2, revision_stage="最终核实")
    desk.load(desk.read("https://city.example.cn/2.html", "核实", [revised], published_on=date(2026, 1, 9)))
    inside = {"access": "internal"}
    secret = desk.read(
        "inbox:x.html", SECRET, [gdp(6000.4, "2025-Q2")], source_id="inbox", seen=inside, **inside
    )
    desk.load(secret)
    later = datetime.now(UTC) + timedelta(days=30)
    desk.archive("inbox:y.html", "另一份", "inbox", title=SECRET, access="internal", listed_on=later.date())
    return folder


@dataclass
class Server:
    """A running `metroetl explore`."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def ask(self, query: str, **parameters: str) -> list[dict[str, Any]]:
        found = httpx.get(f"{self.url}/metroetl{query}.json", params={"_shape": "array", **parameters})
        assert found.status_code == 200, found.text
        rows: list[dict[str, Any]] = found.json()
        return rows

    def sql(self, sql: str) -> httpx.Response:
        return httpx.get(f"{self.url}/metroetl.json", params={"_shape": "array", "sql": sql})


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    """Datasette as a person starts it, while another process has the warehouse open for writing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "METROETL_HOME": str(home)}
    environment.pop("METROETL_DATABASE_URL", None)
    loader = sqlite3.connect(home / "warehouse.db", isolation_level=None)
    loader.execute("BEGIN IMMEDIATE")
    loader.execute("UPDATE core_observation SET value_norm = 0")
    command = [sys.executable, "-m", "metroetl", "explore", "--port", str(port)]
    log = home / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        _wait(f"http://127.0.0.1:{port}/-/versions.json", process, log)
        yield Server(f"http://127.0.0.1:{port}", process, log)
    finally:
        loader.execute("ROLLBACK")
        loader.close()
        process.kill()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            httpx.get(url)
            return
        except httpx.TransportError:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)
    raise AssertionError("the server doesn't answer")


def test_the_ready_questions_answer(server: Server) -> None:
    rows = server.ask("/circle_quarter", circle="", quarter="")
    assert [(r["region_name"], r["value"]) for r in rows] == [
        ("成都市", 5951.2), ("德阳市", 771.1), ("眉山市", 437.5), ("资阳市", 254.2),
    ]  # fmt: skip
    rows = server.ask("/vintages", region="成都市", indicator="GDP", period="2025-Q1")
    assert [(r["vintage"], r["value"], r["revision_stage"]) for r in rows] == [
        (1, 5930.3, ""),
        (2, 5951.2, "最终核实"),
    ]
    (chain,) = server.ask("/lineage", observation_id=rows[0]["observation_id"])
    assert (chain["url"], chain["load_flow"]) == ("https://city.example.cn/1.html", "collect")
    assert [r["round"] for r in server.ask("/plan_calendar", circle="chengdu")] == [2]


def test_only_public_rows_of_marts_dims_and_meta(server: Server, home: Path) -> None:
    names = {
        r["name"] for r in server.sql("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").json()
    }
    names -= {"sqlite_stat1"}
    assert {n.partition("_")[0] for n in names} <= {"mart", "dim", "meta", "dic", "report", "chart"}
    warehouse = sqlite3.connect(home / "warehouse.db")
    marts = {n for (n,) in warehouse.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    untold = {
        n for n in marts - names if "access" in {c[1] for c in warehouse.execute(f"PRAGMA table_info({n})")}
    }
    assert "mart_observation_latest" in names and not untold
    assert warehouse.execute(
        "SELECT COUNT(*) FROM mart_page_state WHERE title = ?", (SECRET,)
    ).fetchone() == (1,)
    for name in names:
        everything = str(server.sql(f"SELECT * FROM {name}").json())
        assert SECRET not in everything and "6000.4" not in everything, name
    for sql in (
        "SELECT * FROM core_observation",
        "ATTACH 'x' AS y",
        "DELETE FROM mart_lineage",
        "PRAGMA journal_mode=DELETE",
    ):
        assert server.sql(sql).status_code == 400, sql


def test_the_how_to(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "how-to" / "analysts" / "datasette.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    assert "http://127.0.0.1:8001/" in block
    exec(block.replace("http://127.0.0.1:8001", server.url), {})
    told = capsys.readouterr().out
    assert 0 < told.index("成都市") < told.index("德阳市") < told.index("眉山市") < told.index("资阳市")


def test_words_and_links(server: Server) -> None:
    page = httpx.get(f"{server.url}/metroetl/mart_circle_quarter?region_code=510600").text
    assert "都市圈季度监测表" in page and "地区固定顺序 · fixed order of the regions" in page
    assert "/metroetl/dim_region/510600" in page and CITIES["510600"] in page


@pytest.mark.browser
def test_in_a_browser_no_other_host_is_asked(server: Server) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        missing("browser", "no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    told, asked = [], set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
        page.goto(f"{server.url}/metroetl")
        page.get_by_text("都市圈一季").click()
        page.locator("input[name=circle]").fill("chengdu")
        page.get_by_text("Run SQL").click()
        assert page.locator("table.rows-and-columns tbody tr").first.inner_text().startswith("成都市")
        page.goto(f"{server.url}/metroetl/mart_observation_latest")
        box = page.locator("table.rows-and-columns").bounding_box()
        assert box is not None and box["y"] < 1200  # the words of the columns don't push the rows away
        browser.close()
    assert told == [] and asked == {server.url}


def test_what_cannot_be_explored_is_named(server: Server, home: Path, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    command = [sys.executable, "-m", "metroetl", "explore", "--port", port]
    done = subprocess.run(
        command, env={**os.environ, "METROETL_HOME": str(home)}, capture_output=True, text=True
    )
    assert done.returncode == 1 and f"port {port} can't be used" in done.stderr and "--port" in done.stderr
    with pytest.raises(WarehouseError, match=r"PostgreSQL.*superset\.md"):
        copy_public("postgresql+psycopg://reader@localhost/metroetl", tmp_path / "x.db")
    with pytest.raises(WarehouseError, match=r"no warehouse at .*warehouse init"):
        copy_public(f"sqlite:///{tmp_path}/none.db", tmp_path / "x.db")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_ends_it_and_leaves_nothing(server: Server) -> None:
    folder = Path(httpx.get(f"{server.url}/-/databases.json").json()[0]["path"]).parent
    assert folder.is_dir()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=20) in (0, 130)
    assert "公开数据" in server.log.read_text(encoding="utf-8") and not folder.exists()
