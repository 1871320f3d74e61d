"""Reading by SQL: one SELECT, read-only; the marts also as they would have been on a day.

A question as of a day is answered by temporary views of the session: `core_observation` and the other tables of
what documents state hide what wasn't known yet, and all marts are made again over them, so that every mart answers
as of the day; where a mart counts from today, it counts from that day. Nothing is written to the warehouse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, text

from metroetl.errors import WarehouseError
from metroetl.warehouse.engine import execute_as_is, named_errors
from metroetl.warehouse.tables import metadata, table
from metroetl.warehouse.versions import midnight
from metroetl.warehouse.views import create_views
from metroetl.warehouse.vintages import states_as_of, states_sql

VINTAGE = "core_vintage"
Answer = tuple[list[str], list[tuple[Any, ...]]]
_READS = frozenset({"SELECT", "WITH", "VALUES", "EXPLAIN"})


def run_query(
    engine: Engine,
    sql: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    as_of: date | None = None,
    as_loaded: date | None = None,
) -> Answer:
    """Column names and rows of one SELECT, `:name` in it taken from the parameters.

    Dates and times come as ISO text (UTC), truth as 0 and 1, the same on both engines. Days are days in China: what
    was published or loaded by their end. Raises WarehouseError for anything but one reading statement.
    """
    statement = sql.strip().rstrip("; \n")
    first = re.match(r"[\s(]*(\w+)", statement)
    if first is None or first[1].upper() not in _READS:
        raise WarehouseError(
            "only SELECT is answered", way_out="Write one SELECT; the warehouse is opened read-only."
        )
    if not parameters:
        statement = statement.replace(":", r"\:")
    with named_errors(), engine.connect() as connection:
        if as_of or as_loaded:
            _hide_later(connection, _end_of(as_of), _end_of(as_loaded))
            create_views(connection, temporary=True, today=as_of or as_loaded)
        _allow_one_read(connection)
        found = connection.execute(text(statement), dict(parameters or {}))
        return list(found.keys()), [tuple(_plain(value) for value in row) for row in found]


def _end_of(day: date | None) -> datetime | None:
    return midnight(day + timedelta(days=1)) if day else None


def _allow_one_read(connection: Connection) -> None:
    """Temporary views made, nothing can be changed any more, and PostgreSQL takes one statement at a time."""
    if connection.dialect.name == "sqlite":
        execute_as_is(connection, "PRAGMA query_only = ON")
    else:
        connection.commit()
        driver: Any = connection.connection.driver_connection
        driver.prepare_threshold = 0


def _hide_later(connection: Connection, published: datetime | None, loaded: datetime | None) -> None:
    if connection.dialect.name == "postgresql":
        execute_as_is(connection, "SET TRANSACTION READ WRITE")  # temporary views are all it will write
    schema = _schema(connection)
    for name in [t.name for t in metadata.sorted_tables if t.name.startswith("core_") and t.name != VINTAGE]:
        columns = table(name).columns
        conditions = ["1 = 1"]
        if published and "published_at" in columns:
            conditions.append(f"published_at < {_literal(published)}")
        if loaded and "loaded_at" in columns:
            conditions.append(f"loaded_at < {_literal(loaded)}")
        if "published_at" not in columns:
            key = "document_id" if "document_id" in columns else "first_document_id"
            conditions.append(f"{key} IN (SELECT document_id FROM core_document)")  # noqa: S608
        shown = [_as_loaded(column, loaded) for column in columns.keys()]  # noqa: SIM118  a ColumnCollection
        execute_as_is(
            connection,
            f'CREATE TEMP VIEW "{name}" AS SELECT {", ".join(shown)} FROM {schema}."{name}"'  # noqa: S608
            f" WHERE {' AND '.join(conditions)}",
        )

    _hide_later_states(connection, published, loaded)


def _hide_later_states(connection: Connection, published: datetime | None, loaded: datetime | None) -> None:
    """States as of a day of publication are cut from those kept; as of a day of loading they are derived anew."""
    if loaded:
        execute_as_is(connection, f"CREATE TEMP VIEW {VINTAGE} AS {states_sql()}")
    elif published:
        execute_as_is(connection, f"CREATE TEMP VIEW {VINTAGE} AS {states_as_of(_literal(published), _schema(connection))}")  # fmt: skip


def _as_loaded(column: str, loaded: datetime | None) -> str:
    """A row that was withdrawn later counts."""
    if column != "withdrawn_at" or loaded is None:
        return f'"{column}"'
    return f"CASE WHEN withdrawn_at < {_literal(loaded)} THEN withdrawn_at END AS withdrawn_at"


def _schema(connection: Connection) -> str:
    return "main" if connection.dialect.name == "sqlite" else "public"


def _literal(moment: datetime) -> str:
    return f"'{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return moment.isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
