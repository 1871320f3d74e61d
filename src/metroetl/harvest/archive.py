"""The archive: bytes as served, content-addressed, beside the facts of their requests.

`ab/abcd….gz` holds a body (gzip without a time, so equal bytes give equal files); `ab/abcd….<key>.json` holds one
snapshot of it, a file for each address that served it, written once: when it was seen first. Seen again is an attempt
of its own in the warehouse (raw_fetch). A body is written before its facts, and both before anything is read of them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO

from pydantic import ValidationError

from metroetl.errors import ArchiveFailure, Unreadable
from metroetl.harvest.models import Snapshot
from metroetl.harvest.store import Folder, Stored, open_store

BLOCK = 1024 * 1024
AT_ONCE = 8
BODY = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})\.gz")
FACTS = re.compile(r"[0-9a-f]{2}/([0-9a-f]{64})\.[0-9a-f]{12}\.json")
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no name, no time, no system: the same everywhere
DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error)


class Archive:
    """Bodies and facts in a folder or a bucket (`s3://bucket/prefix`); safe with several threads and processes.

    What the store can't do is an ArchiveFailure. `is_near` tells a folder, where a small file is written at once.
    """

    def __init__(self, address: str | Path) -> None:
        self.store = open_store(str(address))
        self.address = self.store.address
        self.is_near = isinstance(self.store, Folder)

    def put(self, data: bytes | BinaryIO) -> str:
        """Keep the bytes, or what a file gives from here to its end, and give their SHA-256.

        A file is compressed as it is read, whatever its size. A stored body that isn't what it should be is replaced.
        """
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        digest = hashlib.sha256()
        with self.store.part() as part:
            for block in _packed(source, digest):
                with self.store.errors():
                    part.write(block)
            self.store.keep(part, body_name(digest.hexdigest()))
        return digest.hexdigest()

    def get(self, sha256: str) -> bytes:
        """The bytes of a hash; raises Unreadable if they are missing or no longer what was put."""
        name = body_name(sha256)
        packed = self.store.read(name)
        if packed is None:
            raise self._missing(sha256)
        try:
            data = gzip.decompress(packed)
        except DAMAGE as error:
            raise self._damaged(name, str(error)) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise self._damaged(name, "its content has another hash")
        return data

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of a hash to read in order, whatever their size; reading to the end raises what `get` raises."""
        packed = self.store.open(body_name(sha256))
        if packed is None:
            raise self._missing(sha256)
        return io.BufferedReader(_Checked(self, packed, sha256), BLOCK)

    def has(self, sha256: str) -> bool:
        """Whether the bytes of a hash were put."""
        return self.store.has(body_name(sha256))

    def describe(self, snapshot: Snapshot) -> None:
        """Write the facts of a snapshot beside its body: address, time, status, headers, names.

        The same body of the same address, of which a person tells the same, keeps the facts of its first time.
        """
        name = facts_name(snapshot)
        with suppress(Unreadable):
            if self._facts(name) is not None:
                return
        self.store.write(name, snapshot.model_dump_json(indent=1).encode())

    def described(self, sha256: str) -> list[Snapshot]:
        """Every snapshot that was described for a hash, oldest first; raises Unreadable if facts are damaged."""
        files = self.store.entries(f"{sha256[:2]}/{sha256}.")
        found = [facts for f in files if FACTS.fullmatch(f.name) and (facts := self._facts(f.name))]
        return sorted(found, key=lambda s: (s.fetched_at, s.url))

    def files(self) -> Iterator[tuple[Stored, str, bool]]:
        """Every file with its hash, and whether it is a body (else facts); in no order."""
        for file in self.store.entries():
            if match := BODY.fullmatch(file.name) or FACTS.fullmatch(file.name):
                yield file, match[1], file.name.endswith(".gz")

    def read_facts(self, names: Iterable[str]) -> Iterator[Snapshot | Unreadable]:
        """The facts in these files, several at once, in order; what is wrong with those that are damaged."""

        def read(name: str) -> Snapshot | Unreadable | None:
            try:
                return self._facts(name)
            except Unreadable as error:
                return error

        waiting = iter(names)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while some := list(islice(waiting, 50 * AT_ONCE)):
                yield from filter(None, pool.map(read, some))

    def _facts(self, name: str) -> Snapshot | None:
        data = self.store.read(name)
        if data is None:
            return None
        try:
            return Snapshot.model_validate_json(data)
        except ValidationError as error:
            raise self._damaged(name, "these are no facts of a snapshot") from error

    def _missing(self, sha256: str) -> Unreadable | ArchiveFailure:
        if not self.store.is_there():
            return ArchiveFailure(
                f"there is no archive at {self.address}",
                way_out="Check METROETL_ARCHIVE; if the archive is lost, make the empty folder, and import a WARC of it.",
            )
        return Unreadable(f"{sha256} is not in the archive {self.address}")

    def _damaged(self, name: str, why: str) -> Unreadable:
        return Unreadable(f"{self.address}/{name} is damaged: {why}")


class _Checked(io.RawIOBase):
    """A body as it is unpacked; its end is there only if the hash is right."""

    def __init__(self, archive: Archive, packed: IO[bytes], sha256: str) -> None:
        self._archive, self._packed, self._sha256 = archive, packed, sha256
        self._body = gzip.GzipFile(fileobj=packed)
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        name = body_name(self._sha256)
        with self._archive.store.errors():
            try:
                block = self._body.read(len(buffer))
            except DAMAGE as error:
                raise self._archive._damaged(name, str(error)) from error
        self._digest.update(block)
        if not block and self._digest.hexdigest() != self._sha256:
            raise self._archive._damaged(name, "its content has another hash")
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._packed.close()
        super().close()


def body_name(sha256: str) -> str:
    """Name of a body's file."""
    return f"{sha256[:2]}/{sha256}.gz"


def facts_name(snapshot: Snapshot) -> str:
    """Name of the file of a snapshot's facts."""
    address = [snapshot.source_id, snapshot.parent_url or "", snapshot.url]
    told = [snapshot.publisher, str(snapshot.published_on or ""), snapshot.access]
    key = " ".join(address if told == ["", "", "public"] else address + told)
    return f"{snapshot.sha256[:2]}/{snapshot.sha256}.{hashlib.sha256(key.encode()).hexdigest()[:12]}.json"


def _packed(source: BinaryIO, digest: hashlib._Hash) -> Iterator[bytes]:
    """The gzip file of what a file gives, in blocks; the digest takes the content."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    check, size = 0, 0
    yield GZIP_HEAD
    while block := source.read(BLOCK):
        digest.update(block)
        check, size = zlib.crc32(block, check), size + len(block)
        yield packer.compress(block)
    yield packer.flush() + check.to_bytes(4, "little") + (size % 2**32).to_bytes(4, "little")
