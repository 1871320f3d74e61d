"""An operator's own folder, with settings and catalogue of its own; and installations with what a harvest brought."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from metroetl.catalogue.load import reload
from metroetl.harvest import Archive
from metroetl.harvest.models import Fetch, Harvested, Role, Snapshot
from metroetl.pipeline import open_warehouse
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from tests.blank import blank_home

Operator = Callable[..., Path]


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Makes an empty METROETL_HOME (whose hosts are stood in for) the one of this test; gives its folder."""

    def use(host_map: dict[str, str] | None = None, **changes: str) -> Path:
        values = {
            "HOME": str(tmp_path / "home"),
            "HOST_MAP": json.dumps(host_map or {}),
            "POLITENESS": "false",
            "RETRIES": "1",
            "TIMEOUT_SECONDS": "3",
            **changes,
        }
        for name, value in values.items():
            monkeypatch.setenv(f"METROETL_{name}", value)
        settings.cache_clear()
        reload()
        return tmp_path / "home"

    yield use
    monkeypatch.undo()
    settings.cache_clear()
    reload()


@dataclass
class Installation:
    """Its archive and warehouse, and a maker of what a harvest brings."""

    archive: Archive
    warehouse: Warehouse
    run_id: str

    def bring(
        self,
        data: bytes,
        url: str,
        *,
        days_ago: float = 0,
        role: Role = "page",
        recorded: bool = True,
        source_id: str = "deyang",
        **facts: Any,
    ) -> Snapshot:
        """Bytes of an address that came some days ago: archived, described, and recorded unless the run was killed."""
        snapshot = Snapshot(
            sha256=self.archive.put(data),
            source_id=source_id,
            url=url,
            role=role,
            fetched_at=datetime.now(UTC) - timedelta(days=days_ago),
            size=len(data),
            headers={"content-type": "text/html"},
            **facts,
        )
        self.archive.describe(snapshot)
        if recorded:
            fetch = Fetch(source_id=source_id, url=url, role=role, at=snapshot.fetched_at, outcome="new")
            self.warehouse.record(self.run_id, [Harvested(fetch=fetch, snapshot=snapshot)])
        return snapshot

    def bodies(self) -> set[str]:
        """Hashes of what is stored."""
        return {sha256 for _, sha256, is_body in self.archive.files() if is_body}


Install = Callable[..., Installation]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Makes installations by name, each in a folder of its own; the one made last is that of the settings."""

    def make(name: str, archive: str = "") -> Installation:
        monkeypatch.setenv("METROETL_HOME", str(blank_home(tmp_path / name)))
        monkeypatch.setenv("METROETL_ARCHIVE", archive)
        settings.cache_clear()
        warehouse = open_warehouse()
        return Installation(Archive(settings().archive), warehouse, warehouse.start_run("test", {}))

    yield make
    settings.cache_clear()


@pytest.fixture(params=["folder", "s3"])
def here(request: pytest.FixtureRequest, install: Install) -> Installation:
    """An installation with an archive of either kind."""
    bucket = "" if request.param == "folder" else f"{request.getfixturevalue('bucket')}/archive"
    return install("here", bucket)
