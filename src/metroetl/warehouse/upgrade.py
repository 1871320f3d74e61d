"""Bring a warehouse to the current version: migrations, views, words, dimensions, roles, in one transaction."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from metroetl.errors import WarehouseError
from metroetl.warehouse.dictionary import words, write_dictionary
from metroetl.warehouse.engine import dump_json, reader, reading, writer, writing
from metroetl.warehouse.functions import create_as_of, create_audience, drop_as_of
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import put
from metroetl.warehouse.refresh import dimension_rows, load_dimensions
from metroetl.warehouse.roles import Roles, drop_policies, put_roles_in_force, roles_are_due
from metroetl.warehouse.tables import table
from metroetl.warehouse.views import create_views, drop_views, view_queries
from metroetl.warehouse.vintages import derive_all, derive_changed, states_sql, what_decides

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue

Dimensions = dict[str, list[dict[str, Any]]]
CONTRACT = "1.1.0"
MIGRATIONS = Path(__file__).resolve().parent / "migrations"


@cache
def revisions() -> list[str]:
    """The revisions that this program knows, oldest first."""
    return sorted(file.stem.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(url: str, world: str, catalogue: Catalogue) -> None:
    """Make the warehouse, or bring it up to date; nothing happens where it is.

    A SQLite file with data is copied beside itself before its tables change. Raises WarehouseError for a database of
    a newer program or of the other world.
    """
    dimensions, roles = dimension_rows(catalogue), Roles.of_settings()
    revision, behind, roles_due = _what_is_due(url, world, dimensions, roles)
    if not behind and not roles_due:
        return
    if revision and revision != revisions()[-1] and make_url(url).get_backend_name() == "sqlite":
        back_up(url, revision)
    engine = writer(url, foreign_keys=False)
    try:
        with writing(engine) as connection:
            if behind:
                _bring_up(connection, world, dimensions)
            put_roles_in_force(connection, roles)
    finally:
        engine.dispose()


def what_is_behind(url: str, world: str, catalogue: Catalogue) -> str:
    """What of the warehouse is older than this program, in a word; empty where nothing is. Nothing is written.

    Raises WarehouseError as `upgrade` does.
    """
    revision, behind, _ = _what_is_due(url, world, dimension_rows(catalogue), Roles.of_settings())
    if not behind:
        return ""
    return f"{revision or '无 none'} → {revisions()[-1]}" if revision != revisions()[-1] else "views, words"


def _what_is_due(url: str, world: str, dimensions: Dimensions, roles: Roles) -> tuple[str, bool, bool]:
    """The revision, empty where no warehouse is; whether it is behind; whether the roles aren't in force."""
    if make_url(url).get_backend_name() == "sqlite" and not Path(make_url(url).database or "").is_file():
        return "", True, False
    engine = reader(url)
    try:
        with reading(engine) as connection:
            revision = current_revision(connection)
            check_version(revision)
            if revision != revisions()[-1]:
                return revision or "", True, True
            check_world(connection, world)
            behind = read_contract(connection) != _fingerprints(connection, dimensions)
            return revision, behind, roles_are_due(connection, roles)
    finally:
        engine.dispose()


def _bring_up(connection: Connection, world: str, dimensions: Dimensions) -> None:
    check_version(current_revision(connection))
    drop_as_of(connection)
    drop_views(connection)
    drop_policies(connection)
    if current_revision(connection) != revisions()[-1]:
        _migrate(connection)
    if connection.execute(table("meta_world").select()).first() is None:
        put(connection, table("meta_world"), [{"world": world}])
    check_world(connection, world)
    before = what_decides(connection)
    load_dimensions(connection, dimensions)
    if read_contract(connection).get("vintages") != _fingerprints(connection, dimensions)["vintages"]:
        derive_all(connection)
    else:
        derive_changed(connection, before)
    create_audience(connection)
    create_views(connection)
    create_as_of(connection)
    write_dictionary(connection)
    now = datetime.now(UTC)
    put(
        connection,
        table("meta_contract"),
        [
            {"key": key, "value": value, "updated_at": now}
            for key, value in _fingerprints(connection, dimensions).items()
        ],
    )
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise WarehouseError("the migration left rows that point nowhere", way_out="Nothing was changed.")


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _fingerprints(connection: Connection, dimensions: Dimensions) -> dict[str, str]:
    views = view_queries(connection.dialect.name)
    return {
        "contract": CONTRACT,
        "layout": digest(revisions()[-1], dump_json(views), dump_json(sorted(words().items()))),
        "catalogue": digest(dump_json(dimensions)),
        "vintages": digest(states_sql()),
    }


def current_revision(connection: Connection) -> str | None:
    """The revision of the database; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def check_version(revision: str | None) -> None:
    """Raise WarehouseError if the database is of a newer program."""
    if revision is not None and revision not in revisions():
        raise WarehouseError(
            f"the warehouse is of a newer version (revision {revision}, this program knows {revisions()[-1]})",
            way_out="Use the newer MetroETL, or another METROETL_HOME.",
        )


def check_world(connection: Connection, world: str) -> None:
    """Raise WarehouseError if the warehouse is of the other world."""
    found = connection.execute(text("SELECT world FROM meta_world")).scalar()
    if found is not None and found != world:
        raise WarehouseError(
            f"the warehouse is marked {found} and refuses what is {world}",
            way_out="Use another METROETL_HOME, or set METROETL_WORLD to what the warehouse is.",
        )


def read_contract(connection: Connection) -> dict[str, str]:
    """What meta_contract says."""
    rows = connection.execute(text("SELECT key, value FROM meta_contract"))
    return {key: value for key, value in rows}  # noqa: C416


def back_up(url: str, revision: str) -> Path:
    """Copy a SQLite warehouse beside itself before its tables change; the copy's path."""
    file = Path(make_url(url).database or "")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    copy = file.with_name(f"{file.stem}-{revision}-{stamp}{file.suffix}")
    if shutil.disk_usage(file.parent).free < 2 * file.stat().st_size:
        raise WarehouseError(
            f"no room for a backup of {file} before the upgrade", way_out="Free disk space, then run again."
        )
    copy_sqlite(file, copy)
    return copy


def copy_sqlite(file: Path, copy: Path) -> None:
    """Copy a SQLite file, whole and of one moment even while others read and write it."""
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
