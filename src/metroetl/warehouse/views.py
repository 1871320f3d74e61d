"""The `mart_*` views, one SQL file each, the same on both engines but for what `days` writes."""

from __future__ import annotations

import re
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

from sqlalchemy import Connection, inspect

from metroetl.warehouse.engine import execute_as_is

FOLDER = Path(__file__).resolve().parent / "marts"
PREFIX = "mart_"


@lru_cache
def view_queries(dialect: str) -> dict[str, str]:
    """Name and SELECT of each view, in an order in which they can be made."""
    from jinja2 import Environment, StrictUndefined

    days = _DAYS[dialect]
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701  SQL, not HTML
    queries = {
        file.stem: environment.from_string(file.read_text("utf-8")).render(days=days)
        for file in sorted(FOLDER.glob("*.sql"))
    }
    needs = {name: set(re.findall(r"\bmart_[a-z_]+\b", sql)) - {name} for name, sql in queries.items()}
    return {name: queries[name] for name in TopologicalSorter(needs).static_order()}


def _days_sqlite(start: str, end: str) -> str:
    return f"CAST(julianday({end}) - julianday({start}) AS INTEGER)"


def _days_postgres(start: str, end: str) -> str:
    return f"({end} - {start})"


_DAYS = {"sqlite": _days_sqlite, "postgresql": _days_postgres}


def drop_views(connection: Connection) -> None:
    """Drop the views, those that need others first."""
    there = {name for name in inspect(connection).get_view_names() if name.startswith(PREFIX)}
    known = list(reversed(view_queries(connection.dialect.name)))
    for name in sorted(there, key=lambda n: known.index(n) if n in known else -1):
        execute_as_is(connection, f'DROP VIEW "{name}"')


def create_views(connection: Connection, *, temporary: bool = False) -> None:
    """Create the views; temporary ones hide the lasting ones in this session only."""
    kind = "TEMP VIEW" if temporary else "VIEW"
    for name, sql in view_queries(connection.dialect.name).items():
        execute_as_is(connection, f'CREATE {kind} "{name}" AS {sql}')
