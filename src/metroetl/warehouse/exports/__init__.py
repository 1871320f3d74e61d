"""Exports of the warehouse's public rows: Parquet, CSV, SDMX, Excel, DuckDB. `export` makes one, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args

from metroetl.errors import WarehouseError
from metroetl.warehouse.exports.rows import Look, need, public_look
from metroetl.warehouse.exports.stamp import Stamp, stamp_of
from metroetl.warehouse.exports.target import target
from metroetl.warehouse.exports.tell import Tell

__all__ = ["Form", "Stamp", "Tell", "export"]

Form = Literal["parquet", "csv", "sdmx", "xlsx", "duckdb"]
Writer = Callable[[Look, Path, Stamp, Tell], Stamp]


@dataclass(frozen=True)
class _Way:
    """How a form is written: a folder or one file, and what that needs."""

    folder: bool
    needs: tuple[str, ...]


_WAYS: dict[str, _Way] = {
    "parquet": _Way(True, ("pyarrow",)),
    "csv": _Way(True, ("pyarrow",)),
    "sdmx": _Way(True, ("pyarrow", "sdmx")),
    "xlsx": _Way(False, ("pyarrow", "xlsxwriter")),
    "duckdb": _Way(False, ("pyarrow", "duckdb")),
}


def export(
    url: str,
    form: str,
    output: str,
    *,
    as_of: date | None = None,
    as_loaded: date | None = None,
    force: bool = False,
    tell: Tell | None = None,
) -> Stamp:
    """Export the public rows of the warehouse at `url` to `output`; what went out.

    `output` is a folder (parquet, csv, sdmx), a file (xlsx, duckdb) or `s3://bucket/prefix`. `as_of` and `as_loaded`
    are days in China. Raises WarehouseError where something is there already (unless `force` and an earlier export),
    a package is missing or the place can't be written; a failed export leaves nothing under the name.
    """
    way = _WAYS.get(form)
    if way is None:
        raise WarehouseError(f"there is no format {form}", way_out=f"Use one of {', '.join(get_args(Form))}.")
    need(*way.needs)
    place = output if output.startswith("s3://") else str(Path(output).expanduser())
    if not way.folder and not place.startswith("s3://") and Path(place).is_dir():
        place = str(Path(place) / f"metroetl.{form}")
    writer: Writer = getattr(import_module(f"{__name__}.as_{form}"), f"write_{form}")
    tell = tell or Tell()
    with (
        target(place, force=force, folder=way.folder, tell=tell) as part,
        public_look(url, as_of, as_loaded) as look,
    ):
        return writer(look, part, stamp_of(look, form), tell)
