"""WARC files into the archive: our own exports exactly, those of other tools (wget, browsertrix) within bounds.

An export brings its facts in metadata records. Of a foreign file only whole pages and documents are taken, from hosts
of the catalogue; what stands in place of a page is named as it would be in a harvest. Everything else is named and left.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from metroetl.catalogue.models import INBOX, Source
from metroetl.documents.folder import SUFFIX
from metroetl.errors import ArchiveFailure, TooLarge, UnexpectedContentType, Unreadable
from metroetl.harvest.addresses import Request, absolute, host_of
from metroetl.harvest.answer import Answer
from metroetl.harvest.archive import Archive
from metroetl.harvest.barriers import find_barrier
from metroetl.harvest.client import KEPT_HEADERS
from metroetl.harvest.content import Content
from metroetl.harvest.models import Role, Snapshot
from metroetl.harvest.steps import file_name, keep
from metroetl.harvest.warc_out import FACTS_TYPE

BLOCK = 1024 * 1024
MAX_FACTS = 1024 * 1024
MAX_RECORDS = 1_000_000
PASSED_OVER = {"warcinfo", "request", "metadata", "continuation"}  # they say nothing that is kept by itself
ENCODINGS = ("identity", "gzip", "deflate")
PAGES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True)
class LeftOut:
    """A record that wasn't taken, and why."""

    url: str
    reason: str


@dataclass
class WarcReader:
    """Takes the records of WARC files into the archive.

    `chosen` is the source that foreign records are of, where several have the host.
    """

    archive: Archive
    sources: Mapping[str, Source]
    max_bytes: int
    chosen: str | None = None
    max_records: int = MAX_RECORDS
    _facts: dict[str, Snapshot | None] = field(default_factory=dict)

    def read(self, path: Path) -> Iterator[Snapshot | LeftOut]:
        """Each record as it is archived or left out; raises Unreadable for what is no WARC file, or is cut off."""
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed

        check_whole(path)
        self._facts.clear()
        number = 0
        with path.open("rb") as file:
            try:
                for number, record in enumerate(ArchiveIterator(file, check_digests=True), 1):
                    if number > self.max_records:
                        raise Unreadable(f"{path} holds more than {self.max_records} records")
                    if (taken := self._take(record)) is not None:
                        yield taken
                    _read_to_end(record)
            except ArchiveLoadFailed as error:
                raise Unreadable(f"{path} is no WARC file: {error}") from error
        if not number:
            raise Unreadable(f"{path} holds no record")
        for key, snapshot in self._facts.items():
            yield LeftOut(snapshot.url if snapshot else key, "its body is not in the file")

    def _take(self, record: Any) -> Snapshot | LeftOut | None:
        """What becomes of one record; None if it is none of its own."""
        head = record.rec_headers
        if record.rec_type == "metadata" and record.content_type == FACTS_TYPE:
            return self._note_facts(head.get_header("WARC-Concurrent-To", ""), record)
        key = head.get_header("WARC-Record-ID", "")
        uri = head.get_header("WARC-Target-URI", "")
        if record.rec_type in PASSED_OVER:
            return None
        exported = key in self._facts
        facts = self._facts.pop(key, None)
        if exported and facts is None:
            return LeftOut(uri, "its facts are damaged")
        if not exported and record.rec_type != "response":
            return LeftOut(uri, f"a {record.rec_type} record")
        try:
            content = self._content(record)
        except (TooLarge, UnexpectedContentType) as error:
            return LeftOut(uri, error.message)
        if record.digest_checker.passed is False:
            return LeftOut(uri, "its bytes are damaged (another digest)")
        return self._take_export(facts, content) if facts else self._take_foreign(record, uri, content)

    def _note_facts(self, key: str, record: Any) -> LeftOut | None:
        """Facts of an export wait for their body, which is the record they name."""
        text = record.content_stream().read(MAX_FACTS)
        try:
            self._facts[key] = Snapshot.model_validate_json(text)
        except ValidationError:
            self._facts[key] = None
        return None

    def _content(self, record: Any) -> Content:
        """The body, without transfer and content encoding."""
        packed = (record.http_headers and record.http_headers.get_header("content-encoding")) or "identity"
        if packed.lower() not in ENCODINGS:
            raise UnexpectedContentType(f"its encoding {packed} can't be undone")
        content, stream = Content(), record.content_stream()
        while block := stream.read(BLOCK):
            content.write(block)
            if content.size > self.max_bytes:
                raise TooLarge(f"more than {self.max_bytes} bytes")
        _read_to_end(record)
        return content

    def _take_export(self, snapshot: Snapshot, content: Content) -> Snapshot | LeftOut:
        if content.sha256 != snapshot.sha256:
            return LeftOut(snapshot.url, "its bytes are damaged (another hash)")
        if snapshot.source_id not in self.sources and snapshot.source_id != INBOX:
            return LeftOut(snapshot.url, f"the catalogue has no source {snapshot.source_id}")
        with content.open() as body:
            self.archive.put(body)
        self.archive.describe(snapshot)
        return snapshot

    def _take_foreign(self, record: Any, uri: str, content: Content) -> Snapshot | LeftOut:
        """A response that another tool recorded, judged like one of our own."""
        source = self._source_of(uri)
        if isinstance(source, LeftOut):
            return source
        status = _status(record)
        url = absolute(uri, uri, source.list if host_of(source.list) else uri)
        at = _moment(record.rec_headers.get_header("WARC-Date", ""))
        if status != 200 or url is None or at is None:
            return LeftOut(uri, f"HTTP {status}" if status != 200 else "no address, or no date")
        sent = [(name.lower(), value) for name, value in record.http_headers.headers]
        headers = {name: value for name, value in reversed(sent) if name in KEPT_HEADERS}
        answer = Answer(url, url, status, headers, content, at, 0.0, {"method": "GET"})
        role = _role(answer, source)
        if role is None:
            return LeftOut(uri, f"neither page nor document: {headers.get('content-type', 'no type')}")
        if barrier := find_barrier(status, headers, answer.body, url, url, role):
            return LeftOut(uri, f"{barrier.code}: {barrier.message}")
        name = file_name(answer, "") if role == "attachment" else ""
        return keep(self.archive, answer, source.id, Request(url), role, name=name)

    def _source_of(self, uri: str) -> Source | LeftOut:
        """The source whose host answered; not guessed where several share it."""
        host = host_of(uri)
        found = [s for s in self.sources.values() if host and host in s.hosts]
        if not found:
            return LeftOut(uri, "not of a host of the catalogue")
        mine = [s for s in found if self.chosen in (None, s.id)]
        if len(mine) == 1:
            return mine[0]
        ids = ", ".join(s.id for s in found)
        return LeftOut(uri, f"of {ids}: say which by --source" if not self.chosen else f"of {ids}")


