"""Backup and restore: one zip file with the database (a SQLite file, or pg_dump's custom format) and what it holds.

`manifest.json` tells engine, revision, contract, world and the rows of every table, all of one moment. A restore looks
at everything before it touches the warehouse, and counts the rows afterwards. Zip was chosen as every system opens it,
it knows of files over 4 GB, and it tells by itself that a file is cut off or damaged.
"""

from __future__ import annotations

import os
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, make_url, text

from metroetl.errors import WarehouseError
from metroetl.warehouse import pg_client
from metroetl.warehouse.engine import execute_as_is, named_errors, reader, reading
from metroetl.warehouse.upgrade import (
    check_version,
    check_world,
    copy_sqlite,
    current_revision,
    read_contract,
    upgrade,
)

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue

Engine = Literal["sqlite", "postgresql"]
MANIFEST = "manifest.json"
_PAYLOAD: dict[Engine, str] = {"sqlite": "warehouse.db", "postgresql": "warehouse.dump"}
_DATA = ("raw_", "staging_", "core_", "ops_")


class Manifest(BaseModel):
    """What a backup holds."""

    format: Literal[1] = 1
    engine: Engine
    made_at: datetime
    program: str
    server: str
    revision: str
    contract: dict[str, str]
    world: str
    rows: dict[str, int]


# --- backup ---------------------------------------------------------------------------------------------------------


def back_up(url: str, file: Path) -> Manifest:
    """Write a backup of the warehouse, of one moment, while others read and write it; nothing half stays behind.

    Raises WarehouseError if the file is there already, the disk is full, or pg_dump is missing or too old.
    """
    if file.exists():
        raise WarehouseError(f"{file} is there already", way_out="Name another --output.")
    with named_errors(), _disk(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
            payload = Path(folder) / "payload"
            make = _dump_sqlite if _engine_of(url) == "sqlite" else _dump_postgres
            manifest = make(url, payload)
            whole = Path(folder) / "whole"
            _pack(whole, payload, manifest)
            whole.replace(file)
    return manifest


def _engine_of(url: str) -> Engine:
    return "sqlite" if make_url(url).get_backend_name() == "sqlite" else "postgresql"


def _dump_sqlite(url: str, payload: Path) -> Manifest:
    reader(url).dispose()  # says so where there is no file
    copy_sqlite(Path(make_url(url).database or ""), payload)
    _check_sqlite(payload)
    with _looking_at(f"sqlite:///{payload}") as connection:
        return _manifest(connection, sqlite3.sqlite_version)


def _dump_postgres(url: str, payload: Path) -> Manifest:
    engine = reader(url)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            server = connection.execute(text("SHOW server_version")).scalar_one()
            manifest = _manifest(connection, server)
            pg_client.dump(url, server, snapshot, payload)
            return manifest
    finally:
        engine.dispose()


def _manifest(connection: Connection, server: str) -> Manifest:
    revision = current_revision(connection)
    check_version(revision)
    if revision is None:
        raise WarehouseError("there is no warehouse here", way_out="Run `metroetl warehouse init`.")
    return Manifest(
        engine="sqlite" if connection.dialect.name == "sqlite" else "postgresql",
        made_at=datetime.now(UTC),
        program=version("metroetl"),
        server=server,
        revision=revision,
        contract=read_contract(connection),
        world=connection.execute(text("SELECT world FROM meta_world")).scalar_one(),
        rows=_count(connection),
    )


def _count(connection: Connection) -> dict[str, int]:
    """Rows of every table; those of partitions count for their table."""
    return {
        name: connection.execute(text(f'SELECT COUNT(*) FROM "{name}"')).scalar_one()  # noqa: S608
        for name in _tables(connection)
    }


def _tables(connection: Connection) -> list[str]:
    if connection.dialect.name == "postgresql":
        return pg_client.tables(connection)
    asked = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return list(connection.execute(text(asked)).scalars())


def _pack(file: Path, payload: Path, manifest: Manifest) -> None:
    """The zip; readable by its owner only, for it holds internal rows too."""
    how = (
        zipfile.ZIP_DEFLATED if manifest.engine == "sqlite" else zipfile.ZIP_STORED
    )  # pg_dump compresses itself
    with (
        os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw,
        zipfile.ZipFile(raw, "w", how) as packed,
    ):
        packed.writestr(MANIFEST, manifest.model_dump_json(indent=2))
        packed.write(payload, _PAYLOAD[manifest.engine])


# --- restore --------------------------------------------------------------------------------------------------------


def restore(url: str, file: Path, world: str, catalogue: Catalogue, *, force: bool = False) -> Manifest:
    """Put a backup in the place of the warehouse, then bring it up to date; in the same place, all or nothing.

    Raises WarehouseError, and then changed nothing, for a damaged file, a backup of a newer program, of the other
    world or of the other engine, and for a warehouse that holds data, unless `force` says to replace it.
    """
    manifest = read_manifest(file)
    _check_target(url, manifest, world, force=force)
    target = Path(make_url(url).database or "") if manifest.engine == "sqlite" else None
    with named_errors(), _disk(target or file):
        if target:
            target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent if target else None, prefix=".restore-") as folder:
            payload = _unpack(file, manifest, Path(folder))
            if target:
                _restore_sqlite(payload, target, manifest)
            else:
                with pg_client.set_aside(url) as connection:
                    pg_client.restore(url, connection, payload)
                    _compare(manifest, _count(connection))
                    execute_as_is(
                        connection, "DELETE FROM meta_contract"
                    )  # so that the upgrade makes the views
    upgrade(url, world, catalogue)
    return manifest


