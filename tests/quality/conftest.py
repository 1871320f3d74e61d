"""A real warehouse on each engine, for the whole way through the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest

from metroetl.quality import run_gate
from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.quality.bench import history, stage_into, with_typo
from tests.quality.templates import ENGINES, copy_of

Staged = tuple[str, str]


@pytest.fixture(params=ENGINES)
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """A new warehouse with the project's own catalogue."""
    return Warehouse(copy_of("new", lambda url: Warehouse(url).upgrade(), request, tmp_path))


@pytest.fixture(params=ENGINES)
def informed(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """A warehouse that knows the city's past, and whose gate then stopped the trade in 万元 of its new release."""
    return Warehouse(copy_of("informed", inform, request, tmp_path))


def inform(url: str) -> None:
    """Make such a warehouse."""
    warehouse = Warehouse(url)
    warehouse.upgrade()
    for readings in (history(), with_typo()):
        result = run_gate(warehouse, stage_into(warehouse, readings)[0])
        assert (result.batches, result.held) == (1, {})


@pytest.fixture
def stage(warehouse: Warehouse) -> Callable[[Iterable[Reading]], Staged]:
    """Stages readings as a run of their own; run id and batch id."""
    return partial(stage_into, warehouse)
