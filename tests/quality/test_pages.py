"""The validation page: complete, self-contained, and safe with strings of strangers."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from metroetl.catalogue import catalogue
from metroetl.errors import Unreadable, WarehouseError
from metroetl.pipeline import finish, open_warehouse
from metroetl.quality import run_gate, write_validation_page
from metroetl.quality.after import Judged, keep_judged, rule_rows
from metroetl.quality.data_docs import write_data_docs
from metroetl.quality.frames import prepare
from metroetl.quality.history import history_of
from metroetl.quality.models import Verdict
from metroetl.quality.pages import clean, groups_of, write_list
from metroetl.quality.stopped import Stopped, StoppedRow
from metroetl.quality.suites import load_after_suites, load_suites
from metroetl.runs import RunSummary
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.models import Check
from tests.conftest import chromium
from tests.quality.bench import (
    city,
    figure,
    frames_of,
    harvested,
    history,
    past_of,
    release,
    stage_into,
    with_typo,
)

BROKEN = "地区生产总值同比增长，全市经济运行总体平稳。".encode().decode("gb18030", "replace") * 20


def stopped(**values: str) -> StoppedRow:
    """A row in quarantine."""
    known = {"row_id": "1", "table": "t", "rule_code": "C", "source_id": "s", "source_title": "S"}
    return StoppedRow(**known | values)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run with a quarantined row, a hostile one and a held batch."""
    folder = tmp_path_factory.mktemp("pages")
    warehouse = Warehouse(f"sqlite:///{folder / 'warehouse.db'}")
    warehouse.upgrade()
    run_gate(warehouse, stage_into(warehouse, history())[0])
    run_gate(warehouse, stage_into(warehouse, with_typo(1e5))[0])
    warehouse.keep_rules(rule_rows())
    run_id, _ = stage_into(warehouse, with_typo())
    script = '<script>alert(1)</script><b onclick="x()">增长61.0%'
    hostile = figure("510600", "IVA", "2025-Q1", "yoy_real_ytd", "61.0", quote=script)
    image = "<img src=https://evil.example/x.png>工业"
    stage_into(warehouse, [release("hostile", [hostile, *city()[:2]], title=image)])
    _, held = stage_into(warehouse, [release("broken", city(), text=BROKEN)])
    assert list(run_gate(warehouse, run_id).held) == [held]
    path = write_validation_page(warehouse, run_id, folder / "pages")
    assert path.name == f"validation-{run_id}.html"
    return path


@pytest.fixture(scope="module")
def page(page_file: Path) -> BeautifulSoup:
    """The same page, parsed."""
    return BeautifulSoup(page_file.read_text(encoding="utf-8"), "lxml")


def test_it_tells_rules_verdicts_rows_and_what_to_do(page: BeautifulSoup) -> None:
    text = page.get_text(" ", strip=True)
    for code in (code for suite in load_suites().values() for code in suite.rules):
        assert code in text
    assert "德阳市出口总额" in text, "the sentence of the quarantined row"
    assert "DOC-MOJIBAKE" in text and "已拦下" in text and "decide" in text
    link = page.find("a", href="https://tjj.sc.gov.cn/city.html")
    assert link is not None and link["rel"] == ["noopener", "noreferrer"]
    assert page.html is not None and page.html["lang"] == "zh-CN"
    anchors = {tag["id"] for tag in page.find_all(id=True)}
    assert "OBS-SCALE" in anchors


def test_a_held_batch_comes_first_with_its_rows_and_the_commands(page: BeautifulSoup) -> None:
    sections = [section["aria-labelledby"] for section in page.find_all("section")]
    assert sections == ["held", "published", "rows", "batches", "history", "rules"]
    held = page.select_one("section div.held")
    assert held is not None
    batch = held.select_one("h3 code")
    assert batch is not None
    told = held.get_text(" ", strip=True)
    assert "正文是乱码" in told and "mojibake" in told and "https://tjj.sc.gov.cn/broken.html" in told
    assert f"metroetl decide approve {batch.get_text()}" in told
    assert "怎么办" in told and "metroetl explain" in told, "what the owner of the rule does"


def test_the_offending_value_is_marked_in_its_sentence(page: BeautifulSoup) -> None:
    marks = {mark.get_text() for mark in page.select("#rows ~ .scroll q mark")}
    assert marks == {"220000.0", "61.0"}
    sentence = next(q for q in page.find_all("q") if "德阳市出口总额" in q.get_text())
    row = sentence.find_parent("tr")
    assert row is not None
    told = row.get_text(" ", strip=True)
    assert all(word in told for word in ("德阳市 出口总额 2025-Q1 累计值 220000 亿元", "scale_power=4"))
    (entry,) = row.select("td[data-label=隔离编号]")
    assert re.fullmatch("[0-9a-f]{24}", entry.get_text(strip=True))


