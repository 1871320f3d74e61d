"""A comparison as page, Markdown, DOCX and in the terminal: everything is in it, and nothing of a text can act."""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from metroetl.catalogue import Catalogue
from metroetl.plans.compare import compare_plans
from metroetl.plans.compare.layout import Report
from metroetl.plans.compare.pair_report import pair_report
from metroetl.plans.compare.render import render_markdown, render_page
from metroetl.plans.compare.rounds import compare_rounds
from metroetl.plans.compare.rounds_report import rounds_report
from metroetl.plans.compare.word import write_word
from tests.conftest import missing
from tests.plans.test_compare import NEW, OLD, RAIL, WATER, pair, plan

EVIL = "<script>alert(1)</script>|*险*`图`\x1b[31m\u202e&[链](javascript:x)"


@pytest.fixture(scope="module")
def report(words: Catalogue) -> Report:
    return pair_report(compare_plans(pair(words, *OLD), pair(words, *NEW)))


@pytest.fixture(scope="module")
def rounds(words: Catalogue) -> Report:
    series = [words.plan_series[i] for i in ("chengdu_three_year", "delta_three_year")]
    return rounds_report(compare_rounds(series, [], words))


@pytest.fixture(scope="module")
def evil(words: Catalogue) -> Report:
    old = plan(f"甲计划{EVIL}", f"一、轨道{EVIL}", RAIL, "二、河流", WATER)
    new = plan(f"乙计划{EVIL}", f"一、河流{EVIL}", WATER + EVIL)
    report = pair_report(compare_plans(pair(words, *old), pair(words, *new)))
    report.sources = [(EVIL, "javascript:alert(1)"), ("乙", 'https://a.example.cn/?q="><script>')]
    return report


def test_the_page_has_the_bulletins_layout(report):
    page = BeautifulSoup(render_page(report), "html.parser")
    assert [h.get_text() for h in page.select("h2")] == [
        "一、基本情况对比",
        "二、内容形式各自特点",
        "资料来源",
    ]
    heads = [h.get_text() for h in page.select("h3")]
    assert heads[:3] == ["（一）制发主体", "（二）印发轮次", "（三）完成情况"]
    rows = {
        tuple(cell.get_text() for cell in row.select("th, td"))[:3]: row.get("class")
        for row in page.select("tbody tr")
    }
    assert rows["拆分", "三、创新与园区", "四、创新\n五、园区"] is None
    assert rows["新增", "—", "九、节庆与古镇"] == ["new"]
    assert rows["提高", "地区生产总值", "1.2万亿元（2023年）"] == ["raised"]
    text = page.get_text()
    assert "后一份于上一轮期满后40天发布" in text and "各项任务顺利完成" in text
    assert "“司法协作”由专节上升为专章" in text


def pictures(report: Report) -> list[ElementTree.Element]:
    page = BeautifulSoup(render_page(report), "html.parser")
    images = [str(i["src"]).split(",", 1)[1] for i in page.select("figure img")]
    return [ElementTree.fromstring(base64.b64decode(i)) for i in images]


def test_the_pictures_show_flows_and_targets(report):
    flow, ladder = pictures(report)
    bands = [t.text or "" for t in flow.iterfind(".//{*}path/{*}title")]
    assert any(b.startswith("创新与园区 → 园区：") for b in bands) and len(bands) == 9
    told = [t.text or "" for t in ladder.iterfind(".//{*}text")]
    assert "1.2万亿元（2023年） → 15000亿元（2026年）" in told


def test_rounds_are_drawn_on_a_line_of_years(rounds):
    (line,) = pictures(rounds)
    told = [t.text or "" for t in line.iterfind(".//{*}text")]
    assert {"第1轮 起步期", "2024—2026", "2024-07-25 发布", "2018"} <= set(told)
    assert sum(r.get("stroke-dasharray") is not None for r in line.iterfind(".//{*}rect")) == 1
    assert "正文未入库，仅按摘引与登记比较" in render_markdown(rounds)


def test_nothing_of_a_text_acts_in_a_page(evil):
    html = render_page(evil)
    page = BeautifulSoup(html, "html.parser")
    assert page.select("script, iframe, object, svg") == []
    assert [a["href"] for a in page.select("a")] == ['https://a.example.cn/?q="><script>']
    assert "\x1b" not in html and "\u202e" not in html
    assert "<script>alert(1)</script>" in page.get_text()
    for picture in pictures(evil):
        assert not list(picture.iterfind(".//{*}script"))
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//(?!a\.example)", html)


def test_markdown_keeps_its_tables(evil, report):
    lines = render_markdown(evil).splitlines()
    assert not any(re.search(r"(?<!\\)<(?!br>)|(?<!\\)`", line) for line in lines)
    text = render_markdown(report)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
    assert "| 拆分 | 三、创新与园区 | 四、创新<br>五、园区 |" in text


def test_the_docx_opens_with_title_tables_pictures_and_sources(report, rounds, evil, tmp_path):
    from docx import Document

    write_word(report, tmp_path / "a.docx")
    document = Document(str(tmp_path / "a.docx"))
    texts = [p.text for p in document.paragraphs]
    assert texts[0] == report.title
    heads = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert heads == ["一、基本情况对比", "二、内容形式各自特点", "资料来源"]
    assert texts[-1].startswith("［2］甲都市圈建设三年行动计划")
    assert len(document.inline_shapes) == 2
    cells = [[c.text for c in row.cells] for row in document.tables[1].rows]
    assert next(r for r in cells if r[0] == "拆分")[:3] == ["拆分", "三、创新与园区", "四、创新\n五、园区"]
    write_word(rounds, tmp_path / "b.docx")
    section = Document(str(tmp_path / "b.docx")).sections[0]
    assert section.page_width is not None and section.page_width > (section.page_height or 0)
    write_word(evil, tmp_path / "c.docx")
    assert Document(str(tmp_path / "c.docx")).paragraphs[0].text.count("\ufffd") >= 2


@pytest.mark.browser
def test_the_page_opens_without_a_network(report: Report, rounds: Report, tmp_path: Path) -> None:
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
        for number, made in enumerate((report, rounds)):
            file = tmp_path / f"{number}.html"
            file.write_text(render_page(made), encoding="utf-8")
            page.goto(file.as_uri())
            widths = page.eval_on_selector_all("figure img", "all => all.map(i => i.naturalWidth)")
            assert widths and min(widths) > 500
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
    assert told == []
    assert all(url.startswith(("file:", "data:")) for url in asked)
