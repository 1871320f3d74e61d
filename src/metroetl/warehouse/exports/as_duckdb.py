"""DuckDB: one file with the marts, dimensions and words as tables, each with its comments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metroetl.errors import WarehouseError
from metroetl.warehouse.exports.rows import Look, Shape
from metroetl.warehouse.exports.stamp import Stamp
from metroetl.warehouse.exports.tell import Tell


def write_duckdb(look: Look, file: Path, stamp: Stamp, tell: Tell) -> Stamp:
    """Write a table an object, and `meta_export` with the stamp; the stamp, counted."""
    import duckdb

    counts = {}
    try:
        with duckdb.connect(str(file), config={"temp_directory": str(file.parent / "spill")}) as database:
            database.begin()
            for shape in look.shapes.values():
                counts[shape.name] = _table(database, look, shape, tell)
            stamp = stamp.counted(counts)
            database.execute("CREATE TABLE meta_export (key VARCHAR, value VARCHAR)")
            database.execute(
                "COMMENT ON TABLE meta_export IS '本次导出：契约、版本、条款 | this export: contract, vintage, terms'"
            )
            database.executemany(
                "INSERT INTO meta_export VALUES (?, ?)", [[k, _text(v)] for k, v in stamp.facts().items()]
            )
            database.commit()
    except duckdb.Error as error:
        raise WarehouseError(
            f"DuckDB couldn't write {file.name}: {error}",
            way_out="Check the room and the rights of the place.",
        ) from error
    return stamp


def _table(database: Any, look: Look, shape: Shape, tell: Tell) -> int:
    import pyarrow as pa

    rows = 0
    database.register("batch", pa.Table.from_batches([], shape.schema()))
    database.execute(f"CREATE TABLE {shape.name} AS SELECT * FROM batch")  # noqa: S608  names of our own
    for batch in tell.count(shape.name, look.batches(shape)):
        database.register("batch", pa.Table.from_batches([batch]))
        database.execute(f"INSERT INTO {shape.name} SELECT * FROM batch")  # noqa: S608
        rows += batch.num_rows
    database.unregister("batch")
    database.execute(f"COMMENT ON TABLE {shape.name} IS {_words(*shape.describe())}")
    for column in shape.columns:
        database.execute(f'COMMENT ON COLUMN {shape.name}."{column}" IS {_words(*shape.describe(column))}')
    return rows


def _words(zh: str, en: str) -> str:
    quoted = f"{zh} | {en}".replace("'", "''")
    return f"'{quoted}'"


def _text(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
