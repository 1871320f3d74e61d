"""Where the archive's files are: a folder, or a bucket of an S3-compatible store; names are the same in both.

A file appears whole or not at all: in a folder by rename, in a bucket because a put is atomic.
"""

from __future__ import annotations

import filecmp
import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from metroetl.errors import ArchiveFailure

PART = ".part-"


class Stored(NamedTuple):
    """A file of the store: its name (`ab/abcd….gz`), its size in bytes, when it was written."""

    name: str
    size: int
    written_at: datetime


class Store(Protocol):
    """What the archive asks of a store; whatever a store can't do is an ArchiveFailure."""

    address: str

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None if there is none."""

    def open(self, name: str) -> IO[bytes] | None:
        """A file to read from its begin without holding it in memory, None if there is none."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def part(self) -> AbstractContextManager[IO[bytes]]:
        """A new file to write into, which goes with the context unless it is kept."""

    def keep(self, part: IO[bytes], name: str) -> None:
        """Make a part the file of this name, unless the same is there already."""

    def write(self, name: str, data: bytes) -> None:
        """Write a small file."""

    def entries(self, prefix: str = "") -> Iterator[Stored]:
        """The files whose name begins so, in no order; no parts."""

    def leftovers(self) -> list[Stored]:
        """Parts that killed runs left, and those of runs that go on."""

    def remove(self, name: str) -> None:
        """Drop a file or leftover; one that is gone is no error."""

    def is_there(self) -> bool:
        """Whether there is a store at all (an empty one is)."""

    def errors(self) -> AbstractContextManager[None]:
        """Gives failures of the store their name."""


def open_store(address: str) -> Store:
    """The store of an address; raises ArchiveFailure for what is neither a folder nor `s3://bucket/prefix`."""
    if address.startswith("s3://"):
        from metroetl.harvest.bucket import Bucket

        return Bucket(address)
    if "://" in address:
        raise ArchiveFailure(
            f"an archive can't be at {address.partition('://')[0]}://",
            way_out="METROETL_ARCHIVE is a folder or s3://bucket/prefix.",
        )
    return Folder(Path(address))


class Folder:
    """A local folder; safe with several threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root, self.address = root, str(root)

    def read(self, name: str) -> bytes | None:
        with self.errors():
            try:
                return (self.root / name).read_bytes()
            except FileNotFoundError:
                return None

    def open(self, name: str) -> IO[bytes] | None:
        with self.errors():
            try:
                return (self.root / name).open("rb")
            except FileNotFoundError:
                return None

    def has(self, name: str) -> bool:
        return (self.root / name).exists()

    @contextmanager
    def part(self) -> Iterator[IO[bytes]]:
        with self.errors():
            _make(self.root)
            file = tempfile.NamedTemporaryFile(dir=self.root, prefix=PART, delete=False)  # noqa: SIM115
        try:
            yield file
        finally:
            with suppress(OSError):  # on a full disk it can't write its rest: that is told already
                file.close()
            Path(file.name).unlink(missing_ok=True)

    def keep(self, part: IO[bytes], name: str) -> None:
        path = self.root / name
        with self.errors():
            part.flush()
            with suppress(FileNotFoundError):
                if filecmp.cmp(part.name, path, shallow=False):
                    return
            os.fsync(part.fileno())
            _make(path.parent)
            Path(part.name).replace(path)

    def write(self, name: str, data: bytes) -> None:
        with self.errors():
            write_whole(self.root / name, data)

    def entries(self, prefix: str = "") -> Iterator[Stored]:
        with self.errors():
            for path in self.root.glob(f"{prefix}*" if "/" in prefix else f"{prefix}*/*"):
                if not path.name.startswith(PART):
                    yield from self._stored(path)

    def leftovers(self) -> list[Stored]:
        with self.errors():
            parts = [*self.root.glob(f"{PART}*"), *self.root.glob(f"??/{PART}*")]
            return [stored for path in parts for stored in self._stored(path)]

    def remove(self, name: str) -> None:
        with self.errors():
            (self.root / name).unlink(missing_ok=True)

    def is_there(self) -> bool:
        return self.root.is_dir()

    def _stored(self, path: Path) -> list[Stored]:
        """A file as the store tells of it; none if another process removed it just now."""
        try:
            facts = path.stat()
        except FileNotFoundError:
            return []
        name = path.relative_to(self.root).as_posix()
        return [Stored(name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))]

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ArchiveFailure(f"{self.address}: {error}") from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a local file so that it is there whole or not at all."""
    _make(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _make(folder: Path) -> None:
    """Make a folder that isn't there; most are, and to ask costs less than to make."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
