"""The whole way on a real warehouse: publish, quarantine, hold, release, reject, and what happens when things break."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from metroetl.errors import SuiteError, WarehouseError
from metroetl.quality import (
    gate,
    list_quarantine,
    reject_quarantine,
    release_quarantine,
    run_gate,
    show_quarantine,
)
from metroetl.quality.gate import portions
from metroetl.quality.suites import Suite, load_suites
from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.quality.bench import city, clean, figure, history, release, with_typo
from tests.quality.templates import ONE_ENGINE

Stage = Callable[[Iterable[Reading]], tuple[str, str]]


def one(warehouse: Warehouse, sql: str, **parameters: Any) -> Any:
    _, rows = warehouse.query(sql, parameters=parameters)
    return rows[0][0]


def published(warehouse: Warehouse) -> int:
    return int(one(warehouse, "SELECT COUNT(*) FROM core_observation"))


def test_clean_batches_are_published_whole(warehouse: Warehouse, stage: Stage) -> None:
    run_id, _ = stage([*history(), *clean()])
    result = run_gate(warehouse, run_id)
    assert (result.batches, result.quarantined, result.held) == (1, 0, {})
    assert result.published["observations"] == published(warehouse) > 50
    assert result.published["documents"] == 8
    assert result.published["statements"] == 4
    assert result.published["plans"] == 1
    assert warehouse.staged_batches() == []
    assert result.checks["pass"] > 80 and "error" not in result.checks
    assert set(result.seconds) == {"import", "suites", "frames", "validate", "settle"}


def test_a_gate_without_batches_says_so(warehouse: Warehouse) -> None:
    result = run_gate(warehouse, warehouse.start_run("collect", {}))
    assert result.batches == 0 and result.published == {}


def test_a_verdict_a_rule_and_batch_is_kept_and_the_same_again_adds_nothing(
    warehouse: Warehouse, stage: Stage
) -> None:
    run_id, batch_id = stage(clean())
    run_gate(warehouse, run_id)
    columns, rows = warehouse.query(
        "SELECT batch_id, rule_code, verdict, evaluated, unexpected FROM ops_check WHERE run_id = :run",
        parameters={"run": run_id},
    )
    checks = {row[1]: dict(zip(columns, row, strict=True)) for row in rows}
    assert {c["batch_id"] for c in checks.values()} == {batch_id}
    assert checks["OBS-RANGE-YOY"]["evaluated"] == 4
    assert "OBS-REVISION-SIZE" not in checks, "core had nothing to compare with: no verdict, and no pass"
    before = published(warehouse)
    result = run_gate(warehouse, stage(clean())[0])
    assert (result.batches, result.quarantined, result.held) == (0, 0, {})  # judged by these rules before
    assert published(warehouse) == before


def test_a_wrong_row_is_quarantined_and_the_rest_published(informed: Warehouse) -> None:
    columns, rows = list_quarantine(informed)
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert "OBS-SCALE" in {row["rule_code"] for row in found}
    (row_id,) = {row["row_id"] for row in found}
    assert published(informed) == sum(len(r.statements) for r in history()) + len(city()) - 1
    entries = show_quarantine(informed, row_id)
    assert entries[0]["quote"].startswith("德阳市出口总额")
    assert entries[0]["url"] == "https://tjj.sc.gov.cn/city.html"
    assert "scale_power=4" in "".join(e["reason_zh"] for e in entries)


@ONE_ENGINE
def test_what_the_reader_abstained_from_waits_in_quarantine(warehouse: Warehouse, stage: Stage) -> None:
    unsure = [figure("510600", "GDP", "2025-Q1", "level_ytd", "770.0", publish=False)]
    run_id, _ = stage([release("city", [*city()[:3], *unsure])])
    assert run_gate(warehouse, run_id).quarantined == 1
    columns, rows = list_quarantine(warehouse)
    row = dict(zip(columns, rows[0], strict=True))
    assert row["rule_code"] == "OBS-ABSTAINED"
    assert published(warehouse) == 3


def test_a_person_releases_a_row(informed: Warehouse) -> None:
    columns, rows = list_quarantine(informed)
    row_id = dict(zip(columns, rows[0], strict=True))["row_id"]
    before = published(informed)
    counts = release_quarantine(informed, row_id, reason="a new port opened", who="an analyst")
    assert counts["observations"] == 1 and published(informed) == before + 1
    assert list_quarantine(informed)[1] == []
    entry = show_quarantine(informed, row_id)[0]
    assert (entry["state"], entry["decided_by"], entry["decision_reason"]) == (
        "released",
        "an analyst",
        "a new port opened",
    )


def test_a_person_rejects_a_row(informed: Warehouse) -> None:
    columns, rows = list_quarantine(informed)
    row_id = dict(zip(columns, rows[0], strict=True))["row_id"]
    before = published(informed)
    reject_quarantine(informed, row_id, reason="万元 printed as 亿元", who="an analyst")
    assert published(informed) == before
    assert list_quarantine(informed)[1] == []
    columns, rows = list_quarantine(informed, everything=True)
    assert {dict(zip(columns, row, strict=True))["state"] for row in rows} == {"rejected"}


@ONE_ENGINE
def test_a_page_that_lost_its_table_is_stopped_whole(warehouse: Warehouse, stage: Stage) -> None:
    run_gate(warehouse, stage([release("city", city())])[0])
    before = published(warehouse)
    result = run_gate(
        warehouse, stage([release("city", city()[:3], text="全市经济运行总体平稳，详见附表。" * 3)])[0]
    )
    assert (result.quarantined, result.published["documents"]) == (4, 0)
    assert published(warehouse) == before
    columns, rows = list_quarantine(warehouse)
    assert {dict(zip(columns, row, strict=True))["rule_code"] for row in rows} == {"DOC-COVERAGE"}


def test_an_unknown_row_is_told(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="no row nowhere"):
        show_quarantine(warehouse, "nowhere")


def test_a_critical_rule_holds_its_batch_only(warehouse: Warehouse, stage: Stage) -> None:
    broken = "地区生产总值同比增长，全市经济运行总体平稳。".encode().decode("gb18030", "replace") * 20
    run_id, bad = stage([release("broken", city(), text=broken)])
    _, good = stage([release("city", city())])
    result = run_gate(warehouse, run_id)
    assert result.held == {bad: ["DOC-MOJIBAKE"]}
    assert result.batches == 2 and published(warehouse) == len(city())
    assert [b.batch_id for b in warehouse.held()] == [bad]
    assert good not in result.held
    warehouse.decide(bad, approve=True, reason="readable enough", who="an analyst")
    assert warehouse.held() == []


def test_a_batch_left_by_a_dead_run_is_taken_up(warehouse: Warehouse, stage: Stage) -> None:
    stage([release("city", city())])
    result = run_gate(warehouse, warehouse.start_run("collect", {}))
    assert result.batches == 1 and published(warehouse) == len(city())


def edited(folder: Path, table: str, old: str, new: str) -> dict[str, Suite]:
    """The suite of a table with one slip of the pen."""
    source = load_suites()[table].path.read_text(encoding="utf-8")
    assert old in source
    (folder / f"{table}.json").write_text(source.replace(old, new), encoding="utf-8")
    return load_suites(folder)


@ONE_ENGINE
def test_a_rule_that_cannot_be_computed_holds(warehouse: Warehouse, stage: Stage, tmp_path: Path) -> None:
    broken = edited(tmp_path, "staging_observation", '"column": "scale_power"', '"column": "scale_powder"')
    run_id, batch_id = stage([release("city", city())])
    result = run_gate(warehouse, run_id, broken)
    assert result.held == {batch_id: ["OBS-SCALE"]}
    assert published(warehouse) == 0
    verdict = "SELECT verdict FROM ops_check WHERE rule_code = 'OBS-SCALE'"
    assert one(warehouse, verdict) == "error"
    detail = one(warehouse, "SELECT detail FROM ops_check WHERE rule_code = 'OBS-SCALE'")
    assert "scale_powder" in detail


@ONE_ENGINE
def test_a_wrong_suite_stops_before_anything_is_judged(
    warehouse: Warehouse, stage: Stage, tmp_path: Path
) -> None:
    broken = edited(tmp_path, "staging_plan_count", "values_to_be_between", "values_to_be_lucky")
    run_id, _ = stage(clean())
    with pytest.raises(SuiteError, match="CNT-POSITIVE"):
        run_gate(warehouse, run_id, broken)
    assert published(warehouse) == 0
    assert len(warehouse.staged_batches()) == 1


def test_a_large_run_is_judged_in_portions_of_whole_batches(
    warehouse: Warehouse, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second portion is judged beside what the first published; verdicts and counts are those of the run."""
    stage(history())
    stage(with_typo())
    run_id, _ = stage([release("rates", clean()[0].statements, title="另一期")])
    batches = warehouse.staged_batches()
    assert [len(part) for part in portions(batches)] == [3]
    monkeypatch.setattr(gate, "ROWS_AT_ONCE", 1)
    assert [part[0].batch_id for part in portions(batches)] == [b.batch_id for b in batches]
    result = run_gate(warehouse, run_id)
    assert (result.batches, result.quarantined, result.held, result.skipped) == (3, 1, {}, [])
    assert result.published["observations"] == published(warehouse)
    assert {row[0] for row in warehouse.query("SELECT state FROM ops_batch")[1]} == {"published"}
    rules = one(warehouse, "SELECT COUNT(DISTINCT rule_code || table_name) FROM ops_check")
    assert result.checks["pass"] + result.checks["fail"] == rules
