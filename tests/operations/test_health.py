"""Everything that isn't well is found, by its code, on each engine; and a warehouse in which all is well has no finding."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.errors import HostDown, ScannedImage
from metroetl.harvest.models import Fetch, Harvested
from metroetl.operations.disk import disk_use
from metroetl.operations.health import HealthFinding, check_health
from metroetl.operations.schedules import Expected, expected_runs
from metroetl.settings import Settings
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.models import Held
from metroetl.warehouse.tables import table
from tests.warehouse.desk import Desk, gdp

PAGE = "https://city.example.cn/1"
NOW = datetime.now(UTC)


def config(desk: Desk, tmp_path: Path, **values: Any) -> Settings:
    (tmp_path / "home" / "archive").mkdir(parents=True, exist_ok=True)
    return Settings.model_validate({"home": tmp_path / "home", "disk_free_gb": 0, **values})


def found(desk: Desk, settings: Settings, now: datetime = NOW) -> dict[str, list[HealthFinding]]:
    """Findings by code."""
    by_code: dict[str, list[HealthFinding]] = {}
    for one in check_health(desk.warehouse, settings, now):
        assert one.detail and one.way_out
        by_code.setdefault(one.code, []).append(one)
    return by_code


def shift(desk: Desk, name: str, days: int, **columns: str) -> None:
    """As if the rows were so many days older."""
    with writing(writer(desk.warehouse.url)) as connection:
        rows = connection.execute(table(name).select()).mappings().all()
        (key,) = table(name).primary_key.columns
        for row in rows:
            older = {c: row[c] - timedelta(days=days) for c in columns.values() if row[c]}
            connection.execute(table(name).update().where(key == row[key.name]).values(older))


def test_what_is_not_well_is_found(desk: Desk, tmp_path: Path) -> None:
    settings = config(desk, tmp_path)
    desk.warehouse.finish_run(desk.run_id, "loaded", {})
    assert found(desk, settings) == {}
    # a batch is held, a listing fails again and again, twenty files can't be read, a run's process is gone
    held = desk.stage(desk.read(PAGE, "一季度", [gdp(1.0)])) or ""
    desk.settle(held=[Held(batch_id=held, rule_codes=["DOC-GARBLED"])])
    failed = [
        Fetch(
            source_id="city", url="list", role="listing", at=NOW - timedelta(hours=n), outcome=HostDown.code
        )
        for n in range(3)
    ]
    desk.warehouse.record(desk.run_id, [Harvested(fetch=fetch) for fetch in failed])
    for n in range(25):
        snapshot = desk.archive(f"{PAGE}/{n}.pdf", f"scan {n}", role="attachment")
        desk.warehouse.reject_snapshot(desk.run_id, snapshot, ScannedImage("pictures only"))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = desk.warehouse.start_run("collect", {})
    with writing(writer(desk.warehouse.url)) as connection:
        who = json.dumps({"host": socket.gethostname(), "process": gone.pid})
        runs = table("ops_run")
        connection.execute(runs.update().where(runs.c.run_id == dead).values(summary=who))
    by_code = found(desk, settings)
    assert set(by_code) == {"source_failing", "quarantine_growing", "run_hanging"}
    assert [(f.subject, f.rule) for f in by_code["source_failing"]] == [("city", "SRC-FAILING")]
    assert [f.subject for f in by_code["run_hanging"]] == [dead]
    # ten days later the batch and the rows still wait, and nothing grew since
    shift(desk, "ops_batch", 10, at="staged_at")
    shift(desk, "ops_quarantine", 10, at="created_at")
    by_code = found(desk, settings)
    assert [f.subject for f in by_code["batch_waiting"]] == [held]
    assert [f.rule for f in by_code["quarantine_waiting"]] == ["QUA-AGE"]
    assert "quarantine_growing" not in by_code
    assert desk.warehouse.close_run(dead, "its process is gone")
    assert not desk.warehouse.close_run(dead, "again")
    assert desk.one("SELECT state FROM ops_run WHERE run_id = :id", id=dead) == "crashed"
    assert "run_hanging" not in found(desk, settings)


def test_a_run_of_this_process_hangs_only_after_its_time(desk: Desk, tmp_path: Path) -> None:
    settings = config(desk, tmp_path, run_hours=5)
    [run] = desk.warehouse.unfinished_runs()
    assert (run.host, run.process, run.is_here, run.gone) == (socket.gethostname(), os.getpid(), True, False)
    assert found(desk, settings) == {}
    later = set(found(desk, settings, NOW + timedelta(hours=6)))
    assert later - {"run_overdue"} == {"run_hanging"}  # what is due until then goes by the hour of the day


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_missed_release_is_told_by_the_calendars_own_rule(desk: Desk, tmp_path: Path) -> None:
    settings = config(desk, tmp_path)
    desk.warehouse.finish_run(desk.run_id, "loaded", {})
    today = NOW.date()
    earlier = (today.replace(day=1) - timedelta(days=200)).replace(day=1)
    for year in (earlier.year - 1, earlier.year):
        desk.load(desk.read(f"{PAGE}-{year}", f"{year}年一季度", [gdp(5000.0 + year, f"{year}-Q1")], published_on=date(year, 4, 25)))  # fmt: skip
    with writing(writer(desk.warehouse.url)) as connection:
        missed_row = {"window_id": "gdp_city", "region_code": "510100", "period": f"{earlier.year}-Q2", "period_end": today,
            "due_from": today - timedelta(days=20), "due_to": today - timedelta(days=5), "watched_from": earlier, "came_before": 2,
            "state": "missed", "checked_at": NOW, "release_id": "r"}  # fmt: skip
        connection.execute(table("ops_release").insert(), [missed_row])
    for run in desk.warehouse.unfinished_runs():
        desk.warehouse.finish_run(run.run_id, "loaded", {})
    [missed] = found(desk, settings)["release_missed"]
    assert missed.rule == "REL-MISSED" and missed.subject.startswith("成都市/gdp_city/")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_deadmans_switch_knows_the_schedules(desk: Desk, tmp_path: Path) -> None:
    """Plans are looked at three times a day: nothing for hours after a due time is told, by deployment."""
    settings = config(desk, tmp_path)
    desk.warehouse.finish_run(desk.run_id, "loaded", {})
    ran = desk.warehouse.start_run("collect", {"sources": [], "kinds": ["plans"], "dry_run": False})
    desk.warehouse.finish_run(ran, "nothing_new", {})
    by_code = found(desk, settings)
    assert "run_overdue" not in by_code
    late = {f.subject for f in found(desk, settings, NOW + timedelta(days=8))["run_overdue"]}
    assert {"collect/plans", "collect/release-calendar", "revisit/revisit"} <= late
    assert "backfill/backfill" not in late  # a person's
    assert any(one.deployment == "collect/plans" for one in expected_runs())


def test_a_time_of_a_cron_is_that_of_its_zone() -> None:
    plans = Expected("plans", "collect", {"kinds": ["plans"]}, (("20 8,13,18 * * *", "Asia/Shanghai"),))
    due = plans.last_due(datetime(2026, 11, 29, 1, 0, tzinfo=UTC))  # nine in the morning in Shanghai
    assert due == datetime(2026, 11, 29, 0, 20, tzinfo=UTC)
    assert plans.is_run_by("collect", {"kinds": ["plans"], "sources": []})
    assert not plans.is_run_by("collect", {"kinds": ["statistics"], "sources": []})
    assert not plans.is_run_by("revisit", {"kinds": ["plans"]})


def test_growth_is_counted_without_the_first_load(desk: Desk, tmp_path: Path) -> None:
    """Twenty pages on the first day, two in the last month: the archive grows by what came since."""
    from metroetl.harvest import Archive

    settings = config(desk, tmp_path)
    archive = Archive(settings.archive)
    desk.clock = NOW - timedelta(days=60)
    for n in range(22):
        if n == 20:
            desk.clock = NOW - timedelta(days=20)
        data = os.urandom(4000)
        archive.put(data)
        desk.archive(f"{PAGE}/{n}", data.hex(), size=len(data))
    assert disk_use(desk.warehouse, settings, NOW).parts[0].year is None  # began just now
    shift(desk, "ops_run", 60, at="started_at")
    disk = disk_use(desk.warehouse, settings, NOW)
    kept, stored = disk.parts[0], sum(f.stat().st_size for f in Path(settings.archive).rglob("*.gz"))
    assert (kept.name, kept.bytes) == ("archive", stored)
    assert kept.year == pytest.approx(stored * 2 / 22 * 365 / 30, rel=0.02)
    assert disk.days_left and disk.year >= kept.year
    huge = config(desk, tmp_path, disk_free_gb=1e6)
    assert [f.severity for f in found(desk, huge)["disk_filling"]] == ["error"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_archive_that_is_away_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.archive(PAGE, "one")
    away = config(desk, tmp_path, archive=str(tmp_path / "unmounted"))
    assert set(found(desk, away)) == {"archive_unreachable"}


def test_the_command_has_its_exit_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("METROETL_DISK_FREE_GB", "0")
    none = CliRunner().invoke(app, ["health", "--json"])
    assert none.exit_code == 1
    assert [f["code"] for f in json.loads(none.stdout)] == ["warehouse_behind"]
    assert not (tmp_path / "home" / "warehouse.db").exists()  # a look makes nothing
    assert CliRunner().invoke(app, ["health", "--wrong"]).exit_code == 2
    monkeypatch.setenv("METROETL_DATABASE_URL", "postgresql://nobody:verysecret1@127.0.0.1:9/none")
    from metroetl.settings import settings

    settings.cache_clear()
    away = CliRunner().invoke(app, ["health"])
    assert away.exit_code == 1 and "warehouse_unreachable" in away.stdout
    assert "verysecret1" not in away.stdout
