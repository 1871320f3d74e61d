"""Rows into tables in bulk, never one by one: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, Dialect, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.sql.sqltypes import AutoString

Row = Mapping[str, Any]

CHUNK = 500
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def clean_text(value: str) -> str:
    """Text that both databases can store: NUL and lone surrogates become U+FFFD, so that spans keep their places."""
    return _UNSTORABLE.sub("\ufffd", value)


def insert_of(table: Table, dialect: Dialect) -> postgresql.Insert | sqlite.Insert:
    """INSERT of the dialect, which knows ON CONFLICT."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def add_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose key isn't there yet."""
    if rows:
        connection.execute(insert_of(table, connection.dialect).on_conflict_do_nothing(), list(rows))


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, or overwrite those with the same key: for what has no history (dimensions, settings)."""
    if not rows:
        return
    statement = insert_of(table, connection.dialect)
    keys = [c.name for c in table.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if not others:
        return add_new(connection, table, rows)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), list(rows))


def add_bulk(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert many rows that are known to be new and have the same keys; keys that are no column are left out."""
    if not rows:
        return
    columns = [column for column in table.columns if column.name in rows[0]]
    values = _encoded(columns, rows, connection.dialect)
    names = ", ".join(f'"{c.name}"' for c in columns)
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', values)  # noqa: S608
    else:
        with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in values:
                copy.write_row(row)
    cursor.close()


def _encoded(columns: list[Column[Any]], rows: Sequence[Row], dialect: Dialect) -> Iterable[tuple[Any, ...]]:
    """The rows as tuples that the driver takes, made column by column."""
    encoded: list[Sequence[Any]] = []
    for column, values in zip(columns, _by_column(columns, rows), strict=True):
        process = column.type.dialect_impl(dialect).bind_processor(dialect)
        if isinstance(column.type, AutoString | String):
            encoded.append(_storable(values))
        elif process is not None:
            once = {
                value: process(value) for value in set(values)
            }  # days, moments, truth: few different ones
            encoded.append([once[value] for value in values])
        else:
            encoded.append(values)
    return zip(*encoded, strict=True)


def _by_column(columns: list[Column[Any]], rows: Sequence[Row]) -> Iterable[Sequence[Any]]:
    for column in columns:
        yield list(map(itemgetter(column.name), rows))


def _storable(values: Sequence[str | None]) -> Sequence[str | None]:
    """The texts as both databases can store them; nearly always they are so already, which one look tells."""
    if _UNSTORABLE.search("".join(filter(None, values))) is None:
        return values
    return [clean_text(value) if value is not None else None for value in values]


def chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    """The values in pieces that an IN list may hold."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
