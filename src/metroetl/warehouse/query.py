"""Reading by SQL: one SELECT, read-only; the marts also as they would have been on a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, text

from metroetl.errors import WarehouseError
from metroetl.warehouse.engine import execute_as_is, named_errors
from metroetl.warehouse.looks import Look, take

Answer = tuple[list[str], list[tuple[Any, ...]]]
EVERYTHING = Look()
_AS_THEY_ARE = frozenset({str, float, int, type(None)})
_READS = frozenset({"SELECT", "WITH", "VALUES", "EXPLAIN"})


def run_query(
    engine: Engine, sql: str, parameters: Mapping[str, Any] | None = None, look: Look = EVERYTHING
) -> Answer:
    """Column names and rows of one SELECT, `:name` in it taken from the parameters.

    Dates and times come as ISO text (UTC), truth as 0 and 1, the same on both engines. Raises WarehouseError for
    anything but one reading statement.
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
        if not look.plain:
            connection.detach()  # its temporary views are for nobody else
        take(connection, look, statement)
        _allow_one_read(connection)
        found = connection.execute(text(statement), dict(parameters or {}))
        return list(found.keys()), [tuple(_plain(value) for value in row) for row in found]


def _allow_one_read(connection: Connection) -> None:
    """Temporary views made, nothing can be changed any more, and PostgreSQL takes one statement at a time."""
    if connection.dialect.name == "sqlite":
        execute_as_is(connection, "PRAGMA query_only = ON")
    else:
        connection.commit()
        driver: Any = connection.connection.dbapi_connection
        driver.prepare_threshold = 0


def _plain(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
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
