"""Any snapshot to a document: the kind of file is told by its first bytes, never by name or header."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from metroetl.documents.kinds import HEAD, Kind, is_markup, kind_of
from metroetl.documents.told import REGION, access_of, with_told
from metroetl.errors import Encrypted, ReaderFailed, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metroetl.catalogue.models import Source
    from metroetl.documents.models import Attachment, Document
    from metroetl.harvest.models import Snapshot

UNSUPPORTED = {
    "slides": "a presentation or another old Office file",
    "foreign_archive": "a RAR, 7z or gzip archive",
}
COUNTERS = re.compile(
    r"(?:浏览|阅读|访问|点击|查看)(?:次|量|数|率|人){0,2}(?:次数)?[：:]?\s{0,4}[0-9]{1,9}\s?次?|(?:页面)?生成时间[：:]?\s?[0-9: /-]{8,20}"
)


def read_document(
    data: bytes, snapshot: Snapshot, source: Source | None = None, parts: Sequence[bytes] = ()
) -> Document:
    """The document in a snapshot's bytes, pure: the same snapshot always gives the same document.

    `parts` are the bytes of an article's further pages, in the order of `find_parts`. Raises a DocumentError (Unreadable, Encrypted, ScannedImage, LayoutChanged …) with what a person can do.
    """
    with ReaderFailed.instead(snapshot.name or snapshot.url):
        document = with_told(_read(data, snapshot, source, parts), snapshot)
    return document.model_copy(
        update={
            "parent_url": snapshot.parent_url,
            "region_code": source.regions[0] if source is not None else snapshot.headers.get(REGION),
            "access": access_of(snapshot),
            "content_hash": content_hash(document),
        }
    )


def _read(data: bytes, snapshot: Snapshot, source: Source | None, parts: Sequence[bytes]) -> Document:
    """By the kind of file; a reader is imported when a file of its kind is met."""
    if not data.strip():
        raise Unreadable(f"{snapshot.name or snapshot.url} is empty")
    match kind_of(data):
        case "page":
            from metroetl.documents.page import read_page

            return read_page(data, snapshot, source, parts)
        case "saved_page":
            from metroetl.documents.saved import read_saved_page

            return read_saved_page(data, snapshot, source, parts)
        case "json":
            return _read_json(data, snapshot, source)
        case "text":
            from metroetl.documents.plain import read_text

            return read_text(data, snapshot, source)
        case "pdf" | "workbook" | "old_workbook" | "docx" | "ofd" | "picture" as kind:
            from metroetl.documents.apart import read_apart

            return read_apart(kind, data, snapshot, source)
        case kind:
            return read_file(kind, data, snapshot, source)


def read_file(kind: Kind, data: bytes, snapshot: Snapshot, source: Source | None) -> Document:
    """The document of a file of this kind, read in this process."""
    name = snapshot.name or snapshot.url
    match kind:
        case "pdf":
            from metroetl.documents.pdf import read_pdf

            return read_pdf(data, snapshot, source)
        case "workbook" | "old_workbook":
            from metroetl.documents.workbook import read_workbook

            return read_workbook(data, snapshot, source)
        case "docx":
            from metroetl.documents.docx import read_docx

            return read_docx(data, snapshot, source)
        case "old_word":
            from metroetl.documents.office import read_old_word

            return read_old_word(data, snapshot, source)
        case "ofd":
            from metroetl.documents.ofd import read_ofd

            return read_ofd(data, snapshot, source)
        case "archive":
            from metroetl.documents.members import read_archive

            return read_archive(data, snapshot)
        case "picture":
            from metroetl.documents.ocr import read_picture

            return read_picture(data, snapshot, source)
        case "encrypted":
            raise Encrypted(f"{name} opens with a password only")
        case _:
            raise Unreadable(
                f"{name} is {UNSUPPORTED[kind]}, which isn't read",
                way_out="Unpack or convert it by hand, and put the files into the inbox.",
            )


def _read_json(data: bytes, snapshot: Snapshot, source: Source | None) -> Document:
    from metroetl.documents.nbsdata import read_nbs_data, read_periods

    if read_periods(data.decode("utf-8", "replace")) is None:
        raise Unreadable(f"{snapshot.name or snapshot.url} is an answer in JSON, no document")
    return read_nbs_data(data, snapshot, source)


def find_attachments(data: bytes, url: str) -> list[Attachment]:
    """The files that a page links or shows, absolute and each once; none where the bytes are no page."""
    if not is_markup(data[:HEAD]):
        return []
    from metroetl.documents.page import page_attachments

    return page_attachments(data, url)


def content_hash(document: Document) -> str:
    """Hash of what a reader would call the content: title, text and attachments.

    Blanks, visit counters and the time of generation don't count, so a page served again isn't a new version.
    """
    text = "".join(COUNTERS.sub("", document.text).split())
    links = sorted({a.url for a in document.attachments})
    canonical = json.dumps(["".join(document.title.split()), text, links], ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
