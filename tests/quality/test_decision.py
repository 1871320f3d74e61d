"""What follows from outcomes: quarantine, hold, tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from metroetl.quality.decision import decide
from metroetl.quality.models import Outcome, Rule, Severity, Verdict
from metroetl.warehouse.models import Batch, Decision

FRAME = pd.DataFrame(
    {
        "row_id": ["a1", "a2", "b1"],
        "batch_id": ["A", "A", "B"],
        "region": "成都市",
        "indicator": "地区生产总值",
        "value": [1.0, 2.0, 3.0],
    }
)
BATCHES = [
    Batch(batch_id=b, run_id="r", source_id="s", state="staged", revision=1, staged_at=datetime.now(UTC))
    for b in ("A", "B")
]


def found(severity: Severity, verdict: Verdict, code: str = "OBS-TEST", **failed: dict[str, Any]) -> Outcome:
    rule = Rule(code=code, severity=severity, owner="statistics", reason_zh="不对的数", reason_en="wrong")
    judged = {} if verdict == "skipped" else {"A": 2, "B": 1}
    return Outcome(table="t", rule=rule, verdict=verdict, failed=failed, judged=judged, message="no column" if verdict == "error" else "")  # fmt: skip


def decided(*outcomes: Outcome) -> Decision:
    return decide("run", BATCHES, {"t": FRAME}, outcomes)


def held(decision: Decision) -> dict[str, list[str]]:
    return {h.batch_id: h.rule_codes for h in decision.held}


def test_error_severity_quarantines_the_row_with_its_values() -> None:
    decision = decided(found("error", "fail", a2={"value": 2.0}))
    (entry,) = decision.quarantine
    assert (entry.row_id, entry.rule_code, entry.severity) == ("a2", "OBS-TEST", "error")
    assert (entry.reason_zh, entry.reason_en) == ("不对的数（value=2）", "wrong (value=2)")
    assert held(decision) == {}


def test_critical_holds_the_batch_of_its_rows_only() -> None:
    decision = decided(found("critical", "fail", b1={"value": 3.0}))
    assert held(decision) == {"B": ["OBS-TEST"]} and decision.quarantine == []


def test_critical_without_rows_holds_all() -> None:
    assert held(decided(found("critical", "fail"))) == {"A": ["OBS-TEST"], "B": ["OBS-TEST"]}


@pytest.mark.parametrize(("severity", "batches"), [("critical", 2), ("error", 2), ("warning", 0)])
def test_a_rule_that_did_not_work_holds_unless_it_only_warns(severity: Severity, batches: int) -> None:
    decision = decided(found(severity, "error"))
    assert len(decision.held) == batches
    assert {(c.verdict, c.detail) for c in decision.checks} == {("error", "no column")}


def test_a_warning_is_told_with_its_rows() -> None:
    decision = decided(found("warning", "fail", a1={"gap": 3.25}))
    assert decision.quarantine == [] and decision.held == []
    checks = {c.batch_id: c for c in decision.checks}
    assert (checks["A"].verdict, checks["A"].unexpected, checks["A"].evaluated) == ("fail", 1, 2)
    assert "成都市 地区生产总值 1.0：gap=3.25" in checks["A"].detail
    assert (checks["B"].verdict, checks["B"].detail) == ("pass", "")


def test_a_skipped_rule_leaves_no_verdict() -> None:
    assert decided(found("error", "skipped")).checks == []


def test_abstained_is_said_only_where_no_rule_names_the_cause() -> None:
    decision = decided(
        found("error", "fail", "OBS-ABSTAINED", a1={"publish": False}, b1={"publish": False}),
        found("error", "fail", "OBS-UNIT-UNKNOWN", a1={"unit": None}),
    )
    assert {(e.row_id, e.rule_code) for e in decision.quarantine} == {
        ("a1", "OBS-UNIT-UNKNOWN"),
        ("b1", "OBS-ABSTAINED"),
    }
