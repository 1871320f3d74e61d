"""Tables as grids: every reader places its cells here, then header, caption and unit note are found alike.

Text stays text (007 stays 007, 12.30 stays 12.30) and the full-width indent that carries a statistics table's
hierarchy stays (GOV_SITES §6); no cell is repeated for its span.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from metroetl.documents.lines import INVISIBLE, LINE_BREAK, clean_line
from metroetl.documents.models import Block, Cell, Table
from metroetl.errors import Unreadable

MAX_PLACES = 500_000
MAX_SPAN = 255
INDENTS = "\u3000\u2003\u2002\u00a0"
UNIT_NOTE = re.compile(r"(?:计量)?单\s{0,4}位\s?[：:]\s?[^）)\]】：:\t]{1,40}")
NUMBER = re.compile(
    r"(?:增长|下降|上升|回落|提高|降低|增加|减少|约)?[-+−<>≥≤]?[0-9][0-9,. ]{0,20}"
    r"(?:%|‰|[^0-9年月日季期、/至~-]{0,6})"
)
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
CAPTION = re.compile(
    r"(?:附?表|专栏)\s?[0-9一二三四五六七八九十]|.{2,}(?:表|情况|指标|数据|统计|明细|清单|目录|构成|结构|总值|总额|一览)$"
)
CAPTION_LENGTH = 60


def read_cell(raw: str) -> tuple[str, int]:
    """A cell's text as printed with its indent as U+3000, and the indent's depth."""
    raw = LINE_BREAK.sub("", INVISIBLE.sub("", raw))
    raw = raw.lstrip(" \t\r\n")
    lead = raw[: len(raw) - len(raw.lstrip(INDENTS + " "))]
    depth = sum(lead.count(c) for c in "\u3000\u2003") + sum(lead.count(c) for c in "\u00a0\u2002") // 2
    text = clean_line(raw)
    return ("\u3000" * depth + text, depth) if text else ("", 0)


def place_cells(rows: Sequence[Iterable[tuple[str, int, int]]]) -> list[Cell]:
    """Cells of rows of (raw text, rowspan, colspan) in the full grid, as a browser places them.

    Raises Unreadable where spans blow the grid up beyond MAX_PLACES.
    """
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    places = 0
    for row, line in enumerate(rows):
        column = 0
        for raw, height, width in line:
            rowspan, colspan = min(height, len(rows) - row), min(width, MAX_SPAN)
            while (row, column) in taken:
                column += 1
            text, indent = read_cell(raw)
            cells.append(
                Cell(text=text, row=row, column=column, rowspan=rowspan, colspan=colspan, indent=indent)
            )
            places += rowspan * colspan
            if places > MAX_PLACES:
                raise Unreadable(f"a table of more than {MAX_PLACES} places")
            if rowspan > 1 or colspan > 1:
                taken.update((row + r, column + c) for r in range(rowspan) for c in range(colspan))
            column += colspan
    return cells


def build_table(cells: list[Cell], before: Sequence[Block] = (), caption: str = "") -> Table | None:
    """The table of placed cells, with header, caption and unit note; None where no cell has text.

    `before` are the blocks in front of it, where caption and unit often stand.
    """
    if not any(cell.text for cell in cells):
        return None
    rows, columns = _trim(cells)
    if rows * columns > MAX_PLACES:
        raise Unreadable(f"a table of {rows} × {columns} places: more than {MAX_PLACES}")
    table = Table(rows=rows, columns=columns, cells=cells)
    _take_caption(table, clean_line(caption))
    start = _read_caption_rows(table)
    _read_blocks_before(table, before)
    _mark_header(table, start)
    return table


def _trim(cells: list[Cell]) -> tuple[int, int]:
    """Close up rows and columns in which no cell begins (phantoms of too wide spans); rows and columns left."""
    own_rows = sorted({c.row for c in cells})
    own_columns = sorted({c.column for c in cells})
    row_at = {r: i for i, r in enumerate(own_rows)}
    column_at = {c: i for i, c in enumerate(own_columns)}
    for cell in cells:
        below = sum(1 for r in range(cell.row, cell.row + cell.rowspan) if r in row_at)
        right = sum(1 for c in range(cell.column, cell.column + cell.colspan) if c in column_at)
        cell.row, cell.column, cell.rowspan, cell.colspan = (
            row_at[cell.row],
            column_at[cell.column],
            below,
            right,
        )
    return len(own_rows), len(own_columns)


def _by_row(table: Table) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row].append(cell)
    return rows


def _read_caption_rows(table: Table) -> int:
    """Take caption and unit from leading rows with a single filled cell; the first row of the table proper."""
    if table.columns < 2 or table.rows < 3:
        return 0
    for number, row in enumerate(_by_row(table)[:4]):
        filled = [c for c in row if c.text]
        if len(filled) > 1 or any(c.rowspan > 1 for c in row):
            return number
        for cell in filled:
            _take_caption(table, cell.text)
    return 0


def _read_blocks_before(table: Table, before: Sequence[Block]) -> None:
    """Take unit and caption from the up to three lines in front of the table, nearest first."""
    for block in reversed(before[-3:]):
        text = block.text
        if block.table is not None or len(text) > CAPTION_LENGTH or text[-1] in "。；：，;:":
            return
        unit = UNIT_NOTE.search(text)
        if unit is None and not (CAPTION.match(text) or table.unit_note or block.kind == "heading"):
            return
        _take_caption(table, text)
        if table.caption:
            return


def _take_caption(table: Table, text: str) -> None:
    unit = UNIT_NOTE.search(text)
    if unit and not table.unit_note:
        table.unit_note = clean_line(unit.group())
    rest = (text[: unit.start()] if unit else text).strip(" \u3000（([【")
    if rest and not table.caption:
        table.caption = rest


def _mark_header(table: Table, start: int) -> None:
    """Mark column heads: the row after the caption, and rows below that its spans reach, down to the first number."""
    rows = _by_row(table)
    end = start
    while end < table.rows:
        row = rows[end]
        if any(c.column and _is_number(c.text) for c in row):
            break
        if end > start and not _spanned(rows[start:end], end):
            break
        if end == start and sum(1 for c in row if c.text) < min(2, table.columns):
            break
        end += 1
    if end < table.rows:
        for row in rows[start:end]:
            for cell in row:
                cell.header = True


def _spanned(above: list[list[Cell]], row: int) -> bool:
    return any(c.row + c.rowspan > row for line in above for c in line) or any(
        c.colspan > 1 for c in above[-1]
    )


def _is_number(text: str) -> bool:
    text = unicodedata.normalize("NFKC", text).strip()
    return NUMBER.fullmatch(text) is not None and YEAR.fullmatch(text) is None
