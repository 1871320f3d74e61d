"""A report before it is drawn: headings, paragraphs, tables, quotations, pictures. Every output draws the same one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from metroetl.documents.lines import shown

_UNPRINTED = re.compile("[\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is 一、, level 2 is （一）."""

    text: str
    level: int = 1
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Table:
    """A table of texts; a cell may have several lines. `marks` colour rows: new, gone, raised, lowered."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    marks: tuple[str, ...] = ()
    kind: str = "table"


@dataclass(frozen=True)
class Quote:
    """A quotation and where it stands."""

    text: str
    where: str = ""
    kind: str = "quote"


@dataclass(frozen=True)
class Picture:
    """An SVG without links, with what it shows in words."""

    svg: str
    caption: str
    kind: str = "picture"


Block = Heading | Paragraph | Table | Quote | Picture


@dataclass
class Report:
    """A report: title, a line below it, its blocks, and its numbered sources (text, address)."""

    title: str
    subtitle: str = ""
    blocks: list[Block] = field(default_factory=list)
    sources: list[tuple[str, str]] = field(default_factory=list)


def clean(text: str) -> str:
    """Text that every output can carry: no control characters, no direction marks, nothing that XML forbids."""
    return _UNPRINTED.sub("\ufffd", shown(text))


def cited(
    values: Sequence[tuple[str, Sequence[int]]], empty: str = "—", form: str = "{}", by: str = "\n"
) -> str:
    """Different values, a line each (or with `by` between), with the numbers of their sources."""
    lines = [
        form.format(value) + "".join(f"［{n + 1}］" for n in sorted(sources)) for value, sources in values
    ]
    return by.join(lines) or empty


def percent(share: float) -> str:
    """A share as 12.3%."""
    return f"{share * 100:.1f}%"


def cut(text: str, most: int) -> str:
    """A text cut to a length."""
    return text if len(text) <= most else text[: most - 1] + "…"


def source_text(title: str, access: str) -> str:
    """A source as it is listed; what isn't public says so."""
    return f"{title}（内部资料）" if access == "internal" else title
