"""PDF to a document: text with page numbers, tables as grids, ruled or set in columns.

Lines become paragraphs by where they stand: a line that reaches the right margin goes on in the next one unless that
is indented. What pictures show isn't read: a PDF without text is named as a scan.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from metroetl.documents.files import file_document
from metroetl.documents.grid import build_table, place_cells
from metroetl.documents.lines import CANT_START, clean_line, continues, line_kind, numbering_level
from metroetl.documents.models import Cell, Document
from metroetl.documents.pdf_columns import ColumnTable, find_column_tables
from metroetl.documents.writer import TextWriter
from metroetl.errors import DocumentError, Encrypted, ScannedImage, Unreadable

if TYPE_CHECKING:
    from pdfplumber.page import Page

    from metroetl.catalogue.models import Source
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "application/pdf"
MAX_PAGES = 300
MAX_EDGES = 6000
TAIL = 4096
FOLIO = re.compile(
    r"[-—–－·\s]{0,4}(?:第\s?)?[0-9]{1,4}(?:\s?页)?(?:\s?[/／]?\s?共?\s?[0-9]{1,4}\s?页?)?[-—–－·\s]{0,4}"
)
MARGIN = 0.09
TOUCH = 3.0
OPEN = 12.0  # points by which level rulings reach beyond the last upright one
LEAST_RIGHT = 0.75


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
        raise ScannedImage(f"{name} {'holds pictures only' if images else 'has no text'}")
    return file_document(writer, snapshot, source, MEDIA_TYPE, findings)


def _read_pdf_page(page: Page, writer: TextWriter, findings: list[str]) -> None:
    """Write a page's lines and tables from top to bottom."""
    ruled = _ruled_tables(page, findings)
    outside = page.filter(lambda item: not _inside(item, ruled)) if ruled else page
    lines = [line for line in outside.extract_text_lines(return_chars=False) if not _is_folio(line, page)]
    columned = find_column_tables(outside.extract_words()) if len(lines) > 1 else []
    lines = [line for line in lines if not any(t.top - 1 < line["top"] < t.bottom for t in columned)]
    tables = [*ruled, *columned]
    pending: list[dict[str, Any]] = []
    right = max([line["x1"] for line in lines] + [LEAST_RIGHT * float(page.width)])
    left = min((line["x0"] for line in lines), default=0.0)
    for item in sorted([*lines, *tables], key=_top):
        if isinstance(item, dict):
            if pending and not _wraps(pending[-1], item, left, right):
                _write_lines(pending, writer, page.page_number)
                pending = []
            pending.append(item)
            continue
        _write_lines(pending, writer, page.page_number)
        pending = []
        if isinstance(item, ColumnTable):
            _write_cells(item.cells, page, writer)
        else:
            _write_cells(_ruled_cells(item), page, writer)
    _write_lines(pending, writer, page.page_number)


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


def _top(item: Any) -> float:
    if isinstance(item, ColumnTable):
        return item.top
    return float(item["top"] if isinstance(item, dict) else item.bbox[1])


def _inside(item: dict[str, Any], tables: Sequence[Any]) -> bool:
    if item.get("object_type") != "char":
        return False
    x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return any(t.bbox[0] <= x <= t.bbox[2] and t.bbox[1] <= y <= t.bbox[3] for t in tables)


def _is_folio(line: dict[str, Any], page: Page) -> bool:
    at_edge = line["top"] < page.height * MARGIN or line["bottom"] > page.height * (1 - MARGIN)
    return at_edge and FOLIO.fullmatch(line["text"].strip()) is not None


def _wraps(line: dict[str, Any], following: dict[str, Any], left: float, right: float) -> bool:
    """Whether a line only wraps into the following one."""
    size = line["bottom"] - line["top"]
    indented = following["x0"] - left > 0.8 * size and line["x0"] - left <= 0.8 * size
    if indented or following["top"] - line["bottom"] > 1.6 * size:
        return False
    full = right - line["x1"] < 1.8 * size
    text = following["text"].strip()
    return full and not (numbering_level(text) and line["text"].rstrip()[-1:] in "。；：")


def _write_lines(lines: Iterable[dict[str, Any]], writer: TextWriter, page: int) -> None:
    """Write wrapped lines as one block; the first of a page may go on with the last block of the page before."""
    text = ""
    for line in lines:
        part = clean_line(line["text"])
        blank = text[-1:].isascii() and text[-1:].isalnum() and part[:1].isascii() and part[:1].isalnum()
        text += f" {part}" if blank else part
    if not text:
        return
    last = writer.blocks[-1] if writer.blocks else None
    if (
        last is not None
        and last.table is None
        and last.page != page
        and (continues(last.text, text) or text[0] in CANT_START)
    ):
        writer.extend(text)
        return
    kind, level = line_kind(text)
    writer.write(kind, text, level=level, page=page)


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


def _write_cells(cells: list[Cell], page: Page, writer: TextWriter) -> None:
    built = build_table(cells, writer.blocks)
    if built is not None:
        writer.write_table(built, page=page.page_number)


def _join_cell(text: str) -> str:
    parts = text.split("\n")
    joined = parts[0]
    for part in parts[1:]:
        joined += f" {part}" if joined[-1:].isascii() and part[:1].isascii() else part
    return joined
