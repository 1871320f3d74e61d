"""A page of placed words to blocks: lines become paragraphs by where they stand (PDF, OFD, recognised pictures).

A line that reaches the right margin goes on in the next one unless that is indented. Places are in points (1/72 inch)
from the upper left corner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from metroetl.documents.columns import PlacedTable, find_column_tables, group_lines
from metroetl.documents.grid import build_table
from metroetl.documents.lines import CANT_START, clean_line, continues, line_kind, numbering_level
from metroetl.documents.writer import TextWriter

FOLIO = re.compile(
    r"[-—–－·\s]{0,4}(?:第\s?)?[0-9]{1,4}(?:\s?页)?(?:\s?[/／]?\s?共?\s?[0-9]{1,4}\s?页?)?[-—–－·\s]{0,4}"
)
MARGIN = 0.09
LEAST_RIGHT = 0.75


class Placed(TypedDict):
    """A word or line in its place."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float


Line = Mapping[str, Any] | Placed
Size = tuple[float, float]


def write_page(words: Sequence[Placed], size: Size, writer: TextWriter, page: int) -> None:
    """Write a page of which only words are known: lines and columns are found by their places."""
    lines = [
        Placed(
            text=" ".join(p.text for p in line.pieces),
            x0=line.pieces[0].x0,
            x1=max(p.x1 for p in line.pieces),
            top=line.top,
            bottom=line.bottom,
        )
        for line in group_lines(words)
    ]
    lines = [line for line in lines if not is_folio(line, size[1])]
    columned = find_column_tables(words) if len(lines) > 1 else []
    write_placed(outside(lines, columned), columned, size[0], writer, page)


def outside(lines: Iterable[Line], tables: Sequence[PlacedTable]) -> list[Line]:
    """The lines that don't stand in the heights of a table that was found among them."""
    return [line for line in lines if not any(t.top - 1 < line["top"] < t.bottom for t in tables)]


def write_placed(
    lines: Sequence[Line], tables: Sequence[PlacedTable], width: float, writer: TextWriter, page: int
) -> None:
    """Write a page's lines and tables from top to bottom; `width` is the page's."""
    right = max([line["x1"] for line in lines] + [LEAST_RIGHT * width])
    left = min((line["x0"] for line in lines), default=0.0)
    pending: list[Line] = []
    for item in sorted([*lines, *tables], key=_top):
        if isinstance(item, PlacedTable):
            _write_lines(pending, writer, page)
            pending = []
            if built := build_table(item.cells, writer.blocks):
                writer.write_table(built, page=page)
            continue
        if pending and not _wraps(pending[-1], item, left, right):
            _write_lines(pending, writer, page)
            pending = []
        pending.append(item)
    _write_lines(pending, writer, page)


def is_folio(line: Line, height: float) -> bool:
    """Whether a line is the page's number in its upper or lower margin."""
    at_edge = line["top"] < height * MARGIN or line["bottom"] > height * (1 - MARGIN)
    return at_edge and FOLIO.fullmatch(line["text"].strip()) is not None


def _top(item: Line | PlacedTable) -> float:
    return item.top if isinstance(item, PlacedTable) else float(item["top"])


def _wraps(line: Line, following: Line, left: float, right: float) -> bool:
    """Whether a line only wraps into the following one."""
    size = line["bottom"] - line["top"]
    indented = following["x0"] - left > 0.8 * size and line["x0"] - left <= 0.8 * size
    if indented or following["top"] - line["bottom"] > 1.6 * size:
        return False
    full = right - line["x1"] < 1.8 * size
    text = following["text"].strip()
    return bool(full and not (numbering_level(text) and line["text"].rstrip()[-1:] in "。；："))


def _write_lines(lines: Iterable[Line], writer: TextWriter, page: int) -> None:
    """Write wrapped lines as one block; the first of a page may go on with the last block of the page before."""
    text = ""
    for line in lines:
        part = clean_line(line["text"])
        blank = text[-1:].isascii() and text[-1:].isalnum() and part[:1].isascii() and part[:1].isalnum()
        text += f" {part}" if blank else part
    if not text:
        return
    last = writer.blocks[-1] if writer.blocks else None
    if (
        last is not None
        and last.table is None
        and last.page != page
        and (continues(last.text, text) or text[0] in CANT_START)
    ):
        writer.extend(text)
        return
    kind, level = line_kind(text)
    writer.write(kind, text, level=level, page=page)
