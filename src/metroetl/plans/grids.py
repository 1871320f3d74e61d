"""Tables of a document as full grids: a merged cell stands in every place it covers, as one object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metroetl.documents.models import Block, Document, Span, Table
from metroetl.plans.passages import Passage, normalise

MOST_ROWS = 3000
_MOST_LINES_ABOVE = 6


@dataclass(frozen=True, slots=True, eq=False)
class GridCell:
    """A cell with its normalised text; `raw` is the text at its span, character by character as in the document."""

    text: str
    span: Span
    raw: str
    rowspan: int = 1
    colspan: int = 1


Row = Sequence[GridCell | None]
Grid = list[list[GridCell | None]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with the lines between it and the table before, its nearest line last."""

    grid: Grid
    above: tuple[str, ...] = ()
    unit_note: str = ""


def read_sheets(document: Document, passages: Sequence[Passage]) -> Iterator[Sheet]:
    """The tables in reading order: of the document's blocks, else of runs of lines with tabs."""
    if document.tables:
        yield from _of_blocks(document.blocks)
    else:
        yield from _of_lines(document.text, passages)


def read_grids(document: Document, passages: Sequence[Passage]) -> Iterator[Grid]:
    """The grids alone."""
    return (sheet.grid for sheet in read_sheets(document, passages))


def _of_blocks(blocks: Sequence[Block]) -> Iterator[Sheet]:
    above: list[str] = []
    for block in blocks:
        if block.table is not None:
            caption = (block.table.caption,) if block.table.caption else ()
            yield Sheet(_grid(block.table), (*above[-_MOST_LINES_ABOVE:], *caption), block.table.unit_note)
            above = []
        elif block.kind != "page_break" and block.text.strip():
            above.append(normalise(block.text))


def _of_lines(text: str, passages: Sequence[Passage]) -> Iterator[Sheet]:
    rows: Grid = []
    above: list[str] = []
    for passage in passages:
        if "\t" in passage.text:
            rows.append(_row(passage, _empty_before(text, passage.start)))
            continue
        if rows:
            yield Sheet(rows, tuple(above[-_MOST_LINES_ABOVE:]))
            rows, above = [], []
        above.append(passage.text)
    if rows:
        yield Sheet(rows, tuple(above[-_MOST_LINES_ABOVE:]))


def _grid(table: Table) -> Grid:
    rows: Grid = [[None] * table.columns for _ in range(min(table.rows, MOST_ROWS))]
    for cell in table.cells:
        span = Span(start=cell.start, end=cell.end)
        placed = GridCell(normalise(cell.text), span, cell.text, cell.rowspan, cell.colspan)
        if not placed.text and cell.rowspan == cell.colspan == 1:
            continue
        for row in range(cell.row, min(cell.row + cell.rowspan, len(rows))):
            for column in range(cell.column, min(cell.column + cell.colspan, table.columns)):
                rows[row][column] = placed
    return rows


def _empty_before(text: str, start: int) -> int:
    """How many empty cells open a line, whose first words stand at `start`: passages begin with words."""
    return text.count("\t", text.rfind("\n", 0, start) + 1, start)


def _row(passage: Passage, empty: int) -> list[GridCell | None]:
    cells: list[GridCell | None] = [None] * empty
    start = 0
    for part in passage.text.split("\t"):
        span = passage.span(start, start + len(part)) if part else passage.span(start, start)
        cells.append(GridCell(part.strip(), span, part) if part.strip() else None)
        start += len(part) + 1
    return cells


def text_at(row: Row, column: int | None) -> str:
    """The text of a place, empty where the row has none."""
    cell = row[column] if column is not None and column < len(row) else None
    return cell.text if cell else ""


def find_column(header: Row, pattern: re.Pattern[str]) -> int | None:
    """The first column whose short label has the pattern."""
    return next(
        (i for i, cell in enumerate(header) if cell and len(cell.text) <= 24 and pattern.search(cell.text)),
        None,
    )


def distinct(row: Row) -> list[GridCell]:
    """The filled cells of a row, a merged one once."""
    return list({id(cell): cell for cell in row if cell and cell.text}.values())
