"""The `mart_*` views, one SQL file each, the same on both engines but for what the words about days write."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

from sqlalchemy import Connection, inspect

from metroetl.warehouse.engine import execute_as_is

FOLDER = Path(__file__).resolve().parent / "marts"
PREFIX = "mart_"


@lru_cache
def view_queries(dialect: str, today: date | None = None) -> dict[str, str]:
    """Name and SELECT of each view, in an order in which they can be made; `today` is the day of asking if None."""
    from jinja2 import Environment, StrictUndefined

    day = _TODAY[dialect] if today is None else _day(dialect, today)
    words = {"today": day, "audience": _AUDIENCE[dialect], **_WORDS[dialect]}
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  SQL, not HTML
    queries = {
        file.stem: environment.from_string(file.read_text("utf-8")).render(words)
        for file in sorted(FOLDER.glob("*.sql"))
    }
    needs = {name: set(re.findall(r"\bmart_[a-z_]+\b", sql)) - {name} for name, sql in queries.items()}
    return {name: queries[name] for name in TopologicalSorter(needs).static_order()}


def _day(dialect: str, day: date) -> str:
    return f"DATE '{day}'" if dialect == "postgresql" else f"'{day}'"


# today in China; days between two dates; the first day of a year; year and month of a date; a text before its first dot
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
        "year": lambda day: f"CAST(strftime('%Y', {day}) AS INTEGER)",
        "month": lambda day: f"CAST(strftime('%m', {day}) AS INTEGER)",
        "before_dot": lambda text: f"substr({text}, 1, instr({text}, '.') - 1)",
    },
    "postgresql": {
        "days": lambda start, end: f"({end} - {start})",
        "first_day": lambda year: f"make_date({year}, 1, 1)",
        "year": lambda day: f"CAST(EXTRACT(YEAR FROM {day}) AS INTEGER)",
        "month": lambda day: f"CAST(EXTRACT(MONTH FROM {day}) AS INTEGER)",
        "before_dot": lambda text: f"split_part({text}, '.', 1)",
    },
}


def drop_views(connection: Connection) -> None:
    """Drop the views, those that need others first."""
    there = {name for name in inspect(connection).get_view_names() if name.startswith(PREFIX)}
    known = list(reversed(view_queries(connection.dialect.name)))
    for name in sorted(there, key=lambda n: known.index(n) if n in known else -1):
        execute_as_is(connection, f'DROP VIEW "{name}"')


def create_views(connection: Connection, *, temporary: bool = False, today: date | None = None) -> None:
    """Create the views; temporary ones hide the lasting ones in this session only, and may count from another day."""
    kind = "TEMP VIEW" if temporary else "VIEW"
    for name, sql in view_queries(connection.dialect.name, today).items():
        execute_as_is(connection, f'CREATE {kind} "{name}" AS {sql}')