def read_manifest(file: Path) -> Manifest:
    """What a backup says it holds. Raises WarehouseError where it is none, or damaged."""
    with _whole(file), zipfile.ZipFile(file) as packed:
        return Manifest.model_validate_json(packed.read(MANIFEST))


@contextmanager
def _whole(file: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise WarehouseError(
            f"{file} isn't there", way_out="Check the path; backups go to `backups` in METROETL_HOME."
        ) from error
    except OSError as error:
        raise WarehouseError(
            f"{file} can't be read: {error.strerror}", way_out="Check the path and its rights."
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValidationError) as error:
        first = str(error).partition("\n")[0]
        raise WarehouseError(
            f"{file} isn't a whole backup: {first}", way_out="Nothing was changed. Use another backup."
        ) from error


def _unpack(file: Path, manifest: Manifest, folder: Path) -> Path:
    """The database of the backup, read to its end, so that its checksum was compared."""
    with _whole(file), zipfile.ZipFile(file) as packed:
        return Path(packed.extract(_PAYLOAD[manifest.engine], folder))


def _check_target(url: str, manifest: Manifest, world: str, *, force: bool) -> None:
    check_version(manifest.revision)
    if manifest.engine != _engine_of(url):
        raise WarehouseError(
            f"the backup is of {manifest.engine}, the warehouse is not", way_out="Set METROETL_DATABASE_URL."
        )
    if manifest.world != world:
        raise WarehouseError(
            f"the backup is of a warehouse marked {manifest.world}, here it is {world}",
            way_out="Use another METROETL_HOME, or set METROETL_WORLD to what the backup is.",
        )
    if manifest.engine == "sqlite" and not Path(make_url(url).database or "").is_file():
        return
    with _looking_at(url) as connection:
        tables = _tables(connection)
        if "meta_world" in tables:
            check_world(connection, world)
        full = [t for t in tables if t.startswith(_DATA) and _has_rows(connection, t)]
    if full and not force:
        raise WarehouseError(
            f"the warehouse holds data ({', '.join(full[:3])} …)",
            way_out="Make a backup of it, then restore with --force: what it holds is replaced.",
        )


def _has_rows(connection: Connection, name: str) -> bool:
    return bool(connection.execute(text(f'SELECT EXISTS (SELECT 1 FROM "{name}")')).scalar())  # noqa: S608


@contextmanager
def _looking_at(url: str) -> Iterator[Connection]:
    engine = reader(url)
    try:
        with reading(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def _restore_sqlite(payload: Path, target: Path, manifest: Manifest) -> None:
    """All pages in one transaction of the target: who reads it sees what was there, then what was restored."""
    _check_sqlite(payload)
    with _looking_at(f"sqlite:///{payload}") as connection:
        _compare(manifest, _count(connection))
    with closing(sqlite3.connect(payload)) as source, closing(sqlite3.connect(target)) as there:
        source.backup(there)
    with _looking_at(f"sqlite:///{target}") as connection:
        _compare(manifest, _count(connection))


def _check_sqlite(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise WarehouseError(f"the database is damaged: {found}", way_out="Restore an earlier backup.")


def _compare(manifest: Manifest, rows: dict[str, int]) -> None:
    names = sorted(manifest.rows.keys() | rows.keys())
    wrong = [
        f"{name} {rows.get(name)} of {manifest.rows.get(name)}"
        for name in names
        if rows.get(name) != manifest.rows.get(name)
    ]
    if wrong:
        raise WarehouseError(
            f"the rows aren't those that the backup tells of: {', '.join(wrong)}",
            way_out="Use another backup.",
        )


@contextmanager
def _disk(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WarehouseError(
            f"{file} can't be written or read: {error.strerror or error}",
            way_out="Nothing was changed. Free disk space or choose another folder, then run again.",
        ) from error
