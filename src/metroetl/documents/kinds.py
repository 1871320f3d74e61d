"""What kind of file bytes are: told by the bytes, never by a name or by what a server calls them.

`.doc` may be a page, RTF or DOCX inside, `.xls` a page, `.et` a workbook of either age (GOV_SITES §6).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Literal

Kind = Literal[
    "pdf", "workbook", "old_workbook", "docx", "old_word", "slides", "ofd", "archive", "foreign_archive",
    "picture", "saved_page", "page", "json", "text", "encrypted",
]  # fmt: skip

HEAD = 4096
MAX_JSON = 24_000_000
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
FOREIGN = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TAGS = re.compile(
    rb"<(?:!doctype|html|head|meta|body|table|div|p|td|tr|span|h[1-6]|ucapcontent|article|section|title|link|script)[\s>/]",
    re.I,
)
MIME_HEAD = re.compile(rb"\s{0,8}[A-Za-z][A-Za-z-]{2,40}:[^\n]{0,400}\n")
RELATED = re.compile(rb"^content-type:\s{0,4}multipart/related", re.I | re.M)
# a name inside tells the kind; the first that is there counts
IN_ZIP: tuple[tuple[str, Kind], ...] = (
    ("xl/workbook.xml", "workbook"),
    ("xl/workbook.bin", "workbook"),
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "slides"),
    ("OFD.xml", "ofd"),
)
IN_OPEN_DOCUMENT: tuple[tuple[bytes, Kind], ...] = (
    (b"opendocument.spreadsheet", "workbook"),
    (b"opendocument.text", "old_word"),
    (b"opendocument.presentation", "slides"),
)
IN_OLD_OFFICE: tuple[tuple[str, Kind], ...] = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "old_word"),
    ("Workbook", "old_workbook"),
    ("Book", "old_workbook"),
    ("PowerPoint Document", "slides"),
)


def kind_of(data: bytes) -> Kind:
    """The kind of a file; damaged ones keep the kind that their bytes began with."""
    head = data[:HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK"):
        return _kind_in_zip(data)
    if head.startswith(OLD_OFFICE):
        return _kind_in_old_office(data)
    if head.startswith(b"{\\rtf"):
        return "old_word"
    if head.startswith(PICTURES):
        return "picture"
    if head.startswith(FOREIGN):
        return "foreign_archive"
    if MIME_HEAD.match(head) and RELATED.search(head):
        return "saved_page"
    if is_markup(head):
        return "page"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} and _is_json(data):
        return "json"
    return "text"


def is_markup(head: bytes) -> bool:
    """Whether the first bytes of a file hold tags of a page (also as UTF-16)."""
    sample = head.replace(b"\x00", b"") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head
    return TAGS.search(sample) is not None


def _kind_in_zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {n.replace("\\", "/").lstrip("/") for n in archive.namelist()}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                said = archive.read("mimetype")
                return next((kind for mark, kind in IN_OPEN_DOCUMENT if mark in said), "archive")
            return next((kind for name, kind in IN_ZIP if name in names), "archive")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, KeyError, EOFError):
        return next((kind for name, kind in IN_ZIP if name.encode() in data), "archive")


def _kind_in_old_office(data: bytes) -> Kind:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            streams = {entry[0] for entry in container.listdir() if len(entry) == 1}
    except Exception:  # olefile has no base class for what a damaged file makes it raise
        streams = {name for name, _ in IN_OLD_OFFICE if name.encode("utf-16-le") in data}
    return next((kind for name, kind in IN_OLD_OFFICE if name in streams), "slides")


def _is_json(data: bytes) -> bool:
    if len(data) > MAX_JSON:
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
