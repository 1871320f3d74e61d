"""A real warehouse on each engine, for the whole way through the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.quality.bench import SOURCE, harvested

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
    """Records and stages readings as a run of their own; run id and batch id."""

    def stage_readings(readings: Iterable[Reading]) -> Staged:
        found = list(readings)
        run_id = warehouse.start_run("collect", {})
        warehouse.record(run_id, [harvested(r) for r in found])
        return run_id, warehouse.stage(run_id, SOURCE, found)

    return stage_readings
