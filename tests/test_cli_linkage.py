"""`metroetl linkage` as an operator uses it. All flows are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.errors import FlowsRefused
from metroetl.settings import settings

CITIES = ("510100", "510600", "511400", "512000")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    settings.cache_clear()


def test_flows_are_loaded_and_shown_to_those_who_ask(tmp_path: Path) -> None:
    rows = [
        f"2025Q1,{i},{j},{100 + 7 * n + 3 * m},亿元,{2 if n + m == 5 else 9}"
        for n, i in enumerate(CITIES)
        for m, j in enumerate(CITIES)
    ]
    file = tmp_path / "invented.csv"
    file.write_text("\n".join(["period,seller,buyer,amount,unit,firms", *rows]), encoding="utf-8")
    run = CliRunner().invoke
    loaded = run(app, ["linkage", "load", str(file), "--source", "虚构税务局"])
    assert loaded.exit_code == 0 and "2025-Q1  第1版" in loaded.output and "已入库" in loaded.output
    assert "已有，未变" in run(app, ["linkage", "load", str(file), "--source", "虚构税务局"]).output
    shown = run(app, ["linkage", "show", "--quarter", "2025Q1", "--internal"])
    assert shown.exit_code == 0, shown.output
    assert "（内部）" in shown.output and "成都市—德阳市" in shown.output and " Q " in shown.output
    assert "103.0" in shown.output
    public = run(app, ["linkage", "show", "--quarter", "2025Q1"])
    assert "虚构税务局" not in public.output and "缺地区生产总值" in public.output
    assert run(app, ["linkage", "update"]).exit_code == 0
    assert run(app, ["linkage", "show", "--quarter", "2025"]).exit_code == 2


def test_a_mistake_ends_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "invented.csv"
    file.write_text(
        "period,seller,buyer,amount,unit,firms\n2025Q1,510100,510600,-1,亿元,9\n", encoding="utf-8"
    )
    done = CliRunner().invoke(app, ["linkage", "load", str(file), "--source", "虚构税务局"])
    assert isinstance(done.exception, FlowsRefused) and "第2行 AMOUNT_NEGATIVE" in done.exception.message
