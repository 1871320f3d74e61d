"""A document's text as passages: normalised for reading, with the way back to the document's offsets."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metroetl.documents.models import Document, Span

_WIDE = {
    c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF05)
}
_WIDE |= {0x3000: 0x20, 0xA0: 0x20, 0x2009: 0x20, 0x200B: 0x20, 0xFEFF: 0x20, 0xFF0E: 0x2E}
_HAN = r"[\u3400-\u9fff\u3001-\u3011“”‘’（），。；：！？—…〔〕]"
_DROP = re.compile(rf"\*\*|(?<={_HAN}) +(?=[0-9])|(?<=[0-9%]) +(?={_HAN})|\u00ad")
_PAGE = re.compile(r"[-—–\s]{0,4}\d{1,4}[-—–\s]{0,4}|第 ?\d{1,4} ?页(?:，?共 ?\d{1,4} ?页)?")
_LEADERS = re.compile(r"[.．·…]{3,} ?\d{1,4}$")
_LONGEST = 5000
_NARROWEST = 16
_ENDS = "。！？；：…”」）】》!?;:"
MARK = re.compile(
    r"(?P<mark>[一二三四五六七八九十百]{1,4}、|[（(][一二三四五六七八九十百]{1,4}[)）]|[（(]\d{1,2}[)）]"
    r"|第[一二三四五六七八九十百零〇\d]{1,5}[章节篇条]|\d{1,2}(?:\.\d{1,2}){1,3}(?=[ \u3400-\u9fff])|\d{1,3}[.、](?!\d))"
)
"""The number that opens a heading or an item."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or a row of a table: its normalised text and where each character stands in the document.

    `line` is the offset of its last line where several were joined.
    """

    text: str
    offsets: Sequence[int]
    row: bool = False
    line: int = 0

    def span(self, start: int, end: int) -> Span:
        """The document's span of a range of the normalised text."""
        if start >= end:
            at = self.offsets[min(start, len(self.offsets) - 1)]
            return Span(start=at, end=at)
        return Span(start=self.offsets[start], end=self.offsets[end - 1] + 1)

    @property
    def start(self) -> int:
        """Offset of its first character in the document."""
        return self.offsets[0]

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Ranges of its sentences, with their closing mark."""
        for found in re.finditer(r"[^。！？]+[。！？]*[”」]?", self.text):
            yield found.start(), found.end()


def normalise(text: str) -> str:
    """Text with ASCII digits, without blanks between digits and Chinese characters and without bold marks."""
    return _DROP.sub("", text.translate(_WIDE)).strip()


def passages(document: Document) -> list[Passage]:
    """The document's passages: one a line, lines that a page break cut inside a sentence joined, page numbers left out."""
    width = _wrap_width(document.text)
    tables = [(b.start, b.end) for b in document.blocks if b.kind == "table"]
    found: list[Passage] = []
    table = 0
    for start, line in _lines(document.text):
        while table < len(tables) and tables[table][1] <= start:
            table += 1
        row = "\t" in line or (table < len(tables) and tables[table][0] <= start)
        passage = _passage(line, start, row)
        if not passage.text or _PAGE.fullmatch(passage.text):
            continue
        if found and _continues(found[-1], passage, width):
            last = found[-1]
            found[-1] = Passage(
                last.text + passage.text, array("L", [*last.offsets, *passage.offsets]), line=passage.start
            )
        else:
            found.append(passage)
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        start += len(line)


def _passage(line: str, start: int, row: bool) -> Passage:
    text = line.translate(_WIDE)
    drops = [range(m.start(), m.end()) for m in _DROP.finditer(text)]
    first = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    if not drops:
        return Passage(text[first:last], range(start + first, start + last), row)
    dropped = {i for r in drops for i in r}
    keep = [i for i in range(first, last) if i not in dropped]
    return Passage("".join(text[i] for i in keep), array("L", [start + i for i in keep]), row)


def _wrap_width(text: str) -> int | None:
    """The length of a full line where a text is broken at a fixed width (a PDF's), else None."""
    lengths = Counter(
        len(line.strip()) for line in text.splitlines()[:4000] if len(line.strip()) >= _NARROWEST
    )
    if sum(lengths.values()) < _NARROWEST:
        return None
    width = max(lengths, key=lambda n: sum(lengths[n - i] for i in range(4)))
    full = sum(lengths[width - i] for i in range(4))
    return width if full >= 0.5 * sum(lengths.values()) and width <= 80 else None


def _continues(last: Passage, following: Passage, width: int | None) -> bool:
    """Whether a line goes on in the next: running text that stops without a mark, followed by running text."""
    if last.row or following.row or last.text[-1] in _ENDS or MARK.match(following.text):
        return False
    if len(last.text) > _LONGEST or _LEADERS.search(last.text):
        return False
    if last.text[-1] in "，、":
        return True
    if width is not None:
        return last.offsets[-1] - max(last.line, last.offsets[0]) + 1 >= width - 3
    running = "。" in last.text or ("，" in last.text and len(last.text) >= 40 and not MARK.match(last.text))
    return running and len(following.text) >= 8 and any(mark in following.text for mark in "，。；、")
