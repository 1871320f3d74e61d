"""The same job into PostgreSQL gives the same warehouse, and the same report."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.flows.conftest import NewWorld, Table, World

SOURCES, DAY, SINCE = (
    ("cdstats", "deyang", "meishan", "ziyang", "tjj_sc", "sc_gov"),
    date(2022, 6, 1),
    date(2021, 10, 1),
)
MARTS = (
    "mart_observation_latest", "mart_observation_vintages", "mart_indicator_quarter", "mart_circle_quarter",
    "mart_plan_calendar", "mart_plan_comparison",
)  # fmt: skip


def marts(world: World, as_of: date | None = None) -> dict[str, Table]:
    found = {}
    for name in MARTS:
        rows = [
            {k: v for k, v in row.items() if k != "loaded_at"}
            for row in world.ask(f"SELECT * FROM {name}", as_of=as_of)
        ]
        found[name] = sorted(rows, key=lambda row: [str(value) for value in row.values()])
    return found


def report(world: World) -> str:
    """The text of the report of 2022-Q1, but for the moment it was made."""
    path = Path(world.monitor(circle="chengdu", quarter="2022Q1", formats=["html"]).result[0])
    return re.sub(r"生成于 [0-9: -]{16} UTC", "", path.read_text(encoding="utf-8"))


@pytest.mark.postgres
def test_postgresql_holds_what_sqlite_holds(new_world: NewWorld, new_postgres: Callable[[], str]) -> None:
    file = new_world(DAY, *SOURCES)
    assert file.collect(since=SINCE).state == "Completed"
    server = new_world(DAY, *SOURCES, METROETL_DATABASE_URL=new_postgres())
    assert server.collect(since=SINCE).state == "Completed"
    assert not (server.home / "warehouse.db").exists()

    assert server.contents() == file.contents()
    assert server.sizes() == file.sizes()
    for day in (None, date(2022, 2, 1)):
        expected, found = marts(file, day), marts(server, day)
        for name in MARTS:
            assert expected[name], name
            assert found[name] == expected[name], name
    written = report(file)
    assert "6123.55" in written
    assert report(server) == written

    assert server.collect(since=SINCE).state == "NoChange"
    assert server.contents() == file.contents()