def check_whole(path: Path) -> None:
    """Read a compressed file through: raises Unreadable if it is damaged or cut off, ArchiveFailure if unreadable."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        if packed:
            with gzip.open(path) as unpacked:
                while unpacked.read(BLOCK):
                    pass
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Unreadable(
            f"{path} is damaged or cut off: {error}", way_out="Copy it again; nothing of it was taken."
        ) from error
    except OSError as error:
        raise ArchiveFailure(f"{path}: {error}", way_out="Name a file that can be read.") from error


def _read_to_end(record: Any) -> None:
    """Read what is left of a record, by which its digest is checked; raises Unreadable if bytes are missing."""
    while record.raw_stream.read(BLOCK):
        pass
    if getattr(record.raw_stream, "limit", 0):
        raise Unreadable(
            "the file is cut off within a record", way_out="Copy it again; what came before was taken."
        )


def _status(record: Any) -> int:
    code = record.http_headers.get_statuscode() if record.http_headers else ""
    return int(code) if code.isdecimal() else 0


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _role(answer: Answer, source: Source) -> Role | None:
    """What a foreign answer is: the source's list, a page, or a document by its name; pictures and styles are nothing."""
    if answer.url == source.list:
        return "listing"
    if answer.headers.get("content-type", "").split(";")[0].strip().lower() in PAGES:
        return "page"
    name = file_name(answer, "") or urlsplit(answer.url).path
    return "attachment" if SUFFIX.fullmatch(Path(name).suffix) else None
