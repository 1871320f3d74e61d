"""The views of the contract, one SQL file each, the same on both engines but for what the words about days write.

`mart_*` is for analysts; `dic_*`, `report_*` and `chart_*` are thin ones over them, named as FineReport users name data
sets. Columns of the wide mart come from `headline.csv`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

from sqlalchemy import Connection, inspect

from metroetl.warehouse.engine import execute_as_is

FOLDER = Path(__file__).resolve().parent / "marts"
PREFIXES = ("mart_", "dic_", "report_", "chart_")
HEADLINE = Path(__file__).resolve().parent / "headline.csv"


@dataclass(frozen=True)
class Headline:
    """A column of the wide mart: one indicator by one measure, in one unit, which its name ends with."""

    column: str
    indicator_code: str
    measure: str
    unit: str
    zh: str
    en: str


@lru_cache
def headlines() -> tuple[Headline, ...]:
    """The columns of `mart_indicator_quarter_wide`, in their order."""
    with HEADLINE.open(encoding="utf-8", newline="") as file:
        return tuple(Headline(**row) for row in csv.DictReader(file))


@lru_cache
def view_queries(dialect: str, today: date | None = None, *, public: bool = False) -> dict[str, str]:
    """Name and SELECT of each view, in an order in which they can be made; `today` is the day of asking if None.

    `public` gives what those see who may see public rows only; else it depends on who asks.
    """
    from jinja2 import Environment, StrictUndefined

    day = _TODAY[dialect] if today is None else _day(dialect, today)
    audience = "'public'" if public else _AUDIENCE[dialect]
    words = {"today": day, "audience": audience, "headlines": headlines(), **_WORDS[dialect]}
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  SQL, not HTML
    queries = {
        file.stem: environment.from_string(file.read_text("utf-8")).render(words)
        for file in sorted(FOLDER.glob("*.sql"))
    }
    needs = {name: set(re.findall(r"[a-z_]+", sql)) & set(queries) - {name} for name, sql in queries.items()}
    return {name: queries[name] for name in TopologicalSorter(needs).static_order()}


def _day(dialect: str, day: date) -> str:
    return f"DATE '{day}'" if dialect == "postgresql" else f"'{day}'"


# today in China; days between two dates; the first and the last day of a year; an ISO text as a date; year and month of a
# date; a text before its first dot; a number with so many decimals; the day in China of a moment
_TODAY = {
    "sqlite": "date('now', '+8 hours')",
    "postgresql": "CAST(now() AT TIME ZONE 'Asia/Shanghai' AS date)",
}
# what the one who asks may see: on SQLite who can read the file can read all of it
_AUDIENCE = {"sqlite": "'internal'", "postgresql": "(SELECT metroetl_audience())"}
_WORDS: dict[str, dict[str, Callable[..., str]]] = {
    "sqlite": {
        "days": lambda start, end: f"CAST(julianday({end}) - julianday({start}) AS INTEGER)",
        "first_day": lambda year: f"({year} || '-01-01')",
        "last_day": lambda year: f"({year} || '-12-31')",
        "date": lambda iso: f"({iso})",
        "year": lambda day: f"CAST(strftime('%Y', {day}) AS INTEGER)",
        "month": lambda day: f"CAST(strftime('%m', {day}) AS INTEGER)",
        "before_dot": lambda text: f"substr({text}, 1, instr({text}, '.') - 1)",
        "rounded": lambda number, decimals: f"ROUND({number}, {decimals})",
        "china_day": lambda moment: f"date({moment}, '+8 hours')",
    },
    "postgresql": {
        "days": lambda start, end: f"({end} - {start})",
        "first_day": lambda year: f"make_date({year}, 1, 1)",
        "last_day": lambda year: f"make_date({year}, 12, 31)",
        "date": lambda iso: f"CAST({iso} AS DATE)",
        "year": lambda day: f"CAST(EXTRACT(YEAR FROM {day}) AS INTEGER)",
        "month": lambda day: f"CAST(EXTRACT(MONTH FROM {day}) AS INTEGER)",
        "before_dot": lambda text: f"split_part({text}, '.', 1)",
        "rounded": lambda number, decimals: (
            f"CAST(ROUND(CAST({number} AS NUMERIC), CAST({decimals} AS INTEGER)) AS DOUBLE PRECISION)"
        ),
        "china_day": lambda moment: f"CAST({moment} AT TIME ZONE 'Asia/Shanghai' AS date)",
    },
}


def drop_views(connection: Connection) -> None:
    """Drop the views all at once: an older program's may have stood on one another in another order."""
    there = [name for name in inspect(connection).get_view_names() if name.startswith(PREFIXES)]
    if connection.dialect.name == "postgresql" and there:
        execute_as_is(connection, "DROP VIEW " + ", ".join(f'"{name}"' for name in there))
        return
    for name in there:
        execute_as_is(connection, f'DROP VIEW "{name}"')


def named_in(sql: str, queries: Mapping[str, str]) -> set[str]:
    """All names that a statement may mean, and those that the views among them stand on."""
    found: set[str] = set()
    new = set(re.findall(r"[a-z_]+", sql.lower()))
    while new:
        found |= new
        new = {n for view in new & set(queries) for n in re.findall(r"[a-z_]+", queries[view])} - found
    return found


def create_views(
    connection: Connection,
    *,
    temporary: bool = False,
    today: date | None = None,
    public: bool = False,
    only: Container[str] | None = None,
) -> None:
    """Create the views (`only` those, if told); temporary ones hide the lasting ones in this session only, and may count
    from another day."""
    kind = "TEMP VIEW" if temporary else "VIEW"
    for name, sql in view_queries(connection.dialect.name, today, public=public).items():
        if only is not None and name not in only:
            continue
        execute_as_is(connection, f'CREATE {kind} "{name}" AS {sql}')
