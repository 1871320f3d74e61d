"""Figures for Prometheus: its own parser reads them, and they are those of the warehouse, also after folding."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.errors import HostDown, ScannedImage
from metroetl.harvest.models import Fetch, Harvested
from metroetl.operations.metrics import registry_of
from metroetl.settings import Settings
from tests.warehouse.desk import START, Desk, gdp


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    return {
        (sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_figures_are_those_of_the_warehouse(desk: Desk, tmp_path: Path) -> None:
    def listing(hour: int, outcome: str) -> Harvested:
        at = START + timedelta(hours=hour)
        return Harvested(fetch=Fetch(source_id="city", url="list", role="listing", at=at, outcome=outcome))

    outcomes = ["listed"] * 40 + [HostDown.code] * 2
    desk.warehouse.record(desk.run_id, [listing(n, outcome) for n, outcome in enumerate(outcomes)])
    desk.stage(desk.read("https://city.example.cn/1", "一季度", [gdp(5930.3)]))
    desk.settle()
    scan = desk.archive("https://city.example.cn/scan.pdf", "scan", role="attachment")
    desk.warehouse.reject_snapshot(desk.run_id, scan, ScannedImage("pictures only"))
    desk.warehouse.finish_run(desk.run_id, "loaded", {})
    registry = registry_of(desk.warehouse, Settings(home=tmp_path))
    before = samples(generate_latest(registry).decode())
    assert before["metroetl_runs_total", "flow=collect", "state=loaded"] == 1
    assert before["metroetl_run_last_success_timestamp_seconds", "flow=collect"] > 1.7e9
    assert before["metroetl_fetches_total", "outcome=listed", "source=city"] == 40
    assert before["metroetl_fetches_total", "outcome=HOST_DOWN", "source=city"] == 2
    assert before["metroetl_source_failures_in_a_row", "source=city"] == 2
    listed = (START + timedelta(hours=39)).timestamp()
    assert before["metroetl_source_last_listing_timestamp_seconds", "source=city"] == listed
    assert before["metroetl_core_rows", "kind=observation"] == 1
    assert before["metroetl_quarantine_open_rows", "rule=SCANNED_IMAGE"] == 1
    assert before["metroetl_batches", "state=published"] == 1
    assert before["metroetl_disk_bytes", "part=warehouse"] > 0 and before["metroetl_disk_free_bytes",] > 0
    assert (
        sum(f.fetches for f in desk.warehouse.fold_fetches(START + timedelta(days=9))) == 38
    )  # the first and the last stay
    after = samples(generate_latest(registry).decode())
    assert {k: v for k, v in after.items() if "disk" not in k[0]} == {
        k: v for k, v in before.items() if "disk" not in k[0]
    }


def test_they_are_printed_written_and_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_HOME", str(tmp_path / "home"))
    assert CliRunner().invoke(app, ["warehouse", "init"]).exit_code == 0
    printed = CliRunner().invoke(app, ["metrics"])
    assert printed.exit_code == 0 and ("metroetl_build_info", "version=0.1.0", "world=facts") in samples(
        printed.stdout
    )
    file = tmp_path / "metroetl.prom"
    assert CliRunner().invoke(app, ["metrics", "--output", str(file)]).exit_code == 0
    assert set(samples(file.read_text())) == set(samples(printed.stdout))
    assert CliRunner().invoke(app, ["metrics", "--serve", "0", "--output", str(file)]).exit_code == 2
    server = subprocess.Popen(
        [sys.executable, "-m", "metroetl", "metrics", "--serve", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/metrics", server.stderr.readline())
        assert address
        served = httpx.get(address[0], timeout=60, trust_env=False).raise_for_status().text
    finally:
        server.terminate()
        server.wait(30)
    assert set(samples(served)) == set(samples(printed.stdout))
