"""The data dictionary: words of dictionary.csv and headline.csv, put on every table, view and column of the database.

Types are words that mean the same on both engines: text, integer, number, boolean, date, moment.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, inspect, types

from metroetl.errors import WarehouseError
from metroetl.warehouse.contract import contract_types
from metroetl.warehouse.engine import execute_as_is
from metroetl.warehouse.load import add_bulk
from metroetl.warehouse.tables import table
from metroetl.warehouse.views import headlines, view_queries

FILE = Path(__file__).resolve().parent / "dictionary.csv"
WIDE = "mart_indicator_quarter_wide"


@lru_cache
def words() -> dict[tuple[str, str], tuple[str, str]]:
    """Chinese and English by (object, column); object empty: the column wherever it stands; column empty: the object."""
    with FILE.open(encoding="utf-8", newline="") as file:
        found = {(row["object"], row["column"]): (row["zh"], row["en"]) for row in csv.DictReader(file)}
    return found | {(WIDE, h.column): (h.zh, h.en) for h in headlines()}


def describe(object_name: str, column: str = "") -> tuple[str, str]:
    """Description of a table, view or column; raises WarehouseError where the dictionary lacks it."""
    found = words().get((object_name, column)) or (words().get(("", column)) if column else None)
    if found is None:
        raise WarehouseError(
            f"{object_name}.{column} isn't in the data dictionary", way_out=f"Add it to {FILE.name}."
        )
    return found


def write_dictionary(connection: Connection) -> None:
    """Fill meta_column from what the database holds; on PostgreSQL also COMMENT ON.

    Raises WarehouseError for a table, view or column without words.
    """
    rows: list[dict[str, Any]] = []
    inspector = inspect(connection)
    objects = [(name, "table") for name in sorted(table_names())]
    objects += [(name, "view") for name in sorted(view_queries(connection.dialect.name))]
    for name, kind in objects:
        rows.append(_entry(name, "", kind, 0, ""))
        known = contract_types(name)
        for ordinal, column in enumerate(inspector.get_columns(name), start=1):
            word = known.get(column["name"]) or type_word(column["type"])
            rows.append(_entry(name, column["name"], kind, ordinal, word))
    connection.execute(delete(table("meta_column")))
    add_bulk(connection, table("meta_column"), rows)
    if connection.dialect.name == "postgresql":
        _comment(connection, rows)


def table_names() -> set[str]:
    """Names of all tables."""
    return set(table("meta_column").metadata.tables)


_WORDS: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
    (types.Boolean, "boolean"),
    (types.DateTime, "moment"),
    (types.Date, "date"),
    (types.Integer, "integer"),
    (types.Numeric, "number"),
    (types.String, "text"),
)


def type_word(kind: types.TypeEngine[Any]) -> str:
    """The word of a type as a database reports it; empty for the column of a SQLite view that is computed."""
    return next((word for known, word in _WORDS if isinstance(kind, known)), "")


def _entry(object_name: str, column: str, kind: str, ordinal: int, data_type: str) -> dict[str, Any]:
    zh, en = describe(object_name, column)
    return {
        "object_name": object_name,
        "column_name": column,
        "kind": kind,
        "ordinal": ordinal,
        "data_type": data_type,
        "description_zh": zh,
        "description_en": en,
    }


def _comment(connection: Connection, rows: list[dict[str, Any]]) -> None:
    statements = []
    for row in rows:
        words = f"{row['description_zh']} | {row['description_en']}".replace("'", "''")
        what = f'COLUMN "{row["object_name"]}"."{row["column_name"]}"'
        if not row["column_name"]:
            what = f'{row["kind"].upper()} "{row["object_name"]}"'
        statements.append(f"COMMENT ON {what} IS '{words}'")
    execute_as_is(connection, ";\n".join(statements))
