"""The public rows of the contract, streamed as Arrow batches, the same from SQLite and from PostgreSQL.

The marts are made again over the public rows of what documents state (`looks`), so nothing in them rests on others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from metroetl.errors import WarehouseError
from metroetl.warehouse import looks
from metroetl.warehouse.dictionary import describe
from metroetl.warehouse.engine import execute_as_is, named_errors, reader
from metroetl.warehouse.exports.kinds import Kind, arrow_column, arrow_type
from metroetl.warehouse.looks import take
from metroetl.warehouse.tables import metadata

VIEWS, TABLES = ("mart_", "report_"), ("dim_", "meta_")
FACT = ("region_code", "indicator_code", "measure", "variant", "period")
KEYS: dict[str, tuple[str, ...]] = {
    "mart_observation_latest": FACT,
    "mart_observation_vintages": (*FACT, "vintage"),
    "mart_indicator_quarter": (*FACT[:4], "quarter"),
    "mart_circle_quarter": ("circle_id", *FACT[:4], "quarter"),
    "mart_lineage": ("observation_id",),
    "mart_plan_calendar": ("origin", "entry_id"),
    "mart_plan_release": ("release_key",),
    "mart_plan_release_document": ("release_key", "document_id"),
    "mart_plan_target": ("target_id",),
    "mart_document_version": ("document_id",),
    "mart_page_state": ("source_id", "url"),
    "mart_republication": ("document_id",),
    "mart_source_check": ("check_id",),
    "mart_source_health": ("source_id",),
}
CHUNK = 10_000


@dataclass(frozen=True)
class Shape:
    """A table or view that goes out: its columns with their kinds, its key (empty: none is promised), which rows."""

    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]
    where: str

    def describe(self, column: str = "") -> tuple[str, str]:
        """Chinese and English words of the object or of a column."""
        return describe(self.name, column)

    def schema(self) -> Any:
        """The Arrow schema, the words of every column in the fields' metadata."""
        import pyarrow as pa

        fields = []
        for column, kind in self.columns.items():
            zh, en = self.describe(column)
            fields.append(
                pa.field(
                    column,
                    arrow_type(kind),
                    nullable=column not in self.key,
                    metadata={"description_zh": zh, "description_en": en},
                )
            )
        return pa.schema(fields)


class Look:
    """One consistent look at the public rows of a warehouse."""

    def __init__(self, connection: Connection, as_of: date | None, as_loaded: date | None) -> None:
        self._connection = connection
        self.as_of = as_of
        self.as_loaded = as_loaded
        self.shapes = {shape.name: shape for shape in self._shapes()}
        told = ", ".join(f"'{name}'" for name in self.shapes)
        dictionary = self.shapes["meta_column"]
        self.shapes["meta_column"] = replace(dictionary, where=f"object_name IN ({told})")

    def shape(self, name: str) -> Shape:
        """The shape of this name; raises WarehouseError where the warehouse has none."""
        found = self.shapes.get(name)
        if found is None:
            raise WarehouseError(
                f"the warehouse shows no {name}",
                way_out="Bring it up to date with `metroetl warehouse upgrade`.",
            )
        return found

    def batches(self, shape: Shape, *, first: tuple[str, ...] = (), rows: int = CHUNK) -> Iterator[Any]:
        """The rows of a shape as Arrow batches, ordered by `first` and then by key, so that twice gives the same."""
        import pyarrow as pa

        schema = shape.schema()
        for found in self._chunks(shape, first, rows):
            columns = zip(zip(*found, strict=True), shape.columns.values(), strict=True)
            arrays = [arrow_column(values, kind) for values, kind in columns]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def one(self, sql: str) -> Any:
        """The one value of a SELECT."""
        return self._connection.execute(text(sql)).scalar_one()

    def pairs(self, sql: str) -> dict[str, str]:
        """Two columns of a SELECT as a mapping."""
        return {key: value for key, value in self._connection.execute(text(sql))}  # noqa: C416

    def _chunks(self, shape: Shape, first: tuple[str, ...], rows: int) -> Iterator[list[Any]]:
        order = (*first, *(c for c in shape.key or shape.columns if c not in first))
        sql = "SELECT {} FROM {} WHERE {} ORDER BY {}".format(  # noqa: S608  names of our own
            ", ".join(f'"{c}"' for c in shape.columns),
            shape.name,
            shape.where,
            ", ".join(self._in_order(shape, c) for c in order),
        )
        streamed = self._connection.execution_options(stream_results=True, max_row_buffer=rows)
        with named_errors(), streamed.execute(text(sql.replace(":", r"\:"))) as found:
            while chunk := found.fetchmany(rows):
                yield [tuple(row) for row in chunk]

    def _in_order(self, shape: Shape, column: str) -> str:
        """Texts in the order of their bytes and NULL first on both engines."""
        if self._connection.dialect.name == "sqlite":
            return f'"{column}"'
        collation = ' COLLATE "C"' if shape.columns[column] == "text" else ""
        return f'"{column}"{collation} NULLS FIRST'

    def _shapes(self) -> Iterator[Shape]:
        columns: dict[str, dict[str, Kind]] = {}
        told = "SELECT object_name, column_name, data_type FROM meta_column WHERE ordinal > 0 ORDER BY 1, ordinal"
        for name, column, kind in self._connection.execute(text(told)):
            if name.startswith((*VIEWS, *TABLES)):
                columns.setdefault(name, {})[column] = kind
        for name in sorted(columns, key=lambda n: (n not in metadata.tables, n)):
            of_table = metadata.tables.get(name)
            key = KEYS.get(name, ()) if of_table is None else tuple(c.name for c in of_table.primary_key)
            yield Shape(name, columns[name], key, "1 = 1")


@contextmanager
def public_look(url: str, as_of: date | None = None, as_loaded: date | None = None) -> Iterator[Look]:
    """Open a warehouse for one consistent look: as it is, or as published or loaded by the end of a day (China)."""
    need("pyarrow")
    engine = reader(url)
    postgres = engine.dialect.name == "postgresql"
    level: Any = {"isolation_level": "REPEATABLE READ"} if postgres else {}
    try:
        with named_errors(), engine.connect().execution_options(**level) as connection:
            if not postgres:  # sorts spill to disk; a later change would drop the temporary views
                execute_as_is(connection, "PRAGMA temp_store = FILE")
            take(connection, looks.Look(as_of, as_loaded, public=True))
            connection.commit()
            if postgres:  # all rows are wanted, not the first ones soon
                execute_as_is(connection, "SET cursor_tuple_fraction = 1")
            yield Look(connection, as_of, as_loaded)
    finally:
        engine.dispose()


def need(*modules: str) -> None:
    """Raise WarehouseError where a package of the extra `export` is missing."""
    from importlib.util import find_spec

    for module in modules:
        if find_spec(module) is None:
            raise WarehouseError(
                f"this needs {module}, which isn't installed", way_out="Install metroetl[export]."
            )
