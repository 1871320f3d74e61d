"""HTML tables left in a text: cut out, and built with the grid of the documents, so that their spans hold.

Markup in texts is broken in known ways: cells and rows that never close, a table without its beginning or end,
tables that only arrange the page around another one. What makes no table stays text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from metroetl.documents.grid import build_table, place_cells
from metroetl.documents.models import Cell, Table
from metroetl.errors import Unreadable
from metroetl.statistics.lexing.normalise import Normalised, normalise
from metroetl.statistics.tables.grid import MAX_PLACES

_TAG = re.compile(
    r"<(?P<close>/?)(?P<tag>table|tr|td|th|caption|p|div|h[1-6]|ul|section|article|html|body)(?P<rest>[\s/][^<>]{0,2000})?>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]{1,2000}>")
_SPAN = re.compile(r"\b(col|row)span\s{0,3}=\s{0,3}[\"']?\s{0,3}(\d{1,6})", re.IGNORECASE)
_LONGEST_CELL = 2000
_LEAD = 400


@dataclass(slots=True)
class Piece:
    """A stretch of the source text: text, or a table whose cells have their ranges in the source text."""

    start: int
    end: int
    table: Table | None = None


@dataclass(slots=True)
class _Cell:
    start: int
    end: int
    rowspan: int
    colspan: int


@dataclass(slots=True)
class _Run:
    """A table being read."""

    start: int
    end: int = 0
    rows: list[list[_Cell]] = field(default_factory=list)
    caption: tuple[int, int] = (0, 0)
    cells: int = 0


def pieces(source: str) -> Iterator[Piece]:
    """The text and the tables of a source text, in order."""
    position = 0
    for run in _Tables(source).runs():
        table = _build(source, run)
        if table is None:
            continue
        if position < run.start:
            yield Piece(position, run.start)
        yield Piece(run.start, run.end, table)
        position = run.end
    if position < len(source):
        yield Piece(position, len(source))


class _Tables:
    """Walks the tags of a text once, holding the open table, cell and caption."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.run: _Run | None = None
        self.cell: _Cell | None = None
        self.caption: int | None = None

    def runs(self) -> Iterator[_Run]:
        """The innermost tables; rows around one are a table of their own if they can be."""
        for match in _TAG.finditer(self.source):
            tag, closing = match["tag"].lower(), match["close"] == "/"
            if tag == "table":
                nested = not closing and self.cell is not None
                run = self._finish(match.start())
                if run is not None and closing:
                    run.end = match.end()
                if run is not None and not nested:
                    yield run
                self.run = None if closing else _Run(match.start())
            elif tag in ("tr", "td", "th", "caption"):
                self._part(tag, closing, match)
            elif (
                self.cell is None
                and self.caption is None
                and (run := self._finish(match.start())) is not None
            ):
                yield run
        if (run := self._finish(len(self.source))) is not None:
            yield run

    def _part(self, tag: str, closing: bool, match: re.Match[str]) -> None:
        if self.run is None:
            if closing:
                return
            self.run = _Run(match.start())
        if tag == "caption":
            if closing and self.caption is not None:
                self.run.caption = self.caption, match.start()
            self.caption = None if closing else match.end()
            return
        self._close_cell(match.start())
        self.run.end = match.end()
        if closing:
            return
        if tag == "tr" or not self.run.rows:
            self.run.rows.append([])
        self.run.cells += 1
        if tag != "tr" and self.run.cells <= MAX_PLACES:
            spans = {name.lower(): int(size) for name, size in _SPAN.findall(match["rest"] or "")}
            self.cell = _Cell(match.end(), match.end(), spans.get("row") or 1, spans.get("col") or 1)
            self.run.rows[-1].append(self.cell)

    def _close_cell(self, end: int) -> None:
        if self.cell is not None:
            self.cell.end = end
            self.cell = None

    def _finish(self, end: int) -> _Run | None:
        """The open table; one without its end ends with its last cell, and that with its line."""
        run, cell = self.run, self.cell
        self.run = self.cell = self.caption = None
        if run is None or not run.rows:
            return None
        if cell is not None:
            line = self.source.find("\n", cell.start, end)
            filled = line >= 0 and _ANY_TAG.sub("", self.source[cell.start : line]).strip()
            cell.end = run.end = line if filled else end
        return run


def _build(source: str, run: _Run) -> Table | None:
    """The table of a run; None where it only arranges text, or is beyond bounds."""
    rows = [row for row in run.rows if row]
    flat = [cell for row in rows for cell in row]
    if run.cells > MAX_PLACES or sum(len(row) > 1 for row in rows) < 2:
        return None
    if any(cell.end - cell.start > _LONGEST_CELL for cell in flat):
        return None
    texts = [normalise(source[cell.start : cell.end]) for cell in flat]
    try:
        cells = place_cells([[(_joined(source, c), c.rowspan, c.colspan) for c in row] for row in rows])
        for cell, place, normal in zip(cells, flat, texts, strict=True):
            _locate(cell, place.start, normal)
        return build_table(cells, caption=normalise(source[slice(*run.caption)]).text)
    except Unreadable:
        return None


def _joined(source: str, cell: _Cell) -> str:
    return html.unescape(_ANY_TAG.sub("", source[cell.start : cell.end][:_LEAD]))


def _locate(cell: Cell, offset: int, normal: Normalised) -> None:
    """Give a cell its uniform text on one line, and the range of it in the source text."""
    text = normal.text
    cell.text = " ".join(text.split())
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    cell.start = cell.end = offset
    if start < end:
        first, last = normal.span(start, end)
        cell.start, cell.end = offset + first, offset + last
