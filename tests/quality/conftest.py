"""A real warehouse on each engine, for the whole way through the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest

from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.quality.bench import stage_into
from tests.quality.templates import ENGINES, copy_of

Staged = tuple[str, str]


@pytest.fixture(params=ENGINES)
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """A new warehouse with the project's own catalogue."""
    return Warehouse(copy_of("new", lambda url: Warehouse(url).upgrade(), request, tmp_path))


@pytest.fixture
def stage(warehouse: Warehouse) -> Callable[[Iterable[Reading]], Staged]:
    """Stages readings as a run of their own; run id and batch id."""
    return partial(stage_into, warehouse)
