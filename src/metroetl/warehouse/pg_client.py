"""PostgreSQL's own pg_dump and pg_restore for a backup, and the warehouse set aside while another takes its place."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, make_url, text

from metroetl.errors import WarehouseError
from metroetl.warehouse.engine import WRITER_LOCK, execute_as_is, writer
from metroetl.warehouse.roles import TABLES, VIEWS

ASIDE = "metroetl_aside"
PARTS = "core_observation_years"  # the schema of the partitions (migration 0010)
PARTS_ASIDE = "metroetl_aside_years"


def dump(url: str, server: str, snapshot: str, file: Path) -> None:
    """The warehouse's tables as they are in an exported snapshot, without views, owners and rights."""
    patterns = [f"--table=public.{prefix}*" for prefix in TABLES] + [f"--table={PARTS}.*"]
    options = ["--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={snapshot}"]
    _run("pg_dump", url, server, *options, *patterns, f"--file={file}")


def restore(url: str, connection: Connection, file: Path) -> None:
    """The tables of a dump into an empty place, in one transaction; then statistics for the planner."""
    server = connection.execute(text("SHOW server_version")).scalar_one()
    if PARTS in _run("pg_restore", url, server, "--list", str(file)):
        execute_as_is(connection, f"CREATE SCHEMA {PARTS}")
        connection.commit()
    _run("pg_restore", url, server, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(file))  # fmt: skip
    execute_as_is(connection, f"ANALYZE {', '.join(tables(connection))}")
    connection.commit()


def _run(program: str, url: str, server: str, *arguments: str) -> str:
    """What a client program says. The password goes by the environment, never on the command line, where others see it."""
    from psycopg.conninfo import make_conninfo

    path = _find(program, int(server.partition(".")[0]))
    address = make_url(url)
    parts = address.translate_connect_args(username="user", database="dbname") | dict(address.query)
    password = parts.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    server_options = [f"--dbname={make_conninfo(**parts)}", "--no-password"]
    command = [path, *([] if "--list" in arguments else server_options), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error:" in line), done.stderr.strip())
        raise WarehouseError(said, way_out="Nothing was changed. Read the message of PostgreSQL's program.")
    return done.stdout


def _find(program: str, server: int) -> str:
    path = shutil.which(program)
    way_out = f"Install PostgreSQL's client programs, version {server} or newer (Debian: postgresql-client-{server}), and put them on PATH."
    if path is None:
        raise WarehouseError(f"{program} isn't on PATH", way_out=way_out)
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\d+", said)
    if found is None or int(found[0]) < server:
        raise WarehouseError(f"{said.strip()} is older than the server ({server})", way_out=way_out)
    return path


def tables(connection: Connection) -> list[str]:
    """The warehouse's tables, without partitions."""
    partitions = text("SELECT relname FROM pg_class WHERE relispartition")
    left_out = set(connection.execute(partitions).scalars())
    found = _relations(connection, "public")
    return [name for name, kind in found if kind == "TABLE" and name not in left_out]


@contextmanager
def set_aside(url: str) -> Iterator[Connection]:
    """A place without a warehouse, and no other writer; what was there comes back if anything goes wrong.

    What a restore that died had set aside comes back first. Raises WarehouseError where a warehouse was made since.
    """
    engine = writer(url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": WRITER_LOCK})
            if _relations(connection, ASIDE):
                _refuse_two(connection)
                _take_back(connection)
            _move(connection)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                _take_back(connection)
                raise
            execute_as_is(connection, f"DROP SCHEMA IF EXISTS {ASIDE}, {PARTS_ASIDE} CASCADE")
            connection.commit()
    finally:
        engine.dispose()


def _refuse_two(connection: Connection) -> None:
    if _relations(connection, "public"):
        raise WarehouseError(
            f"a restore that died left the warehouse of before in the schema {ASIDE}, and there is one in public since",
            way_out=f"Drop the one that isn't wanted: DROP SCHEMA {ASIDE}, {PARTS_ASIDE} CASCADE, or the tables in public.",
        )


def _move(connection: Connection) -> None:
    found = _relations(connection, "public")
    if found:
        execute_as_is(connection, f"CREATE SCHEMA {ASIDE}")
    for name, kind in found:
        execute_as_is(connection, f'ALTER {kind} public."{name}" SET SCHEMA {ASIDE}')
    _rename_schema(connection, PARTS, PARTS_ASIDE)
    connection.commit()


def _take_back(connection: Connection) -> None:
    """Away with what was being restored; what is aside to its place again."""
    for name, kind in _relations(connection, "public"):
        execute_as_is(connection, f'DROP {kind} IF EXISTS public."{name}" CASCADE')
    execute_as_is(connection, f"DROP SCHEMA IF EXISTS {PARTS} CASCADE")
    found = _relations(connection, ASIDE)
    for name, kind in found:
        execute_as_is(connection, f'ALTER {kind} {ASIDE}."{name}" SET SCHEMA public')
    if found:
        execute_as_is(connection, f"DROP SCHEMA {ASIDE}")
    _rename_schema(connection, PARTS_ASIDE, PARTS)
    connection.commit()


def _rename_schema(connection: Connection, name: str, to: str) -> None:
    there = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
    if connection.execute(there, {"name": name}).scalar():
        execute_as_is(connection, f"ALTER SCHEMA {name} RENAME TO {to}")


def _relations(connection: Connection, schema: str) -> list[tuple[str, str]]:
    """The warehouse's relations in a schema, and what SQL calls them; partitions are tables too."""
    rows = connection.execute(
        text(
            "SELECT c.relname, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END"
            " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'v') ORDER BY c.relname"
        ),
        {"schema": schema},
    )
    prefixes = {"VIEW": VIEWS, "TABLE": TABLES}
    return [(name, kind) for name, kind in rows if name.startswith(prefixes[kind])]
