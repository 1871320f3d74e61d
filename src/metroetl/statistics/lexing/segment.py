"""Lines, sentences and grids of uniform text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from metroetl.statistics.tables.cells import UNIT_SET, read_value

_SENTENCE = re.compile(r"[^。！？\n]{1,4000}[。！？]?")
_BULLET = re.compile(r"^\s{0,20}(?:[-*•·▪●○◆■] ?|\d{1,2}[.、)] ?|\(?[一二三四五六七八九十]{1,3}[)、])")
_RULE = re.compile(r"^[\s|:+-]{3,}$")
_JSON_ROW = re.compile(r"^\s{0,80}\(.{2,2000}\),?\s*$")
_LONGEST_ROW = 20_000
_NUMERIC = re.compile(r"^\(?[-+↑↓]?\d[\d,. ]{0,20}%?\)?$|^[-/.…]{1,3}$|^$")


_ROLLED, _FEWEST_ROWS = 12, 3  # cells of a line that may be a whole table, and the rows that it then has
_LAST_WORDS = re.compile(r"[^\s。；]{1,20}$")  # the heading behind the prose that stands before it


@dataclass(slots=True)
class GridCell:
    """A cell of a grid found in text: its text and its range in the uniform text."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Line:
    """A line of text, or a grid of rows, `aligned` where marks part the cells; `bullet` for items of a list."""

    start: int
    end: int
    bullet: bool = False
    grid: list[list[GridCell]] = field(default_factory=list)
    aligned: bool = False


def lines(text: str) -> Iterator[Line]:
    """Lines in order, with neighbouring rows of one table joined to a grid."""
    rows: list[list[GridCell]] = []
    held: Line | None = None  # may turn out to be the headings of the rows that follow
    aligned, gap = True, False
    for start, end in _line_ranges(text):
        line = text[start:end]
        if not line.strip() or (_RULE.match(line) and rows):
            gap = gap or not line.strip()
            continue
        cells = _cells(line, start)
        if len(cells) >= _ROLLED and (table := _unrolled(cells)):
            yield from _flush(held, rows, aligned)
            held, rows, aligned, gap = None, [], True, False
            yield Line(start, table[0][0].start)
            yield Line(table[0][0].start, end, grid=table)
            continue
        if not cells or (rows and gap and len(cells) != len(rows[-1])):
            yield from _flush(held, rows, aligned)
            held, rows, aligned = None, [], True
        gap = False
        if not cells:
            held = Line(start, end, bullet=_BULLET.match(line) is not None)
            continue
        if held is not None and not rows and len(text[held.start : held.end].split()) == len(cells) > 1:
            rows, held = [_parted(text[held.start : held.end], " ", held.start)], None
        if held is not None and not rows:
            yield held
            held = None
        rows.append(cells)
        aligned = aligned and ("|" in line or "\t" in line)
    yield from _flush(held, rows, aligned)


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges of the sentences of a line."""
    for match in _SENTENCE.finditer(text, start, end):
        if match.group().strip():
            yield match.span()


def _line_ranges(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _flush(held: Line | None, rows: list[list[GridCell]], aligned: bool) -> Iterator[Line]:
    """The held line, or the rows as a grid; rows without numbers are lines."""
    if held is not None:
        yield held
    if len(rows) > 1 and any(read_value(c.text) is not None for row in rows for c in row[1:]):
        yield Line(rows[0][0].start, rows[-1][-1].end, grid=rows, aligned=aligned)
        return
    for row in rows:
        yield Line(row[0].start, row[-1].end)


def _unrolled(cells: list[GridCell]) -> list[list[GridCell]]:
    """A table that lost its line ends (区域 | GDP | 1 | 甲区 | 1543 | 2 | 乙区 | 1211): rows; empty where none repeats."""
    valued = [read_value(c.text) is not None for c in cells]
    width = next((i for i, value in enumerate(valued) if value), 0)
    rows = (len(cells) - width) // width if width > 1 else 0
    kinds = [valued[width * (r + 1) : width * (r + 2)] for r in range(rows)]
    if rows < _FEWEST_ROWS or any(k != kinds[0] for k in kinds) or all(kinds[0]):
        return []
    first = cells[0]
    heading = _LAST_WORDS.search(first.text)
    begin = first.start + heading.start() if heading else first.start
    head = GridCell(first.text[begin - first.start :], begin, first.end)
    return [[head, *cells[1:width]], *(cells[width * (r + 1) : width * (r + 2)] for r in range(rows))]


def _cells(line: str, offset: int) -> list[GridCell]:
    """Cells of a row: pipes, tab stops, a list of values, or columns parted by blanks; empty for running text."""
    if len(line) > _LONGEST_ROW:
        return []
    if line.count("|") >= 2:
        row = line.strip()
        begin = offset + line.index(row) + row.startswith("|")
        return _parted(row.removeprefix("|").removesuffix("|"), "|", begin)
    if "\t" in line:
        return _parted(line.rstrip(" ").removesuffix("\t"), "\t", offset)
    if _JSON_ROW.match(line):
        return _json_row(line, offset)
    parts = line.split()
    first = 2 if len(parts) > 3 and parts[1] in UNIT_SET else 1
    if len(parts) > 2 and all(_NUMERIC.match(p) for p in parts[first:]) and not _NUMERIC.match(parts[0]):
        return _parted(line, " ", offset)
    return []


def _parted(line: str, mark: str, offset: int) -> list[GridCell]:
    cells = []
    position = offset
    for part in line.split(mark):
        text = part.strip()
        if text or mark != " ":
            begin = position + (len(part) - len(part.lstrip()))
            cells.append(GridCell(text, begin, begin + len(text)))
        position += len(part) + 1
    return cells


def _json_row(line: str, offset: int) -> list[GridCell]:
    body = line.strip().rstrip(",")
    try:
        values = json.loads("[" + body[1:-1] + "]")
    except ValueError:
        return []
    if not all(v is None or isinstance(v, str | int | float) for v in values):
        return []
    cells = []
    position = 0
    for value in values:
        text = "null" if value is None else str(value)
        found = line.find(text, position)
        if found < 0:
            return []
        cells.append(GridCell("" if value is None else text, offset + found, offset + found + len(text)))
        position = found + len(text)
    return cells
