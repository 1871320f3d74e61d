"""The validation page: complete, self-contained, and safe with strings of strangers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from metroetl.errors import Unreadable, WarehouseError
from metroetl.quality import run_gate, write_validation_page
from metroetl.quality.pages import clean, groups_of
from metroetl.quality.suites import load_suites
from metroetl.warehouse import Warehouse
from tests.quality.bench import city, figure, harvested, history, release, stage_into
from tests.quality.test_gate import with_typo

BROKEN = "地区生产总值同比增长，全市经济运行总体平稳。".encode().decode("gb18030", "replace") * 20


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> BeautifulSoup:
    """The page of a run with a quarantined row, a hostile one and a held batch."""
    folder = tmp_path_factory.mktemp("pages")
    warehouse = Warehouse(f"sqlite:///{folder / 'warehouse.db'}")
    warehouse.upgrade()
    run_gate(warehouse, stage_into(warehouse, history())[0])
    run_id, _ = stage_into(warehouse, with_typo())
    script = '<script>alert(1)</script><b onclick="x()">增长61.0%'
    hostile = figure("510600", "IVA", "2025-Q1", "yoy_real_ytd", "61.0", quote=script)
    image = "<img src=https://evil.example/x.png>工业"
    stage_into(warehouse, [release("hostile", [hostile, *city()[:2]], title=image)])
    _, held = stage_into(warehouse, [release("broken", city(), text=BROKEN)])
    assert list(run_gate(warehouse, run_id).held) == [held]
    path = write_validation_page(warehouse, run_id, folder / "pages")
    assert path.name == f"validation-{run_id}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")


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
    with pytest.raises(WarehouseError, match="judged nothing"):
        write_validation_page(warehouse, "no-such-run", tmp_path)


def test_only_web_addresses_become_links() -> None:
    rows = [
        {"table_name": "t", "rule_code": "c", "url": url}
        for url in ("https://tjj.sc.gov.cn/", "javascript:alert(1)", "inbox:file.txt")
    ]
    assert [row["link"] for row in groups_of(rows)[0]["rows"]] == ["https://tjj.sc.gov.cn/", "", ""]


def test_cleaning_keeps_signs_of_comparison() -> None:
    assert str(clean("增速<5%且>3%")) == "增速&lt;5%且&gt;3%"
