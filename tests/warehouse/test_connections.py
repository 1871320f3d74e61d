"""Connections: one a deed, closed at once; kept for a run where somebody says so, without what a look leaves in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url
from sqlalchemy.pool import Pool

from metroetl.pipeline import warehouse_kept_open
from metroetl.warehouse import Warehouse
from metroetl.warehouse.engine import kept_open

RUNS = "SELECT COUNT(*) FROM ops_run"


@pytest.fixture
def opened() -> Iterator[list[Any]]:
    """Every connection that is opened meanwhile."""
    found: list[Any] = []

    def note(connection: Any, _: Any) -> None:
        found.append(connection)

    event.listen(Pool, "connect", note)
    yield found
    event.remove(Pool, "connect", note)


def beside(warehouse: Warehouse) -> list[str]:
    """The files that SQLite has beside an open database."""
    file = Path(make_url(warehouse.url).database or "")
    return [suffix for suffix in ("-wal", "-shm") if file.with_name(file.name + suffix).exists()]


def test_a_deed_opens_a_connection_and_closes_it(warehouse: Warehouse, opened: list[Any]) -> None:
    for _ in range(3):
        warehouse.query(RUNS)
        warehouse.start_run("collect", {})
    assert len(opened) == 6
    assert beside(warehouse) == [], "the file can be copied now"


def test_a_run_keeps_them_and_closes_them_in_the_end(warehouse: Warehouse, opened: list[Any]) -> None:
    with warehouse_kept_open():
        for _ in range(3):
            with kept_open():  # a part of the run that asks for the same
                warehouse.query(RUNS)
                Warehouse(warehouse.url).start_run("collect", {})
        assert len(opened) == 2, "one to read, one to write"
        assert warehouse.query(RUNS)[1] == [(3,)]
    assert beside(warehouse) == []
    warehouse.query(RUNS)
    assert len(opened) == 3


def test_a_look_leaves_nothing_behind(warehouse: Warehouse) -> None:
    """Its temporary views would hide from the next deed what they hid from it."""
    warehouse.start_run("collect", {})
    documents = "SELECT COUNT(*) FROM core_document WHERE 1 = 1"
    with kept_open():
        warehouse.query(RUNS)
        assert warehouse.query(documents, as_of=date(2020, 1, 1))[1] == [(0,)]
        assert warehouse.query(documents, public=True)[1] == [(0,)]
        temporary = "sqlite_temp_master" if warehouse.url.startswith("sqlite") else "pg_views"
        where = "" if temporary != "pg_views" else " WHERE schemaname LIKE 'pg_temp%'"
        assert warehouse.query(f"SELECT COUNT(*) FROM {temporary}{where}")[1] == [(0,)]
        warehouse.start_run("collect", {})
    assert warehouse.query(RUNS)[1] == [(2,)]
