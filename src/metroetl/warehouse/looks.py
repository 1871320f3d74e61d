"""Looks at the warehouse through temporary views: as it was on a day, and as those see it who see public rows only.

The tables of what documents state hide what wasn't known yet, or isn't public, and all views are made again over them,
so that every mart answers so. Nothing is written to the warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from metroetl.warehouse.engine import execute_as_is
from metroetl.warehouse.tables import metadata, table
from metroetl.warehouse.versions import midnight
from metroetl.warehouse.views import create_views, named_in, view_queries
from metroetl.warehouse.vintages import states_as_of, states_sql

VINTAGE = "core_vintage"
STATED = ("core_", "raw_snapshot")
PUBLIC = "access = 'public'"
_OWNERS = ("core_document", "core_observation")  # by which others are hidden, and states
RELEASED = "(embargo_until IS NULL OR embargo_until <= CURRENT_TIMESTAMP)"


@dataclass(frozen=True)
class Look:
    """What is to be seen: as published or as loaded by the end of a day (in China), all rows or the public ones."""

    as_of: date | None = None
    as_loaded: date | None = None
    public: bool = False

    @property
    def plain(self) -> bool:
        """Whether this is the warehouse as it is."""
        return not (self.as_of or self.as_loaded or self.public)


def take(connection: Connection, look: Look, sql: str | None = None) -> None:
    """Let this session see the warehouse so, until it ends; if `sql` is told, what that statement asks for only."""
    if look.plain:
        return
    allowed = (
        "SET TRANSACTION READ WRITE" if connection.dialect.name == "postgresql" else "PRAGMA query_only = OFF"
    )
    execute_as_is(connection, allowed)  # temporary views are all it will write
    published, loaded = _end_of(look.as_of), _end_of(look.as_loaded)
    today = look.as_of or look.as_loaded
    asked = (
        None
        if sql is None
        else named_in(sql, view_queries(connection.dialect.name, today, public=look.public))
    )
    for name in [t.name for t in metadata.sorted_tables if t.name.startswith(STATED) and t.name != VINTAGE]:
        if asked is None or name in asked or name in _OWNERS:
            _hide(connection, name, published, loaded, public=look.public)
    _hide_states(connection, published, loaded, public=look.public)
    create_views(connection, temporary=True, today=today, public=look.public, only=asked)


def _end_of(day: date | None) -> datetime | None:
    return midnight(day + timedelta(days=1)) if day else None


def _hide(
    connection: Connection, name: str, published: datetime | None, loaded: datetime | None, *, public: bool
) -> None:
    columns = table(name).columns
    conditions = ["1 = 1"]
    if published and "published_at" in columns:
        conditions.append(f"published_at < {_literal(published)}")
    if loaded and "loaded_at" in columns:
        conditions.append(f"loaded_at < {_literal(loaded)}")
    if public and "access" in columns:
        conditions += [PUBLIC, *([RELEASED] if "embargo_until" in columns else [])]
    inherits = "published_at" not in columns or (public and "access" not in columns)
    if inherits and name.startswith("core_"):
        key = "document_id" if "document_id" in columns else "first_document_id"
        conditions.append(f"{key} IN (SELECT document_id FROM core_document)")  # noqa: S608
    shown = [_as_loaded(column, loaded) for column in columns.keys()]  # noqa: SIM118  a ColumnCollection
    execute_as_is(
        connection,
        f'CREATE TEMP VIEW "{name}" AS SELECT {", ".join(shown)} FROM {_schema(connection)}."{name}"'  # noqa: S608
        f" WHERE {' AND '.join(conditions)}",
    )


def _hide_states(
    connection: Connection, published: datetime | None, loaded: datetime | None, *, public: bool
) -> None:
    """States as of a day of publication are cut from those kept; as of a day of loading they are derived anew."""
    query = f"SELECT * FROM {_schema(connection)}.{VINTAGE}"  # noqa: S608
    if loaded:
        query = states_sql()
    elif published:
        query = states_as_of(_literal(published), _schema(connection))
    if public:
        query = f"SELECT * FROM ({query}) AS s WHERE audience <> 'internal'"  # noqa: S608
    execute_as_is(connection, f"CREATE TEMP VIEW {VINTAGE} AS {query}")


def _as_loaded(column: str, loaded: datetime | None) -> str:
    """A row that was withdrawn later counts."""
    if column != "withdrawn_at" or loaded is None:
        return f'"{column}"'
    return f"CASE WHEN withdrawn_at < {_literal(loaded)} THEN withdrawn_at END AS withdrawn_at"


def _schema(connection: Connection) -> str:
    return "main" if connection.dialect.name == "sqlite" else "public"


def _literal(moment: datetime) -> str:
    return f"'{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
