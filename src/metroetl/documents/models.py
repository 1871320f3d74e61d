"""A document: what a page, file or bulletin says, with offsets into its text."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

BlockKind = Literal["heading", "paragraph", "table", "list_item", "note", "page_break"]


class Span(BaseModel):
    """Half-open range of character offsets into `Document.text`."""

    model_config = ConfigDict(frozen=True)

    start: int
    end: int


class Cell(BaseModel):
    """One cell of a table as printed: its place in the full grid, its extent and its span in the text.

    `indent` counts leading full-width blanks (U+3000), which carry the hierarchy of statistics tables.
    """

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    header: bool = False
    indent: int = 0
    start: int = 0
    end: int = 0


class Table(BaseModel):
    """A table as a grid; merged cells stand once, with their extent."""

    rows: int
    columns: int
    cells: list[Cell]
    caption: str = ""
    unit_note: str = Field(default="", description="单位：… above or in the caption")


class Block(BaseModel):
    """A piece of the body in reading order; `start`/`end` are offsets into `Document.text`."""

    kind: BlockKind
    text: str
    start: int
    end: int
    level: int = 0
    table: Table | None = None
    page: int | None = None


class Attachment(BaseModel):
    """A link to a file that belongs to the page: absolute address and the name a person sees."""

    url: str
    name: str = ""


class DateCandidate(BaseModel):
    """One of the competing dates of a page: where it stood and what it said; `told` is what a person said of a file."""

    origin: Literal["list", "url", "meta", "printed", "block", "signature", "effective", "told"]
    value: date
    text: str = ""


class Document(BaseModel):
    """A document as read, pure: the same snapshot always gives the same document.

    Dates are apart: `published_on` (发布日期, by precedence block, meta, printed, told, list, url), `written_on` (成文日期 or
    signature), `effective_on` (施行); every candidate is kept. `text` is the body only, blocks joined by newlines,
    table cells by tabs; all spans refer to it.
    """

    sha256: str = Field(description="of the snapshot it was read from")
    source_id: str
    url: str
    title: str
    publisher: str = ""
    doc_number: str | None = None
    index_number: str | None = None
    issue: str | None = Field(default=None, description="of a bulletin: 2024年第40期")
    issue_total: int | None = Field(default=None, description="总第278期")
    published_on: date | None = None
    written_on: date | None = None
    effective_on: date | None = None
    dates: list[DateCandidate] = []
    text: str
    blocks: list[Block] = []
    attachments: list[Attachment] = []
    media_type: str = "text/html"
    parent_url: str | None = None
    region_code: str | None = Field(
        default=None, description="the region whose release it is, from the source"
    )
    access: Literal["public", "internal"] = "public"
    content_hash: str = Field(
        default="", description="of title, text and attachments: a changed visit counter is no change"
    )
    findings: list[str] = Field(default=[], description="named oddities met while reading, as CODE: detail")

    @property
    def tables(self) -> list[Table]:
        """The tables of the body in reading order."""
        return [b.table for b in self.blocks if b.table is not None]
