"""What the reader set against each other reaches the person who decides: both values, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.quality import list_quarantine, run_gate, show_quarantine
from metroetl.quality.findings import ARITHMETIC, CONFLICT, figures
from metroetl.statistics import Statement
from metroetl.statistics.evidence.arithmetic import weigh_release
from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.quality.bench import figure, release
from tests.quality.templates import ONE_ENGINE

Stage = Callable[[Iterable[Reading]], tuple[str, str]]
GDP = ("510600", "GDP", "2025-Q1", "level_ytd")


def cell(fact: tuple[str, str, str, str], value: str, **other: Any) -> Statement:
    return figure(*fact, value, table=0, row=1, column=2, start=20, end=25, **other)


def waiting(
    warehouse: Warehouse, stage: Stage, *statements: Statement
) -> dict[float, dict[str, tuple[str, str]]]:
    """The reasons in both languages by value and rule of what the gate stopped."""
    weigh_release(list(statements), catalogue())
    run_gate(warehouse, stage([release("conflict", statements)])[0])
    columns, rows = list_quarantine(warehouse)
    ids = {dict(zip(columns, row, strict=True))["row_id"] for row in rows}
    reasons: dict[float, dict[str, tuple[str, str]]] = {}
    for row_id in ids:
        for entry in show_quarantine(warehouse, row_id):
            value = json.loads(entry["row_json"])["value"]
            reasons.setdefault(value, {})[entry["rule_code"]] = (entry["reason_zh"], entry["reason_en"])
    return reasons


@ONE_ENGINE
def test_text_against_table_stops_both_and_shows_both(warehouse: Warehouse, stage: Stage) -> None:
    reasons = waiting(warehouse, stage, figure(*GDP, "770.1"), cell(GDP, "780.2"))
    assert set(reasons) == {770.1, 780.2}
    for entry in reasons.values():
        assert set(entry) == {"OBS-CONFLICT-DOC"}
        for reason in entry["OBS-CONFLICT-DOC"]:
            assert "770.1亿元" in reason and "780.2亿元" in reason
    chinese, english = reasons[770.1]["OBS-CONFLICT-DOC"]
    assert chinese.startswith("同一文件") and english.startswith("one document")


def test_fewer_decimals_are_published(warehouse: Warehouse, stage: Stage) -> None:
    assert waiting(warehouse, stage, figure(*GDP, "770.13"), cell(GDP, "770.1")) == {}
    _, rows = warehouse.query("SELECT value_text, evidence FROM core_observation ORDER BY value_text")
    assert rows == [("770.1", "agrees:text(770.13亿元)"), ("770.13", "agrees:table(770.1亿元)")]
    _, rows = warehouse.query("SELECT value, conflict FROM mart_observation_latest")
    assert [(float(value), bool(conflict)) for value, conflict in rows] == [(770.13, False)]


@ONE_ENGINE
def test_a_wrong_unit_is_named(warehouse: Warehouse, stage: Stage) -> None:
    reasons = waiting(warehouse, stage, figure(*GDP, "770.1"), cell(GDP, "7701"))
    assert set(reasons) == {770.1, 7701.0}
    assert "×10^1" in reasons[770.1]["OBS-CONFLICT-UNIT"][0]
    assert "wrong unit" in reasons[7701.0]["OBS-CONFLICT-UNIT"][1]


@ONE_ENGINE
def test_a_broken_sum_names_its_figures(warehouse: Warehouse, stage: Stage) -> None:
    sectors = [("VA1", "60.1"), ("VA2", "330.2"), ("VA3", "379.7")]
    parts = [figure("510600", code, "2025-Q1", "level_ytd", value) for code, value in sectors]
    cells = [cell(("510600", code, "2025-Q1", "level_ytd"), value) for code, value in sectors]
    reasons = waiting(warehouse, stage, figure(*GDP, "870.3"), *parts, *cells)
    assert set(reasons) == {870.3} and set(reasons[870.3]) >= {"OBS-ARITHMETIC", "OBS-SUM-SECTORS"}
    for reason in reasons[870.3]["OBS-ARITHMETIC"]:
        assert "sum:GDP 地区生产总值870.3亿元≠第一产业增加值60.1亿元+第二产业增加值330.2亿元" in reason


@ONE_ENGINE
def test_abstaining_tells_the_evidence(warehouse: Warehouse, stage: Stage) -> None:
    doubts = {"publish": False, "confidence": 0.63, "evidence": ["name 0.7", "period:ahead 0.9"]}
    reasons = waiting(warehouse, stage, figure(*GDP, "770.1", **doubts))
    assert all("name 0.7；period:ahead 0.9" in reason for reason in reasons[770.1]["OBS-ABSTAINED"])


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        ("disagrees:table(5.8%≠5.9%) 0.5", ("5.8%≠5.9%", "")),
        ("broken:sum:GDP(地区生产总值7亿元≠3亿元+3亿元) 0.5", ("", "broken:sum:GDP 地区生产总值7亿元≠3亿元+3亿元")),
        ("sign:growth:levels(180.0亿元/200.0亿元=-10.0%≠10.0%) 0.5", ("", "sign:growth:levels 180.0亿元/200.0亿元=-10.0%≠10.0%")),
        ("rounding:share(6.3%≠6.4%) 0.95", ("", "")),
        ("agrees:table(5.80%)", ("", "")),
        ("name 0.9", ("", "")),
    ],
)  # fmt: skip
def test_evidence_as_columns(evidence: str, told: tuple[str, str]) -> None:
    assert (figures([evidence], CONFLICT), figures([evidence], ARITHMETIC, named=True)) == told
