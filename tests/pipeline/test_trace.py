"""`metroetl trace` over a real archive: the page as read again, with the sentence or cell marked, and safe to open."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from bs4 import BeautifulSoup
from click.testing import Result
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.errors import Unreadable
from metroetl.harvest import Archive
from metroetl.harvest.archive import body_name
from metroetl.pipeline import open_warehouse, read_and_stage
from metroetl.pipeline.trace import archived, locate, trace
from metroetl.pipeline.trace_page import render
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Decision
from tests.conftest import missing
from tests.pipeline.conftest import Installation

SITE = "https://www.deyang.gov.cn/gk"
PAGER = '<script>createPageHTML(2,0,"long","html")</script>'
RELEASE = """<html><head><meta charset="gb2312"><title>2025年一季度德阳市经济运行情况</title>
<style>body { background:url(https://tracker.example/x.png) }</style><script src="https://tracker.example/x.js"></script></head>
<body onload="alert(1)"><h1>2025年一季度德阳市经济运行情况</h1><div class="TRS_Editor">
<p><img src="https://tracker.example/p.png" onerror="alert(2)">2025年一季度，全市实现地区<span>生产总值
771.1</span>亿元，同比增长7.5%。<a href="javascript:alert(3)">更多</a></p>
<p>&lt;script&gt;alert(4)&lt;/script&gt; 其中：出口总额7.5亿元。</p><iframe src="https://tracker.example/"></iframe>
<table><caption>主要指标</caption><tr><th>指标</th><th>单位</th><th>绝对量</th><th>同比增长（%）</th></tr>
<tr><td>社会消费品零售总额</td><td>亿元</td><td>312.4</td><td>6.1</td></tr>
<tr><td>固定资产投资</td><td>亿元</td><td>—</td><td>6.1</td></tr></table>
<form action="https://tracker.example/"><input name="q"></form></div></body></html>"""


def page(text: str, pager: str = "") -> bytes:
    title = "2024年德阳市国民经济和社会发展统计公报"
    return f"""<html><head><title>{title}</title></head><body><h1>{title}</h1>
        <div class="TRS_Editor"><p>{text}</p></div>{pager}</body></html>""".encode()


def workbook() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("指标")
        for row, cells in enumerate(
            (["2025年上半年德阳市主要经济指标"], ["指标", "单位", "绝对量"], ["地区生产总值", "亿元", 1601.3])
        ):
            sheet.write_row(row, 0, cells)
    return file.getvalue()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A release with a table, a long article in two pages, and a workbook: archived, read and published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METROETL_HOME", str(tmp_path_factory.mktemp("trace")))
        settings.cache_clear()
        warehouse = open_warehouse()
        made = Installation(Archive(settings().archive), warehouse, warehouse.start_run("collect", {}))
        made.bring(RELEASE.encode("gb18030"), f"{SITE}/t20250420_1.html")
        made.bring(
            page("一、综合。全年经济运行平稳，稳中有进，各项事业取得新进展。", PAGER), f"{SITE}/long.html"
        )
        made.bring(
            page("二、农业。2024年，全市实现地区生产总值3208.1亿元，同比增长6.3%。"),
            f"{SITE}/long_1.html",
            role="part",
            parent_url=f"{SITE}/long.html",
        )
        made.bring(
            workbook(),
            f"{SITE}/P01.xlsx",
            role="attachment",
            name="2025年上半年德阳市主要经济指标.xlsx",
            parent_url=f"{SITE}/t20250728_2.html",
        )
        outcome = read_and_stage(made.run_id, "deyang")
        assert not outcome.failures
        warehouse.settle(Decision(run_id=made.run_id, batches=warehouse.staged_batches()))
        yield made
    settings.cache_clear()


def command(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["trace", *map(str, arguments)])


def figure_of(warehouse: Warehouse, indicator: str, period: str, measure: str) -> str:
    sql = "SELECT observation_id FROM mart_observation_latest WHERE indicator_code = :i AND period = :p AND measure = :m"
    ((found,),) = warehouse.query(sql, {"i": indicator, "p": period, "m": measure})[1]
    return str(found)


def traced(tmp_path: Path, *arguments: object) -> tuple[BeautifulSoup, BeautifulSoup | None]:
    """Our page, and the stranger's page in its frame."""
    target = tmp_path / "trace.html"
    done = command(*arguments, "--page", target)
    assert done.exit_code == 0 and str(target) in done.output, (done.output, done.exception)
    ours = BeautifulSoup(target.read_text(encoding="utf-8"), "lxml")
    frame = ours.select_one("iframe")
    return ours, BeautifulSoup(str(frame["srcdoc"]), "lxml") if frame else None


def test_a_sentence_is_marked_in_the_text_and_on_the_page(here: Installation, tmp_path: Path) -> None:
    ours, theirs = traced(tmp_path, "--region", "德阳", "--indicator", "GDP", "--period", "2025Q1")
    assert ours.select_one("mark#figure").get_text() == "全市实现地区生产总值 771.1亿元"
    assert theirs is not None
    assert (
        "".join("".join(m.get_text() for m in theirs.select("mark")).split())
        == "全市实现地区生产总值771.1亿元"
    )
    allowed = {
        "html",
        "head",
        "meta",
        "style",
        "body",
        "h1",
        "p",
        "span",
        "a",
        "mark",
        "div",
        "table",
        "caption",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert {tag.name for tag in theirs.find_all(True)} <= allowed
    assert not [
        a for tag in theirs.body.find_all(True) for a in tag.attrs if a not in ("id", "rowspan", "colspan")
    ]
    assert "tracker" not in str(ours) and "<script>alert(4)</script>" in theirs.get_text()
    assert '<iframe sandbox="" ' in (tmp_path / "trace.html").read_text(encoding="utf-8")
    for soup in (ours, theirs):
        assert str(soup.select_one("meta[http-equiv]")["content"]).startswith("default-src 'none'")


def test_a_cell_is_marked_among_cells_like_it(here: Installation, tmp_path: Path) -> None:
    ours, theirs = traced(tmp_path, figure_of(here.warehouse, "RS", "2025-Q1", "yoy_nominal_ytd"))
    (cell,) = ours.select(".marked")
    assert (cell.get_text(), cell["id"], cell.find_previous_sibling("td").get_text()) == (
        "6.1",
        "figure",
        "312.4",
    )
    assert theirs is not None
    (mark,) = theirs.select("mark")
    assert mark.find_parent("tr").td.get_text() == "社会消费品零售总额"


def test_a_further_part_and_a_file_are_read_as_ever(here: Installation, tmp_path: Path) -> None:
    ours, _ = traced(tmp_path, "--region", "510600", "--indicator", "地区生产总值", "--period", "2024")
    assert "3208.1亿元" in ours.select_one("mark#figure").get_text()
    assert "全年经济运行平稳" in ours.select_one(".doc").get_text()
    ours, theirs = traced(tmp_path, "--region", "德阳市", "--indicator", "GDP", "--period", "2025-q2")
    assert theirs is None and ours.select_one(".marked#figure").get_text() == "1601.3"


def test_what_is_gone_or_asked_wrongly_is_named(here: Installation, tmp_path: Path) -> None:
    wanted = figure_of(here.warehouse, "GDP", "2025-Q2", "level_ytd")
    sha256 = here.warehouse.query(
        "SELECT sha256 FROM mart_lineage WHERE observation_id = :id", {"id": wanted}
    )[1][0][0]
    body = Path(settings().archive) / body_name(sha256)
    data = body.read_bytes()
    body.unlink()
    try:
        done = command(wanted, "--page", tmp_path / "no.html")
    finally:
        body.write_bytes(data)
    assert isinstance(done.exception, Unreadable) and "archive import" in done.exception.way_out
    assert sha256 in done.output and not (tmp_path / "no.html").exists()  # the chain is told all the same
    for arguments in ((), ("--region", "德阳"), (wanted, "--region", "德阳")):
        assert command(*arguments).exit_code == 2


def test_a_text_that_is_read_otherwise_today_is_found_by_its_words(
    here: Installation, tmp_path: Path
) -> None:
    found = trace(here.warehouse, figure_of(here.warehouse, "GDP", "2025-Q1", "level_ytd"))
    document, _, _ = archived(here.warehouse, found.figure["snapshot_id"])
    moved = document.model_copy(
        update={"text": "新的导语。\n" + document.text, "blocks": [], "content_hash": "x"}
    )
    html = BeautifulSoup(render(found, moved, locate(moved.text, found.figure), None), "lxml")
    assert html.select_one("#figure").get_text() == found.quote and "请运行 replay" in html.get_text()
    other = document.model_copy(update={"text": "全不相同。", "blocks": []})
    assert locate(other.text, found.figure) is None
    assert "找不到这句原文" in render(found, other, None, None)


@pytest.mark.browser
def test_in_a_browser_nothing_is_asked_for_and_the_mark_is_seen(here: Installation, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        missing("browser", "no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    traced(tmp_path, "--region", "德阳", "--indicator", "GDP", "--period", "2025Q1")
    target = tmp_path / "trace.html"
    told, asked = [], set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 390, "height": 844})
        shown.on("console", lambda message: told.append(message.text))
        shown.on("pageerror", lambda error: told.append(str(error)))
        shown.on("dialog", lambda dialog: told.append(dialog.message))
        shown.on("request", lambda request: asked.add(request.url.split("#")[0]))
        shown.goto(f"{target.as_uri()}#figure")
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390
        box = shown.locator("#figure").bounding_box()
        assert box is not None and 0 <= box["y"] < 844
        assert shown.frame_locator("iframe").locator("mark").first.is_visible()
        browser.close()
    assert told == []
    assert asked == {target.as_uri()}
