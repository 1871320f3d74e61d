"""The book of evidence: which sentence of which archived document states a figure, and the page that shows it.

One page a document (`evidence/<document_id>.html`) with an anchor a figure, so that a release that states two hundred
figures is one page, and its sentences stand on it once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from metroetl.documents.lines import shown

if TYPE_CHECKING:
    from datetime import date

    from metroetl.monitoring.figures import Figure
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]
BATCH = 200  # documents a query
_DOCUMENTS = """
SELECT document_id, title, publisher, published_on, published_basis, url, sha256, version, text, first_seen_at
FROM core_document WHERE document_id IN ({names})
"""
_PLACES = """
SELECT o.observation_id, o.document_id, o.span_start, o.span_end, o.value_text, r.name_zh AS region_name,
  i.name_zh AS indicator_name, m.name_zh AS measure_name, o.period
FROM core_observation AS o
JOIN dim_region AS r ON r.region_code = o.region_code
JOIN dim_indicator AS i ON i.indicator_code = o.indicator_code
JOIN dim_measure AS m ON m.measure = o.measure
WHERE o.observation_id IN ({names})
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a document's text that states something: its anchor, what it states, and in which words."""

    anchor: str
    start: int
    end: int
    value: str
    label: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a paragraph: the marks whose number it is, and whether a marked part opens before or closes after it."""

    text: str
    marks: tuple[Mark, ...] = ()
    opens: bool = False
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or rows of a table, that state something; `head` is the table's first row."""

    cells: Sequence[Sequence[Sequence[Stretch]]]
    table: bool = False
    head: Sequence[str] = ()


@dataclass
class Book:
    """What the site cites, by document; filled while pages are written, written at the end."""

    marks: dict[str, dict[str, Mark]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def add(
        self, key: str, document_id: str, start: int, end: int, value: str, label: Iterable[object]
    ) -> str:
        """Note that the document states it there; its address from the site's root."""
        anchor = key[:8]
        marks = self.marks.setdefault(document_id, {})
        if anchor not in marks:
            marks[anchor] = Mark(anchor, start, end, value, tuple(str(word) for word in label if word))
        self.places[key] = address = f"{page_of(document_id)}#{anchor}"
        return address

    def address(self, figure: Figure) -> str | None:
        """Where a published figure's sentence stands, from the root; None where the book doesn't have it."""
        return self.places.get(figure.evidence.observation_id) if figure.evidence else None

    def know(self, warehouse: Warehouse, ids: Iterable[str], as_of: date | None = None) -> None:
        """Look up the observations that aren't in the book yet, in one question each 500."""
        for row in _some(warehouse, _PLACES, sorted({i for i in ids if i not in self.places}), 500, as_of):
            label = (row["region_name"], row["indicator_name"], row["measure_name"], row["period"])
            where = row["document_id"], row["span_start"], row["span_end"]
            self.add(row["observation_id"], *where, row["value_text"], label)

    def documents(self, warehouse: Warehouse, as_of: date | None = None) -> Iterator[Row]:
        """The cited documents with the passages that state something, a batch of them at a time."""
        for row in _some(warehouse, _DOCUMENTS, sorted(self.marks), BATCH, as_of):
            marks = sorted(self.marks[row["document_id"]].values(), key=lambda m: (m.start, m.end))
            text = row.pop("text")
            yield row | {"title": shown(row["title"]), "marks": marks, "passages": passages(text, marks)}


def page_of(document_id: str) -> str:
    """The page of a document, from the root: half of its id tells it (of a million, two collide with a chance of 0.2 %)."""
    return f"evidence/{document_id[:12]}.html"


def _some(warehouse: Warehouse, sql: str, ids: Sequence[str], size: int, as_of: date | None) -> Iterator[Row]:
    for first in range(0, len(ids), size):
        asked = {f"n{number}": one for number, one in enumerate(ids[first : first + size])}
        names = ", ".join(f":{name}" for name in asked)
        yield from warehouse.records(sql.format(names=names), asked, as_of=as_of, public=True)


def passages(text: str, marks: Sequence[Mark]) -> list[Passage]:
    """The lines of the text that hold a mark, in order; lines of cells of one table together, under its first row."""
    found: list[Passage] = []
    for is_table, lines in groupby(_lines(text), key=lambda line: "\t" in line[1]):
        block = list(lines)
        kept = [
            line for line in block if any(m.start < line[0] + len(line[1]) and m.end > line[0] for m in marks)
        ]
        if not kept:
            continue
        if is_table:
            head = [] if kept[0] == block[0] else block[0][1].split("\t")
            found.append(Passage([_row(*line, marks) for line in kept], True, [shown(h) for h in head]))
        else:
            found += [Passage([[_stretches(*line, marks)]]) for line in kept]
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for line in re.finditer(r"[^\n]+", text):
        yield line.start(), line[0]


def _row(start: int, line: str, marks: Sequence[Mark]) -> list[list[Stretch]]:
    cells = []
    for cell in line.split("\t"):
        cells.append(_stretches(start, cell, marks))
        start += len(cell) + 1
    return cells


def _stretches(start: int, line: str, marks: Sequence[Mark]) -> list[Stretch]:
    """The line cut where marks and their numbers begin and end."""
    end = start + len(line)
    here = [m for m in marks if m.start < end and m.end > start]
    numbers = {m.anchor: _number(m, start, line) for m in here}
    cuts = {start, end}
    for mark in here:
        cuts |= {max(start, mark.start), min(end, mark.end), *numbers[mark.anchor]}
    pieces = list(pairwise(sorted(cuts)))
    marked = [any(m.start <= a and b <= m.end for m in here) for a, b in pieces]
    return [
        Stretch(
            shown(line[a - start : b - start]),
            tuple(m for m in here if numbers[m.anchor][0] == a),
            opens=marked[n] and not (n and marked[n - 1]),
            closes=marked[n] and not (n + 1 < len(pieces) and marked[n + 1]),
        )
        for n, (a, b) in enumerate(pieces)
    ]


def _number(mark: Mark, start: int, line: str) -> tuple[int, int]:
    """Where the number stands in its stretch: last, as in 分别为; the whole stretch where it can't be told."""
    first, last = max(mark.start, start), min(mark.end, start + len(line))
    at = line.rfind(mark.value, first - start, last - start) if mark.value else -1
    return (first, last) if at < 0 else (start + at, start + at + len(mark.value))
