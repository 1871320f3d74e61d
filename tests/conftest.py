"""What every test may use: the shared folder, and requirements that must or may be missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

hypothesis.settings.register_profile("busy", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("busy")

pytest_plugins = ["tests.jdbc", "tests.office", "tests.postgres", "tests.s3"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("METROETL_SHARED", ROOT.parent / "shared"))
REQUIRED = set(filter(None, os.environ.get("METROETL_REQUIRE", "").split(",")))


# With files dealt out whole, those that take longest come first: one that came last would keep a single core busy.
LONGEST = (
    "flows/test_server.py",
    "docs/test_commands.py",
    "flows/test_timelapse.py",
    "flows/test_bad_input.py",
    "flows/test_main_job.py",
    "test_cli.py",
    "flows/test_revisit.py",
    "quality/test_rules.py",
    "quality/test_mutations.py",
    "flows/test_dask.py",
    "warehouse/test_crash.py",
    "quality/test_gate.py",
    "quality/test_after.py",
    "replica/test_traps.py",
    "flows/test_retry.py",
    "flows/test_replay.py",
    "flows/test_postgres.py",
    "flows/test_demo.py",
    "flows/test_backfill.py",
    "deployments/test_automations.py",
    "quality/test_anomalies.py",
    "pipeline/test_inbox.py",
    "harvest/test_archive.py",
    "harvest/test_scale.py",
    "quality/test_quarantine.py",
    "quality/test_pages.py",
    "documents/test_docx.py",
    "documents/test_kinds.py",
    "flows/test_upkeep.py",
    "documents/test_ocr.py",
    "quality/test_findings.py",
    "flows/test_limits.py",
    "test_wheel.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the order of their tests stays."""
    place = {Path(__file__).parent / name: n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_xdist_auto_num_workers() -> int:
    """Two a core, for servers, browsers and databases are waited for."""
    return 2 * (os.cpu_count() or 1)


def missing(what: str, reason: str) -> None:
    """Skip with the reason, or fail where METROETL_REQUIRE names it."""
    if what in REQUIRED:
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(f"{what}: {reason}")


def chromium() -> str:
    """The browser of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing("browser", "no Chromium on this machine")
    return str(found)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repo."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real cases beside the repo; skipped where it is missing."""
    if not SHARED.is_dir():
        missing("shared", "the folder of real cases is not beside the repo (set METROETL_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def facts_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all stand-in sites' releases of 1 June 2026, read the whole way; a copy of this process.

    It is loaded once for all processes of a test run.
    """
    made = of_the_run(tmp_path_factory) / "facts"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            _load_facts(made.with_name("facts-loading"))
            made.with_name("facts-loading").rename(made)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("facts") / "home"))


def of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _load_facts(home: Path) -> None:
    """The steps of the pipeline, without Prefect; the replica's settings hold while it loads only."""
    from metroetl import pipeline
    from metroetl.replica import Replica
    from metroetl.settings import settings

    with pytest.MonkeyPatch.context() as patch, Replica(as_of=date(2026, 6, 1)) as replica:
        patch.setenv("METROETL_HOME", str(home))
        patch.setenv("METROETL_HOST_MAP", json.dumps(replica.host_map))
        patch.setenv("METROETL_POLITENESS", "false")
        settings.cache_clear()
        run_id = pipeline.open_warehouse().start_run("collect", {})
        for source in pipeline.choose_sources():
            pipeline.read_and_stage(run_id, source.id, pipeline.harvest_source(run_id, source.id))
        assert not pipeline.pass_gate(run_id).held
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _settings_anew() -> Iterator[None]:
    """No test leaves its settings to the next in the same process."""
    yield
    from metroetl.settings import settings

    settings.cache_clear()


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file of a new Prefect server, made once for all processes of a test run, to be copied: half of a start."""
    made = of_the_run(tmp_path_factory) / "prefect.db"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            new = made.with_name("prefect-new.db")
            env = {
                "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect")),
                "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{new}",
            }
            command = [sys.executable, "-m", "prefect", "--no-prompt", "server", "database", "upgrade", "-y"]
            subprocess.run(command, env=os.environ | env, check=True, capture_output=True)
            new.rename(made)
    return made


@pytest.fixture(scope="session")
def prefect_server(prefect_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A private Prefect server for the session; its API's address, for other processes."""
    folder = tmp_path_factory.mktemp("prefect-server")
    shutil.copy(prefect_database, folder / "prefect-test.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("PREFECT_LOGGING_LEVEL", "WARNING")
        from prefect.settings import PREFECT_API_URL
        from prefect.testing import utilities

        patch.setattr(utilities, "mkdtemp", lambda: str(folder))  # where it makes its database
        with utilities.prefect_test_harness(server_startup_timeout=120):
            yield str(PREFECT_API_URL.value())
