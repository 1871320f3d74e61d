"""A hostile release goes through the real pipeline; every page that shows it is opened in a real browser.

Its words hold every trick as text (a title may be anything), and its markup holds the tricks themselves. No script may
run, nothing may be asked of another host, no page may be left, and each page must show the words, else it proves nothing.
"""

from __future__ import annotations

import html
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from flows.artifacts import summary_markdown
from metroetl.cli import app
from metroetl.harvest import Archive
from metroetl.pipeline import finish, open_warehouse, read_and_stage, stopped_in
from metroetl.pipeline.steps import pass_gate
from metroetl.runs import RunSummary
from metroetl.settings import settings
from tests.conftest import chromium
from tests.pipeline.conftest import Installation

if TYPE_CHECKING:
    from tests.harvest.conftest import LocalSite

pytestmark = pytest.mark.browser
SITE = "https://www.deyang.gov.cn/gk"
MARK = "敌意标记"
TRICKS = (
    '"><script>window.stolen=1;fetch("{0}/fetch")</script>', '<img src="{0}/img" onerror="window.stolen=1">',
    "<svg onload=window.stolen=1><script>window.stolen=1</script></svg>", '<iframe src="{0}/frame"></iframe>',
    "</script><script>window.stolen=1</script>", "</title></style></textarea><b onmouseover=window.stolen=1>",
    '<meta http-equiv="refresh" content="0;url={0}/refresh">', '<base href="{0}/base/">', '<link rel=stylesheet href="{0}/css">',
    '<a href="javascript:window.stolen=1">', "[点](javascript:window.stolen=1) ![x]({0}/md)", "{{{{ 7*7 }}}} ${{alert(1)}} \u202e",
    '<object data="{0}/object"></object><embed src="{0}/embed"><form action="{0}/form"><input autofocus onfocus=window.stolen=1>',
)  # fmt: skip


def release(address: str, value: str, title: str = "2025年一季度德阳市经济运行情况") -> bytes:
    """A release whose words and markup are hostile; the figure is well formed, so it is published."""
    tricks = [trick.format(address) for trick in TRICKS]
    words = "".join(f"<p>{MARK}{n}：{html.escape(trick)}。</p>" for n, trick in enumerate(tricks))
    said = html.escape(f"{MARK}{tricks[0]}{tricks[1]}")
    rows = f"<tr><td>社会消费品零售总额</td><td>亿元</td><td>312.4</td><td>{said}</td></tr>"
    return f"""<html><head><title>{title}{said}</title>{tricks[5]}</head><body onload="window.stolen=1"
    ><h1>{title}{said}</h1><div class="TRS_Editor"><p>{said}初步核算，2025年一季度，全市实现地区生产总值{value}亿元，同比增长7.5%。</p>
    {words}{"".join(tricks)}<table><caption>主要指标{said}</caption><tr><th>指标</th><th>单位</th><th>绝对量</th><th>备注</th></tr>
    {rows}</table><p><a href="P01.pdf">{said}附件</a></p></div></body></html>""".encode()


PLAN = """2024年成都都市圈建设工作要点{0}\n\n一、总体要求\n\n到2025年，地区生产总值达到3000亿元。{0}\n\n二、重点任务\n
（一）推进轨道交通建设。\n\n1. 建设环城绿道，统一标识{0}。（市林业局牵头，市财政局配合，2026年底前完成）\n
2. 新建公园{1}个{0}。（市住建局牵头）\n"""


