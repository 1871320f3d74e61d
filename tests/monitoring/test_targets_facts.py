"""Targets through the whole pipeline: what was published is read, set against its figures, and shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.monitoring.content import Chart, Paragraph, Section, Table
from metroetl.monitoring.figures import CircleFigures, Refused, load_figures
from metroetl.monitoring.targets import GoalState, assess, goal_states, load_goals, section
from metroetl.monitoring.targets.pace import Elapsed, Pace, seasonal
from metroetl.monitoring.targets.rules import assessment_rules
from metroetl.monitoring.targets.trend import Trend
from metroetl.replica.facts import TARGETS, load_facts
from metroetl.settings import settings
from metroetl.warehouse import Warehouse

CIRCLE, CHENGDU, MEISHAN = "AGG.CDMC", "510100", "511400"


@pytest.fixture(scope="module")
def chengdu(warehouse: Warehouse) -> CircleFigures:
    return load_figures(warehouse, "chengdu")


def states(warehouse: Warehouse, data: CircleFigures, quarter: str) -> dict[tuple[str, str, bool], GoalState]:
    """The states by place, indicator and whether growth is wanted."""
    found = goal_states(data, load_goals(warehouse), quarter)
    return {(s.goal.region_code, s.goal.indicator_code or "", s.goal.growth): s for s in found}


def test_every_target_of_the_facts_is_in_the_mart(warehouse: Warehouse) -> None:
    rows = warehouse.records("SELECT * FROM mart_government_target", public=True)
    found = {(r["region_code"], r["indicator_code"], r["period"], r["measure"]): r for r in rows}
    wanted = [f for f in load_facts() if f.measure in TARGETS]
    assert len(wanted) == len(found) == 6
    for fact in wanted:
        row = found[fact.key]
        assert (row["value"], row["unit"], str(row["published_on"])) == (
            fact.number,
            fact.unit,
            str(fact.published_on),
        )
        assert row["comparator"] == ("=" if fact.key == (MEISHAN, "GDP", "2025", "target_yoy_real") else ">=")
        assert fact.value.rstrip("0").rstrip(".") in row["quote"]


def test_growth_of_what_is_published_as_growth_only_is_tied_to_its_series(warehouse: Warehouse) -> None:
    ((measure, value),) = warehouse.query(
        "SELECT measure, latest_value FROM mart_plan_target WHERE indicator_code = 'FAI'"
    )[1]
    assert (measure, value) == ("yoy_comparable_ytd", 2.2)


def test_chengdu_2025(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    found = states(warehouse, chengdu, "2025-Q4")
    gdp, fai, rs = (found[CHENGDU, code, True] for code in ("GDP", "FAI", "RS"))
    assert [(s.goal.value, s.reached.value if s.reached else None, s.met) for s in (gdp, fai, rs)] == [
        (5.7, 5.8, True), (5.0, 2.2, False), (5.0, 5.5, True),
    ]  # fmt: skip
    assert [s.lit.light for s in (gdp, fai, rs)] == ["green", "red", "green"]
    first = states(warehouse, chengdu, "2025-Q1")
    assert all(
        first[CHENGDU, code, True].met and not first[CHENGDU, code, True].due for code in ("GDP", "FAI", "RS")
    )
    assert not [key for key in states(warehouse, chengdu, "2024-Q4") if key[0] == CHENGDU], "not stated yet"
    urban = found[CHENGDU, "URB", False]
    assert urban.met is None and urban.reached and urban.reached.quarter == "2024-Q4", (
        "2025's wasn't published"
    )


def test_the_circle_in_2025_against_its_plan(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    gdp = states(warehouse, chengdu, "2025-Q4")[CIRCLE, "GDP", False]
    assert gdp.goal.kind == "plan" and "3.3万亿元" in gdp.goal.evidence.quote and gdp.met is False
    assert gdp.reached_pct == pytest.approx(94.9, abs=0.05)
    assert isinstance(gdp.trend, Trend)
    assert (gdp.trend.actual, gdp.trend.required) == (
        pytest.approx(5.78, abs=0.005),
        pytest.approx(7.17, abs=0.005),
    )
    assert gdp.trend.ratio == pytest.approx(0.805, abs=0.0005), "0.81 of the rounded rates: DOMAIN.md §8"
    assert gdp.trend.kind.id == "moderate" and gdp.trend.distance == pytest.approx(
        (31310.2 - 33000) / (33000 - 25011.9)
    )
    assert gdp.lit.light == "yellow" and not gdp.lit.stated, (
        "5.1 points below at its date: the rule says nothing"
    )
    early = states(warehouse, chengdu, "2025-Q1")[CIRCLE, "GDP", False]
    assert isinstance(early.pace, Pace) and early.pace.gap == pytest.approx(7393.1 / 330 - 25)
    assert early.pace.seasonal_refused and "现有0年" in early.pace.seasonal_refused.why
    assert (
        isinstance(early.chance, Refused)
        and "现有1个" in early.chance.why
        and early.chance.missing == ("成都都市圈",)
    )


def test_a_target_is_there_once_though_three_pages_tell_it(warehouse: Warehouse) -> None:
    plans = [
        g for g in load_goals(warehouse) if (g.region_code, g.indicator_code, g.year) == (CIRCLE, "URB", 2025)
    ]
    assert [g.plan_title for g in plans] == ["成都都市圈发展规划"]
    old = [g for g in load_goals(warehouse) if (g.region_code, g.year) == (CIRCLE, 2022)]
    assert [g.plan_title for g in old] == ["成德眉资同城化发展暨成都都市圈建设三年行动计划（2020—2022年）"]


def test_the_seasonal_path_of_the_province(chengdu: CircleFigures) -> None:
    path = seasonal(chengdu, "510000", "GDP", "2024-Q2")
    assert isinstance(path, Elapsed) and path.years == (2019, 2020, 2021, 2023), (
        "no half-year level of 2022 is known"
    )
    shares = [
        now.value / whole.value * 100
        for y in path.years
        if (now := chengdu.get("510000", "GDP", "level_ytd", f"{y}-Q2"))
        and (whole := chengdu.get("510000", "GDP", "level_ytd", f"{y}-Q4"))
    ]
    assert path.share == pytest.approx(sum(shares) / 4) and 40 < path.share < 50


def test_the_assessment_of_2025(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    scores = assess(chengdu, load_goals(warehouse), assessment_rules()["circle-example"], 2025)
    first, *others = scores
    assert first.score == pytest.approx(40 * 5.8 / 5.7 + 30 * 2.2 / 5.0 + 30 * 5.5 / 5.0)
    assert [s.score for s in others] == [None] * 3
    assert (
        "缺眉山市地区生产总值增速完成数" in others[1].refused
        and "缺德阳市地区生产总值增速目标" in others[0].refused
    )


def told(found: Section | None) -> tuple[list[str], dict[str, Table], list[Chart]]:
    assert found is not None
    texts = [b.text for b in found.blocks if isinstance(b, Paragraph)]
    tables = {b.name: b for b in found.blocks if isinstance(b, Table)}
    return texts, tables, [b for b in found.blocks if isinstance(b, Chart)]


def test_the_section(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    found = section(chengdu, warehouse, "2025-Q4")
    texts, tables, (chart,) = told(found)
    assert texts[0].startswith(
        "2025年，成都都市圈地区生产总值为31310.2亿元，2025年目标不低于33000亿元，为目标的94.9%，未达到；"
        "2023年末常住人口城镇化率为72.54%"
    )
    assert "固定资产投资增长2.2%，2025年目标不低于5.0%，低于目标2.8个百分点，未达到" in texts[1]
    assert any("R=0.805，中等进展（分档界限未经原文核实）" in t for t in texts)
    by_name = {row[0].text: row for row in tables["targets"].rows}
    invested = by_name["成都市固定资产投资增速"]
    assert [c.text for c in invested[1:3]] == ["2025年不低于5.0%", "2.2"] and invested[5].text == "未达到"
    assert (invested[6].text, invested[6].light) == ("红灯", "red")
    assert by_name["成都都市圈地区生产总值（亿元）"][6].text == "黄灯*" and any(
        t.startswith("*银川") for t in texts
    )
    assert tables["assessment"].rows[0][4].text == "86.9" and "2026.1" in tables["assessment"].title
    assert found and all(f.evidence and f.evidence.quote for f in found.figures()), (
        "each figure and target is cited"
    )
    assert list(chart.categories) == ["成都都市圈地区生产总值", "眉山市地区生产总值"]
    assert chart.series == {"完成比例": [94.88, 100.44], "时间进度": [100.0, 100.0]}
    assert chart.alt.startswith("成都都市圈地区生产总值：完成94.9%，时间100.0%；") and chart.spec["layer"]


def test_the_section_of_a_quarter_and_in_english(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    texts, tables, _ = told(section(chengdu, warehouse, "2025-Q1"))
    assert "为目标的22.4%，慢于序时进度2.6个百分点" in texts[0] and list(tables) == ["targets"]
    assert any(t.startswith("达标概率未估计：") and "现有1个" in t for t in texts)
    english = section(chengdu, warehouse, "2025-Q4", "en")
    texts, tables, _ = told(english)
    assert texts[0] == "8 targets, 3 of them met and 2 missed at their date."
    row = next(r for r in tables["targets"].rows if "Fixed asset" in r[0].text)
    assert row[1].text == "2025: ≥ 5.0 %" and row[5].text == "not met" and row[6].text == "red"
    assert section(load_figures(warehouse, "nanjing"), warehouse, "2025-Q4") is None


def test_the_commands(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "warehouse.db"
    shutil.copy(warehouse.url.removeprefix("sqlite:///"), copy)
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    monkeypatch.setenv("METROETL_DATABASE_URL", f"sqlite:///{copy}")
    settings.cache_clear()
    try:
        shown = run("show", "--quarter", "2025Q4")
        assert "R=0.805" in shown and "未达到" in shown
        rows = json.loads(run("show", "--quarter", "2025-Q1", "--elapsed", "calendar", "--json"))
        assert {r["light"]["rules"] for r in rows} == {"yinchuan"} and rows[0]["pace"]["by"] == "calendar"
        kept = run("assess", "--year", "2025", "--veto", "512000:major_accident", "--keep")
        assert "86.9" in kept and "一票否决" in kept and "存入 4 条得分" in kept
        assert "存入 0 条得分" in run("assess", "--veto", "512000:major_accident", "--keep")
        scores = json.loads(run("assess", "--rule", "circle-example-reweight", "--json"))
        assert (scores[0]["state"], scores[0]["missing"]) == ("reweighted", "缺成都市地区生产总值目标")
        assert CliRunner().invoke(app, ["targets", "show", "--quarter", "2025Q5"]).exit_code == 2
        assert CliRunner().invoke(app, ["targets", "assess", "--rule", "none"]).exit_code != 0
    finally:
        settings.cache_clear()


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["targets", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output
