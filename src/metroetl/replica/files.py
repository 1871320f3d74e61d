"""The table of a release as a spreadsheet or as a page to print."""

from __future__ import annotations

import io
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from metroetl.replica.articles import Article, Cell, File, Table

FONT = "STSong-Light"


@lru_cache(maxsize=128)
def file_bytes(article: Article, file: File) -> bytes:
    """A file's bytes, the same at each call."""
    return _MAKERS[file.kind](article, file.table)


def _xlsx(article: Article, table: Table) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": table.caption, "author": article.publisher, "created": _noon(article)})
    sheet = book.add_worksheet("Sheet1")
    last = table.columns - 1
    title = book.add_format({"align": "center", "bold": True})
    sheet.merge_range(0, 0, 0, last, table.caption, title)
    start = 1
    if table.unit_note:
        sheet.merge_range(1, 0, 1, last, table.unit_note, book.add_format({"align": "right"}))
        start = 2
    for number, row in enumerate((*table.head, *table.body)):
        for column, cell in enumerate(row):
            _write(sheet, book, start + number, column, cell)
    sheet.set_column(0, 0, 30)
    sheet.write(start + len(table.head) + len(table.body), 0, f"发布日期：{article.published_on}")
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, book: Any, row: int, column: int, cell: Cell) -> None:
    """A number with its printed decimals, or a text."""
    try:
        number = float(cell.text)
    except ValueError:
        sheet.write_string(row, column, cell.text)
        return
    decimals = len(cell.text.partition(".")[2])
    sheet.write_number(
        row, column, number, book.add_format({"num_format": "0." + "0" * decimals if decimals else "0"})
    )


def _html(article: Article, table: Table) -> bytes:
    """A table of HTML, as office programs save one under the name of a spreadsheet."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell.text)}</td>" for cell in row) + "</tr>"
        for row in (*table.head, *table.body)
    )
    note = f"<p>{escape(table.unit_note)}</p>" if table.unit_note else ""
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>'
    return f"{head}<p>{escape(table.caption)}</p>{note}<table>{rows}</table></body></html>".encode()


def _noon(article: Article) -> datetime:
    day = article.published_on
    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001  a spreadsheet's property has no zone


def _pdf(article: Article, table: Table) -> bytes:
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
    from reportlab.platypus import Table as PdfTable

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    title = ParagraphStyle("title", fontName=FONT, fontSize=14, leading=20, alignment=1)
    note = ParagraphStyle("note", fontName=FONT, fontSize=10, leading=14, alignment=2)
    grid = [[cell.text for cell in row] for row in (*table.head, *table.body)]
    ruled = PdfTable(grid, repeatRows=len(table.head))
    ruled.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONT", (0, 0), (-1, -1), FONT, 10)])
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, title=table.caption, author=article.publisher, invariant=1
    )
    notes = [Paragraph(table.unit_note, note)] if table.unit_note else []
    day = Paragraph(f"发布日期：{article.published_on}", note)
    document.build([Paragraph(table.caption, title), *notes, Spacer(1, 8), ruled, Spacer(1, 8), day])
    return buffer.getvalue()


_MAKERS = {"xlsx": _xlsx, "xls": _html, "pdf": _pdf}
