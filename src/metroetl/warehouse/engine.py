"""Engines of the two databases, one way to write and one way to read.

SQLite: WAL (readers never block), `synchronous=NORMAL`, foreign keys on, BEGIN IMMEDIATE for writers, for a deferred
transaction that reads and then writes fails at once when another writer came between. PostgreSQL: psycopg, one
advisory lock for the writers that move batches. Both: UTC, UTF-8, foreign errors turned into named ones.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from metroetl.errors import LoadConflict, WarehouseError
from metroetl.warehouse.load import clean_text

BUSY_MILLISECONDS = 60_000
CACHE_KB = 32_768  # of SQLite's pages, for each connection; the system keeps the file's pages anyway
RANDOM_PAGE_COST = "1.1"  # for solid disks: with the server's 4 a mart scans all documents for a few rows
POOL: dict[str, Any] = {"poolclass": QueuePool, "max_overflow": -1, "pool_use_lifo": True}
_turn = threading.Lock()
_engines: WeakSet[Engine] = WeakSet()
_keeping: set[object] = set()  # who wants connections kept
WRITER_LOCK = 0x4D45_5452_4F  # "METRO": any number, the same for every process


@contextmanager
def kept_open() -> Iterator[None]:
    """Connections of this process stay open for the next deed until the context ends, whoever asks for them.

    Outside of it each deed opens one and closes it, so that files can be copied and moved at any time; but SQLite reads
    the whole schema then, which takes 6 ms.
    """
    me = object()
    _keeping.add(me)
    try:
        yield
    finally:
        _keeping.discard(me)
        if not _keeping:
            # readers first: the last to close clears SQLite's log away, if it may write
            for engine in sorted(_engines.copy(), key=_writes):
                engine.dispose()


def _writes(engine: Engine) -> bool:
    return "mode=ro" not in (engine.url.database or "")


def writer(url: str, *, foreign_keys: bool = True) -> Engine:
    """An engine for writing; SQLite's file and folder are made. `foreign_keys` off is for migrations only."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        return _sqlite(address, begin="BEGIN IMMEDIATE", foreign_keys=foreign_keys)
    return _postgres(address, read_only=False)


def reader(url: str) -> Engine:
    """An engine that can't write: SQLite opens the file read-only, PostgreSQL's sessions are read-only."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(_read_only_file(address), begin="BEGIN", foreign_keys=False, write=False)
    return _postgres(address, read_only=True)


def reader_address(url: str) -> tuple[str, dict[str, Any]]:
    """What another library needs to open a reader of its own: the address, and the driver's arguments."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        file = _read_only_file(address)
        return f"sqlite:///{file.database}&uri=true", {"timeout": BUSY_MILLISECONDS / 1000}
    return address.render_as_string(hide_password=False), _postgres_arguments(read_only=True)


def _read_only_file(address: URL) -> URL:
    file = Path(address.database or "")
    if not file.is_file():
        raise WarehouseError(f"there is no warehouse at {file}", way_out="Run `metroetl warehouse init`.")
    return address.set(database=f"file:{quote(str(file.absolute()))}?mode=ro", query={"uri": "true"})


def _address(url: str) -> URL:
    address = make_url(url)
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return address
    raise WarehouseError(
        f"{backend} is no store for the warehouse", way_out="Use sqlite:///… or postgresql://…"
    )


