"""The report: one file that opens without a network, every figure with its evidence."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from metroetl.monitoring import write_report
from metroetl.monitoring.report import is_rehearsal
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from tests.conftest import missing


@pytest.fixture(scope="module")
def report(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(warehouse, "chengdu", "2025-Q1", tmp_path_factory.mktemp("reports"))


def test_it_says_what_was_published(report: Path) -> None:
    text = BeautifulSoup(report.read_text(encoding="utf-8"), "lxml").get_text()
    assert "2025年一季度，成都都市圈实现地区生产总值7393.1亿元，同比增长6.2%" in text
    assert "占全省比重为48.5%" in text
    assert "资阳市地区生产总值244.0亿元，增长7.0%。" in text
    assert "按成员水平与增速合成的增速为6.28%，公布数为6.2%。" in text
    assert "起步期" in text and "成长期" in text


def test_a_demo_says_so_whatever_the_settings_are_later(warehouse: Warehouse, tmp_path: Path) -> None:
    assert settings().host_map == {}
    assert "演示" in write_report(warehouse, "chengdu", "2025-Q1", tmp_path).read_text(encoding="utf-8")
    empty = Warehouse(f"sqlite:///{tmp_path / 'empty.db'}")
    empty.upgrade()
    assert not is_rehearsal(empty)


def test_cities_stand_in_their_fixed_order(report: Path) -> None:
    page = BeautifulSoup(report.read_text(encoding="utf-8"), "lxml")
    table = page.select_one("table")
    assert table is not None
    names = [th.get_text(strip=True) for th in table.select("tbody th")]
    assert names == ["成都都市圈", "成都市", "德阳市", "眉山市", "资阳市", "四川省", "全国"]


def test_every_figure_has_its_evidence(report: Path) -> None:
    page = BeautifulSoup(report.read_text(encoding="utf-8"), "lxml")
    cells = [td for td in page.select("#tables ~ div td") if td.get_text(strip=True) != "—"]
    assert len(cells) > 40
    for cell in cells:
        link = cell.select_one("sup a")
        assert link is not None, cell
        evidence = page.select_one(str(link["href"]))
        assert evidence is not None, link
        value = re.sub(r"\.?0+$", "", cell.find(string=True) or "").lstrip("-")
        assert value in evidence.get_text(), (value, evidence.get_text())


def test_a_missing_member_is_named(warehouse: Warehouse, tmp_path: Path) -> None:
    text = write_report(warehouse, "chengdu", "2025-Q4", tmp_path).read_text(encoding="utf-8")
    assert "眉山市地区生产总值2008.72亿元，增速未公布。" in text
    assert "合成增速未计算：缺眉山市的水平或增速。" in text


@pytest.mark.browser
def test_it_opens_without_a_network(report: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        missing("browser", "no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    told, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report.as_uri())
        chart = page.locator("figure svg")
        assert chart.bounding_box()["width"] > 300
        assert chart.locator("path, rect").count() > 8
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator("sup a").first.click()
        assert page.url.split("#")[1].startswith("e")
        browser.close()
    assert told == []
    assert {url.split("#")[0] for url in asked} == {report.as_uri()}
