"""Any snapshot to a document: the kind of file is told by its first bytes, never by name or header."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from metroetl.documents.told import REGION, access_of, with_told
from metroetl.errors import ScannedImage, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metroetl.catalogue.models import Source
    from metroetl.documents.models import Attachment, Document
    from metroetl.harvest.models import Snapshot

PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")
UNSUPPORTED = (
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "an RTF file"),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK_STREAMS = (
    "Workbook".encode("utf-16-le"),
    "Book".encode("utf-16-le"),
    "EncryptedPackage".encode("utf-16-le"),
)
TAGS = re.compile(
    rb"<(?:!doctype|html|head|meta|body|table|div|p|td|tr|span|h[1-6]|ucapcontent|article|section|title|link|script)[\s>/]",
    re.I,
)
HEAD = 4096
COUNTERS = re.compile(
    r"(?:浏览|阅读|访问|点击|查看)(?:次|量|数|率|人){0,2}(?:次数)?[：:]?\s{0,4}[0-9]{1,9}\s?次?|(?:页面)?生成时间[：:]?\s?[0-9: /-]{8,20}"
)


def read_document(
    data: bytes, snapshot: Snapshot, source: Source | None = None, parts: Sequence[bytes] = ()
) -> Document:
    """The document in a snapshot's bytes, pure: the same snapshot always gives the same document.

    `parts` are the bytes of an article's further pages, in the order of `find_parts`. Raises Unreadable, Encrypted, ScannedImage or LayoutChanged, each with what a person can do.
    """
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
    name, head = snapshot.name or snapshot.url, data[:HEAD]
    if not data.strip():
        raise Unreadable(f"{name} is empty")
    if b"%PDF-" in head[:1024]:
        from metroetl.documents.pdf import read_pdf

        return read_pdf(data, snapshot, source)
    if head.startswith(b"PK") or head.startswith(OLD_OFFICE):
        _require_workbook(data, name)
        from metroetl.documents.xlsx import read_workbook

        return read_workbook(data, snapshot, source)
    if head.startswith(PICTURES):
        raise ScannedImage(f"{name} is a picture")
    for magic, what in UNSUPPORTED:
        if head.startswith(magic):
            raise Unreadable(f"{name} is {what}, which isn't read")
    if _is_markup(head):
        from metroetl.documents.page import read_page

        return read_page(data, snapshot, source, parts)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} and _is_json(data):
        from metroetl.documents.nbsdata import read_nbs_data, read_periods

        if read_periods(data.decode("utf-8", "replace")) is not None:
            return read_nbs_data(data, snapshot, source)
        raise Unreadable(f"{name} is an answer in JSON, no document")
    from metroetl.documents.plain import read_text

    return read_text(data, snapshot, source)


def find_attachments(data: bytes, url: str) -> list[Attachment]:
    """The files that a page links or shows, absolute and each once; none where the bytes are no page."""
    if not _is_markup(data[:HEAD]):
        return []
    from metroetl.documents.page import page_attachments

    return page_attachments(data, url)


def _is_markup(head: bytes) -> bool:
    sample = head.replace(b"\x00", b"") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head
    return TAGS.search(sample) is not None


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _require_workbook(data: bytes, name: str) -> None:
    """Raise Unreadable for the other kinds of file in the containers that workbooks use."""
    if data.startswith(OLD_OFFICE):
        if not any(stream in data for stream in WORKBOOK_STREAMS):
            raise Unreadable(
                f"{name} is an old Office file other than a workbook (doc, ppt, wps), which isn't read"
            )
        return
    if b"xl/workbook" in data:
        return
    kinds = ((b"word/", "a Word file"), (b"ppt/", "a presentation"), (b"OFD.xml", "an OFD file"))
    what = next((w for mark, w in kinds if mark in data), "an archive")
    raise Unreadable(f"{name} is {what}, which isn't read")


def content_hash(document: Document) -> str:
    """Hash of what a reader would call the content: title, text and attachments.

    Blanks, visit counters and the time of generation don't count, so a page served again isn't a new version.
    """
    text = "".join(COUNTERS.sub("", document.text).split())
    links = sorted({a.url for a in document.attachments})
    canonical = json.dumps(["".join(document.title.split()), text, links], ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
