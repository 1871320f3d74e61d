"""Targets of a plan beside the newest figure: what can be computed, and what stays empty."""

from __future__ import annotations

from datetime import date

import pytest

from metroetl.plans.models import Target
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.test_plans import BULLETIN, bulletin, span

SHOWN = "indicator, target_value, observed_value, period, gap, reached_pct, met, elapsed_pct"


@pytest.fixture
def planned(desk: Desk) -> Desk:
    """A plan of 2023 to 2025 with a target of each kind, and what was published since."""
    wanted = {"by_year": 2025, "span": span("202")}
    targets = [
        Target(
            indicator="地区生产总值",
            value=3.3,
            unit="万亿元",
            indicator_code="GDP",
            comparator=">=",
            **wanted,
        ),
        Target(indicator="增速", value=6.0, unit="%", indicator_code="GDP", comparator=">=", **wanted),
        Target(indicator="人口", value=2200, unit="万人", indicator_code="POP", comparator="<=", **wanted),
        Target(indicator="绿道", value=5, unit="公里", **wanted),
    ]
    second = (
        bulletin()
        .releases[1]
        .model_copy(update={"role": "text", "period_start": 2023, "period_end": 2025, "circle": "chengdu"})
    )
    plan = bulletin().model_copy(update={"targets": targets, "releases": [second]})
    growth = {"unit": "%", "unit_norm": "%", "measure": "yoy_real_ytd", "region": "AGG.CDMC"}
    people = {
        "indicator_code": "POP",
        "unit": "万人",
        "unit_norm": "万人",
        "measure": "level_eop",
        "region": "AGG.CDMC",
    }
    figures = [
        (
            date(2025, 1, 28),
            [gdp(29756.8, "2024", "AGG.CDMC"), gdp(5.9, "2024", **growth), gdp(3000.1, "2024", **people)],
        ),
        (date(2025, 7, 28), [gdp(15000.0, "2025-Q2", "AGG.CDMC"), gdp(6.2, "2025-Q2", **growth)]),
        (date(2027, 1, 28), [gdp(33500.0, "2025", "AGG.CDMC"), gdp(36000.0, "2026", "AGG.CDMC")]),
    ]
    pages = [
        desk.read(f"https://a.gov.cn/{day}.html", f"{day}", stated, published_on=day, source_id="media")
        for day, stated in figures
    ]
    text = desk.read(
        "https://a.gov.cn/plan.html", BULLETIN, plan=plan, published_on=date(2023, 2, 20), source_id="media"
    )
    desk.load(text, *pages)
    return desk


def test_progress_is_shown_where_it_can_be_computed(planned: Desk) -> None:
    rows = planned.warehouse.query(
        f"SELECT {SHOWN} FROM mart_target_progress ORDER BY indicator_code DESC, indicator",
        as_of=date(2025, 9, 30),
    )[1]
    found = {row[0]: row[1:] for row in rows}
    assert found["地区生产总值"] == (33000.0, 29756.8, "2024", -3243.2, 90.17, 0, 91.6), (
        "half a year isn't a year"
    )
    assert found["增速"] == (6.0, 6.2, "2025-Q2", 0.2, None, 1, 91.6)
    assert found["人口"] == (2200.0, 3000.1, "2024", 800.1, None, 0, 91.6)
    assert found["绿道"] == (None, None, None, None, None, None, 91.6)


def test_a_figure_after_the_day_of_the_target_doesnt_count(planned: Desk) -> None:
    sql = (
        "SELECT observed_value, period_end, due_on, gap, reached_pct, met, elapsed_pct FROM mart_target_progress"
        " WHERE indicator = '地区生产总值'"
    )
    assert planned.warehouse.query(sql, as_of=date(2027, 6, 30))[1] == [
        (33500.0, "2025-12-31", "2025-12-31", 500.0, 101.52, 1, 100)
    ]
    assert planned.warehouse.query(sql, as_of=date(2024, 7, 1))[1] == [
        (None, None, "2025-12-31", None, None, None, 49.95)
    ]


def test_the_report_says_it_in_chinese(planned: Desk) -> None:
    rows = planned.rows(
        "SELECT indicator_name, comparator_zh, state_zh FROM report_target WHERE circle_id = 'chengdu' ORDER BY target_printed"
    )
    assert rows == [
        ("地区生产总值", "不低于", "已达到"),
        ("绿道", "达到", "未判定"),
        ("地区生产总值", "不低于", "已达到"),
        ("常住人口", "不高于", "未达到"),
    ]
    calendar = planned.rows(
        "SELECT plan_period, period_end, status_zh FROM report_plan_calendar WHERE circle_id = 'chengdu' AND origin_zh = '登记'"
    )
    assert calendar == [("2023—2025", "2025-12-31", "已印发")]
