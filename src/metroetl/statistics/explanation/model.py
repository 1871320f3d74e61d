"""A document explained: every piece of its text with token type and statements, and the numbers that nobody read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from metroetl.catalogue import Catalogue
from metroetl.documents.lines import shown
from metroetl.documents.models import Block, Cell, Document, Table
from metroetl.statistics.explanation.labels import ABSTAINED, OBSERVED, UNREAD
from metroetl.statistics.extract import extract_statistics
from metroetl.statistics.lexing.lexer import lex
from metroetl.statistics.lexing.normalise import normalise
from metroetl.statistics.lexing.segment import sentences
from metroetl.statistics.models import Statement
from metroetl.statistics.vocabulary.words import Vocabulary, vocabulary

_WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]")
_HEADINGS = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with one token type.

    `values` are the records whose number it is, `within` those whose span it is a part of; `style` is how the number
    was read (a key of labels.STYLES), or of the record that a context belongs to, '' outside all.
    """

    text: str
    token: str = ""
    style: str = ""
    values: tuple[int, ...] = ()
    within: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell of a table with its pieces."""

    cell: Cell
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Passage:
    """A block of the document: pieces of running text, or rows of cells; `records` are the numbers of its records."""

    kind: str
    level: int = 0
    pieces: list[Piece] = field(default_factory=list)
    rows: list[list[ShownCell]] = field(default_factory=list)
    caption: str = ""
    records: list[int] = field(default_factory=list)

    def all_pieces(self) -> Iterator[Piece]:
        """Pieces of the text, or of all cells."""
        yield from self.pieces
        for row in self.rows:
            for line in row:
                yield from line.pieces


@dataclass(frozen=True, slots=True)
class Record:
    """A statement with its number in the document (from 1) and the pieces, or the headings of the cell, it came from."""

    number: int
    style: str
    statement: Statement
    tokens: list[Piece] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A document, its passages in reading order, its records, and how often each style occurs."""

    document: Document
    passages: list[Passage]
    records: list[Record]
    counts: Counter[str]


def explain(document: Document, catalogue: Catalogue) -> Explanation:
    """What is read in a document and what isn't; pure, text is shown without control characters."""
    records = [
        Record(number, _style(statement), statement)
        for number, statement in enumerate(extract_statistics(document, catalogue), 1)
    ]
    marker = _Marker(document.text, records, vocabulary(catalogue))
    whole = Block(kind="paragraph", text=document.text, start=0, end=len(document.text))
    blocks = [b for b in document.blocks or [whole] if b.kind != "page_break"]
    passages = [marker.passage(block) for block in blocks]
    counts = Counter(r.style for r in records)
    counts[UNREAD] = sum(p.style == UNREAD for passage in passages for p in passage.all_pieces())
    return Explanation(document, passages, records, counts)


def _style(statement: Statement) -> str:
    if statement.kind != "actual":
        return statement.kind
    return OBSERVED if statement.publish else ABSTAINED


class _Marker:
    """Cuts stretches of the text into pieces, from left to right."""

    def __init__(self, text: str, records: Sequence[Record], words: Vocabulary) -> None:
        self.text = text
        self.words = words
        self.records = sorted((r for r in records), key=lambda r: (r.statement.start, r.statement.end))
        self.starts = [r.statement.start for r in self.records]

    def passage(self, block: Block) -> Passage:
        """A block with its pieces; those of a table cell by cell."""
        records = self._beginning_in(block.start, block.end)
        numbers = sorted(r.number for r in records)
        if block.table is None:
            pieces = list(self._pieces(block.start, block.end, records))
            _collect(pieces, records)
            return Passage(block.kind, block.level, pieces=pieces, records=numbers)
        rows: list[list[ShownCell]] = [[] for _ in range(block.table.rows)]
        for cell in block.table.cells:
            rows[cell.row].append(ShownCell(cell, self._cell(cell)))
        headings = _Headings(block.table)
        for record in records:
            record.headings.extend(headings.of(record.statement))
        caption = " ".join(filter(None, (block.table.caption, block.table.unit_note)))
        return Passage("table", rows=rows, caption=shown(caption), records=numbers)

    def _beginning_in(self, start: int, end: int) -> list[Record]:
        return self.records[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def _cell(self, cell: Cell) -> list[Piece]:
        """A cell that was read is a value as a whole."""
        read = self._beginning_in(cell.start, max(cell.end, cell.start + 1))
        if read:
            numbers = tuple(r.number for r in read)
            return [Piece(shown(cell.text), "number", read[0].style, numbers, numbers)]
        return list(self._pieces(cell.start, cell.end, []))

    def _pieces(self, start: int, end: int, records: Sequence[Record]) -> Iterator[Piece]:
        tokens = list(self._tokens(start, end))
        cuts = {start, end} | {edge for s, e, _ in tokens for edge in (s, e)}
        cuts |= {e for r in records for e in (r.statement.start, r.statement.end) if start < e < end}
        edges = sorted(cuts)
        waiting, within, at = list(reversed(records)), [], 0
        for begin, stop in pairwise(edges):
            while waiting and waiting[-1].statement.start <= begin:
                within.append(waiting.pop())
            within = [r for r in within if r.statement.end > begin]
            while at < len(tokens) and tokens[at][1] <= begin:
                at += 1
            inside = at < len(tokens) and tokens[at][0] <= begin
            kind, last = (tokens[at][2], tokens[at][1] == stop) if inside else ("", False)
            yield self._piece(begin, stop, kind, within, last)

    def _piece(self, start: int, end: int, kind: str, within: Sequence[Record], last: bool) -> Piece:
        values = [r for r in within if r.statement.end == end]
        nearest = min(within, key=lambda r: r.statement.end, default=None)
        style = nearest.style if nearest else ""
        if kind == "number" and last and not values:
            style = UNREAD
        numbers = tuple(r.number for r in values)
        return Piece(shown(self.text[start:end]), kind, style, numbers, tuple(r.number for r in within))

    def _tokens(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Tokens of a stretch as source ranges with their type."""
        normal = normalise(self.text[start:end])
        for first, last in sentences(normal.text, 0, len(normal.text)):
            for token in lex(normal.text, first, last, self.words):
                begin, stop = normal.span(token.start, token.end)
                yield start + begin, start + stop, token.kind


def _collect(pieces: Iterable[Piece], records: Sequence[Record]) -> None:
    by_number = {r.number: r for r in records}
    for piece in pieces:
        for number in piece.within:
            if piece.token not in ("", "space") and number in by_number:
                by_number[number].tokens.append(piece)


class _Headings:
    """The words of a table by row and column."""

    def __init__(self, table: Table) -> None:
        self.rows: dict[int, list[Cell]] = defaultdict(list)
        self.columns: dict[int, list[Cell]] = defaultdict(list)
        for cell in table.cells:
            if _WORD.search(cell.text):
                for row in range(cell.row, cell.row + cell.rowspan):
                    self.rows[row].append(cell)
                for column in range(cell.column, cell.column + cell.colspan):
                    self.columns[column].append(cell)

    def of(self, statement: Statement) -> Iterator[str]:
        """Words to the left of a statement's cell and above it, nearest last."""
        row, column = statement.row or 0, statement.column or 0
        left = [c for c in self.rows[row] if c.column < column]
        above = [c for c in self.columns[column] if c.row < row]
        for cell in (*left[-_HEADINGS:], *above[-_HEADINGS:]):
            yield shown(" ".join(cell.text.split()))
