"""What documents made of files (PDF, workbook, text) have in common: they state little about themselves."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from metroetl.documents.dates import first_day
from metroetl.documents.metadata import Metadata, listing_dates, number_on_own_line, settle_dates, text_dates
from metroetl.documents.models import DateCandidate, Document
from metroetl.documents.titles import first_line, tidy_title

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.documents.writer import TextWriter
    from metroetl.harvest.models import Snapshot

PRINTED = re.compile(r"(?:发布|公开|印发)(?:日期|时间)\s?[：:]\s?([^\n\t]{8,24})")
EDGE = 800
EXTENSION = re.compile(r"\.[A-Za-z0-9]{2,5}$")
MACHINE_NAME = re.compile(r"[A-Za-z0-9_.%-]{0,120}")


def file_title(snapshot: Snapshot, first: str = "") -> str:
    """The name of an attachment without its ending; where a machine gave the name, the listing's title or the first line."""
    name = tidy_title(EXTENSION.sub("", PurePath(snapshot.name).name))
    if name and not MACHINE_NAME.fullmatch(name):
        return name
    return tidy_title(snapshot.title) or first or name


def printed_dates(text: str) -> list[DateCandidate]:
    """The day that a file's first or last lines call its publication."""
    edges = text if len(text) <= 2 * EDGE else f"{text[:EDGE]}\n{text[-EDGE:]}"
    return [
        DateCandidate(origin="printed", value=day, text=match.group())
        for match in PRINTED.finditer(edges)
        if (day := first_day(match.group(1)))
    ]


def file_document(
    writer: TextWriter,
    snapshot: Snapshot,
    source: Source | None,
    media_type: str,
    findings: list[str],
    found: Metadata | None = None,
) -> Document:
    """A document of what a file's reader wrote; it is published when the page that links it was."""
    found = found or Metadata()
    captions = (b.table.caption for b in writer.blocks[:3] if b.table and b.table.caption)
    found.title = found.title or file_title(snapshot, first_line(writer.blocks) or next(captions, ""))
    found.doc_number = found.doc_number or number_on_own_line(writer.blocks)
    found.dates += printed_dates(writer.text)
    found.dates += text_dates(writer.blocks) + listing_dates(snapshot, snapshot.parent_url or "")
    settle_dates(found)
    return Document(
        sha256=snapshot.sha256,
        source_id=snapshot.source_id,
        url=snapshot.url,
        title=found.title,
        publisher=found.publisher or (source.publisher if source else ""),
        doc_number=found.doc_number,
        published_on=found.published_on,
        written_on=found.written_on,
        effective_on=found.effective_on,
        dates=found.dates,
        text=writer.text,
        blocks=writer.blocks,
        media_type=media_type,
        findings=findings + found.findings,
    )
