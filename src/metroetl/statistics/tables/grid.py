"""Tables as full grids, and their parts: tables that stand below or beside each other under headings of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from metroetl.documents.models import Table
from metroetl.statistics.lexing.normalise import normalise
from metroetl.statistics.lexing.segment import GridCell
from metroetl.statistics.tables.cells import UNIT_SET, Value, is_empty, is_year, read_value

MAX_COLUMNS = 500
MAX_PLACES = 100_000  # larger tables are no release's


@dataclass(slots=True, eq=False)
class Slot:
    """A cell of the grid, standing in each place that it covers: text, range, place, and its number if it has one."""

    text: str
    start: int
    end: int
    row: int
    column: int
    header: bool = False
    indent: int = 0
    value: Value | None = None

    @property
    def empty(self) -> bool:
        """True without text or with a mark for no value."""
        return is_empty(self.text)


Row = list[Slot | None]
Grid = list[Row]


@dataclass(slots=True)
class Part:
    """A part with headings of its own; `columns` are those of the grid: `labels`, `units` or figures."""

    heads: Grid
    rows: Grid
    columns: range
    labels: frozenset[int]
    units: frozenset[int]


def grid_of_table(table: Table) -> Grid:
    """Full grid of a document's table; merged cells stand in each place that they cover."""
    if table.columns > MAX_COLUMNS or table.rows * table.columns > MAX_PLACES:
        return []
    grid: Grid = [[None] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        text = normalise(cell.text).text.strip()
        slot = Slot(
            text, cell.start, cell.end, cell.row, cell.column, cell.header, cell.indent, read_value(text)
        )
        for row in range(cell.row, min(cell.row + cell.rowspan, table.rows)):
            for column in range(cell.column, min(cell.column + cell.colspan, table.columns)):
                grid[row][column] = slot
    return grid


def grid_of_lines(rows: Sequence[Sequence[GridCell]], aligned: bool = False) -> Grid:
    """Full grid of rows found in running text; empty where headings and values don't stand under each other.

    With `aligned` (tabs, pipes) a short row lacks its last cells; a heading's empty places belong to the one before.
    """
    width = max(len(row) for row in rows)
    full = [row for row in rows if len(row) > 1]
    if not full or (not aligned and any(len(row) != width for row in full)):
        return []
    if width > MAX_COLUMNS or len(rows) * width > MAX_PLACES:
        return []
    grid: Grid = []
    for r, row in enumerate(rows):
        slots: Row = [Slot(c.text, c.start, c.end, r, i, value=read_value(c.text)) for i, c in enumerate(row)]
        grid.append(slots + [None] * (width - len(slots)))
    heads = header_rows(grid)
    if all(len(row) < width for row in rows[: max(1, heads)]):
        return []
    for head in grid[: max(0, heads - 1)]:
        for column in range(2, width):
            slot = head[column]
            if (slot is None or not slot.text) and head[column - 1] is not None and _filled(head) > 1:
                head[column] = head[column - 1]
    return grid


def header_rows(grid: Grid, top: int = 0) -> int:
    """End of the leading rows (from `top`) without numbers, or marked as headers; years as headings are no numbers.

    A row that numbers the columns (甲 1 2 3) is one more, a last one that holds a label only (成都市) none.
    """
    size = len(grid)
    for r in range(top, len(grid)):
        row = grid[r]
        figures = [s for c, s in enumerate(row) if s is not None and c and is_figure(s, c)]
        if figures and not all(s.header or is_year(s.text) for s in figures):
            if r > top and _numbers_columns(row):
                return r + 1
            size = r
            break
    first = next((r for r in range(top, size) if _filled(grid[r]) > 1), size)
    while size - 1 > first and _only_label(grid[size - 1]):
        size -= 1
    return size


def _only_label(row: Row) -> bool:
    slots = distinct(row)
    return len(slots) == 1 and slots[0].column == 0


def is_figure(slot: Slot, column: int) -> bool:
    """Whether a cell holds a number that is a figure; a year in the first column is a label."""
    return slot.value is not None and not slot.value.flat and not (column == 0 and is_year(slot.text))


def distinct(row: Row) -> list[Slot]:
    """The filled cells of a row, each once."""
    seen: dict[int, Slot] = {id(s): s for s in row if s is not None and s.text}
    return list(seen.values())


def parts(grid: Grid, is_heading: Callable[[str], bool], is_label: Callable[[str], bool]) -> Iterator[Part]:
    """The parts of a grid, from top to bottom, then from left to right.

    `is_heading` tells texts that only head columns (增速, 1-6月), `is_label` those that head columns of labels (指标).
    """
    width = len(grid[0]) if grid else 0
    top = 0
    while top < len(grid):
        body = header_rows(grid, top)
        end = _next_heads(grid, max(body, top + 1), is_heading)
        yield from _beside(grid[top:body], grid[body:end], width, is_label)
        top = end


def _filled(row: Row) -> int:
    return len(distinct(row))


def _numbers_columns(row: Row) -> bool:
    """Whether a row only numbers the columns: 甲, 1, 2, 3."""
    texts = [s.text for s in distinct(row)]
    digits = [int(t) for t in texts if t.isdecimal() and len(t) < 3]
    others = [t for t in texts if not t.isdecimal()]
    counted = len(digits) > 1 and digits == list(range(digits[0], digits[0] + len(digits))) and digits[0] < 3
    return counted and all(t in "甲乙丙丁戊栏次" or t == "栏次" for t in others)


def _next_heads(grid: Grid, start: int, is_heading: Callable[[str], bool]) -> int:
    """The next row that heads the columns anew; the end of the grid where none does."""
    for r in range(start, len(grid) - 1):
        slots = distinct(grid[r])
        if len(slots) < 2 or any(is_figure(s, s.column) or s.empty for s in slots):
            continue
        figures = slots[1:]
        heading = sum(is_heading(s.text) for s in figures)
        if heading and heading * 2 >= len(figures) and not all(s.text in UNIT_SET for s in figures):
            return r
    return len(grid)


def _beside(heads: Grid, rows: Grid, width: int, is_label: Callable[[str], bool]) -> Iterator[Part]:
    """Parts beside each other: a new one begins at a column of labels that follows figures."""
    kinds = [_kind([row[c] for row in heads], [row[c] for row in rows], c, is_label) for c in range(width)]
    starts = [0]
    for c in range(1, width):
        before = kinds[starts[-1] : c]
        if kinds[c] == "label" and "figure" in before and kinds[c - 1] != "label" and "figure" in kinds[c:]:
            starts.append(c)
    for start, end in zip(starts, [*starts[1:], width], strict=True):
        columns = range(start, end)
        first = next((c for c in columns if kinds[c] == "figure"), end)
        yield Part(
            heads,
            rows,
            columns,
            frozenset(c for c in columns if kinds[c] == "label" and c < first),
            frozenset(c for c in columns if kinds[c] == "unit"),
        )


def _kind(heads: Row, cells: Row, column: int, is_label: Callable[[str], bool]) -> str:
    """What a column holds: label, unit or figure."""
    slots = {id(s): s for s in cells if s is not None and not s.empty}.values()
    heading = next((s.text for s in reversed(heads) if s is not None and s.text), "")
    headed = is_label(heading)
    if slots and all(s.text in UNIT_SET for s in slots):
        return "unit"
    if not slots:
        return "label" if headed or column == 0 else "figure"
    figures = sum(s.value is not None and not (is_year(s.text) and (headed or column == 0)) for s in slots)
    if column == 0:
        return "figure" if figures == len(slots) and heading and not headed else "label"
    return "label" if figures * 2 < len(slots) or (headed and figures * 2 == len(slots)) else "figure"
