"""A warehouse on each engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from metroetl.catalogue import Catalogue
from metroetl.warehouse import Warehouse
from tests.warehouse.desk import Desk, small_catalogue


@pytest.fixture(scope="session")
def words() -> Catalogue:
    """A small catalogue in the form of the project's own."""
    return small_catalogue()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'warehouse.db'}"
    new_postgres: Callable[[], str] = request.getfixturevalue("new_postgres")
    return new_postgres()


@pytest.fixture
def warehouse(database_url: str, words: Catalogue) -> Warehouse:
    """A new warehouse on each engine."""
    made = Warehouse(database_url, "facts", words)
    made.upgrade()
    return made


@pytest.fixture
def desk(warehouse: Warehouse) -> Desk:
    """Someone who does on it what a run does."""
    return Desk(warehouse)
