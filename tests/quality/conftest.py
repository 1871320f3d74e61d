"""A real warehouse on each engine, for the whole way through the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest

from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.quality.bench import stage_into

Staged = tuple[str, str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """A new warehouse with the project's own catalogue."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    else:
        url = request.getfixturevalue("new_postgres")()
    made = Warehouse(url)
    made.upgrade()
    return made


@pytest.fixture
def stage(warehouse: Warehouse) -> Callable[[Iterable[Reading]], Staged]:
    """Stages readings as a run of their own; run id and batch id."""
    return partial(stage_into, warehouse)