def test_the_history_is_a_heat_map_with_headers(page: BeautifulSoup) -> None:
    heat = page.select_one("table.heat")
    assert heat is not None
    assert len(heat.select("thead th[scope=col]")) == 1 + 3
    rows = {
        th.code.get_text(): th.parent for th in heat.select("tbody th[scope=row]") if th.code and th.parent
    }
    assert [td.get_text() for td in rows["OBS-SCALE"].find_all("td")] == ["1", "1", "·"]
    assert [td.get_text() for td in rows["DOC-MOJIBAKE"].find_all("td")] == ["1", "·", "·"]
    text = page.get_text(" ", strip=True)
    assert "从未报过的规则" in text and "没有判断过任何行" in text


def test_the_full_list_lies_beside_the_page(page_file: Path, page: BeautifulSoup) -> None:
    link = page.find("a", href=page_file.with_suffix(".csv").name)
    assert link is not None
    with page_file.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["held"] for row in rows] == ["1", *["0"] * (len(rows) - 1)]
    assert {"DOC-MOJIBAKE", "OBS-SCALE"} <= {row["rule_code"] for row in rows}
    assert all(row["sha256"] and row["url"] and row["reason_zh"] for row in rows)


def test_no_cell_of_the_list_is_a_formula(tmp_path: Path) -> None:
    quotes = ["=HYPERLINK(1)", "@cmd", "-0.3%", "增长5%"]
    write_list(Stopped(run_id="r", rows=[stopped(quote=q) for q in quotes]), tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["quote"] for row in csv.DictReader(file)] == [
            "'=HYPERLINK(1)",
            "'@cmd",
            "-0.3%",
            "增长5%",
        ]


def test_rules_that_always_or_never_fire_are_told(warehouse: Warehouse) -> None:
    """One way: what the page tells of a rule in all its runs is what the view says."""
    warehouse.keep_rules(rule_rows())
    for number in range(3):
        run_id = warehouse.start_run("collect", {})
        verdicts: dict[str, Verdict] = {"OBS-SCALE": "fail", "OBS-PRINTED": "pass", "OBS-SPAN": "error"}
        verdicts |= {"OBS-REVISED": "pass" if number else "fail", "QUA-AGE": "fail"}
        checks = [
            Check(table="staging_observation", rule_code=code, severity="error", verdict=verdict, evaluated=10, unexpected=5 * (verdict == "fail"))
            for code, verdict in verdicts.items()
        ]  # fmt: skip
        warehouse.add_checks(run_id, checks)
    found = history_of(warehouse, run_id)
    assert [(r.code, r.runs_fired) for r in found.always] == [("OBS-SCALE", 3), ("QUA-AGE", 3)]
    assert [(r.code, r.evaluated) for r in found.never] == [("OBS-PRINTED", 30)]
    assert [(r.code, r.runs_broken) for r in found.broken] == [("OBS-SPAN", 3)]
    blind = {rule.code for rule in found.blind}
    assert "OBS-FORECAST" in blind and not blind & set(verdicts)
    assert len(found.rules) == len(rule_rows())
    lines = {line.code: line for line in found.lines}
    assert list(lines) == ["OBS-SCALE", "OBS-SPAN", "QUA-AGE", "OBS-REVISED"]
    assert [cell.shade for cell in lines["OBS-SCALE"].cells if cell] == [3, 3, 3]
    assert lines["QUA-AGE"].source_title == "发布后：来源状况与隔离区"


