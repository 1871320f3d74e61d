"""The archive in a bucket of an S3-compatible store.

Keys, region and endpoint come from where every AWS tool takes them (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL_S3`,
`~/.aws/config`, a role), or from fsspec's own configuration (`FSSPEC_S3_…`): nothing of them is a setting here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from metroetl.errors import ArchiveFailure
from metroetl.harvest.store import Stored

BLOCK = 8 * 1024 * 1024
AT_ONCE = 2
LISTED = "0123456789abcdef"  # names begin so; listed one after another, a large bucket needs less memory


class Bucket:
    """A prefix in a bucket; safe with several threads and processes, not across a fork."""

    def __init__(self, address: str) -> None:
        self._root = address.removeprefix("s3://").strip("/")
        self.address = f"s3://{self._root}"
        self._bucket, _, self._prefix = self._root.partition("/")
        if not self._bucket:
            raise ArchiveFailure(f"{address} names no bucket", way_out="METROETL_ARCHIVE=s3://bucket/prefix.")
        try:
            import fsspec
            from aiohttp import ClientError as WireError
            from botocore.exceptions import BotoCoreError, ClientError

            self._files: Any = fsspec.filesystem("s3", use_listings_cache=False)
        except ImportError as error:
            raise ArchiveFailure(
                f"{address} needs s3fs, which isn't installed", way_out="`pip install metroetl[s3]`."
            ) from error
        self._failures = (OSError, ValueError, WireError, BotoCoreError, ClientError)

    def read(self, name: str) -> bytes | None:
        with self.errors():
            try:
                return cast(bytes, self._files.cat_file(self._path(name), max_concurrency=1))
            except FileNotFoundError as error:
                self._refuse_missing_bucket(error)
                return None

    def open(self, name: str) -> IO[bytes] | None:
        with self.errors():
            try:
                return cast(
                    IO[bytes],
                    self._files.open(self._path(name), "rb", block_size=BLOCK, cache_type="readahead"),
                )
            except FileNotFoundError as error:
                self._refuse_missing_bucket(error)
                return None

    def has(self, name: str) -> bool:
        return self._size(name) is not None

    @contextmanager
    def part(self) -> Iterator[IO[bytes]]:
        with self.errors():
            file = tempfile.NamedTemporaryFile(prefix="metroetl-")  # noqa: SIM115
        with file:
            yield file

    def keep(self, part: IO[bytes], name: str) -> None:
        """Put a part; in blocks if it is large. One of the same size is the same: a store checks what it holds."""
        with self.errors():
            part.flush()
        if self._size(name) != part.tell():
            with self.errors():
                self._files.put_file(part.name, self._path(name), chunksize=BLOCK, max_concurrency=AT_ONCE)

    def write(self, name: str, data: bytes) -> None:
        with self.errors():
            self._files.pipe_file(self._path(name), data)

    def entries(self, prefix: str = "") -> Iterator[Stored]:
        for begin in [prefix] if prefix else LISTED:
            with self.errors():
                found = self._files.find(self._root, prefix=begin, detail=True)
            for path, facts in found.items():
                yield Stored(path.removeprefix(f"{self._root}/"), facts["size"], facts["LastModified"])

    def leftovers(self) -> list[Stored]:
        """Uploads in blocks that nobody ended; the name holds the upload's id."""
        with self.errors():
            begun = self._files.list_multipart_uploads(self._bucket)
            start = f"{self._prefix}/" if self._prefix else ""
            return [
                Stored(f"{u['Key'].removeprefix(start)}?uploadId={u['UploadId']}", 0, u["Initiated"])
                for u in begun
                if u["Key"].startswith(start)
            ]

    def remove(self, name: str) -> None:
        path, _, upload = name.partition("?uploadId=")
        place = {"Bucket": self._bucket, "Key": self._path(path).partition("/")[2]}
        with self.errors():
            if upload:
                self._files.call_s3("abort_multipart_upload", **place, UploadId=upload)
            else:
                self._files.call_s3("delete_object", **place)

    def is_there(self) -> bool:
        with self.errors():
            return bool(self._files.exists(self._bucket))

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            raise ArchiveFailure(f"{self.address}: {error}") from error

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _size(self, name: str) -> int | None:
        """Bytes of a file, None if there is none: one request."""
        with self.errors():
            try:
                place = {"Bucket": self._bucket, "Key": self._path(name).partition("/")[2]}
                return int(self._files.call_s3("head_object", **place)["ContentLength"])
            except FileNotFoundError:
                return None

    def _refuse_missing_bucket(self, error: FileNotFoundError) -> None:
        """A missing file is no error; a missing bucket is."""
        answer = getattr(error.__cause__, "response", {})
        if answer.get("Error", {}).get("Code") == "NoSuchBucket":
            raise error
