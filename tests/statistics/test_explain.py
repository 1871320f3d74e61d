"""An explained document: every statement and every unread number is shown, and nothing of the page can act."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from metroetl.catalogue import catalogue
from metroetl.documents.folder import document_of_person as read_file
from metroetl.documents.models import Document
from metroetl.statistics.explanation.labels import STYLES, UNREAD, evidence_label
from metroetl.statistics.explanation.model import Explanation, explain
from metroetl.statistics.explanation.page import render_page
from tests.conftest import missing

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>2025年上半年德阳市经济运行情况</title></head><body>
<div class="article-content"><h1>2025年上半年德阳市经济运行情况</h1>
<p>2025年上半年，全市实现地区生产总值1601.3亿元，同比增长6.4%，高于全省0.8个百分点。31个行业中有17个实现增长。</p>
<table><caption>主要指标（单位：亿元）</caption>
<tr><th rowspan="2">指标</th><th colspan="2">上半年</th><th rowspan="2">编号</th></tr><tr><th>绝对量</th><th>同比增长（%）</th></tr>
<tr><td>地区生产总值</td><td>1601.3</td><td>6.4</td><td>7</td></tr>
<tr><td>　其中：第一产业</td><td>101.2</td><td>2.9</td><td>8</td></tr></table></div></body></html>"""
HOSTILE = """<html><head><meta charset="utf-8"><title>&lt;script&gt;alert(1)&lt;/script&gt;</title></head><body><div class="article-content">
<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>
<p onclick="alert(2)">2025年一季度，德阳市&lt;img src=x onerror=alert(3)&gt;实现地区生产总值771.1亿元&lt;/p&gt;，\x1b[2J同比增长7.5%。\u202e</p>
<script>document.title = "taken"</script><iframe src="https://example.org/"></iframe>
<p>&lt;/style&gt;&lt;style&gt;*{display:none}&lt;/style&gt; {{ 7 * 7 }} &quot; onmouseover=&quot;alert(4) 共计12家。</p>
<table><caption>&lt;b&gt;表&lt;/b&gt;（单位：亿元）</caption><tr><th>指标</th><th>&lt;script&gt;alert(5)&lt;/script&gt;</th></tr>
<tr><td>地区生产总值</td><td>771.1</td></tr><tr><td>&lt;svg onload=alert(6)&gt;增加值</td><td>12.5</td></tr></table></div></body></html>"""


def document(text: str, **told: object) -> Document:
    fields = {
        "sha256": "0" * 64,
        "source_id": "inbox",
        "url": "inbox:x",
        "title": "2025年一季度德阳市经济运行情况",
    }
    return Document.model_validate(
        {**fields, "published_on": date(2025, 4, 28), "region_code": "510600", "text": text, **told}
    )


def of_page(folder: Path, html: str) -> Explanation:
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    return explain(read_file(path).model_copy(update={"region_code": "510600"}), catalogue())


def check(found: Explanation) -> None:
    pieces = [p for passage in found.passages for p in passage.all_pieces()]
    numbers = [n for p in pieces for n in p.values]
    assert sorted(numbers) == [r.number for r in found.records]
    assert {p.style for p in pieces} <= {"", *STYLES}
    assert found.counts[UNREAD] == sum(p.style == UNREAD for p in pieces)


def test_each_number_is_a_value_or_unread(tmp_path: Path) -> None:
    found = of_page(tmp_path, PAGE)
    check(found)
    pieces = [p for passage in found.passages for p in passage.all_pieces()]
    assert [p.text for p in pieces if p.style == UNREAD] == ["31个", "17个", "7", "8"]
    (level,) = [r for r in found.records if r.statement.rule == "level"]
    assert (level.style, level.statement.indicator_code, level.statement.value) == (
        "observation",
        "GDP",
        1601.3,
    )
    assert [(t.text, t.token) for t in level.tokens][-2:] == [
        ("地区生产总值", "indicator"),
        ("1601.3亿元", "number"),
    ]
    styles = {p.text: p.style for p in pieces if p.values}
    assert styles["0.8个百分点"] == "comparison" and styles["6.4%"] == "observation"


def test_a_cell_is_told_by_its_headings(tmp_path: Path) -> None:
    found = of_page(tmp_path, PAGE)
    headings = {r.statement.quote: r.headings for r in found.records if r.statement.table == 0}
    assert headings["2.9"] == ["其中：第一产业", "上半年", "同比增长（%）"]
    (table,) = [p for p in found.passages if p.rows]
    assert [len(row) for row in table.rows] == [3, 2, 4, 4]
    assert table.records == [r.number for r in found.records if r.statement.table == 0]


def test_the_text_is_whole() -> None:
    text = (
        "一季度，<b>全市</b>地区生产总值&nbsp;771.1亿元。\n| 指标 | 增长% |\n|---|---|\n| 出口总额 | 7.5 |\n"
    )
    found = explain(document(text), catalogue())
    check(found)
    assert "".join(p.text for passage in found.passages for p in passage.all_pieces()) == text


