"""Single quarters: differences of cumulative figures, published ones beside them, generations told apart."""

from __future__ import annotations

from datetime import date
from typing import Any

from metroetl.warehouse.models import Reading
from tests.warehouse.desk import Desk, gdp

NOW = "https://city.example.cn/"
DAYS = {
    "2024-Q1": date(2024, 4, 25),
    "2024-Q2": date(2024, 7, 25),
    "2024-Q3": date(2024, 10, 25),
    "2024": date(2025, 1, 25),
}


def page(desk: Desk, period: str, value: float, day: date | None = None, **values: Any) -> Reading:
    """A page with one cumulative figure, of the day on which such a figure comes."""
    on = day or DAYS[period]
    text = f"{period} {value} {on} {sorted(values)}"
    return desk.read(f"{NOW}{text}.html", text, [gdp(value, period, **values)], published_on=on)


def singles(
    desk: Desk, columns: str = "quarter, value, basis, derived, mixed_vintage"
) -> list[tuple[Any, ...]]:
    return desk.rows(f"SELECT {columns} FROM mart_quarter_single ORDER BY region_code, quarter")


def test_a_quarter_is_the_difference_of_two_cumulative_figures(desk: Desk) -> None:
    published = {"2024-Q1": 5519.0, "2024-Q2": 11152.1, "2024-Q3": 17128.4, "2024": 23511.3}
    desk.load(*(page(desk, period, value) for period, value in published.items()))
    assert singles(desk) == [
        ("2024-Q1", 5519.0, "first_quarter", 0, 0),
        ("2024-Q2", 5633.1, "difference", 1, 0),
        ("2024-Q3", 5976.3, "difference", 1, 0),
        ("2024-Q4", 6382.9, "difference", 1, 0),
    ]
    last = singles(desk, "period_start, period_end, period_label_zh, unit, rounding, decimals")[-1]
    assert last == ("2024-10-01", "2024-12-31", "2024年四季度", "亿元", 0.1, 1)
    evidence = desk.rows(
        "SELECT a.value_norm, b.value_norm FROM mart_quarter_single AS s"
        " JOIN core_observation AS a ON a.observation_id = s.cumulative_observation_id"
        " JOIN core_observation AS b ON b.observation_id = s.cumulative_before_observation_id WHERE s.quarter = '2024-Q4'"
    )
    assert evidence == [(23511.3, 17128.4)]


def test_nothing_is_made_up_for_a_quarter_that_is_missing(desk: Desk) -> None:
    desk.load(
        page(desk, "2024-Q2", 11152.1),
        page(desk, "2024", 23511.3),
    )
    assert singles(desk) == []


def test_growth_and_what_doesnt_add_up_has_no_single_quarter(desk: Desk) -> None:
    growth = {"unit": "%", "unit_norm": "%", "measure": "yoy_real_ytd"}
    people = {"indicator_code": "POP", "indicator": "常住人口", "unit": "万人", "unit_norm": "万人"}
    periods = ("2024-Q1", "2024-Q2")
    desk.load(
        *(page(desk, p, 6.0, **growth) for p in periods), *(page(desk, p, 2140.0, **people) for p in periods)
    )
    assert singles(desk) == []


def test_figures_in_different_units_arent_subtracted(desk: Desk) -> None:
    desk.load(
        page(desk, "2024-Q1", 5519.0),
        page(desk, "2024-Q2", 1600.0, unit="亿美元", unit_norm="亿美元"),
    )
    assert [row[0] for row in singles(desk)] == ["2024-Q1"]


def test_a_published_quarter_is_preferred_and_the_difference_shown(desk: Desk) -> None:
    desk.load(
        page(desk, "2024-Q1", 5519.0),
        page(desk, "2024-Q2", 11152.1),
        page(desk, "2024-Q2", 5640.5, measure="level"),
        page(desk, "2024-Q3", 6001.2, measure="level"),
    )
    shown = singles(
        desk, "quarter, value, basis, derived, published_value, derived_value, difference, derived_rounding"
    )
    assert shown == [
        ("2024-Q1", 5519.0, "first_quarter", 0, None, 5519.0, None, 0.5),
        ("2024-Q2", 5640.5, "published", 0, 5640.5, 5633.1, 7.4, 0.55),
        ("2024-Q3", 6001.2, "published", 0, 6001.2, None, None, None),
    ]


def test_another_stage_of_revision_is_a_mixed_vintage(desk: Desk) -> None:
    desk.load(
        page(desk, "2024-Q3", 17128.4, revision_stage="初步核算"),
        page(desk, "2024", 23511.3, revision_stage="最终核实"),
    )
    assert singles(desk) == [("2024-Q4", 6382.9, "difference", 1, 1)]
    assert singles(desk, "revision_stage_before, revision_stage") == [("初步核算", "最终核实")]


def test_the_earlier_quarter_was_revised_after_the_later_was_published(desk: Desk) -> None:
    desk.load(
        page(desk, "2024-Q1", 5519.0),
        page(desk, "2024-Q2", 11152.1),
        page(desk, "2024-Q3", 17128.4),
        page(desk, "2024-Q1", 5470.2, date(2024, 12, 26)),
    )
    assert singles(desk, "quarter, value, mixed_vintage") == [
        ("2024-Q1", 5470.2, 0),
        ("2024-Q2", 5681.9, 1),
        ("2024-Q3", 5976.3, 0),
    ]


def test_the_later_quarter_was_revised_alone(desk: Desk) -> None:
    desk.load(
        page(desk, "2024-Q3", 17128.4),
        page(desk, "2024", 23511.3),
        page(desk, "2024", 24100.0, date(2025, 12, 26)),
    )
    assert singles(desk, "value, mixed_vintage") == [(6971.6, 1)]


def test_quarters_revised_together_are_of_one_generation(desk: Desk) -> None:
    first = {"2024-Q1": 5519.0, "2024-Q2": 11152.1}
    revised = [page(desk, period, value * 1.02, date(2025, 12, 26)) for period, value in first.items()]
    desk.load(*(page(desk, period, value) for period, value in first.items()), *revised)
    assert [row[1] for row in singles(desk, "quarter, mixed_vintage")] == [0, 0]


def test_another_territory_is_a_mixed_vintage(desk: Desk) -> None:
    """简阳 came to 成都 in 2016: a figure of 2015 published before it is of another territory."""
    desk.load(
        page(desk, "2015-Q3", 7800.0, date(2015, 10, 25)),
        page(desk, "2015", 10801.2, date(2016, 1, 25)),
    )
    shown = singles(desk, "value, mixed_vintage, boundary_version_before, boundary_version")
    assert shown == [(3001.2, 1, "", "2016")]


def test_what_is_internal_stays_internal_and_charts_show_public_ones(desk: Desk) -> None:
    desk.load(
        page(desk, "2024-Q1", 5519.0),
    )
    inside = desk.read(
        f"{NOW}internal", "内部", [gdp(11152.1, "2024-Q2")], access="internal", published_on=DAYS["2024-Q2"]
    )
    desk.load(inside)
    assert singles(desk, "quarter, access") == [("2024-Q1", "public"), ("2024-Q2", "internal")]
    assert desk.rows(
        "SELECT quarter, series, value FROM chart_quarter_single WHERE circle_id = 'chengdu'"
    ) == [("2024-Q1", "成都市", 5519.0)]
