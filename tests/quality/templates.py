"""Warehouses that are made once a session and copied for each test: migrations take longer than most tests; runs in bulk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from metroetl.warehouse.checks import write_checks
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.intake import start_run
from metroetl.warehouse.models import Check

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
ONE_ENGINE = pytest.mark.parametrize(
    "warehouse", ["sqlite"], indirect=True
)  # what is judged, not where it lies
_made: dict[tuple[str, str], str] = {}


def copy_of(name: str, make: Callable[[str], None], request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a copy, on the fixture's engine; `make` fills the database at an address, once."""
    return (_file if request.param == "sqlite" else _database)(name, make, request, tmp_path)


def _file(name: str, make: Callable[[str], None], request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return file_of(name, make, request.getfixturevalue("tmp_path_factory"), tmp_path)


def file_of(name: str, make: Callable[[str], None], factory: pytest.TempPathFactory, folder: Path) -> str:
    """The same in a SQLite file `warehouse.db` of a folder."""
    if ("sqlite", name) not in _made:
        path = factory.mktemp(name) / "warehouse.db"
        make(f"sqlite:///{path}")
        _made["sqlite", name] = str(path)
    copy = folder / "warehouse.db"
    shutil.copy(_made["sqlite", name], copy)
    return f"sqlite:///{copy}"


def _database(name: str, make: Callable[[str], None], request: pytest.FixtureRequest, tmp_path: Path) -> str:
    import psycopg

    server: str = request.getfixturevalue("postgres_url")
    base, copy = server.rsplit("/", 1)[0], f"{name}_{os.urandom(6).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        if ("postgresql", name) not in _made:
            connection.execute(f'CREATE DATABASE "{name}"')
            make(f"{base}/{name}")
            _made["postgresql", name] = name
        connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    return f"{base}/{copy}"


def add_runs(url: str, times: int, check: Check) -> None:
    """So many runs with one verdict each, in one transaction."""
    with writing(writer(url)) as connection:
        for _ in range(times):
            write_checks(connection, start_run(connection, "collect", {}), [check], datetime.now(UTC))
