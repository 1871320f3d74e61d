"""The three files of a report: open without a network, typed, editable, every figure with its evidence."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from docx import Document
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from metroetl.errors import WarehouseError
from metroetl.monitoring import build_report, charts
from metroetl.monitoring.content import Cell, Chart, Cited, Section, Table, cell_of, paragraph
from metroetl.monitoring.figures import Figure
from metroetl.monitoring.report import Masthead, Report, write_report
from metroetl.monitoring.report.build import is_rehearsal
from metroetl.monitoring.report.docx import has_chinese_font
from metroetl.monitoring.report.html import render
from metroetl.monitoring.report.model import Chapter, Sources
from metroetl.monitoring.report.word import ranges
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from tests.conftest import chromium, missing
from tests.monitoring.reading import OWN

HEAD = Masthead(
    "成德眉资同城化发展工作简报", "2025年第20期（总第310期）", "推进成德眉资同城化发展领导小组办公室"
)


@pytest.fixture(scope="module")
def report(warehouse: Warehouse) -> Report:
    return build_report(warehouse, "chengdu", "2025-Q1", as_of=date(2025, 6, 1), masthead=HEAD, chapters=OWN)


@pytest.fixture(scope="module")
def files(report: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = write_report(report, tmp_path_factory.mktemp("reports"))
    assert written.quarter == "2025-Q1" and written.lead.startswith(
        "2025年一季度，成都都市圈实现地区生产总值7393.1亿元"
    )
    assert written.warnings == ([] if has_chinese_font() else [report.view.words.word("no_font")])
    return {path.suffix[1:]: path for path in written.files}


@pytest.fixture(scope="module")
def page(files: dict[str, Path]) -> BeautifulSoup:
    return BeautifulSoup(files["html"].read_text(encoding="utf-8"), "lxml")


# --- the page -------------------------------------------------------------------------------------------------------


def test_every_number_of_a_table_leads_to_its_evidence(page: BeautifulSoup) -> None:
    counted = "未判定事项所缺的数据"  # how many judgements wait: no figure
    cells = [
        td
        for td in page.select("td.n")
        if td.get_text(strip=True) != "—" and counted not in td.find_parent("table").get_text()  # type: ignore[union-attr]
    ]
    evidence = {f"#{item['id']}": item for item in page.select("ul.read li")}
    assert len(cells) > 70
    for cell in cells:
        link = cell.select_one("a.fig")
        assert link is not None, cell
        found, text = evidence[str(link["href"])], link.get_text(strip=True)
        assert text in found.get_text(), (text, found.get_text())
        if "made" in link["class"]:
            assert cell.get_text(strip=True).endswith("*")
            basis = found.select("a")
            assert basis and all(evidence[str(a["href"])].select_one("q") for a in basis)
        else:
            quote, value = found.select_one("q"), re.sub(r"\.?0+$", "", text).lstrip("-")
            assert quote and value in quote.get_text()


def test_the_page_can_be_read_by_everyone(page: BeautifulSoup) -> None:
    assert page.html is not None and page.html["lang"] == "zh-CN"
    assert page.select_one("a.skip")["href"] == "#main" and page.select_one("main#main")  # type: ignore[index]
    assert all(th.has_attr("scope") for th in page.select("th"))
    assert all(table.select_one("caption") for table in page.select("table"))
    drawn = page.select("[data-chart]")
    assert len(drawn) == 9 and all(d["role"] == "img" and len(str(d["aria-label"])) > 30 for d in drawn)
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for a in page.select("a[href^='#']")} <= set(ids)
    levels = [int(h.name[1]) for h in page.select("h1, h2, h3")]
    assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels))


def test_texts_stand_out_from_their_ground(page: BeautifulSoup) -> None:
    """WCAG 2.2: 4.5 to 1 for texts."""
    style = page.select_one("style").get_text()  # type: ignore[union-attr]
    colours = dict(re.findall(r"--(\w+):(#\w{6})", style))

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name in ("ink", "soft", "accent", "red"):
        for ground in ("#ffffff", "#f6f8fa", "#fff4cc", "#fff1b8"):
            if name != "red" or ground == "#ffffff":
                assert (light(ground) + 0.05) / (light(colours[name]) + 0.05) >= 4.5, (name, ground)


def test_nothing_but_its_own_script_may_run(page: BeautifulSoup) -> None:
    policy = str(page.select_one("meta[http-equiv]")["content"])  # type: ignore[index]
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy and "script-src 'sha256-" in policy
    assert not page.select("script[src], link[href], img[src^=http]")


def test_what_strangers_write_stays_text(report: Report) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\u202e=cmd"
    table = Table("evil", evil, [evil, "x"], [[Cell(evil), Cell(evil, link="javascript:alert(1)")]])
    chart = Chart(
        "evil_chart", evil, evil, "bar", "%", charts.bars([{"name": evil, "value": 1.0, "label": evil}], "%")
    )
    hostile = replace(
        report, chapters=[Chapter(evil, [Section("evil", evil, [table, chart])])], rehearsal=False
    )
    text = render(hostile)
    soup = BeautifulSoup(text, "lxml")
    assert (
        len(soup.select("script")) == 3
        and not soup.select("img")
        and "\u202e" not in text.replace("\\u202e", "")
    )
    assert not [a for a in soup.select("a") if str(a.get("href", "")).startswith("javascript")]
    specs = json.loads(soup.select_one("#specs").get_text())  # type: ignore[union-attr]
    assert set(specs) == {"evil_chart"}
    links = soup.select("ol.pages a[href^=http]")
    assert links and all(a["rel"] == ["noopener", "noreferrer"] for a in links)


def test_other_rooms_may_cite_what_the_catalogue_does_not_know(report: Report, tmp_path: Path) -> None:
    score = Figure("AGG.CDMC", "INDEX_LEVEL", "score_0_100", "2025-Q4", 76.4, "分", 1, how="功效系数法")
    table = Table("index", "指数", ["都市圈", "得分"], [[Cell("成都都市圈"), cell_of(score)]])
    section = Section("index", "发展指数", [paragraph("得分", Cited("76.4", score)), table])
    own = replace(
        report,
        lead=paragraph("本期编者按。"),
        chapters=[Chapter("指数", [section])],
        sources=Sources.of(section.figures()),
    )
    assert [f.how for f in own.sources.computed] == ["功效系数法"] and not own.sources.pages
    soup = BeautifulSoup(render(own), "lxml")
    assert "INDEX_LEVEL 2025-Q4 76.4 分：功效系数法" in " ".join(
        soup.select_one("ul.read").get_text().split()
    )  # type: ignore[union-attr]
    assert not soup.select("q")
    write_report(own, tmp_path, ("docx", "xlsx"))


def test_a_demo_says_so_whatever_the_settings_are_later(
    report: Report, page: BeautifulSoup, tmp_path: Path
) -> None:
    assert settings().host_map == {} and report.rehearsal
    assert "演示" in page.get_text() and page.select(".badge") and not page.select("ol.pages a[href^=http]")
    empty = Warehouse(f"sqlite:///{tmp_path / 'empty.db'}")
    empty.upgrade()
    assert not is_rehearsal(empty)


@pytest.mark.browser
def test_it_opens_without_a_network_on_a_screen_and_a_phone(
    files: dict[str, Path], report: Report, warehouse: Warehouse
) -> None:
    from playwright.sync_api import sync_playwright

    english = files["html"].with_name("english.html")
    english.write_text(render(build_report(warehouse, "chengdu", "2025-Q4", language="en")), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for file in (files["html"], english):
            for width in (1440, 390):
                _looked_at(browser, file, width)
        browser.close()


def _looked_at(browser: Any, file: Path, width: int) -> None:
    told: list[str] = []
    asked: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    drawn = page.locator("[data-chart].drawn")
    drawn.last.wait_for()
    page.wait_for_function("document.querySelectorAll('[data-chart]:not(.drawn)').length === 0")
    assert drawn.count() == page.locator("[data-chart]").count() > 4
    for number in range(drawn.count()):
        chart = drawn.nth(number).locator("svg.marks")
        assert chart.bounding_box()["width"] > 200
        assert chart.locator("path").count() > 4
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("td a.fig").first.click()
    anchor = page.url.split("#")[1]
    assert page.locator(f"#{anchor} q").is_visible()
    page.close()
    assert told == []
    assert {url.split("#")[0] for url in asked} == {file.as_uri()}


# --- the workbook ---------------------------------------------------------------------------------------------------


def test_the_workbook_holds_numbers_and_their_evidence(files: dict[str, Path], report: Report) -> None:
    book = CalamineWorkbook.from_path(files["xlsx"])
    names = book.sheet_names
    assert (
        names[0] == "目录" and names[-2:] == ["图表", "出处"] and len(names) == 3 + len(list(report.tables()))
    )
    rows = book.get_sheet_by_name("2025年一季度地区生产总值").to_python()
    head = rows[2]
    circle = next(row for row in rows if row[0] == "成都都市圈")
    assert circle[1:3] == [7393.1, 6.2] and isinstance(circle[1], float)
    evidence = book.get_sheet_by_name("出处").to_python()
    place = head.index("出处号：累计（亿元）")
    found = next(row for row in evidence if str(row[0]).removesuffix(".0") == str(circle[place]))
    assert found[5] == 7393.1 and "7393.1" in found[11] and found[7] == date(2025, 5, 17)
    computed = [row for row in evidence[1:] if row[15]]
    assert computed and all(row[16] for row in computed)
    assert len(evidence) == 1 + sum(1 for _ in report.sources.rows())


def test_charts_of_the_workbook_are_native(files: dict[str, Path], report: Report) -> None:
    with zipfile.ZipFile(files["xlsx"]) as book:
        drawn = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
        xml = "".join(book.read(name).decode() for name in drawn)
    assert len(drawn) == sum(1 for chart in report.charts() if chart.series) == 8
    assert "c:lineChart" in xml and "c:barChart" in xml and 'dispBlanksAs val="zero"' not in xml


def test_a_text_is_never_a_formula(report: Report, tmp_path: Path) -> None:
    from metroetl.monitoring.report.xlsx import write_xlsx

    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "http://x.example", "\x07铃"]
    table = Table("t", "[a]:b*c?d/e\\f'", ["h", "i"], [[Cell(t), Cell(t)] for t in texts])
    again = replace(table, title=table.title)
    odd = replace(report, chapters=[Chapter("c", [Section("s", "s", [table, again])])])
    write_xlsx(odd, tmp_path / "odd.xlsx")
    with zipfile.ZipFile(tmp_path / "odd.xlsx") as book:
        assert b"<f>" not in b"".join(book.read(n) for n in book.namelist() if n.startswith("xl/worksheets/"))
    rows = CalamineWorkbook.from_path(tmp_path / "odd.xlsx").get_sheet_by_index(1).to_python()
    assert [row[0] for row in rows[3:8]] == texts[:5]


# --- the bulletin ---------------------------------------------------------------------------------------------------


def test_the_bulletin_has_the_offices_layout(files: dict[str, Path], report: Report) -> None:
    document: Any = Document(str(files["docx"]))
    texts = [p.text for p in document.paragraphs]
    assert texts[:2] == [HEAD.name, HEAD.issue] and texts[2] == f"{HEAD.office}\t2025年6月1日"
    assert texts[3:5] == ["成都都市圈2025年一季度", "经济运行监测分析"]
    red = document.paragraphs[0].runs[0]
    assert str(red.font.color.rgb) == "C00000" and red._r.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    assert any(t.startswith("【编者按】2025年一季度") for t in texts)
    heads = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert heads[:3] == [
        ("Heading 1", "一、总体情况"),
        ("Heading 2", "（一）经济总量与增速"),
        ("Heading 2", "（二）三次产业"),
    ]
    assert len(document.tables) == len(list(report.tables()))
    pictures = document.inline_shapes
    assert len(pictures) == len(list(report.charts()))
    assert all(len(p._inline.docPr.get("descr")) > 10 for p in pictures)
    assert " PAGE " in document.sections[0].footer._element.xml
    normal = document.styles["Normal"].element.rPr.rFonts
    assert normal.get(qn("w:eastAsia")) == "仿宋"


def test_the_bulletins_notes_are_numbered_and_linked(files: dict[str, Path], report: Report) -> None:
    document: Any = Document(str(files["docx"]))
    body = document.element.body
    anchors = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))}
    marks = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    assert anchors <= marks and len(marks) == len(report.sources.pages)
    texts = [p.text for p in document.paragraphs]
    assert any(
        t.startswith("[1] 成都市统计局《2025年一季度成都都市圈经济运行情况》，2025-05-17。") for t in texts
    )
    assert ranges([1, 2, 3, 5, 8, 9]) == [(1, 3), (5, 5), (8, 9)]


def test_fonts_have_fallbacks(files: dict[str, Path]) -> None:
    with zipfile.ZipFile(files["docx"]) as parts:
        table = parts.read("word/fontTable.xml").decode()
    assert 'w:name="仿宋"' in table and "FangSong" in table and "Noto Serif CJK SC" in table


@pytest.mark.office
def test_an_office_opens_the_bulletin(files: dict[str, Path], convert: Any) -> None:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(convert(files["docx"].read_bytes(), "report.docx", "pdf"))
    texts = [pdf[number].get_textpage().get_text_range() for number in range(len(pdf))]
    assert 5 <= len(pdf) <= 20
    assert "成德眉资同城化发展工作简报" in texts[0] and "— 1 —" in texts[0]
    assert "[1]" in "".join(texts)


# --- charts ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def specs(report: Report) -> Iterator[dict[str, Any]]:
    yield {chart.name: chart.spec for chart in report.charts()}


def test_charts_are_valid_vega_lite_and_say_what_they_show(report: Report) -> None:
    import altair as alt

    for chart in report.charts():
        kind = alt.LayerChart if "layer" in chart.spec else alt.Chart
        kind.from_dict(dict(chart.spec))
        assert "Noto Sans CJK SC" in json.dumps(chart.spec) and len(chart.alt) > 20


def test_a_gap_is_a_gap(report: Report) -> None:
    lines = next(chart for chart in report.charts() if chart.kind == "line")
    values = lines.series["成都都市圈"]
    assert None in values and values[-1] == 6.2 and len(values) == len(lines.categories) == 13


def test_tiles_stand_apart_and_unknown_circles_get_rows() -> None:
    known = charts.tile_places("chengdu", ["510100", "510600", "511400", "512000"])
    assert len(set(known.values())) == 4
    rows = charts.tile_places("nanjing", [str(n) for n in range(6)])
    assert list(rows.values()) == [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1)]


def test_a_users_boundaries_are_drawn_or_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    keys = ({"adcode": 510100}, {"code": "510600"}, {"gb": "156511400"}, {"adcode": "512000"})
    features = [{"type": "Feature", "properties": k, "geometry": square} for k in keys]
    path = tmp_path / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    drawn = next(
        c
        for c in build_report(warehouse, "chengdu", "2025-Q1", boundaries=path).charts()
        if c.kind == "picture"
    )
    assert "geoshape" in json.dumps(drawn.spec) and "边界由使用者提供" in drawn.title
    path.write_text(json.dumps({"features": features[:3]}), encoding="utf-8")
    with pytest.raises(WarehouseError, match="资阳市"):
        build_report(warehouse, "chengdu", "2025-Q1", boundaries=path)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(WarehouseError, match="GeoJSON"):
        build_report(warehouse, "chengdu", "2025-Q1", boundaries=path)


def test_pictures_show_chinese(report: Report) -> None:
    from PIL import Image

    from metroetl.monitoring.report.drawing import png

    if not has_chinese_font():
        missing("fonts", "no Chinese font on this machine")
    picture = Image.open(BytesIO(png(next(iter(report.charts())))))
    assert picture.width > 1000
