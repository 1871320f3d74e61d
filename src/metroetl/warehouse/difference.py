"""What differs between two states of the latest observations: two days of one warehouse, or two files.

Facts are matched by region × indicator × measure × variant × period, public rows only. A value is *revised* when it
moved by more than the coarser rounding of the two (the rule by which vintages open); a fact is *restated* when its
value stayed and its status, stage of revision, precision, unit, source or document changed. DuckDB joins the two
sides, and spills to disk what is too large for memory.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from metroetl.errors import WarehouseError
from metroetl.statistics.vocabulary.units import parse_unit
from metroetl.warehouse.exports.rows import FACT, need, public_look

MART = "mart_observation_latest"
Kind = Literal["revised", "restated", "removed", "added"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NAMES = ("region_name", "indicator_name", "period_label_zh")
RESTATED = ("obs_status", "revision_stage", "decimals", "unit", "source_id", "document_id")
STATED = ("value", "rounding", *RESTATED, "published_on", "publisher", "document_title", "url")
_TYPES = {"value": "DOUBLE", "rounding": "DOUBLE", "decimals": "BIGINT", "published_on": "DATE"}
_COLUMNS = {column: _TYPES.get(column, "VARCHAR") for column in (*FACT, *NAMES, *STATED)}
_COMPARED_TEXTS = {column for column in (*FACT, *RESTATED) if column not in _TYPES}
_WAY_OUT = "Give two days (2025-04-30), or files: a SQLite warehouse, a DuckDB file, the folder of a Parquet or CSV export."


@dataclass(frozen=True)
class Side:
    """One of the two states: what it was called, and how many facts it holds."""

    name: str
    facts: int


@dataclass(frozen=True)
class Difference:
    """Counts of all changes, and changes as dicts: kind, the fact with its names, what changed, before and after."""

    before: Side
    after: Side
    as_loaded: bool
    counts: Mapping[Kind, int]
    unchanged: int
    changes: list[dict[str, Any]]


def difference(
    url: str, before: str, after: str, *, as_loaded: bool = False, limit: int | None = None
) -> Difference:
    """Compare two days in China of the warehouse at `url` (as published, or as loaded), or two files, or one of each.

    `limit` keeps so many changes of each kind, the largest relative revisions first; counts are of all. Raises
    WarehouseError for what is neither a day nor a file that holds the observations.
    """
    need("duckdb", "pyarrow")
    import duckdb

    with tempfile.TemporaryDirectory(prefix="metroetl-diff-") as spill:
        try:
            with closing(duckdb.connect(config={"temp_directory": spill})) as database:
                sides = [
                    _load(database, "a", url, before, as_loaded),
                    _load(database, "b", url, after, as_loaded),
                ]
                _compare(database)
                found = dict(database.execute("SELECT kind, COUNT(*) FROM changes GROUP BY kind").fetchall())
                counts = {kind: found.get(kind, 0) for kind in KINDS}
                changes = list(_changes(database, limit))
        except duckdb.Error as error:
            raise WarehouseError(f"the two can't be compared: {error}", way_out=_WAY_OUT) from error
    return Difference(sides[0], sides[1], as_loaded, counts, found.get("same", 0), changes)


def _load(database: Any, name: str, url: str, place: str, as_loaded: bool) -> Side:
    """Fill table `name` with a side, whatever it is."""
    typed = ", ".join(f"{column} {kind}" for column, kind in _COLUMNS.items())
    database.execute(f"CREATE TABLE {name} ({typed})")
    # CSV can't tell an empty text from none: what is compared is empty in both
    given = [f"COALESCE({c}, '')" if c in _COMPARED_TEXTS else c for c in _COLUMNS]
    insert = f"INSERT INTO {name} SELECT {', '.join(given)} FROM "  # noqa: S608  names of our own
    day = _day(place)
    if day or _begins(Path(place), b"SQLite format 3\x00"):
        asked = {"as_loaded" if as_loaded else "as_of": day}
        address = url if day else f"sqlite:///{Path(place).absolute()}"
        with public_look(address, **asked) as look:
            for batch in look.batches(look.shape(MART)):
                database.register("batch", batch)
                database.execute(insert + "batch")
    else:
        database.execute(insert + _source(database, name, Path(place)))
    return Side(place, database.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0])  # noqa: S608


def _day(place: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", place):
        return None
    try:
        return date.fromisoformat(place)
    except ValueError as error:
        raise WarehouseError(f"{place} is no day", way_out=_WAY_OUT) from error


def _source(database: Any, name: str, path: Path) -> str:
    """How DuckDB reads the observations of an export."""
    if _begins(path, b"DUCK", at=8):
        database.execute(f"ATTACH {_quoted(path)} AS of_{name} (READ_ONLY)")
        return f"of_{name}.{MART}"
    file = next((p for p in (path / f"{MART}.csv", path) if p.is_file()), None)
    if (path / MART).is_dir():
        return f"read_parquet({_quoted(path / MART / '**' / '*.parquet')}, hive_partitioning = false)"
    if file and file.suffix == ".parquet":
        return f"read_parquet({_quoted(file)})"
    if file and file.suffix == ".csv":
        kept = ", ".join(
            f"regexp_replace({column}, '^''([=+@\\t\\r-])', '\\1') AS {column}" for column in _COLUMNS
        )
        return f"(SELECT {kept} FROM read_csv({_quoted(file)}, header = true, all_varchar = true))"  # noqa: S608
    raise WarehouseError(f"{path} holds no observations that can be read", way_out=_WAY_OUT)


def _begins(path: Path, magic: bytes, at: int = 0) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(at + len(magic))[at:] == magic


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _compare(database: Any) -> None:
    """Make table `changes`, a row a fact of either side; values are compared in one unit."""
    units = database.execute("SELECT unit FROM a UNION SELECT unit FROM b").fetchall()
    database.execute("CREATE TABLE units (unit VARCHAR, base VARCHAR, factor DOUBLE)")
    for (unit,) in units:
        known = parse_unit(unit or "")
        row = [unit, known.base, known.factor] if known else [unit, unit, 1.0]
        database.execute("INSERT INTO units VALUES (?, ?, ?)", row)
    differing = ", ".join(f"CASE WHEN a.{c} IS DISTINCT FROM b.{c} THEN '{c}' END" for c in RESTATED)
    database.execute(
        "CREATE TABLE changes AS WITH matched AS (SELECT "  # noqa: S608
        + ", ".join(f"COALESCE(a.{c}, b.{c}) AS {c}" for c in FACT)
        + "".join(f", COALESCE(b.{c}, a.{c}) AS {c}" for c in NAMES)
        + "".join(f", a.{c} AS {c}_before, b.{c} AS {c}_after" for c in STATED)
        + f""", list_filter([{differing}], lambda x: x IS NOT NULL) AS fields,
          a.value * u.factor AS a_value, b.value * v.factor AS b_value,
          GREATEST(a.rounding * u.factor, b.rounding * v.factor) AS rounding, u.base = v.base AS comparable
        FROM a FULL JOIN b USING ({", ".join(FACT)})
        LEFT JOIN units AS u ON u.unit = a.unit
        LEFT JOIN units AS v ON v.unit = b.unit)
        SELECT *, CASE
          WHEN a_value IS NULL THEN 'added'
          WHEN b_value IS NULL THEN 'removed'
          WHEN NOT comparable OR ABS(b_value - a_value) > 0.000000001 + 1.000001 * rounding THEN 'revised'
          WHEN len(fields) > 0 THEN 'restated'
          ELSE 'same'
        END AS kind
        FROM matched"""  # noqa: S608
    )


def _changes(database: Any, limit: int | None) -> Iterator[dict[str, Any]]:
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    found = database.execute(
        f"""SELECT * FROM (
          SELECT *, ROW_NUMBER() OVER (
            PARTITION BY kind
            ORDER BY
              CASE WHEN kind = 'revised' THEN -ABS(b_value - a_value) / GREATEST(ABS(a_value), rounding) END,
              {", ".join(FACT)}
          ) AS place
          FROM changes
          WHERE kind <> 'same'
        )
        WHERE place <= COALESCE(?, place)
        ORDER BY list_position([{kinds}], kind), place""",  # noqa: S608
        [limit],
    )
    columns = [column[0] for column in found.description]
    while rows := found.fetchmany(10_000):
        for row in rows:
            yield _told(dict(zip(columns, row, strict=True)))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    change = {"kind": row["kind"], **{c: row[c] for c in (*FACT, *NAMES)}}
    changed = row["kind"] in ("revised", "restated")
    change["fields"] = [*(["value"] if row["kind"] == "revised" else []), *row["fields"]] if changed else []
    for side, missing in (("before", "added"), ("after", "removed")):
        change[side] = None if row["kind"] == missing else {c: row[f"{c}_{side}"] for c in STATED}
    return change