@given(
    st.text(
        alphabet="一季度全市地区生产总值增长下降分别为第三产业、，。（）<b>&;0123456789.%亿元个百分点\n\t| \u202e\x1b",
        max_size=120,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_explained(text: str) -> None:
    found = explain(document(text), catalogue())
    check(found)
    page = render_page(found)
    assert "\u202e" not in page and "\x1b" not in page


def test_a_large_table_is_shown_whole(tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td>出口总额</td>{''.join(f'<td>{i}.{row}</td>' for i in range(20))}</tr>" for row in range(200)
    )
    found = of_page(
        tmp_path,
        f"<html><body><table><tr><th>指标</th>{'<th>增长%</th>' * 20}</tr>{rows}</table></body></html>",
    )
    check(found)
    (table,) = [p for p in found.passages if p.rows]
    assert sum(bool(p.values) or p.style == UNREAD for p in table.all_pieces()) == 4000


def test_the_page_holds_everything_and_no_markup_of_the_source(tmp_path: Path) -> None:
    found = of_page(tmp_path, HOSTILE)
    html = render_page(found)
    page = BeautifulSoup(html, "lxml")
    assert [s.get_text() for s in page.select("script")] == [page.select("script")[0].get_text()]
    assert not page.select(
        "img, iframe, svg, form, link, base, object, [src], [onclick], [onmouseover], [onload]"
    )
    assert len(page.select("style")) == 1
    assert {str(a["href"])[0] for a in page.select("[href]")} == {"#"}
    for mark in page.select("sup"):
        mark.decompose()
    text = page.select_one("main").get_text()
    assert "<img src=x onerror=alert(3)>" in text and "{{ 7 * 7 }}" in text  # shown as the text that it is
    assert "\x1b" not in html and "\u202e" not in html
    policy = str(page.select_one("meta[http-equiv]")["content"])
    assert policy.startswith("default-src 'none'") and "script-src 'sha256-" in policy
    for record in found.records:
        assert page.select_one(f"#r{record.number}") and page.select_one(f"#v{record.number}")


def test_the_legend_leads_to_the_first_of_each_kind(tmp_path: Path) -> None:
    page = BeautifulSoup(render_page(of_page(tmp_path, PAGE)), "lxml")
    links = page.select("nav a")
    assert {a.get_text(strip=True) for a in links} >= {"观测值 6", "比较比1", "未读数字?4"}
    assert all(page.select_one(str(a["href"])) for a in links)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ("period:document 0.95", "时间承标题 ×0.95"),
        ("table:period:document 0.95", "时间承标题 ×0.95"),
        ("growth:out of range 0.6", "增速异常 ×0.6"),
        ("sum:GDP", "合计相符 GDP"),
        ("broken:sum:GDP(地区生产总值 1亿元≠2亿元) 0.5", "勾稽不符 sum:GDP(地区生产总值 1亿元≠2亿元) ×0.5"),
        ("something new 0.5", "something new ×0.5"),
        ("", ""),
    ],
)
def test_evidence_is_said_in_words(evidence: str, said: str) -> None:
    assert evidence_label(evidence) == said


@pytest.mark.browser
def test_in_a_browser_a_number_tells_its_evidence(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        missing("browser", "no Chromium on this machine")
    from playwright.sync_api import expect, sync_playwright

    target = tmp_path / "explained.html"
    target.write_text(render_page(of_page(tmp_path, PAGE)), encoding="utf-8")
    hostile = tmp_path / "hostile.html"
    hostile.write_text(render_page(of_page(tmp_path, HOSTILE)), encoding="utf-8")
    told: list[str] = []
    asked: set[str] = set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("dialog", lambda dialog: told.append(dialog.message))
        page.on("request", lambda request: asked.add(request.url.split("#")[0]))
        page.goto(target.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        panel = page.locator("#panel")
        expect(panel).to_be_hidden()
        page.locator(".v", has_text="1601.3亿元").click()
        expect(panel).to_contain_text("地区生产总值")
        expect(panel).to_contain_text("level_ytd")
        expect(panel).to_contain_text("指标 indicator")
        assert page.locator(".lit").count() > 3
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        page.locator(".v").nth(1).focus()
        expect(panel).to_contain_text("6.4")
        page.keyboard.press("n")
        assert page.evaluate("document.activeElement.textContent") == "31个?"
        page.locator("#types").check()
        assert (
            page.evaluate("getComputedStyle(document.querySelector('[data-k=指标]'), '::after').content")
            == '"指标"'
        )
        colours = {}
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            colours[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colours["light"] != colours["dark"]
        page.goto(hostile.as_uri())
        page.locator(".v").first.hover()
        assert re.search("alert", page.title())
        browser.close()
    assert told == []
    assert asked == {target.as_uri(), hostile.as_uri()}


@pytest.mark.shared
def test_every_statement_of_the_corpus_has_its_place(shared: Path) -> None:
    import json

    for path in sorted((shared / "corpus" / "statistics").glob("*.json")):
        passage = json.loads(path.read_text(encoding="utf-8"))
        found = explain(document(passage["raw"], region_code=passage.get("region_default")), catalogue())
        check(found)
