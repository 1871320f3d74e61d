"""CSV after RFC 4180 with a Frictionless `datapackage.json`: types, words, keys, terms and sources.

UTF-8 without a byte order mark, as the Data Package standard wants it (for Excel there is the format xlsx). A text
that begins with = + - @ and isn't a number gets an apostrophe before it, so that no spreadsheet runs it; numbers stay.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from metroetl.cells import NUMBER, RISKY
from metroetl.warehouse.exports.kinds import Kind
from metroetl.warehouse.exports.rows import Look, Shape
from metroetl.warehouse.exports.stamp import LICENCE_EN, LICENCE_ZH, Stamp, write_notes
from metroetl.warehouse.exports.tell import Tell
from metroetl.warehouse.tables import metadata

TYPES: dict[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "date": "date",
    "moment": "datetime",
    "boolean": "boolean",
}
DIMENSIONS = {
    "region_code": "dim_region",
    "indicator_code": "dim_indicator",
    "measure": "dim_measure",
    "circle_id": "dim_circle",
    "source_id": "dim_source",
    "series_id": "dim_plan_series",
    "period": "dim_period",
}
Values = dict[tuple[str, str], set[Any]]


def write_csv(look: Look, folder: Path, stamp: Stamp, tell: Tell) -> Stamp:
    """Write a file an object, then the data package; the stamp, counted."""
    from pyarrow import csv

    counts: dict[str, int] = {}
    seen: Values = defaultdict(set)
    for shape in look.shapes.values():
        counts[shape.name] = 0
        watched = {*_references(shape), *shape.key} if len(shape.key) == 1 else _references(shape)
        with csv.CSVWriter(folder / f"{shape.name}.csv", plain_schema(shape)) as writer:
            for batch in tell.count(shape.name, look.batches(shape)):
                writer.write_batch(plain(batch))
                counts[shape.name] += batch.num_rows
                for column in watched:
                    seen[shape.name, column].update(batch.column(column).unique().to_pylist())
    stamp = stamp.counted(counts)
    package = _package(look, stamp, seen)
    (folder / "datapackage.json").write_text(
        json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    write_notes(look, stamp, folder, {name: f"{name}.csv" for name in counts})
    return stamp


def plain_schema(shape: Shape) -> Any:
    """The schema of what is written: moments are text."""
    import pyarrow as pa

    return pa.schema(
        pa.field(f.name, pa.string() if pa.types.is_timestamp(f.type) else f.type) for f in shape.schema()
    )


def plain(batch: Any) -> Any:
    """Moments as ISO 8601 text in UTC, and texts that no spreadsheet takes for a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = []
    for column in batch.columns:
        if pa.types.is_timestamp(column.type):
            column = pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")
        elif pa.types.is_string(column.type):
            column = no_formula(column)
        arrays.append(column)
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def no_formula(column: Any) -> Any:
    """An apostrophe before texts that a spreadsheet would run, but for numbers."""
    import pyarrow.compute as pc

    risky = pc.and_not(
        pc.match_substring_regex(column, RISKY),
        pc.match_substring_regex(column, NUMBER),
    )
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def _references(shape: Shape) -> dict[str, str]:
    """Columns that name an entry of a dimension; the period of a plan is none of dim_period."""
    if shape.name in metadata.tables:
        keys = metadata.tables[shape.name].foreign_keys
        return {
            k.parent.name: k.column.table.name for k in keys if k.column.table.name in DIMENSIONS.values()
        }
    return {
        column: dimension
        for column, dimension in DIMENSIONS.items()
        if column in shape.columns and (column != "period" or "measure" in shape.columns)
    }


def _package(look: Look, stamp: Stamp, seen: Values) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": f"metroetl-{stamp.world}",
        "title": "都市圈规划与统计数据 · plan releases and statistics of Chinese metropolitan circles",
        "description": f"{stamp.vintage}\n\n{LICENCE_ZH}\n\n{LICENCE_EN}",
        "version": stamp.contract,
        "created": stamp.exported_at,
        "licenses": [{"name": "notspecified", "title": f"{LICENCE_ZH} {LICENCE_EN}"}],
        "sources": _sources(look),
        "metroetl": stamp.facts(),
        "resources": [_resource(shape, look, seen) for shape in look.shapes.values()],
    }


def _sources(look: Look) -> list[dict[str, str]]:
    rows = [row for batch in look.batches(look.shape("dim_source")) for row in batch.to_pylist()]
    return [
        {"title": f"{row['publisher']} {row['title']}"}
        | ({"path": row["list_url"]} if row["list_url"].startswith("http") else {})
        for row in rows
    ]


def _resource(shape: Shape, look: Look, seen: Values) -> dict[str, Any]:
    zh, en = shape.describe()
    schema: dict[str, Any] = {
        "fields": [_field(shape, column) for column in shape.columns],
        "missingValues": [""],
    }
    if shape.key:
        schema["primaryKey"] = list(shape.key)
    held = [_foreign(column, dimension, look) for column, dimension in _references(shape).items()
            if _holds(seen, shape.name, column, look.shape(dimension))]  # fmt: skip
    if held:
        schema["foreignKeys"] = held
    return {
        "profile": "tabular-data-resource",
        "name": shape.name,
        "path": f"{shape.name}.csv",
        "title": zh,
        "description": en,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(shape: Shape, column: str) -> dict[str, Any]:
    zh, en = shape.describe(column)
    return {"name": column, "type": TYPES[shape.columns[column]], "title": zh, "description": en}


def _holds(seen: Values, name: str, column: str, dimension: Shape) -> bool:
    """Whether every value that went out stands in the dimension."""
    return seen[name, column] - {None, ""} <= seen[dimension.name, dimension.key[0]]


def _foreign(column: str, dimension: str, look: Look) -> dict[str, Any]:
    return {
        "fields": [column],
        "reference": {"resource": dimension, "fields": list(look.shape(dimension).key)},
    }
