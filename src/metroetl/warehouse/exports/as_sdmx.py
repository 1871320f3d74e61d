"""SDMX-CSV 2.0: the latest observations, with their structure as SDMX-ML beside them.

OBS_VALUE is the normalised value in its unit: 5930.3 with UNIT_MEASURE CNY and UNIT_MULT 8 is 5930.3亿元.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from metroetl.warehouse.exports.as_csv import no_formula
from metroetl.warehouse.exports.rows import Look
from metroetl.warehouse.exports.sdmx_codes import Codes, Name
from metroetl.warehouse.exports.sdmx_structure import (
    AGENCY,
    ATTRIBUTES,
    DIMENSIONS,
    FLOW,
    TIME,
    VALUE,
    VERSION,
    structure_xml,
)
from metroetl.warehouse.exports.stamp import Stamp, write_notes
from metroetl.warehouse.exports.tell import Tell

MART = "mart_observation_latest"
_TEXTS = {
    "PUBLISHER": "publisher",
    "DOC_TITLE": "document_title",
    "DOC_URL": "url",
    "OBS_ID": "observation_id",
}


def write_sdmx(look: Look, folder: Path, stamp: Stamp, tell: Tell) -> Stamp:
    """Write data.csv and structure.xml; the stamp, counted."""
    codes = Codes()
    _name_codes(look, codes)
    head = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *(c.id for c in (*DIMENSIONS, TIME, VALUE, *ATTRIBUTES))]
    rows = 0
    with (folder / "data.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for batch in tell.count(MART, look.batches(look.shape(MART))):
            writer.writerows(_lines(batch, codes))
            rows += batch.num_rows
    (folder / "structure.xml").write_bytes(structure_xml(codes, stamp))
    stamp = stamp.counted({MART: rows})
    write_notes(look, stamp, folder, {MART: "data.csv"})
    return stamp


def _name_codes(look: Look, codes: Codes) -> None:
    """Fill the lists of areas, indicators, measures and sources from the dimensions."""
    for row in _rows(look, "dim_region"):
        codes.add("CL_AREA", row["region_code"], Name(row["name_zh"]))
    for row in _rows(look, "dim_indicator"):
        codes.add("CL_INDICATOR", row["indicator_code"], Name(row["name_zh"], row["name_en"]))
    for row in _rows(look, "dim_measure"):
        parts = [row["family"], row["accumulation"], row["basis"]]
        codes.add("CL_MEASURE", row["measure"], Name(row["measure"], ", ".join(p for p in parts if p)))
    for row in _rows(look, "dim_source"):
        codes.add("CL_SOURCE", row["source_id"], Name(f"{row['publisher']} {row['title']}", row["title_en"]))


def _rows(look: Look, name: str) -> Iterator[dict[str, Any]]:
    for batch in look.batches(look.shape(name)):
        yield from batch.to_pylist()


def _lines(batch: Any, codes: Codes) -> Iterator[list[Any]]:
    """The rows of a batch in the order of the head; texts are one line each."""
    held = {
        column: batch.column(column).to_pylist()
        for column in batch.schema.names
        if column not in _TEXTS.values()
    }
    texts = [[_one_line(t) for t in no_formula(batch.column(c)).to_pylist()] for c in _TEXTS.values()]
    for index in range(batch.num_rows):
        row = {column: values[index] for column, values in held.items()}
        unit, power = codes.unit(row["unit"])
        yield [
            "dataflow",
            f"{AGENCY}:{FLOW}({VERSION})",
            "I",
            row["frequency"],
            codes.code("CL_AREA", row["region_code"]),
            codes.code("CL_INDICATOR", row["indicator_code"]),
            codes.code("CL_MEASURE", row["measure"]),
            codes.code("CL_VARIANT", row["variant"]),
            row["period"],
            repr(row["value"]),
            unit,
            power,
            row["obs_status"],
            row["decimals"],
            codes.code("CL_REVISION_STAGE", row["revision_stage"]),
            row["vintage"],
            row["published_on"] or "",
            codes.code("CL_SOURCE", row["source_id"]),
            *(column[index] for column in texts),
        ]


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
