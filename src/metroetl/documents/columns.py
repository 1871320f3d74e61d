"""Unruled tables of a page of placed words (PDF, OFD, recognised pictures): lines whose pieces stand under each other in columns.

Nothing draws these tables (or only lines above and below): columns are found where the figures of at least two lines
stand over each other, headings are given to the columns that they stand over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metroetl.documents.grid import read_cell
from metroetl.documents.models import Cell

MAX_LINES = 400
MAX_COLUMNS = 40
HEADING_LINES = 4
DEEPEST = 8
INDENTED = 3  # letters by which a label may be indented
GAP = 0.75  # of the size of the letters: what parts two columns
SLACK = 2.0  # points that columns may touch each other by
LEAST_FIT = 0.8
MOST_SPACE = 3.0  # lines of a table aren't further apart than this many sizes
FIGURE = re.compile(
    r"(?:增长|下降|上升|降低)?[-+−－↑↓]?[0-9０-９][0-9０-９,，. ]{0,20}(?:%|％|‰|[亿万]?元|万?人|倍|个?百分点)?"
    r"(?:[（(][-+−]?[0-9][0-9.]{0,8}%?[）)])?|[-—–－…]{1,3}|持平"
)
SENTENCE = re.compile(r"[。；]|[，,]\D")


@dataclass(slots=True)
class Piece:
    """Words of a line that stand close together: a cell."""

    text: str
    x0: float
    x1: float

    @property
    def figure(self) -> bool:
        """True for a number or a mark for none."""
        return FIGURE.fullmatch(self.text) is not None


@dataclass(slots=True)
class TextLine:
    """A line of words with its pieces, its height range and the size of its letters."""

    top: float
    bottom: float
    pieces: list[Piece] = field(default_factory=list)

    @property
    def size(self) -> float:
        """Height of the letters."""
        return self.bottom - self.top

    @property
    def tabular(self) -> bool:
        """True for a label with a figure after it, or several figures."""
        return len(self.pieces) > 1 and any(p.figure for p in self.pieces[1:])


@dataclass(slots=True)
class PlacedTable:
    """A table on a page: its cells and the range of heights that it fills."""

    top: float
    bottom: float
    cells: list[Cell]


def find_column_tables(words: Sequence[Mapping[str, Any]]) -> list[PlacedTable]:
    """The unruled tables among the words of a page, from top to bottom."""
    lines = group_lines(words)
    tables = []
    for first, last in _runs(lines):
        if (table := _table(lines[first:last])) is not None:
            tables.append(table)
    return tables


def group_lines(words: Sequence[Mapping[str, Any]]) -> list[TextLine]:
    """Words as lines, joined to pieces where no gap parts them."""
    lines: list[TextLine] = []
    for word in sorted(words, key=lambda w: (round(float(w["top"])), w["x0"])):
        top, bottom = float(word["top"]), float(word["bottom"])
        line = lines[-1] if lines else None
        if line is None or top > line.top + 0.5 * (line.bottom - line.top):
            line = TextLine(top, bottom)
            lines.append(line)
        line.pieces.append(Piece(word["text"], float(word["x0"]), float(word["x1"])))
    for line in lines:
        line.pieces = _joined(sorted(line.pieces, key=lambda p: p.x0), GAP * line.size)
    return lines


def _joined(pieces: list[Piece], gap: float) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is None or piece.x0 - last.x1 > gap:
            joined.append(piece)
            continue
        blank = last.text[-1:].isascii() and piece.text[:1].isascii()
        last.text, last.x1 = f"{last.text}{' ' if blank else ''}{piece.text}", max(last.x1, piece.x1)
    return joined


def _runs(lines: list[TextLine]) -> list[tuple[int, int]]:
    """Ranges of lines that may be a table: tabular ones, short lines between them, headings above."""
    runs: list[tuple[int, int]] = []
    place = 0
    while place < len(lines):
        if not lines[place].tabular:
            place += 1
            continue
        first, last = place, place + 1
        while last < len(lines) and last - first < MAX_LINES and _goes_on(lines, last):
            last += 1
        while not lines[last - 1].tabular:
            last -= 1
        floor = runs[-1][1] if runs else 0
        while first > floor and place - first < HEADING_LINES and _heads(lines[first - 1], lines[first]):
            first -= 1
        if sum(line.tabular for line in lines[place:last]) > 1:
            runs.append((first, last))
        place = last
    return runs


def _near(above: TextLine, below: TextLine) -> bool:
    return below.top - above.bottom < MOST_SPACE * max(above.size, below.size)


def _goes_on(lines: list[TextLine], place: int) -> bool:
    """Whether a line can stand in a table: tabular, or a label or heading with more of the table below."""
    line = lines[place]
    if not _near(lines[place - 1], line):
        return False
    if line.tabular:
        return True
    follows = place + 1 < len(lines) and _near(line, lines[place + 1]) and lines[place + 1].tabular
    return follows and not any(SENTENCE.search(p.text) for p in line.pieces) and len(line.pieces[0].text) < 30


def _heads(line: TextLine, below: TextLine) -> bool:
    plain = len(line.pieces) > 1 and all(
        len(p.text) < 30 and not SENTENCE.search(p.text) for p in line.pieces
    )
    return plain and _near(line, below) and not line.tabular


def _table(lines: list[TextLine]) -> PlacedTable | None:
    """The table of a run of lines; None where the pieces don't stand in columns."""
    columns = _columns(lines)
    if not 2 <= len(columns) <= MAX_COLUMNS:
        return None
    cells: list[Cell] = []
    fitting = 0
    first = next(i for i, line in enumerate(lines) if line.tabular)
    left = min(line.pieces[0].x0 for line in lines)
    for row, line in enumerate(lines):
        spans = _over(line, columns, whole=row + 1 < first)
        places = [start for start, _ in spans]
        fitting += line.tabular and len(set(places)) == len(places)
        for piece, (start, end) in zip(line.pieces, spans, strict=True):
            depth = min(DEEPEST, round((piece.x0 - left) / line.size)) if start == 0 and row >= first else 0
            text, indent = read_cell("\u3000" * depth + piece.text)
            cells.append(Cell(text=text, row=row, column=start, colspan=end - start, indent=indent))
    if fitting < LEAST_FIT * sum(line.tabular for line in lines):
        return None
    return PlacedTable(lines[0].top, lines[-1].bottom, _without_doubles(cells))


