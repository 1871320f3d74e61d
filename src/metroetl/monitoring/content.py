"""What a report says, apart from how it looks: sections of paragraphs, tables and charts, each figure with its evidence.

The rooms of monitoring give sections; `monitoring/report` writes them as HTML, DOCX and XLSX, `monitoring/site` as pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from metroetl.monitoring.figures import Figure

Language = Literal["zh", "en"]
Kind = Literal["text", "note", "warning", "critical"]
Light = Literal["", "green", "yellow", "red", "grey"]


@dataclass(frozen=True, slots=True)
class Cited:
    """A piece of text that states a figure; where it was read (or what it was computed from) is linked to it."""

    text: str
    figure: Figure


Piece = str | Cited


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of pieces; `kind`: text, or a note in small print, or a finding by its severity."""

    pieces: tuple[Piece, ...]
    kind: Kind = "text"

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(p if isinstance(p, str) else p.text for p in self.pieces)

    @property
    def marked(self) -> bool:
        """Whether its kind is told by a word in front; not where it begins with one of its own (【关注】)."""
        return self.kind != "text" and not self.text.startswith(("【", "["))


def paragraph(*pieces: Piece, kind: Kind = "text") -> Paragraph:
    """A paragraph of these pieces."""
    return Paragraph(pieces, kind)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its words, its number where it is one (for a workbook), its figure, a light, a web address."""

    text: str
    number: float | None = None
    decimals: int = 0
    figure: Figure | None = None
    light: Light = ""
    link: str = ""


def cited(figure: Figure | None) -> Figure | None:
    """The figure if it rests on something published; a base of 100 does not, and has nothing to lead to."""
    return figure if figure and any(True for _ in figure.sources()) else None


def cell_of(figure: Figure | None, empty: str = "—") -> Cell:
    """The cell of a figure; `empty` where there is none (it never reads 0)."""
    return Cell(empty) if figure is None else Cell(figure.text, figure.value, figure.decimals, cited(figure))


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header row; the first cell of each row is its head. `name` is ASCII, for sheets and files."""

    name: str
    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def is_numeric(self, column: int) -> bool:
        """Whether a column holds numbers (or nothing at all): those stand to the right."""
        cells = [row[column] for row in self.rows if column < len(row)]
        return any(cell.number is not None for cell in cells) or all(cell.text == "—" for cell in cells)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, defined once: `spec` is Vega-Lite for page and picture, `series` over `categories` for a native chart.

    `alt` says in words what it shows. A None in a series is a gap: it is never drawn as 0. Kind `picture` has no native
    chart in a workbook.
    """

    name: str
    title: str
    alt: str
    kind: Literal["bar", "line", "picture"]
    unit: str
    spec: Mapping[str, Any]
    categories: Sequence[str] = ()
    series: Mapping[str, Sequence[float | None]] = field(default_factory=dict)


Block = Paragraph | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A section with an ASCII key and a title; what it could not say is said in it."""

    key: str
    title: str
    blocks: Sequence[Block]

    def figures(self) -> Iterator[Figure]:
        """Every figure that it states, in order."""
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield from (p.figure for p in block.pieces if isinstance(p, Cited))
            elif isinstance(block, Table):
                yield from (c.figure for row in block.rows for c in row if c.figure)
