"""A real PostgreSQL for the tests, thrown away at the end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.postgres import Postgres, binaries
from tests.conftest import missing


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of this test session; skipped with the reason where none can be started."""
    try:
        server = Postgres().__enter__()
    except FileNotFoundError as error:
        missing("postgres", str(error))
    except subprocess.CalledProcessError as error:
        missing("postgres", f"the server doesn't start: {error.stderr.strip() or error.stdout.strip()}")
    else:
        yield server
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """Address of a database on the server of this test session."""
    return postgres.url


@pytest.fixture
def new_postgres(postgres: Postgres) -> Callable[[], str]:
    """Gives the address of a new, empty database at each call."""
    return lambda: postgres.create(f"t{os.urandom(6).hex()}")


def client_folder() -> Path:
    """Where pg_dump and pg_restore of the same version are."""
    found = binaries()
    assert found is not None
    return found
