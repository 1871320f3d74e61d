"""Real things for the flows: the stand-in sites over HTTP, a warehouse file, a Prefect server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metroetl.pipeline import RunSummary
from metroetl.replica import Faults, Replica
from metroetl.settings import Settings, settings
from metroetl.warehouse import Warehouse


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A private Prefect server for the session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("PREFECT_LOGGING_LEVEL", "WARNING")
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=120):
            yield


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Replica], Settings]]:
    """Point the settings at a replica and at an empty folder."""

    def point(replica: Replica) -> Settings:
        monkeypatch.setenv("METROETL_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("METROETL_HOST_MAP", json.dumps(replica.host_map))
        monkeypatch.setenv("METROETL_POLITENESS", "false")
        settings.cache_clear()
        return settings()

    yield point
    settings.cache_clear()


@pytest.fixture
def run_collect(prefect_server: None) -> Callable[..., tuple[Any, RunSummary]]:
    """Run the flow `collect` with a request; its state and summary."""

    def run(**request: Any) -> tuple[Any, RunSummary]:
        from flows.collect import collect
        from flows.parameters import CollectRequest

        state = collect(CollectRequest(**request), return_state=True)
        return state, state.result(raise_on_failure=False)

    return run


def ask(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a read-only query on the warehouse of the settings."""
    return [tuple(row) for row in Warehouse.open(settings()).query(sql, parameters=parameters)[1]]


def table_sizes() -> dict[str, int]:
    """Rows of every core table."""
    tables = [
        "core_document",
        "core_observation",
        "core_statement",
        "core_plan",
        "core_plan_section",
        "ops_quarantine",
    ]
    return {t: ask(f"SELECT COUNT(*) FROM {t}")[0][0] for t in tables}


__all__ = ["Faults", "Replica", "ask", "date", "table_sizes"]
