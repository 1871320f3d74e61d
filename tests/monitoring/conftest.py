"""A warehouse that holds exactly what the facts file says of Chengdu's circle, read the whole way."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from metroetl import pipeline
from metroetl.replica import Replica
from metroetl.settings import settings
from metroetl.warehouse import Warehouse


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """All stand-in sites' releases, loaded by the steps of the pipeline (no Prefect).

    The settings of the replica hold while it loads only: other rooms' tests follow in the same process.
    """
    with pytest.MonkeyPatch.context() as patch, Replica(as_of=date(2026, 6, 1)) as replica:
        patch.setenv("METROETL_HOME", str(tmp_path_factory.mktemp("monitoring")))
        patch.setenv("METROETL_HOST_MAP", json.dumps(replica.host_map))
        patch.setenv("METROETL_POLITENESS", "false")
        settings.cache_clear()
        loaded = pipeline.open_warehouse()
        run_id = loaded.start_run("collect", {})
        for source in pipeline.choose_sources():
            pipeline.read_and_stage(run_id, source.id, pipeline.harvest_source(run_id, source.id))
        assert not pipeline.pass_gate(run_id).held
    settings.cache_clear()
    return loaded


@pytest.fixture(scope="session")
def site(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The monitoring site of the facts, built once."""
    from metroetl.monitoring.site import build_site

    return build_site(warehouse, tmp_path_factory.mktemp("site") / "site").index.parent
