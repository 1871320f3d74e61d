"""The history of rules: verdicts by source and day, rules that never fire and rules that always do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.quality.after import rule_rows
from metroetl.quality.suites import load_after_suites, load_suites
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.models import Check, Decision, Quarantined
from tests.quality.templates import add_runs
from tests.warehouse.desk import Desk, gdp

CITY = "https://city.example.cn/"
RULES = [
    {"rule_code": code, "table_name": "staging_observation", "stage": "gate", "severity": "error",
     "owner": "statistics", "reason_zh": "理由说明", "reason_en": "reason"}
    for code in ("OBS-A", "OBS-B", "OBS-C")
]  # fmt: skip


def check(code: str, verdict: str, batch_id: str | None = None, unexpected: int = 0) -> Check:
    return Check.model_validate(
        {"table": "staging_observation", "rule_code": code, "severity": "error", "verdict": verdict,
         "batch_id": batch_id, "evaluated": 10, "unexpected": unexpected, "seconds": 0.5}
    )  # fmt: skip


def judged(desk: Desk, *checks: Check) -> str:
    """A run with these verdicts."""
    run_id = desk.new_run()
    desk.warehouse.add_checks(run_id, checks)
    return run_id


def moved(desk: Desk, run_id: str, moment: str) -> None:
    with writing(writer(desk.warehouse.url)) as connection:
        connection.execute(
            text("UPDATE ops_check SET checked_at = :moment WHERE run_id = :run"),
            {"moment": moment, "run": run_id},
        )


def test_verdicts_are_summed_by_source_and_day_in_china(desk: Desk) -> None:
    desk.new_run()
    desk.stage(desk.read(CITY + "1", "一", [gdp(5930.3)]))
    batches = desk.warehouse.staged_batches()
    decision = Decision(run_id=desk.run_id, batches=batches, checks=[check("OBS-A", "fail", batches[0].batch_id, 2)])  # fmt: skip
    desk.warehouse.settle(decision)
    moved(desk, desk.run_id, "2026-03-01 15:59:00+00:00")
    for verdict, moment in (("pass", "2026-03-01 16:01:00+00:00"), ("fail", "2026-03-02 09:00:00+00:00"), ("error", "2026-03-02 10:00:00+00:00")):  # fmt: skip
        moved(desk, judged(desk, check("OBS-A", verdict, unexpected=int(verdict == "fail"))), moment)
    found = desk.rows(
        "SELECT checked_on, source_id, verdicts, passed, fired, broken, evaluated, unexpected FROM mart_check_history ORDER BY checked_on"
    )
    assert found == [("2026-03-01", "city", 1, 0, 1, 0, 10, 2), ("2026-03-02", None, 3, 1, 1, 1, 30, 1)]


def test_rules_that_never_fire_and_that_always_do_are_told_apart(desk: Desk) -> None:
    desk.warehouse.keep_rules(RULES)
    for verdict in ("fail", "fail"):
        judged(desk, check("OBS-A", verdict, unexpected=1), check("OBS-B", "pass"))
    activity = (
        "SELECT rule_code, runs_judged, runs_fired, fired_pct, never_judged, never_fired, always_fires"
        " FROM mart_rule_activity ORDER BY rule_code"
    )
    never = ("OBS-C", 0, 0, None, 1, 1, 0)
    assert desk.rows(activity) == [("OBS-A", 2, 2, 100.0, 0, 0, 0), ("OBS-B", 2, 0, 0.0, 0, 1, 0), never]
    judged(desk, check("OBS-A", "fail", unexpected=1), check("OBS-B", "fail", unexpected=4))
    assert desk.rows(activity)[0] == ("OBS-A", 3, 3, 100.0, 0, 0, 1)
    assert desk.rows(activity)[1][-2:] == (0, 0)
    judged(desk, check("OBS-A", "pass"))
    assert desk.rows(activity)[0][-1] == 0


def test_only_the_last_thirty_runs_say_that_a_rule_always_fires(desk: Desk) -> None:
    desk.warehouse.keep_rules(RULES)
    moved(desk, judged(desk, check("OBS-A", "pass")), "2025-01-01 00:00:00+00:00")
    add_runs(desk.warehouse.url, 29, check("OBS-A", "fail", unexpected=1))
    always = "SELECT always_fires FROM mart_rule_activity WHERE rule_code = 'OBS-A'"
    assert desk.one(always) == 0
    judged(desk, check("OBS-A", "fail", unexpected=1))
    assert desk.one(always) == 1


def test_a_rule_that_the_suites_dropped_is_kept_but_not_active(desk: Desk) -> None:
    desk.warehouse.keep_rules(RULES)
    desk.warehouse.keep_rules(RULES[:2])
    assert desk.rows("SELECT rule_code, active FROM dim_rule ORDER BY rule_code") == [("OBS-A", 1), ("OBS-B", 1), ("OBS-C", 0)]  # fmt: skip


def test_judging_again_in_a_run_overwrites_its_own_verdict(desk: Desk) -> None:
    run_id = judged(desk, check("OBS-A", "fail", unexpected=1))
    desk.warehouse.add_checks(run_id, [check("OBS-A", "pass")])
    assert desk.rows("SELECT verdict FROM ops_check") == [("pass",)]


def test_the_age_of_quarantine_is_watched(desk: Desk) -> None:
    desk.new_run()
    desk.stage(desk.read(CITY + "1", "一", [gdp(9.9)]))
    row_id = desk.one("SELECT row_id FROM staging_observation")
    stopped = Quarantined(table="staging_observation", row_id=row_id, rule_code="OBS-A", reason_zh="一", reason_en="a")  # fmt: skip
    desk.settle(quarantine=[stopped])
    age = "SELECT open_quarantine, oldest_open_days FROM mart_source_health WHERE source_id = 'city'"
    assert desk.one(age) == (1, 0)
    long_ago = datetime.now(UTC).replace(year=datetime.now(UTC).year - 1, day=1)
    with writing(writer(desk.warehouse.url)) as connection:
        connection.execute(text("UPDATE ops_quarantine SET created_at = :at"), {"at": f"{long_ago:%Y-%m-%d} 04:00:00+00:00"})  # fmt: skip
    assert 330 < desk.one(age)[1] < 400
    desk.warehouse.reject_row(row_id, reason="错", who="某人")
    assert desk.one(age) == (0, None)


def test_the_dimension_has_every_rule_of_every_suite() -> None:
    rows = rule_rows()
    codes = {
        code for suites in (load_suites(), load_after_suites()) for s in suites.values() for code in s.rules
    }
    assert len(rows) == len(codes) and {row["rule_code"] for row in rows} == codes
    assert {row["stage"] for row in rows if row["table_name"].startswith("staging_")} == {"gate"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """A new warehouse of the settings."""
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    settings.cache_clear()
    from metroetl.pipeline import open_warehouse

    return open_warehouse()


def test_rules_are_listed_with_what_they_did(home: Warehouse) -> None:
    def listed(*options: str) -> dict[str, dict[str, object]]:
        result = CliRunner().invoke(app, ["quality", "rules", "--json", *options])
        assert result.exit_code == 0, result.output
        return {entry["rule_code"]: entry for entry in json.loads(result.stdout)}

    everything = listed()
    assert len(everything) == len(rule_rows()) and all(e["never_judged"] for e in everything.values())
    home.keep_rules(rule_rows())
    for _ in range(3):
        home.add_checks(home.start_run("collect", {}), [check("OBS-SCALE", "fail", unexpected=1), check("OBS-SPAN", "pass")])  # fmt: skip
    assert set(listed("--noisy")) == {"OBS-SCALE"}
    silent = listed("--silent")
    assert silent["OBS-SPAN"]["runs_judged"] == 3 and "OBS-SCALE" not in silent
    table = CliRunner().invoke(app, ["quality", "rules", "--noisy"]).stdout
    assert "OBS-SCALE" in table and "1 条" in table
    settings.cache_clear()
