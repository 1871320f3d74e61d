from __future__ import annotations

import io
from datetime import date

import pytest
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

from metroetl.errors import Encrypted, ScannedImage, Unreadable

FONT = "STSong-Light"
BODY = ParagraphStyle("body", fontName=FONT, fontSize=12, leading=20, firstLineIndent=24, wordWrap="CJK")
SENTENCE = (
    "上半年，全市上下坚持稳中求进工作总基调，经济运行总体平稳，生产需求继续恢复，就业物价总体稳定，"
    "居民收入稳步增加，高质量发展扎实推进。"
)


def make_pdf(*, encrypt: str | None = None) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    template = SimpleDocTemplate(
        out, pagesize=A4, encrypt=StandardEncryption(encrypt, canPrint=0) if encrypt else None
    )
    grid = Table(
        [
            ["指标", "2025年上半年", ""],
            ["", "总量", "增速（%）"],
            ["地区生产总值", "1234.50", "5.0"],
            ["第三产业", "—", "6.10"],
        ],
        style=TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
                ("FONTNAME", (0, 0), (-1, -1), FONT),
                ("SPAN", (0, 0), (0, 1)),
                ("SPAN", (1, 0), (2, 0)),
            ]
        ),
    )
    story = [
        Paragraph("一、总体情况", BODY),
        Paragraph(SENTENCE, BODY),
        Paragraph("单位：亿元", BODY),
        grid,
        PageBreak(),
        Paragraph("二、下一步", BODY),
        Paragraph("甲市统计局", BODY),
        Paragraph("2025年7月20日", BODY),
        Paragraph("发布日期：2025-07-21", BODY),
    ]
    template.build(story, onFirstPage=_folio, onLaterPages=_folio)
    return out.getvalue()


def _folio(page: canvas.Canvas, _: SimpleDocTemplate) -> None:
    page.setFont("Helvetica", 9)
    page.drawCentredString(A4[0] / 2, 30, f"- {page.getPageNumber()} -")


def test_text_keeps_page_numbers_and_whole_paragraphs(read):
    document = read(
        make_pdf(),
        name="甲市上半年经济运行情况.pdf",
        parent_url="https://tjj.jia.gov.cn/p.html",
        listed_on=date(2025, 7, 22),
    )
    assert document.title == "甲市上半年经济运行情况"
    assert document.parent_url == "https://tjj.jia.gov.cn/p.html"
    assert document.media_type == "application/pdf"
    assert (document.published_on, document.written_on) == (date(2025, 7, 21), date(2025, 7, 20))
    lines = {b.text: b for b in document.blocks}
    assert lines[SENTENCE].page == 1
    assert (lines["二、下一步"].kind, lines["二、下一步"].page) == ("heading", 2)
    assert "- 1 -" not in document.text


def test_the_day_a_file_prints_counts_before_the_listings(read):
    document = read(make_pdf(), listed_on=date(2025, 7, 22))
    assert {c.origin: c.value.day for c in document.dates} == {"printed": 21, "signature": 20, "list": 22}
    assert document.published_on == date(2025, 7, 21)


def test_a_ruled_table_is_a_grid_with_spans_and_unit(read):
    table = read(make_pdf()).tables[0]
    cells = {(c.row, c.column): c for c in table.cells}
    assert (table.rows, table.columns, table.unit_note) == (4, 3, "单位：亿元")
    assert (cells[0, 0].rowspan, cells[0, 1].colspan) == (2, 2)
    assert [c.text for c in table.cells if c.header] == ["指标", "2025年上半年", "总量", "增速（%）"]
    assert [cells[2, 1].text, cells[3, 1].text, cells[3, 2].text] == ["1234.50", "—", "6.10"]


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_truncated_pdf_is_unreadable(read, share):
    data = make_pdf()
    with pytest.raises(Unreadable, match="cut off"):
        read(data[: int(len(data) * share)], name="report.pdf")


def test_a_damaged_pdf_is_unreadable(read):
    with pytest.raises(Unreadable):
        read(b"%PDF-1.4\n" + bytes(range(256)) * 20 + b"\n%%EOF\n")


def test_a_pdf_with_a_password_is_encrypted(read):
    with pytest.raises(Encrypted, match="password"):
        read(make_pdf(encrypt="geheim"))


def test_a_scan_is_named(read):
    out = io.BytesIO()
    Image.new("L", (300, 400), 200).save(out, "PDF")
    with pytest.raises(ScannedImage, match="pictures only"):
        read(out.getvalue(), name="scan.pdf")
