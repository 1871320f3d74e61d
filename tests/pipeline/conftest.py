"""An operator's own folder, with settings and catalogue of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from metroetl.catalogue.load import reload
from metroetl.settings import settings

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
