"""A warehouse on each engine."""

from __future__ import annotations

import shutil
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


@pytest.fixture(scope="session")
def blank_file(words: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new SQLite warehouse, to be copied: migrations take longer than most tests."""
    path = tmp_path_factory.mktemp("blank") / "warehouse.db"
    Warehouse(f"sqlite:///{path}", "facts", words).upgrade()
    return path


@pytest.fixture(scope="session")
def blank_database(words: Catalogue, postgres_url: str) -> str:
    """Name of a new PostgreSQL warehouse, the template of others."""
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'blank'").fetchone():
            return "blank"  # of another folder's tests
        connection.execute("CREATE DATABASE blank")
    Warehouse(postgres_url.rsplit("/", 1)[0] + "/blank", "facts", words).upgrade()
    return "blank"


@pytest.fixture
def warehouse(database_url: str, words: Catalogue, request: pytest.FixtureRequest) -> Warehouse:
    """A new warehouse on each engine."""
    if database_url.startswith("sqlite"):
        blank_file: Path = request.getfixturevalue("blank_file")
        shutil.copy(blank_file, database_url.removeprefix("sqlite:///"))
    else:
        _from_template(
            request.getfixturevalue("postgres_url"), database_url, request.getfixturevalue("blank_database")
        )
    made = Warehouse(database_url, "facts", words)
    made.upgrade()
    return made


def _from_template(server: str, url: str, template: str) -> None:
    """Make an empty database anew, as a copy of another."""
    import psycopg

    name = url.rsplit("/", 1)[1]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


@pytest.fixture
def desk(warehouse: Warehouse) -> Desk:
    """Someone who does on it what a run does."""
    return Desk(warehouse)
