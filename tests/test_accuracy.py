"""`make accuracy`: each mistake gets the class of what differs, and a missing corpus is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchmarks.accuracy import HALVES, load_scorer, measure, tables
from benchmarks.errors import mistakes

GOLD = [
    ("地区生产总值", "德阳市", "2025Q1", "level", 771.1, "亿元"),
    ("地区生产总值", "德阳市", "2025Q1", "yoy", 7.5, "%"),
    ("出口总额", "德阳市", "2025Q1", "yoy", 12.5, "%"),
    ("进口总额", "德阳市", "2025Q1", "yoy", -3.1, "%"),
]
NAMES = ("indicator", "region", "period", "measure", "value", "unit")


@pytest.fixture(scope="module")
def scorer(shared: Path) -> ModuleType:
    return load_scorer(shared)


def said(**other: Any) -> dict[str, Any]:
    """The prediction that is right for the first label, but for what is given."""
    right = {
        "indicator": "地区生产总值",
        "region": "德阳市",
        "period_start": "2025-01-01",
        "period_end": "2025-03-31",
        "measure": "level_ytd",
        "value": 771.1,
        "unit": "亿元",
        "kind": "actual",
    }
    return right | other


@pytest.mark.shared
@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (said(indicator="固定资产投资"), {("indicator", 771.1)}),
        (said(region="绵阳市"), {("region", 771.1)}),
        (said(period_start="2025-03-01"), {("period", 771.1)}),
        (said(measure="share_of_gdp"), {("measure", 771.1)}),
        (said(unit="万元"), {("measure", 771.1)}),
        (said(kind="target"), {("kind", 771.1)}),
        (said(value=888.8), {("missing", 771.1), ("invented", 888.8)}),
        (
            said(indicator="出口总额", measure="yoy_real_ytd", value=7.5, unit="%"),
            {("missing", 771.1), ("growth", 7.5)},
        ),
        (
            said(indicator="锂电池产量", measure="yoy_real_ytd", value=7.5, unit="%"),
            {("missing", 771.1), ("indicator", 7.5)},
        ),
        (
            said(indicator="进口总额", measure="yoy_nominal_ytd", value=3.1, unit="%"),
            {("missing", 771.1), ("measure", 3.1)},
        ),
    ],
)
def test_a_mistake_is_named_by_what_differs(
    scorer: ModuleType, wrong: dict[str, Any], expected: set[tuple[str, float]]
) -> None:
    passage = {"id": "x", "gold": [dict(zip(NAMES, row, strict=True)) for row in GOLD]}
    found = mistakes(scorer, passage, [wrong])
    others = {7.5, 12.5, 3.1} - {number for _, number in expected}
    assert {(m.kind, m.row["number"]) for m in found} == expected | {("missing", number) for number in others}
    missed = [m for m in found if not m.wrong]
    assert len(missed) == 4
    assert all(m.passage == "x" for m in found)


@pytest.mark.shared
def test_what_is_right_is_no_mistake(scorer: ModuleType) -> None:
    passage = {"id": "x", "gold": [dict(zip(NAMES, GOLD[0], strict=True))]}
    assert mistakes(scorer, passage, [said()]) == []


@pytest.mark.shared
def test_the_tables_count_what_the_scorer_counts(scorer: ModuleType, shared: Path) -> None:
    halves = [measure(scorer, shared, half) for half in HALVES]
    for half in halves:
        required = half.counts["gold"]
        missed = sum(not m.wrong for m in half.mistakes)
        assert half.scores["FULL"][1] == pytest.approx((required - missed) / required)
    text = tables(halves)
    assert "CORE F1" in text and "not found" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in rows)


def test_a_missing_corpus_is_said(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.accuracy"],
        cwd=root,
        env={"METROETL_SHARED": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "METROETL_SHARED" in done.stderr
