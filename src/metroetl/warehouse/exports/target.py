"""Where an export goes: a file or folder of this machine, or a prefix of an S3-compatible store, whole or not at all.

On this machine it is written beside its name and renamed. A store can't rename: an export is made here first, and
uploaded with its manifest last, so that a prefix without one isn't whole. Keys and endpoint of the store come from
where every AWS tool takes them (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL_S3`, `~/.aws/config`, a role).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from metroetl.errors import WarehouseError
from metroetl.warehouse.exports.stamp import MANIFEST
from metroetl.warehouse.exports.tell import Tell

BLOCK = 8 * 1024 * 1024
AT_ONCE = 2


@contextmanager
def target(output: str, *, force: bool, folder: bool, tell: Tell) -> Iterator[Path]:
    """Give a path to write a file or a folder at, which becomes `output` when the block ends well.

    Raises WarehouseError where something is there already (with `force` an earlier export is replaced, nothing
    else), or where it can't be written; then nothing stands under the name that didn't before.
    """
    with (
        _named(output),
        _bucket(output, force, tell) if output.startswith("s3://") else _local(Path(output), force) as part,
    ):
        if folder:
            part.mkdir()
        yield part


@contextmanager
def _local(final: Path, force: bool) -> Iterator[Path]:
    final = final.absolute()
    if final.is_dir() and not any(final.iterdir()):
        final.rmdir()
    if final.exists():
        whole = final.is_file() or (final / MANIFEST).is_file()
        _refuse(str(final), force, whole)
    final.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{final.name}.part-", dir=final.parent))
    try:
        yield beside / final.name
        old = beside / "old"
        if final.exists():
            final.rename(old)
        try:
            (beside / final.name).rename(final)
        except OSError:
            if old.exists():
                old.rename(final)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def _bucket(address: str, force: bool, tell: Tell) -> Iterator[Path]:
    files = _store(address)
    root = address.removeprefix("s3://").strip("/")
    there = {path.removeprefix(f"{root}/") for path in files.find(root)}
    if there:
        _refuse(address, force, MANIFEST in there or root in there)
    with tempfile.TemporaryDirectory(prefix="metroetl-export-") as folder:
        part = Path(folder) / "export"
        yield part
        found = sorted(p for p in part.rglob("*") if p.is_file()) if part.is_dir() else [part]
        found.sort(key=lambda path: path.name == MANIFEST)
        names = {p: f"{root}/{p.relative_to(part).as_posix()}" if part.is_dir() else root for p in found}
        if MANIFEST in there:
            files.rm_file(f"{root}/{MANIFEST}")
        _upload(files, names, tell)
        stale = {f"{root}/{name}" for name in there} - {root, f"{root}/{root}", *names.values()}
        for path in sorted(stale - {f"{root}/{MANIFEST}"}):
            files.rm_file(path)


def _upload(files: Any, names: dict[Path, str], tell: Tell) -> None:
    """Put files in this order; if one can't be, those that were are taken back."""
    done: list[str] = []
    try:
        for path, name in names.items():
            tell.tell(f"→ s3://{name}", len(done))
            done.append(name)
            files.put_file(str(path), name, chunksize=BLOCK, max_concurrency=AT_ONCE)
    except BaseException:
        for name in done:
            with suppress(Exception):
                files.rm_file(name)
        raise


def _store(address: str) -> Any:
    if not address.removeprefix("s3://").strip("/").partition("/")[2]:
        raise WarehouseError(f"{address} names no prefix in a bucket", way_out="--output s3://bucket/prefix")
    try:
        import fsspec

        return fsspec.filesystem("s3", use_listings_cache=False)
    except ImportError as error:
        raise WarehouseError(
            f"{address} needs s3fs, which isn't installed", way_out="Install metroetl[s3]."
        ) from error


def _refuse(place: str, force: bool, is_export: bool) -> None:
    if not force:
        raise WarehouseError(
            f"{place} is there already",
            way_out="Name another place, or say --force to replace an earlier export.",
        )
    if not is_export:
        raise WarehouseError(
            f"{place} is there and is no export of a warehouse (it has no {MANIFEST})",
            way_out="Name another place; --force replaces earlier exports only.",
        )


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Turn what a disk or a store answers into a named error."""
    failures: tuple[type[BaseException], ...] = (OSError,)
    if place.startswith("s3://"):
        with suppress(ImportError):
            from aiohttp import ClientError as WireError
            from botocore.exceptions import BotoCoreError, ClientError

            failures = (OSError, WireError, BotoCoreError, ClientError)
    try:
        yield
    except failures as error:
        raise WarehouseError(
            f"{place} can't be written: {error}",
            way_out="Nothing half stands there. Check the place, its rights and its room, then run again.",
        ) from error