@pytest.fixture(scope="module")
def pages(server: LocalSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of every kind of page, made by the commands that people use, of the hostile release."""
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METROETL_HOME", str(folder / "home"))
        settings.cache_clear()
        made = _load(server.address, folder)
        found = _by_command(made, server.address, folder)
        found |= {"artifact": _artifact(made, folder)}
        found |= {
            f"site {p.stem}": p.as_uri()
            for p in (folder / "site").rglob("*.html")
            if MARK in p.read_text("utf-8")
        }
        with _explored(folder / "home") as address:
            yield found | {
                "explore": f"{address}/metroetl/mart_document_version",
                "question": f"{address}/metroetl",
            }
    settings.cache_clear()


def _load(address: str, folder: Path) -> Installation:
    """The release, a later version of it with another figure, the next one, and a page that the gate stops."""
    warehouse = open_warehouse()
    made = Installation(Archive(settings().archive), warehouse, warehouse.start_run("collect", {}))
    made.bring(release(address, "771.1"), f"{SITE}/t20250420_1.html", days_ago=9)
    read_and_stage(made.run_id, "deyang")
    pass_gate(made.run_id)
    shutil.copy(folder / "home" / "warehouse.db", folder / "before.db")
    made.bring(release(address, "772.1"), f"{SITE}/t20250420_1.html")
    later = release(address, "1601.3", "2025年上半年德阳市经济运行情况").replace(
        "一季度".encode(), "上半年".encode()
    )
    made.bring(later, f"{SITE}/t20250728_2.html")
    made.bring(
        later, f"{SITE}/t20250728_3.html", title=f"德阳{MARK}"
    )  # another page than was announced: held back
    read_and_stage(made.run_id, "deyang")
    return made


def _run(*arguments: object) -> None:
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, (arguments, done.output, done.exception)


def _by_command(made: Installation, address: str, folder: Path) -> dict[str, str]:
    summary = RunSummary(
        run_id=made.run_id, flow="collect", started_at=datetime.now(UTC), gate=pass_gate(made.run_id)
    )
    validation = Path(finish(summary).validation_page)
    observation = made.warehouse.query(
        "SELECT observation_id FROM mart_observation_latest WHERE indicator_code = 'GDP'"
    )[1][0][0]
    document = made.warehouse.query("SELECT document_id FROM core_document WHERE url LIKE '%1.html'")[1][0][0]
    trick = f"{MARK}{TRICKS[0].format(address)}{TRICKS[1].format(address)}"
    plans = [folder / f"plan-{n}.html" for n in (1, 2)]
    for number, path in enumerate(plans, 1):
        title, *lines = PLAN.format(html.escape(trick), 10 * number).split("\n\n")
        body = "".join(f"<p>{line}</p>" for line in lines)
        path.write_text(f"<h1>{title}</h1><div class='TRS_Editor'>{body}</div>", encoding="utf-8")
    out = folder / "out"
    out.mkdir()
    _run("trace", observation, "--page", out / "trace.html")
    _run("explain", "--document", document, "-o", out / "explain.html", "--numbers")
    _run("explain", plans[0], "-o", out / "plan.html", "--plan")
    _run("documents", "diff", f"{SITE}/t20250420_1.html", "--html", out / "versions.html")
    _run("plans", "compare", *plans, "--html", out / "compare.html")
    _run(
        "warehouse",
        "diff",
        folder / "before.db",
        folder / "home" / "warehouse.db",
        "--html",
        out / "difference.html",
    )
    _run("monitor", "--quarter", "2025Q1", "--format", "html", "--output", out)
    _run("site", "build", "--circle", "chengdu", "--output", folder / "site")
    return {p.stem: p.as_uri() for p in out.glob("*.html")} | {"validation": validation.absolute().as_uri()}


def _artifact(made: Installation, folder: Path) -> str:
    """The run's Markdown artifact, rendered with HTML let through: nothing may depend on the UI's own cleaning."""
    stored = made.warehouse.query("SELECT summary FROM ops_run WHERE run_id = :r", {"r": made.run_id})[1][0][
        0
    ]
    summary = RunSummary.model_validate_json(stored)
    path = folder / "artifact.html"
    rendered = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(summary_markdown(summary, stopped_in(made.run_id)))
    )
    path.write_text(f"<!doctype html><meta charset=utf-8>{rendered}", encoding="utf-8")
    return path.as_uri()


@contextmanager
def _explored(home: Path) -> Iterator[str]:
    """Address of `metroetl explore` over the warehouse."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "metroetl", "explore", "--port", str(port)]
    with (home / "explore.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=os.environ | {"METROETL_HOME": str(home)}, stdout=log, stderr=log
        )
    try:
        for _ in range(600):
            assert process.poll() is None, (home / "explore.log").read_text("utf-8")
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/-/versions.json")
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all pages, with the network on: what a page asks for would come."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield made
        made.close()


def _tab(browser: Any) -> tuple[Any, list[str]]:
    """A new tab, and what it does that it must not: dialogs, requests elsewhere, pages left."""
    tab, told = browser.new_page(), list[str]()
    tab.on("dialog", lambda dialog: (told.append(f"dialog {dialog.message}"), dialog.dismiss()))
    tab.on("popup", lambda popup: told.append(f"popup {popup.url}"))
    return tab, told


KINDS = {"trace", "explain", "plan", "versions", "compare", "difference", "validation", "artifact", "explore", "question"}  # fmt: skip


def test_no_page_runs_a_strangers_script_or_asks_anything(
    pages: dict[str, str], browser: Any, server: LocalSite
) -> None:
    assert set(pages) >= KINDS and sum(name.startswith("site ") for name in pages) >= 1, sorted(pages)
    server.asked.clear()
    for name, address in pages.items():
        if name == "question":
            address += "?sql=select+title,+url+from+mart_document_version"
        tab, told = _tab(browser)
        tab.on("request", lambda r, told=told: told.append(r.url) if server.address in r.url else None)
        tab.goto(address, wait_until="load")
        tab.mouse.move(200, 200)
        tab.wait_for_timeout(150)
        shown = "".join(
            frame.evaluate("document.documentElement.textContent")
            for frame in tab.frames
            if frame.url != "about:blank"
        )
        assert MARK in shown, f"{name} shows nothing of the release"
        stolen = [frame.url for frame in tab.frames if frame.evaluate("typeof window.stolen") != "undefined"]
        links = tab.evaluate(
            "[...document.querySelectorAll('a[href]')].map(a => a.href).filter(h => /^(javascript|data|vbscript):/i.test(h))"
        )
        assert (stolen, told, links) == ([], [], []), name
        assert tab.url.split("#")[0] == address.split("#")[0] or "?sql" in address, name
        tab.close()
    assert not server.asked


def test_the_tricks_work_where_nothing_is_cleaned(browser: Any, server: LocalSite, tmp_path: Path) -> None:
    """The release itself, opened as it came: the browser would run it, so the test above can fail."""
    (tmp_path / "raw.html").write_bytes(
        release(server.address, "771.1").replace(b'http-equiv="refresh"', b"")
    )
    server.asked.clear()
    tab, _ = _tab(browser)
    tab.goto((tmp_path / "raw.html").as_uri())
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.stolen") == 1 and server.asked
    tab.close()


def test_every_page_of_ours_has_a_policy(root: Path) -> None:
    """Whole pages carry a Content-Security-Policy that allows nothing by default."""
    templates = [p for p in (root / "src/metroetl").rglob("templates/*.html") if "replica" not in p.parts]
    served = "landing.html"  # never a file: `metroetl serve` sends its policy as a header
    whole = [p for p in templates if "<html" in p.read_text("utf-8") and p.name != served]
    assert len(whole) >= 9
    for path in whole:
        assert "Content-Security-Policy\" content=\"default-src 'none'" in path.read_text("utf-8"), path.name
