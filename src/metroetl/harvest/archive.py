"""The archive: bytes as served, content-addressed, beside the facts of their requests.

`ab/abcd….gz` holds a body (gzip without a time, so equal bytes give equal files); `ab/abcd….<key>.json` holds one
snapshot of it, a file for each address that served it. Files appear by rename only: a killed run leaves no half file.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from pathlib import Path

from metroetl.errors import Unreadable
from metroetl.harvest.models import Snapshot


class Archive:
    """A folder of bodies and facts; safe with several threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes and give their SHA-256; bytes that are already there aren't written again."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._body(sha256)
        if not path.exists():
            write_whole(path, gzip.compress(data, mtime=0))
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of a hash; raises Unreadable if they are missing or no longer what was put."""
        path = self._body(sha256)
        try:
            data = gzip.decompress(path.read_bytes())
        except FileNotFoundError:
            raise Unreadable(f"{sha256} is not in the archive {self.root}") from None
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"{path} is damaged: {error}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Unreadable(f"{path} is damaged: its content has another hash")
        return data

    def has(self, sha256: str) -> bool:
        """Whether the bytes of a hash were put."""
        return self._body(sha256).exists()

    def describe(self, snapshot: Snapshot) -> Path:
        """Write the facts of a snapshot beside its body: address, time, status, headers, names."""
        address = f"{snapshot.source_id} {snapshot.parent_url or ''} {snapshot.url}"
        key = hashlib.sha256(address.encode()).hexdigest()[:12]
        path = self._body(snapshot.sha256).with_suffix(f".{key}.json")
        write_whole(path, snapshot.model_dump_json(indent=1).encode())
        return path

    def described(self, sha256: str) -> list[Snapshot]:
        """Every snapshot that was described for a hash, oldest first."""
        files = self._body(sha256).parent.glob(f"{sha256}.*.json")
        found = [Snapshot.model_validate_json(file.read_bytes()) for file in files]
        return sorted(found, key=lambda s: (s.fetched_at, s.url))

    def _body(self, sha256: str) -> Path:
        return self.root / sha256[:2] / f"{sha256}.gz"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
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
