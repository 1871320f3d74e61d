"""What a site publishes, before any site's form: an article of paragraphs and tables, with files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha1
from typing import Literal

from metroetl.replica.facts import Fact

FileKind = Literal["xlsx", "xls", "pdf"]


@dataclass(frozen=True)
class Cell:
    """A cell as printed, with its extent; `mark` is that of a footnote."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A table: caption, the note of its unit (单位：亿元), header rows, body rows and the notes behind it."""

    caption: str
    head: tuple[tuple[Cell, ...], ...]
    body: tuple[tuple[Cell, ...], ...]
    unit_note: str = ""
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """Width of the grid."""
        return sum(cell.colspan for cell in self.head[0])


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a table."""

    kind: Literal["heading", "paragraph", "table"]
    text: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class File:
    """A file of an article: the name that a person sees and the table that it holds."""

    name: str
    kind: FileKind
    table: Table


@dataclass(frozen=True)
class Article:
    """One release or plan page of one source, the same in whatever form a site serves it.

    `key` is stable over runs and names the page's address; `facts` are the figures that page and files state.
    `changed_on` is the day of an edit in place; a page that isn't `listed` still answers. From the day on which it was
    changed, `revised` stands at the same address; from `gone_on` on nothing does.
    """

    key: str
    source_id: str
    title: str
    published_on: date
    publisher: str
    blocks: tuple[Block, ...]
    files: tuple[File, ...] = ()
    facts: tuple[Fact, ...] = ()
    doc_number: str = ""
    written_on: date | None = None
    index_number: str = ""
    plan: bool = False
    changed_on: date | None = None
    listed: bool = True
    revised: Article | None = None
    gone_on: date | None = None

    def on(self, day: date) -> Article | None:
        """What stands at its address on a day; None before it came out and after it is gone."""
        if day < self.published_on or (self.gone_on is not None and day >= self.gone_on):
            return None
        return self.revised if self.revised and day >= self.revised.modified_on else self

    @property
    def digest(self) -> str:
        """32 hexadecimal digits for addresses."""
        return sha1(self.key.encode(), usedforsecurity=False).hexdigest()[:32]

    @property
    def number(self) -> int:
        """A seven-digit number for addresses, larger for later pages as a content system counts."""
        return 1_000_000 + (self.published_on.toordinal() % 4000) * 2000 + int(self.digest[:6], 16) % 2000

    @property
    def modified_on(self) -> date:
        """Day on which page and files became what they are."""
        return self.changed_on or self.published_on

    @property
    def tables(self) -> list[Table]:
        """The tables of the page's body."""
        return [block.table for block in self.blocks if block.table]

    def with_blocks(self, blocks: Sequence[Block]) -> Article:
        """The same article with another body."""
        return replace(self, blocks=tuple(blocks))


def paragraph(text: str) -> Block:
    """A paragraph."""
    return Block("paragraph", text)


def heading(text: str) -> Block:
    """A heading."""
    return Block("heading", text)


def row(*texts: str) -> tuple[Cell, ...]:
    """A table row of plain cells."""
    return tuple(Cell(text) for text in texts)