def dump_json(value: Any) -> str:
    """JSON with Chinese readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


@lru_cache(maxsize=16)
def _sqlite(address: URL, *, begin: str, foreign_keys: bool, write: bool = True) -> Engine:
    engine = create_engine(address, **POOL)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is deferred, and DDL would commit
        pragmas = [f"busy_timeout={BUSY_MILLISECONDS}", f"foreign_keys={'ON' if foreign_keys else 'OFF'}"]
        if write:
            pragmas += ["journal_mode=WAL", "synchronous=NORMAL"]
        pragmas.append(f"cache_size=-{CACHE_KB}")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return _cleaning(_closing(engine))


@lru_cache(maxsize=16)
def _postgres(address: URL, *, read_only: bool) -> Engine:
    try:
        arguments = _postgres_arguments(read_only=read_only)
        engine = create_engine(address, **POOL, pool_pre_ping=True, connect_args=arguments)
    except ModuleNotFoundError as error:
        raise WarehouseError(
            "PostgreSQL needs the psycopg driver", way_out="Install metroetl[postgres]."
        ) from error
    return _cleaning(_closing(engine))


def _postgres_arguments(*, read_only: bool) -> dict[str, Any]:
    chosen = {
        "timezone": "UTC",
        "client_min_messages": "warning",
        "default_transaction_read_only": read_only,
        "random_page_cost": RANDOM_PAGE_COST,
    }
    return {"options": " ".join(f"-c {k}={v}" for k, v in chosen.items()), "client_encoding": "utf8"}


def _closing(engine: Engine) -> Engine:
    """A connection that comes back is closed, but where somebody wants it kept (see `kept_open`)."""
    _engines.add(engine)

    @event.listens_for(engine, "checkin")
    def _checkin(connection: Any, record: ConnectionPoolEntry) -> None:
        if connection is not None and not _keeping:
            record.close()
        elif connection is not None and engine.dialect.name == "sqlite":
            connection.execute("PRAGMA shrink_memory")  # the page cache, for each connection

    return engine


def _cleaning(engine: Engine) -> Engine:
    """What no database takes in a text is replaced, whichever statement brings it."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _clean(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> tuple[str, Any]:
        return statement, _storable(parameters)

    return engine


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: _storable(v) for key, v in value.items()}
    return type(value)(map(_storable, value)) if type(value) in (list, tuple) else value


def execute_as_is(connection: Connection, sql: str) -> int:
    """Run our own SQL in the connection's transaction without looking for parameters in it (LIKE '%…'); its row count."""
    cursor = connection.connection.cursor()
    cursor.execute(sql)
    count: int = cursor.rowcount
    cursor.close()
    return count


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction of the one writer; anything that goes wrong leaves the database as it was.

    Writers of one process wait in line: SQLite's own waiting looks again after a while, and some never get a turn.
    """
    with _turn, named_errors(), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent look at the database."""
    with named_errors(), engine.begin() as connection:
        yield connection


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn the drivers' errors into errors of the tree; the driver's own words stay in the message."""
    try:
        yield
    except Exception as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        kinds = {kind.__name__ for kind in type(cause).__mro__}  # the names that PEP 249 gives every driver
        if not kinds & {"DatabaseError", "InterfaceError"}:
            raise
        raise _named(_words(cause, kinds), kinds) from error


def _words(cause: BaseException | None, kinds: set[str]) -> str:
    """The first line of what the driver says; with the detail where that names what is in the way."""
    said = str(cause).strip() or type(cause).__name__
    return " ".join(said.split()) if "DependentObjectsStillExist" in kinds else said.partition("\n")[0]


def _named(words: str, kinds: set[str]) -> WarehouseError:
    if "DependentObjectsStillExist" in kinds:
        return WarehouseError(
            words,
            way_out="Nothing was changed. A view of your own stands on ours: drop it, upgrade, and make it again.",
        )
    if "IntegrityError" in kinds:
        return WarehouseError(
            f"the database refused a row: {words}",
            way_out="Nothing was changed. If the message names a foreign key, the catalogue lacks the entry.",
        )
    if any(sign in words for sign in ("locked", "busy", "lock timeout", "deadlock")):
        return LoadConflict(f"another run is writing: {words}")
    if "is full" in words or "No space left" in words:
        return WarehouseError(
            f"no room left: {words}", way_out="Nothing was changed. Free disk space, then run again."
        )
    if "InsufficientPrivilege" in kinds:
        return WarehouseError(
            f"the account of METROETL_DATABASE_URL may not do this: {words}",
            way_out="Nothing was changed. Use the account that made the warehouse (docs/how-to/postgresql.md).",
        )
    if "no such table" in words or "UndefinedTable" in kinds:
        return WarehouseError(
            words, way_out="Check the name; `metroetl warehouse upgrade` makes what is missing."
        )
    if kinds & {"OperationalError", "InterfaceError"}:
        return WarehouseError(
            f"the database can't be used: {words}",
            way_out="Nothing was changed. Check the statement, METROETL_DATABASE_URL and that the server runs.",
        )
    return WarehouseError(words, way_out="Nothing was changed; correct the statement.")
