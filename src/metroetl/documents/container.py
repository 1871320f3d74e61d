"""Zip containers opened within bounds: archives, and the office formats that are zips inside.

What a member unpacks to is never more than its header declares (zipfile cuts there), so checking the headers bounds
memory before anything is unpacked.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from metroetl.errors import Encrypted, TooMuchInside, Unreadable

MAX_UNPACKED = 256 * 1024 * 1024
MAX_MEMBERS = 20_000
DAMAGE = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, zlib.error, OSError)


@contextmanager
def open_container(
    data: bytes, name: str, *, unpacked: int = MAX_UNPACKED, members: int = MAX_MEMBERS
) -> Iterator[zipfile.ZipFile]:
    """A zip whose members are few and small enough.

    Raises TooMuchInside beyond the bounds, Encrypted where a member has a password, Unreadable for a damaged one, also
    when the damage is met while it is open.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            size = sum(info.file_size for info in infos)
            if size > unpacked:
                raise TooMuchInside(f"{name} unpacks to {size} bytes, more than {unpacked}")
            if len(infos) > members:
                raise TooMuchInside(f"{name} holds {len(infos)} files, more than {members}")
            if any(info.flag_bits & 1 for info in infos):
                raise Encrypted(f"{name} opens with a password only")
            yield archive
    except DAMAGE as error:
        raise Unreadable(f"{name} is damaged: {error}") from error
