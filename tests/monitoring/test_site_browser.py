"""The site in a real Chromium without a network, from files: no error, no other host, charts drawn, two clicks to the source."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    """A page of a browser that is offline; whatever it complains of or asks for fails the test that did it."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_context(offline=True, accept_downloads=True)
        browser.close()


@pytest.fixture
def tab(opened: Any) -> Iterator[Page]:
    told: list[str] = []
    page = opened.new_page()
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on(
        "request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else told.append(r.url)
    )
    yield page
    page.close()
    assert told == []


def scrolled(tab: Page) -> None:
    """Bring every chart into view, and wait until it is drawn."""
    for chart in tab.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        chart.locator("svg").wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_fit_and_their_charts_are_drawn(tab: Page, site: Path, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    for name, charts in (("index", 0), ("compare", 4), ("plans", 1), ("circles/chengdu/index", 5), ("circles/chengdu/2025-Q1", 5),
                         ("sources", 0), ("targets", 0), ("dictionary", 0)):  # fmt: skip
        tab.goto((site / f"{name}.html").as_uri())
        scrolled(tab)
        assert tab.locator(".chart svg").count() >= charts, name
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
        for chart in tab.locator(".chart svg").all():
            box = chart.bounding_box()
            assert box and box["width"] > 200 and chart.locator("path").count() > 3, name


def test_two_clicks_from_a_computed_number_to_its_sentence(tab: Page, site: Path) -> None:
    tab.goto((site / "circles/chengdu/2025-Q1.html").as_uri())
    tab.locator("table[data-name=gdp] tr", has_text="德阳市").locator("a[href^='#c']").first.click()
    note = tab.locator("li:target")
    assert note.inner_text() == "德阳市 地区生产总值 10.4 = 水平之比（%）：771.1、7393.1"
    note.get_by_role("link", name="771.1").click()
    assert "evidence/" in tab.url
    marked = tab.locator("mark a:target + b")
    assert marked.inner_text().startswith("771.1")
    assert tab.locator("mark a:target").get_attribute("title") == "德阳市 地区生产总值 累计值 2025-Q1"
    assert tab.locator(".facts a").get_attribute("href").startswith("https://")


def test_tables_and_charts_are_saved_as_csv_and_png(tab: Page, site: Path, tmp_path: Path) -> None:
    tab.goto((site / "circles/chengdu/2025-Q1.html").as_uri())
    tab.locator("td", has_text="771.1").first.evaluate("cell => { cell.textContent = '=1+1'; }")
    saved = {}
    table, chart = tab.locator(".get").nth(1), tab.locator("figure .get").first
    tab.locator(".chart").first.scroll_into_view_if_needed()
    for what, place in (("table", table), ("chart", chart)):
        for kind in ("CSV", "PNG"):
            with tab.expect_download() as download:
                place.get_by_role("button", name=kind).click()
            saved[what, kind] = tmp_path / download.value.suggested_filename
            download.value.save_as(saved[what, kind])
    rows = list(csv.reader(saved["table", "CSV"].open(encoding="utf-8-sig", newline="")))
    assert rows[1][:3] == ["成都都市圈", "7393.1", "6.2"] and rows[1][5] == "+0.7"
    assert ["德阳市", "'=1+1"] in [row[:2] for row in rows]
    values = list(csv.DictReader(saved["chart", "CSV"].open(encoding="utf-8-sig", newline="")))
    assert (values[0]["place"], values[0]["text"]) == ("成都市", "5930.3")
    for kind in ("table", "chart"):
        data = saved[kind, "PNG"].read_bytes()
        assert data.startswith(b"\x89PNG") and len(data) > 5_000


def test_search_finds_chinese_words_by_keyboard(tab: Page, site: Path) -> None:
    tab.goto((site / "targets.html").as_uri())
    box = tab.get_by_role("combobox", name="搜索")
    box.fill("德阳 社会消费品")
    first = tab.locator("#found [role=option]").first
    assert "德阳市 社会消费品零售总额" in first.inner_text()
    box.press("ArrowDown")
    box.press("Enter")
    tab.wait_for_url("**/series.html#510600/RS")
    assert "德阳市 社会消费品零售总额" in tab.locator("#series caption").inner_text()
    for asked, wanted in (
        ("成都都市圈 2025一季度", "成都都市圈 2025年一季度"),
        ("成都生产总值", "成都市 地区生产总值"),
    ):
        tab.get_by_role("combobox", name="搜索").fill(asked)
        tab.locator("#found [role=option]", has_text=wanted).first.wait_for()


def test_a_series_shows_its_vintages_and_english_words(tab: Page, site: Path) -> None:
    tab.goto((site / "circles/chengdu/series.html").as_uri() + "#510000/GDP/yoy_real_ytd/")
    rows = [row.inner_text().split("\t") for row in tab.locator("#series tbody tr").all()]
    of_2022 = [row[:3] for row in rows if row[0] == "2022"]
    assert of_2022 == [["2022", "2.8", "2"], ["2022", "2.9", "1"]]
    tab.locator("#series svg").wait_for()
    tab.get_by_role("button", name="English").click()
    assert tab.locator("nav a").first.inner_text() == "Home"
    assert tab.evaluate("document.documentElement.lang") == "en"
    tab.locator("#series thead th", has_text="Known from").wait_for()
    assert "Gross regional product" in tab.locator("#series caption").inner_text()
    tab.get_by_role("button", name="中文").click()
    assert "公布于" in tab.locator("#series thead").inner_text()
    assert tab.locator("nav a").first.inner_text() == "首页"
