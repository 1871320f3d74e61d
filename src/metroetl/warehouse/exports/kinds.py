"""What kind of value each exported column holds, told the same way whichever engine answers.

SQLite knows no type for a computed column of a view. A table's columns have the kinds of its metadata; a view's
column has the kind that `kinds.csv` declares for it, or else the one that all tables with a column of that name agree
on. A test holds them against what PostgreSQL says of the same views.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, TypeDecorator

from metroetl.errors import WarehouseError
from metroetl.warehouse.tables import metadata

Kind = Literal["string", "int", "double", "date", "timestamp", "bool"]
FILE = Path(__file__).resolve().parent / "kinds.csv"
_TYPES: tuple[tuple[type, Kind], ...] = (
    (Boolean, "bool"),
    (Integer, "int"),
    (Float, "double"),
    (DateTime, "timestamp"),
    (Date, "date"),
)


def kind_of(object_name: str, column: str) -> Kind:
    """The kind of a column of a table or view; raises WarehouseError where nothing tells it."""
    if object_name in metadata.tables:
        return _of_type(metadata.tables[object_name].columns[column])
    declared = _declared().get((object_name, column)) or _declared().get(("", column))
    if declared is not None:
        return declared
    agreed = _by_name().get(column, set())
    if len(agreed) != 1:
        raise WarehouseError(
            f"the kind of {object_name}.{column} isn't known", way_out=f"Declare it in exports/{FILE.name}."
        )
    return next(iter(agreed))


def arrow_type(kind: Kind) -> Any:
    """The Arrow type of a kind; moments are in UTC, to the microsecond."""
    import pyarrow as pa

    return {
        "string": pa.string(),
        "int": pa.int64(),
        "double": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", "UTC"),
        "bool": pa.bool_(),
    }[kind]


def arrow_column(values: tuple[Any, ...], kind: Kind) -> Any:
    """Values of either driver as an Arrow array: SQLite gives days and moments as text, truth as 0 and 1."""
    import pyarrow as pa

    wanted = arrow_type(kind)
    if kind == "bool":
        return pa.array([None if value is None else bool(value) for value in values], wanted)
    if kind in ("date", "timestamp"):
        if isinstance(next((value for value in values if value is not None), None), str):
            plain = pa.timestamp("us") if kind == "timestamp" else wanted
            return pa.array(values, pa.string()).cast(plain).cast(wanted)
    elif kind in ("int", "double"):  # PostgreSQL's sums and averages are Decimal
        cast = int if kind == "int" else float
        return pa.array([None if value is None else cast(value) for value in values], wanted)
    return pa.array(values, wanted)


def _of_type(column: Column[Any]) -> Kind:
    held = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return next((kind for known, kind in _TYPES if isinstance(held, known)), "string")


@lru_cache
def _by_name() -> dict[str, set[Kind]]:
    found: dict[str, set[Kind]] = defaultdict(set)
    for table in metadata.tables.values():
        for column in table.columns:
            found[column.name].add(_of_type(column))
    return found


@lru_cache
def _declared() -> dict[tuple[str, str], Kind]:
    """Kinds by (object, column); object empty: the column wherever a view has it."""
    found: dict[tuple[str, str], Kind] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind = next(known for known in get_args(Kind) if known == row["kind"])
            found[row["object"], row["column"]] = kind
    return found
