"""Plain and Markdown-like text to a document, bulletins with a masthead above all.

Offsets refer to the document's text, in which a sentence that a page break cut in two is whole again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from metroetl.documents.dates import find_days
from metroetl.documents.decode import REPLACEMENT, decode
from metroetl.documents.files import file_document
from metroetl.documents.grid import build_table, place_cells
from metroetl.documents.lines import clean_line, continues, line_kind
from metroetl.documents.metadata import Metadata
from metroetl.documents.models import Block, DateCandidate, Document
from metroetl.documents.titles import tidy_title
from metroetl.documents.writer import TextWriter
from metroetl.errors import Unreadable

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "text/plain"
MAX_CHARACTERS = 24_000_000
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
JUNK_SHARE = 0.02
BOLD = re.compile(r"\*\*|__")
MARK = re.compile(r"#{1,6}\s|[-*+]\s")
NEW_LINE = re.compile(r"\u3000|\t|    |\s{0,3}(?:#{1,6}|[-*+])\s")
RULE = re.compile(r"\|?(?:\s*:?-{2,20}:?\s*\|){1,40}(?:\s*:?-{2,20}:?\s*)?")
MASTHEAD_LINES = 10
ISSUE = re.compile(
    r"((?:19|20)[0-9]{2}\s?年)?\s?第\s?([0-9]{1,4})\s?期(?:\s?[（(]?\s?总\s?第?\s?([0-9]{1,5})\s?期\s?[）)]?)?"
)
ORGAN = re.compile(r"[\u4e00-\u9fff（）、]{2,40}(?:局|府|厅|委|委员会|办公室|办|部|院|领导小组|中心|总队|处)")


def read_text(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of a text file; a masthead (name, issue, issuer, day) is read if there is one.

    Raises Unreadable for bytes that are no text.
    """
    text, encoding = decode(data)
    name = snapshot.name or snapshot.url
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"{name}: a text of {len(text)} characters, more than {MAX_CHARACTERS}")
    junk = text.count(REPLACEMENT) + len(CONTROL.findall(text))
    if junk > JUNK_SHARE * len(text) or not text.strip():
        raise Unreadable(f"{name} is no text: {junk} of {len(text)} characters can't be read")
    findings = [f"UNDECODABLE: {junk} characters, read as {encoding}"] if junk else []
    writer = TextWriter()
    for item in _paragraphs(text.splitlines()):
        _write(item, writer)
    found = Metadata()
    masthead = read_masthead(writer.blocks, found)
    document = file_document(writer, snapshot, source, MEDIA_TYPE, findings, found)
    return document.model_copy(update=masthead)


def _paragraphs(lines: list[str]) -> Iterator[str | list[str]]:
    """Lines as paragraphs, wrapped ones joined over blank lines, and runs of table lines as lists."""
    pending, rows = "", list[str]()
    for raw in lines:
        if raw.lstrip().startswith("|") and raw.count("|") > 2:
            if pending:
                yield pending
            pending = ""
            rows.append(raw.strip())
            continue
        if rows:
            yield rows
            rows = []
        line = clean_line(BOLD.sub("", raw))
        if not line:
            continue
        if pending and not NEW_LINE.match(raw) and continues(pending, line):
            pending += line
            continue
        if pending:
            yield pending
        pending = line
    if rows or pending:
        yield rows or pending


def _write(item: str | list[str], writer: TextWriter) -> None:
    if isinstance(item, list):
        rows = [
            [(BOLD.sub("", c), 1, 1) for c in r.strip("|").split("|")] for r in item if not RULE.fullmatch(r)
        ]
        if table := build_table(place_cells(rows), writer.blocks):
            writer.write_table(table)
        return
    mark = MARK.match(item)
    text = clean_line(item[mark.end() :] if mark else item)
    if not text:
        return
    kind, level = line_kind(text)
    if mark and mark.group().startswith("#"):
        kind, level = "heading", level or len(mark.group().strip())
    elif mark and kind == "paragraph":
        kind = "list_item"
    writer.write(kind, text, level=level)


def read_masthead(blocks: list[Block], found: Metadata) -> dict[str, object]:
    """Issue and total of a bulletin; its issuer, day and the title below go into `found`. Nothing for other texts."""
    top = [b for b in blocks[:MASTHEAD_LINES] if b.table is None]
    place = next((i for i, b in enumerate(top) if len(b.text) <= 40 and ISSUE.search(b.text)), None)
    if place is None:
        return {}
    match = ISSUE.search(top[place].text)
    year, number, total = match.groups() if match else (None, None, None)
    last = place
    for offset, block in enumerate(top[place : place + 4], start=place):
        rest = block.text
        for day, printed in find_days(block.text):
            found.dates.append(DateCandidate(origin="printed", value=day, text=printed))
            rest = rest.replace(printed, "")
            last = offset
        if organ := ORGAN.fullmatch(rest.strip(" \u3000")):
            found.publisher = found.publisher or organ.group()
            last = offset
    below = top[last + 1 :]
    found.title = tidy_title(_close_up(below[0].text)) if below and len(below[0].text) <= 120 else ""
    return {
        "issue": f"{(year or '').replace(' ', '')}第{number}期",
        "issue_total": int(total) if total else None,
    }


def _close_up(text: str) -> str:
    """A title without the blanks that a line break left between Chinese characters."""
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", text)
