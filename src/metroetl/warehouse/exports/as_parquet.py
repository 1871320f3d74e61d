"""Parquet: a lake of files that DuckDB, pandas, Spark and Trino read; large marts by year of `period_end`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from metroetl.warehouse.exports.rows import Look, Shape
from metroetl.warehouse.exports.stamp import Stamp, write_notes
from metroetl.warehouse.exports.tell import Tell

BY_YEAR = (
    "mart_observation_latest",
    "mart_observation_vintages",
    "mart_indicator_quarter",
    "mart_circle_quarter",
)
ROW_GROUP = 100_000


def write_parquet(look: Look, folder: Path, stamp: Stamp, tell: Tell) -> Stamp:
    """Write a file an object, and a folder `year=…` a year for large marts (hive partitions); the stamp, counted.

    An empty large mart is one file without rows, so that its columns are known. Every file bears the stamp and each
    column its words.
    """
    counts, files = {}, {}
    for shape in look.shapes.values():
        schema = shape.schema().with_metadata({"metroetl": stamp.json()})
        if shape.name in BY_YEAR:
            files[shape.name] = f"{shape.name}/year=*/part-0.parquet"
            counts[shape.name] = _by_year(look, shape, folder / shape.name, schema, tell)
        else:
            files[shape.name] = f"{shape.name}.parquet"
            batches = tell.count(shape.name, look.batches(shape))
            counts[shape.name] = _write(folder / files[shape.name], schema, batches)
    stamp = stamp.counted(counts)
    write_notes(look, stamp, folder, files)
    return stamp


def _by_year(look: Look, shape: Shape, folder: Path, schema: Any, tell: Tell) -> int:
    folder.mkdir()
    batches = tell.count(shape.name, look.batches(shape, first=("period_end",)))
    rows = 0
    for year, slices in groupby(_in_years(batches), key=lambda pair: pair[0]):
        part = folder / f"year={year}"
        part.mkdir()
        rows += _write(part / "part-0.parquet", schema, (batch for _, batch in slices))
    if not rows:
        _write(folder / "part-0.parquet", schema, iter(()))
    return rows


def _in_years(batches: Iterator[Any]) -> Iterator[tuple[int, Any]]:
    """Cut batches in the order of `period_end` where the year changes."""
    import pyarrow.compute as pc

    for batch in batches:
        start = 0
        for year, same in groupby(pc.year(batch.column("period_end")).to_pylist()):
            length = sum(1 for _ in same)
            yield year, batch.slice(start, length)
            start += length


def _write(file: Path, schema: Any, batches: Iterator[Any]) -> int:
    """Write batches in row groups of a size that readers like; how many rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = 0
    waiting: list[Any] = []
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            waiting.append(batch)
            rows += batch.num_rows
            if sum(b.num_rows for b in waiting) >= ROW_GROUP:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting = []
        writer.write_table(pa.Table.from_batches(waiting, schema))
    return rows
