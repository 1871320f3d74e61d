"""A warehouse that holds exactly what the facts file says of Chengdu's circle, read the whole way."""

from __future__ import annotations

from pathlib import Path

import pytest

from metroetl.warehouse import Warehouse


@pytest.fixture(scope="session")
def warehouse(facts_home: Path) -> Warehouse:
    """All stand-in sites' releases."""
    return Warehouse(f"sqlite:///{facts_home / 'warehouse.db'}")


@pytest.fixture(scope="session")
def site(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The monitoring site of the facts, built once."""
    from metroetl.monitoring.site import build_site

    return build_site(warehouse, tmp_path_factory.mktemp("site") / "site").index.parent
