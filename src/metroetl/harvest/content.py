"""The content of one answer, on its way from the wire to the archive: small in memory, large in a temporary file."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from typing import IO, BinaryIO

IN_MEMORY = 1024 * 1024


class Content:
    """Bytes that grow while they come and are read as often as wanted, from several threads too.

    What is beyond `IN_MEMORY` goes into a file without a name, which ends with this object, or with the last reader of
    it, also if the process is killed. `size` and `sha256` are known without reading the bytes again.
    """

    def __init__(self, data: bytes = b"") -> None:
        self.size = 0
        self._hash = hashlib.sha256()
        self._memory = bytearray()
        self._disk: IO[bytes] | None = None
        self.write(data)

    def write(self, data: bytes) -> None:
        """Put bytes at the end."""
        self.size += len(data)
        self._hash.update(data)
        if self._disk is None and self.size > IN_MEMORY:
            self._disk = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - ends with the object
            data, self._memory = bytes(self._memory) + data, bytearray()
        if self._disk is None:
            self._memory += data
            return
        rest = memoryview(data)
        while rest:
            rest = rest[self._disk.write(rest) :]

    @property
    def sha256(self) -> str:
        """Hash of the bytes so far."""
        return self._hash.hexdigest()

    def head(self, count: int) -> bytes:
        """The first bytes, at most `count`."""
        return os.pread(self._disk.fileno(), count, 0) if self._disk else bytes(self._memory[:count])

    def read(self) -> bytes:
        """All bytes, in memory."""
        with self.open() as file:
            return file.read()

    def open(self) -> BinaryIO:
        """A binary file at its beginning; each has a place of its own in the bytes."""
        if self._disk is None:
            return io.BytesIO(self._memory)
        return io.BufferedReader(_Reader(self._disk, self.size), IN_MEMORY // 8)


class _Reader(io.RawIOBase):
    """A place of its own in a shared file, which it keeps from ending."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._size, self._at = file, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = os.preadv(self._file.fileno(), [buffer], self._at)
        self._at += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at
