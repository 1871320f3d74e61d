"""One table as a workbook, an old workbook, a ruled and an unruled PDF: the same statements."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
from reportlab.platypus import PageBreak, SimpleDocTemplate, Table, TableStyle

from metroetl.catalogue import catalogue
from metroetl.documents import read_document
from metroetl.documents.models import Document
from metroetl.harvest.models import Snapshot
from metroetl.statistics import extract_statistics
from tests.office import Convert

FONT = "STSong-Light"
ROWS: list[list[str | float]] = [
    ["成都市", 10327.1, 3.3, 23511.3, 5.7],
    ["德阳市", 1185.5, 6.4, 3265.4, 7.2],
    ["眉山市", 672.7, 4.3, 1890.1, 7.0],
    ["资阳市", 483.8, 2.8, 1090.0, 6.5],
]
TOP = ["城市", "社会消费品零售总额", "", "地区生产总值", ""]
SUB = ["", "总量（亿元）", "增速（%）", "总量（亿元）", "增速（%）"]
EXPECTED = [
    (str(city), code, measure, value)
    for city, *values in ROWS
    for (code, measure), value in zip(
        [("RS", "level_ytd"), ("RS", "yoy_nominal_ytd"), ("GDP", "level_ytd"), ("GDP", "yoy_real_ytd")],
        values,
        strict=True,
    )
]


def document(data: bytes, name: str) -> Document:
    snapshot = Snapshot(
        sha256=hashlib.sha256(data).hexdigest(),
        source_id="test",
        url=f"https://tjj.example.gov.cn/{name}",
        name=name,
        role="attachment",
        fetched_at=datetime(2025, 3, 1, tzinfo=UTC),
    )
    return read_document(data, snapshot).model_copy(
        update={"title": "2024年主要指标", "region_code": "510000", "published_on": date(2025, 2, 26)}
    )


def said(doc: Document) -> list[tuple[str, str | None, str, float]]:
    found = [s for s in extract_statistics(doc, catalogue()) if s.table is not None]
    assert all(doc.text[s.start : s.end] == s.quote and s.publish for s in found)
    assert {s.period for s in found} <= {"2024"}
    return [(s.region, s.indicator_code, s.measure, s.value) for s in found]


def workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("各市")
    one = book.add_format({"num_format": "#,##0.0"})
    sheet.merge_range(0, 0, 0, 4, "2024年各市主要指标")
    sheet.merge_range(1, 0, 2, 0, TOP[0])
    sheet.merge_range(1, 1, 1, 2, TOP[1])
    sheet.merge_range(1, 3, 1, 4, TOP[3])
    sheet.write_row(2, 1, SUB[1:])
    for r, row in enumerate(ROWS, start=3):
        sheet.write_row(r, 0, row, one)
    sheet.write(7, 0, "注：增长按可比价格计算。")
    book.close()
    return out.getvalue()


def ruled(*, split: int | None = None, sides: bool = True) -> bytes:
    """A ruled table; after `split` rows it goes on on the next page without its headings."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    lines = [[str(v) for v in row] for row in ROWS]
    rules = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
    if not sides:
        rules = [("INNERGRID", (0, 0), (-1, -1), 0.5, colors.black)]
        rules += [
            ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
            ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
        ]
    font = ("FONTNAME", (0, 0), (-1, -1), FONT)
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0)), ("SPAN", (3, 0), (4, 0))]
    story = [Table([TOP, SUB, *lines[: split or 4]], style=TableStyle([*rules, font, *spans]))]
    if split:
        story += [PageBreak(), Table(lines[split:], style=TableStyle([*rules, font]))]
    SimpleDocTemplate(out, pagesize=A4).build(story)
    return out.getvalue()


def unruled(*, lines: bool = False) -> bytes:
    """The table set in columns only, or with three level lines."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    page.setFont(FONT, 11)
    right = [200.0, 280.0, 390.0, 470.0]
    page.drawCentredString(297, 740, "表1 2024年各市主要指标")
    page.drawString(70, 700, "城市")
    page.drawCentredString(230, 700, "社会消费品零售总额")
    page.drawCentredString(420, 700, "地区生产总值")
    for row, top in zip([SUB, *ROWS], range(682, 0, -18), strict=False):
        page.drawString(70, top, str(row[0]))
        for x, text in zip(right, row[1:], strict=True):
            page.drawRightString(x, top, str(text))
    for y in (714, 676, 600) if lines else ():
        page.line(60, y, 480, y)
    page.drawString(
        70, 560, "注：本表增长速度按可比价格计算，部分数据因四舍五入存在总计与分项合计不等的情况。"
    )
    page.save()
    return out.getvalue()


def test_a_workbook() -> None:
    assert said(document(workbook(), "各市.xlsx")) == EXPECTED


@pytest.mark.office
def test_an_old_workbook(convert: Convert) -> None:
    doc = document(convert(workbook(), "a.xlsx", "xls"), "各市.xls")
    assert doc.media_type == "application/vnd.ms-excel"
    assert doc.findings == []
    assert said(doc) == EXPECTED


@pytest.mark.parametrize("sides", [True, False])
def test_a_ruled_pdf_with_and_without_lines_at_its_sides(sides: bool) -> None:
    assert said(document(ruled(sides=sides), "各市.pdf")) == EXPECTED


@pytest.mark.parametrize("lines", [True, False])
def test_an_unruled_pdf_with_and_without_level_lines(lines: bool) -> None:
    doc = document(unruled(lines=lines), "各市.pdf")
    assert doc.tables[0].caption == "表1 2024年各市主要指标"
    assert [b.kind for b in doc.blocks] == ["paragraph", "table", "note"]
    assert said(doc) == EXPECTED


def test_a_table_that_goes_on_on_the_next_page_keeps_its_headings() -> None:
    doc = document(ruled(split=2), "各市.pdf")
    assert len(doc.tables) == 2
    assert said(doc) == EXPECTED
