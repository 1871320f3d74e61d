"""The files in an archive (zip), opened within bounds; what they are is told by their own bytes later.

Names of Chinese archives are often GBK without a mark of it; then zipfile reads them as code page 437.
"""

from __future__ import annotations

import posixpath
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from metroetl.documents.container import open_container
from metroetl.documents.kinds import kind_of
from metroetl.errors import TooMuchInside, Unreadable

if TYPE_CHECKING:
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot

MAX_FILES = 200
MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 2
UTF8_NAME = 0x800
MEDIA_TYPE = "application/zip"
DOCUMENT = re.compile(
    r".+\.(?:s?html?|xhtml|mht(?:ml)?|pdf|docx?|wps|rtf|odt|xlsx?|xlsm|xlsb|et|ods|csv|ofd|txt|md|zip|jpe?g|png|tiff?)", re.I
)  # fmt: skip
LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.|~\$|Thumbs\.db$|desktop\.ini$)", re.I)


@dataclass(frozen=True)
class Member:
    """A file in an archive: its path there, and its bytes."""

    name: str
    data: bytes


def is_archive(data: bytes) -> bool:
    """Whether bytes are a zip of files, not an office format that is a zip inside."""
    return data.startswith(b"PK") and kind_of(data) == "archive"


def open_members(data: bytes, name: str = "the archive") -> Iterator[Member]:
    """The documents in an archive and in archives inside it, one by one.

    Raises TooMuchInside beyond MAX_FILES, MAX_BYTES (all of them unpacked) or MAX_DEPTH, Encrypted, or Unreadable.
    """
    yield from _Opener().open(data, name, "", 1)


class _Opener:
    """Counts what one archive gave, over all depths."""

    def __init__(self) -> None:
        self.files, self.bytes = 0, 0

    def open(self, data: bytes, name: str, path: str, depth: int) -> Iterator[Member]:
        with open_container(data, name, unpacked=MAX_BYTES) as archive:
            for info in archive.infolist():
                inner = _clean_name(info)
                if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16) or LITTER.search(inner):
                    continue
                if not DOCUMENT.fullmatch(posixpath.basename(inner)):
                    continue
                self._count(info, name)
                content = archive.read(info)
                if not is_archive(content):
                    yield Member(path + inner, content)
                elif depth < MAX_DEPTH:
                    yield from self.open(content, inner, f"{path}{inner}/", depth + 1)
                else:
                    raise TooMuchInside(f"{name} holds archives more than {MAX_DEPTH} deep: {inner}")

    def _count(self, info: zipfile.ZipInfo, name: str) -> None:
        self.files += 1
        self.bytes += info.file_size
        if self.files > MAX_FILES:
            raise TooMuchInside(f"{name} holds more than {MAX_FILES} documents")
        if self.bytes > MAX_BYTES:
            raise TooMuchInside(f"{name} unpacks to more than {MAX_BYTES} bytes")


def _clean_name(info: zipfile.ZipInfo) -> str:
    """The path of a member as its maker saw it, without ways out of the archive (`..`, a drive, a leading slash)."""
    name = info.filename
    if not info.flag_bits & UTF8_NAME and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = name.encode()
        name = _as_text(raw)
    parts = re.split(r"[/\\]", name.replace("\x00", ""))
    return "/".join(p for p in parts if p not in {"", ".", ".."} and not re.fullmatch(r"[A-Za-z]:", p))


def _as_text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def member_url(archive_url: str, name: str) -> str:
    """The address of a file in an archive: the archive's, with the file's name as its fragment."""
    return f"{archive_url}#{quote(name)}"


def read_archive(data: bytes, snapshot: Snapshot) -> Document:
    """The document of an archive: no text of its own, its files as attachments (each is a snapshot of its own).

    Raises what `open_members` raises, and Unreadable where no document is inside.
    """
    from metroetl.documents.files import file_document
    from metroetl.documents.models import Attachment
    from metroetl.documents.writer import TextWriter

    name = snapshot.name or snapshot.url
    names = [member.name for member in open_members(data, name)]
    if not names:
        raise Unreadable(f"{name} is an archive without a document inside")
    document = file_document(TextWriter(), snapshot, None, MEDIA_TYPE, [])
    files = [Attachment(url=member_url(snapshot.url, n), name=posixpath.basename(n)) for n in names]
    return document.model_copy(update={"attachments": files})