def test_what_failed_after_publishing_is_told_with_its_page_and_what_to_do(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    run_id = warehouse.start_run("collect", {})
    suites = load_after_suites()
    row = {"circle_name": "成都都市圈<b>", "quarter": "2025-Q1", "url": "https://tjj.sc.gov.cn/city.html"}
    failed = Judged("mart_circle_sum", suites["mart_circle_sum"].rules["CIR-SUM"], "fail", 8, 1, [row])
    warned = Judged("mart_source_health", suites["mart_source_health"].rules["QUA-AGE"], "fail", 3, 2, [{"title": "德阳"}])  # fmt: skip
    passed = Judged("core_vintage", suites["core_vintage"].rules["VNT-GAP"], "pass", 9)
    keep_judged(warehouse, run_id, [warned, failed, passed])
    path = write_validation_page(warehouse, run_id, tmp_path)
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")
    lead = page.select_one(".lead")
    assert (
        lead is not None
        and "已入库数据有 1 条规则未通过" in lead.get_text()
        and "1 条提示" in lead.get_text()
    )
    section = page.select_one("section[aria-labelledby=published]")
    assert section is not None
    assert [h3["id"] for h3 in section.select("h3[id]")] == ["CIR-SUM", "QUA-AGE"], "what makes it red first"
    told = section.get_text(" ", strip=True)
    assert "未通过 · 运行变红" in told and "未通过 · 仅提示" in told and "另有 1 项" in told
    assert [code.get_text() for code in section.select("p.do code")] == re.findall(
        "`(.+?)`", failed.rule.way_out + warned.rule.way_out
    )
    assert failed.rule.way_out in told and warned.rule.reason_zh in told
    assert section.find("a", href=row["url"]) is not None and section.find("b") is None
    for code in (code for suite in suites.values() for code in suite.rules):
        assert code in told
    heat = page.select_one("table.heat")
    assert heat is not None and "发布后：都市圈与各市之和" in heat.get_text()


def test_it_asks_nobody(page: BeautifulSoup) -> None:
    assert page.find_all(["script", "link", "img", "iframe", "object", "embed", "video", "audio"]) == []
    sources = [tag for tag in page.find_all(True) if tag.has_attr("src") or tag.has_attr("srcset")]
    assert sources == []
    styles = "".join(style.get_text() for style in page.find_all("style"))
    assert not re.search(r"url\(|@import", styles)
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy is not None and "default-src 'none'" in str(policy["content"])


def test_strings_of_strangers_are_harmless(page: BeautifulSoup) -> None:
    assert page.find("b") is None
    assert [t for t in page.find_all(True) if any(name.startswith("on") for name in t.attrs)] == []
    assert "增长61.0%" in page.get_text()


def test_bars_add_up(page: BeautifulSoup) -> None:
    for bar in page.select("h3 + .bar"):
        widths = [float(re.findall(r"[0-9.]+", str(part["style"]))[0]) for part in bar.find_all("i")]
        assert sum(widths) == pytest.approx(100, abs=0.1)


def test_an_unreadable_snapshot_is_on_the_page(warehouse: Warehouse, tmp_path: Path) -> None:
    step = harvested(release("cut", []))
    assert step.snapshot is not None
    run_id = warehouse.start_run("collect", {})
    warehouse.record(run_id, [step])
    warehouse.reject_snapshot(run_id, step.snapshot, Unreadable("the PDF ends in the middle"))
    page = write_validation_page(warehouse, run_id, tmp_path).read_text(encoding="utf-8")
    assert "UNREADABLE" in page and "the PDF ends in the middle" in page


def test_a_run_without_a_gate_has_no_page(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="nothing was judged"):
        write_validation_page(warehouse, "no-such-run", tmp_path)


def test_only_web_addresses_become_links() -> None:
    urls = ("https://tjj.sc.gov.cn/", "javascript:alert(1)", "inbox:file.txt")
    rows = [stopped(row_id=str(n), url=url) for n, url in enumerate(urls)]
    assert [row.link for row in groups_of(rows)[0]["rows"]] == ["https://tjj.sc.gov.cn/", "", ""]


def test_cleaning_keeps_signs_of_comparison() -> None:
    assert str(clean("增速<5%且>3%")) == "增速&lt;5%且&gt;3%"


def test_data_docs_are_written_where_wanted(tmp_path: Path) -> None:
    frames = prepare(frames_of([release("city", city())]), past_of(), catalogue())
    table = "staging_document"
    index = write_data_docs(frames, {table: load_suites()[table]}, tmp_path / "docs", "run-1")
    assert index == tmp_path / "docs" / "index.html" and table in index.read_text(encoding="utf-8")
    (result,) = (tmp_path / "docs" / "validations" / table).rglob("*.html")
    assert "run-1" in str(result)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_a_browser_without_network_shows_it(page_file: Path, width: int, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
        page = context.new_page()
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text))
        page.on("request", lambda request: told.append(request.url))
        page.goto(page_file.as_uri())
        expect(page.get_by_text("1 个批次被拦下")).to_be_visible()
        expect(page.locator("table.heat td.s3").first).to_be_visible()
        sentence = page.locator("q", has_text="德阳市出口总额220000.0亿元")
        expect(sentence).to_be_visible()
        expect(sentence.locator("mark")).to_have_text("220000.0")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
        page.screenshot(path=tmp_path / f"{width}.png", full_page=True)
        browser.close()
    assert told == [page_file.as_uri()]


def test_a_run_that_only_judged_what_is_published_has_a_page_if_it_is_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was loaded, and a row has waited for 40 days: the page says so, with what to do."""
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    settings.cache_clear()
    warehouse = open_warehouse()
    hostile = figure("510600", "IVA", "2025-Q1", "yoy_real_ytd", "61.0")
    run_gate(warehouse, stage_into(warehouse, [release("city", [hostile])])[0])

    def finished() -> RunSummary:
        run_id = warehouse.start_run("collect", {})
        return finish(RunSummary(run_id=run_id, flow="collect", started_at=datetime.now(UTC)))

    assert finished().validation_page is None, "nothing to say"
    with writing(writer(warehouse.url)) as connection:
        connection.execute(text("UPDATE ops_quarantine SET created_at = '2025-01-01 00:00:00+00:00'"))
    summary = finished()
    assert summary.state == "checks_failed" and summary.validation_page
    page = BeautifulSoup(Path(summary.validation_page).read_text(encoding="utf-8"), "lxml")
    section = page.select_one("section[aria-labelledby=published]")
    assert section is not None and section.find(id="QUA-AGE-LONG") is not None
    assert "metroetl quarantine list" in section.get_text() and "本次没有批次" in page.get_text()
    settings.cache_clear()
