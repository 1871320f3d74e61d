"""PDF to a document: text with page numbers, tables as grids, ruled or set in columns.

What pictures show isn't read, unless recognition (OCR) is switched on: a PDF without text is named as a scan.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from metroetl.documents.columns import PlacedTable, find_column_tables
from metroetl.documents.files import file_document
from metroetl.documents.grid import place_cells
from metroetl.documents.layout import is_folio, outside, write_placed
from metroetl.documents.models import Cell, Document
from metroetl.documents.ocr import read_scan
from metroetl.documents.writer import TextWriter
from metroetl.errors import DocumentError, Encrypted, Unreadable

if TYPE_CHECKING:
    from pdfplumber.page import Page

    from metroetl.catalogue.models import Source
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "application/pdf"
MAX_PAGES = 300
MAX_EDGES = 6000
TAIL = 4096
TOUCH = 3.0
OPEN = 12.0  # points by which level rulings reach beyond the last upright one


def read_pdf(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of a PDF.

    Raises Unreadable (truncated or damaged), Encrypted (opens with a password only) and ScannedImage (no text).
    At most MAX_PAGES are read; that more were there is a finding.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    name = snapshot.name or snapshot.url
    if b"%%EOF" not in data.rstrip(b"\x00\r\n \t")[-TAIL:]:
        raise Unreadable(f"{name}: the PDF is cut off, its end is missing")
    writer, findings = TextWriter(), list[str]()
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages[:MAX_PAGES]:
                _read_pdf_page(page, writer, findings)
                page.close()
            if len(pdf.pages) > MAX_PAGES:
                findings.append(f"PAGES_CUT: {MAX_PAGES} of {len(pdf.pages)} pages were read")
            images = any(page.images for page in pdf.pages[:3])
    except DocumentError:
        raise
    except Exception as error:  # pdfminer has no base class for what a damaged file makes it raise
        if any(isinstance(e, PDFPasswordIncorrect) for e in (error, *error.args)):
            raise Encrypted(f"{name} opens with a password only") from error
        raise Unreadable(f"{name} is no sound PDF: {error!r}") from error
    if not writer.text.strip():
        return read_scan(data, snapshot, source, "holds pictures only" if images else "has no text")
    return file_document(writer, snapshot, source, MEDIA_TYPE, findings)


def _read_pdf_page(page: Page, writer: TextWriter, findings: list[str]) -> None:
    """Write a page's lines and tables from top to bottom."""
    ruled = _ruled_tables(page, findings)
    unruled = page.filter(lambda item: not _inside(item, ruled)) if ruled else page
    lines = [
        line
        for line in unruled.extract_text_lines(return_chars=False)
        if not is_folio(line, float(page.height))
    ]
    columned = find_column_tables(unruled.extract_words()) if len(lines) > 1 else []
    tables = [PlacedTable(t.bbox[1], t.bbox[3], _ruled_cells(t)) for t in ruled]
    write_placed(outside(lines, columned), [*tables, *columned], float(page.width), writer, page.page_number)


def _ruled_tables(page: Page, findings: list[str]) -> list[Any]:
    """The tables that rulings draw; a drawing with more rulings than any table has isn't searched, and told."""
    if len(page.edges) > MAX_EDGES:
        findings.append(f"TABLES_SKIPPED: page {page.page_number} has {len(page.edges)} rulings")
        return []
    settings = {"explicit_vertical_lines": _open_sides(page)}
    return [t for t in page.find_tables(settings) if len(t.rows) > 1 and len(t.rows[0].cells) > 1]


def _open_sides(page: Page) -> list[float]:
    """Left and right end of a table without rulings at its sides, as statistics tables are drawn."""
    upright = [e for e in page.edges if e["orientation"] == "v"]
    if not upright:
        return []
    top, bottom = min(e["top"] for e in upright), max(e["bottom"] for e in upright)
    level = [e for e in page.edges if e["orientation"] == "h" and top - TOUCH <= e["top"] <= bottom + TOUCH]
    if not level:
        return []
    left, right = min(e["x0"] for e in level), max(e["x1"] for e in level)
    sides = [(left, min(e["x0"] for e in upright) - left), (right, right - max(e["x0"] for e in upright))]
    return [float(x) for x, beyond in sides if beyond > OPEN]


def _inside(item: dict[str, Any], tables: Sequence[Any]) -> bool:
    if item.get("object_type") != "char":
        return False
    x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return any(t.bbox[0] <= x <= t.bbox[2] and t.bbox[1] <= y <= t.bbox[3] for t in tables)


def _ruled_cells(table: Any) -> list[Cell]:
    """The cells of a ruled table; where rulings leave a place out, the cell beside or above spans it."""
    texts = table.extract()
    edges_x = sorted({round(c[i], 1) for row in table.rows for c in row.cells if c for i in (0, 2)})
    edges_y = sorted({round(c[i], 1) for row in table.rows for c in row.cells if c for i in (1, 3)})
    rows: list[list[tuple[str, int, int]]] = []
    for row, line in zip(table.rows, texts, strict=True):
        cells = []
        for box, text in zip(row.cells, line, strict=True):
            if box is None:
                continue
            x0, top, x1, bottom = (round(v, 1) for v in box)
            width = edges_x.index(x1) - edges_x.index(x0)
            height = edges_y.index(bottom) - edges_y.index(top)
            cells.append((_join_cell(text or ""), max(1, height), max(1, width)))
        rows.append(cells)
    return place_cells(rows)


def _join_cell(text: str) -> str:
    parts = text.split("\n")
    joined = parts[0]
    for part in parts[1:]:
        joined += f" {part}" if joined[-1:].isascii() and part[:1].isascii() else part
    return joined