def _columns(lines: list[TextLine]) -> list[tuple[float, float]]:
    """Ranges of the columns: where pieces of the tabular lines stand over each other; indents widen the first."""
    tabular = [line for line in lines if line.tabular]
    ranges = sorted((p.x0, p.x1) for line in tabular for p in line.pieces)
    indented = ranges[0][0] + INDENTED * tabular[0].size
    ranges.insert(0, (ranges[0][0], min(indented, *(line.pieces[1].x0 - SLACK for line in tabular))))
    columns: list[tuple[float, float]] = []
    for x0, x1 in ranges:
        if columns and x0 < columns[-1][1] - SLACK:
            columns[-1] = columns[-1][0], max(columns[-1][1], x1)
        else:
            columns.append((x0, x1))
    return columns


def _over(line: TextLine, columns: list[tuple[float, float]], whole: bool) -> list[tuple[int, int]]:
    """The columns that each piece stands over; with `whole` a line of upper headings shares out all of them."""
    centres = [(x0 + x1) / 2 for x0, x1 in columns]
    spans = []
    for piece in line.pieces:
        met = [i for i, (x0, x1) in enumerate(columns) if piece.x0 < x1 and x0 < piece.x1]
        if not met:
            middle = (piece.x0 + piece.x1) / 2
            met = [min(range(len(columns)), key=lambda i: abs(centres[i] - middle))]
        spans.append((met[0], met[-1] + 1))
    if not whole or len(line.pieces) >= len(columns):
        return spans
    nearest = [min(range(len(line.pieces)), key=lambda k: _distance(line.pieces[k], c)) for c in centres]
    return [_share(nearest, k, spans[k]) for k in range(len(line.pieces))]


def _distance(piece: Piece, x: float) -> float:
    return abs((piece.x0 + piece.x1) / 2 - x)


def _share(nearest: list[int], piece: int, own: tuple[int, int]) -> tuple[int, int]:
    """The columns nearest to a piece of upper headings; the first column, of labels, is no other's."""
    met = [c for c, k in enumerate(nearest) if k == piece and (c > 0 or own[0] == 0)]
    if not met or (own[0] == 0 and own[1] == 1):
        return own
    return met[0], met[-1] + 1


def _without_doubles(cells: list[Cell]) -> list[Cell]:
    """Cells that fell on one place as one."""
    kept: dict[tuple[int, int], Cell] = {}
    for cell in cells:
        other = kept.get((cell.row, cell.column))
        if other is None:
            kept[cell.row, cell.column] = cell
        else:
            other.text += f" {cell.text}"
    return list(kept.values())
