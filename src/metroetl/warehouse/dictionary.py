"""The data dictionary: words from dictionary.csv, put on every table, view and column of the database."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, inspect

from metroetl.errors import WarehouseError
from metroetl.warehouse.engine import execute_as_is
from metroetl.warehouse.load import add_bulk
from metroetl.warehouse.tables import table

FILE = Path(__file__).resolve().parent / "dictionary.csv"


@lru_cache
def words() -> dict[tuple[str, str], tuple[str, str]]:
    """Chinese and English by (object, column); object empty: the column wherever it stands; column empty: the object."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {(row["object"], row["column"]): (row["zh"], row["en"]) for row in csv.DictReader(file)}


def describe(object_name: str, column: str = "") -> tuple[str, str]:
    """Description of a table, view or column; raises WarehouseError where the dictionary lacks it."""
    found = words().get((object_name, column)) or (words().get(("", column)) if column else None)
    if found is None:
        raise WarehouseError(
            f"{object_name}.{column} isn't in the data dictionary", way_out=f"Add it to {FILE.name}."
        )
    return found


def write_dictionary(connection: Connection) -> None:
    """Fill meta_column from what the database holds; on PostgreSQL also COMMENT ON."""
    rows: list[dict[str, Any]] = []
    inspector = inspect(connection)
    objects = [(name, "table") for name in sorted(table_names())]
    objects += [(name, "view") for name in sorted(inspector.get_view_names()) if (name, "") in words()]
    for name, kind in objects:
        rows.append(_entry(name, "", kind, 0, ""))
        for ordinal, column in enumerate(inspector.get_columns(name), start=1):
            rows.append(_entry(name, column["name"], kind, ordinal, str(column["type"])))
    connection.execute(delete(table("meta_column")))
    add_bulk(connection, table("meta_column"), rows)
    if connection.dialect.name == "postgresql":
        _comment(connection, rows)


def table_names() -> set[str]:
    """Names of all tables."""
    return set(table("meta_column").metadata.tables)


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
