"""The diagnosis: contributions that add up exactly, cause tags that the numbers bear out, refusals that name a city."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metroetl.monitoring import aggregates
from metroetl.monitoring.figures import CircleFigures, Figure, load_figures
from metroetl.monitoring.loop.causes import diagnose
from metroetl.monitoring.loop.checkup import examine
from metroetl.monitoring.loop.diagnosis import (
    Decomposition,
    by_city,
    by_sector,
    city_pulls,
    nearest,
    sector_pulls,
    share_moves,
)
from metroetl.monitoring.loop.found import Finding, Lack
from metroetl.monitoring.loop.rules import CheckRule, check_rules
from metroetl.warehouse import Warehouse
from tests.monitoring.made import CDMC, CITIES, figures, level, put, rate

NOW, BEFORE = "2025-Q1", "2024-Q1"
LEVELS = st.lists(st.floats(1, 1e5), min_size=4, max_size=4)
RATES = st.lists(st.floats(-30, 40), min_size=4, max_size=4)


def two_years(
    levels: list[float], rates: list[float], levels_before: list[float], rates_before: list[float]
) -> CircleFigures:
    """A circle whose four cities published both, in two years."""
    data = figures()
    for city, x, g, x0, g0 in zip(CITIES, levels, rates, levels_before, rates_before, strict=True):
        level(data, city, NOW, x)
        rate(data, city, NOW, g)
        level(data, city, BEFORE, x0)
        rate(data, city, BEFORE, g0)
    return data


@settings(max_examples=60, deadline=None)
@given(LEVELS, RATES, LEVELS, RATES)
def test_contributions_add_up_to_the_change_of_the_computed_growth(
    levels: list[float], rates: list[float], levels_before: list[float], rates_before: list[float]
) -> None:
    data = two_years(levels, rates, levels_before, rates_before)
    change = by_city(data, "GDP", NOW, BEFORE)
    assert isinstance(change, Decomposition)
    computed = [aggregates.growth(data, "GDP", q).computed for q in (NOW, BEFORE)]
    assert all(isinstance(c, Figure) for c in computed)
    now, before = (c.value for c in computed if isinstance(c, Figure))
    assert change.growth == pytest.approx(now, abs=1e-9)
    assert change.growth_before == pytest.approx(before, abs=1e-9)
    assert sum(p.change for p in change.parts) == pytest.approx(now - before, abs=1e-9)
    for part in change.parts:
        assert part.own + part.shift == pytest.approx(part.change, abs=1e-9)


def test_sectors_add_up_too() -> None:
    data = figures()
    for quarter, sectors in (
        (NOW, ((50, 2.0), (600, 3.0), (900, 6.0))),
        (BEFORE, ((48, 3.0), (590, 8.0), (840, 6.0))),
    ):
        for code, (x, g) in zip(("VA1", "VA2", "VA3"), sectors, strict=True):
            level(data, "510600", quarter, x, code)
            rate(data, "510600", quarter, g, code)
    change = by_sector(data, "510600", NOW, BEFORE)
    assert isinstance(change, Decomposition)
    base = [50 / 1.02, 600 / 1.03, 900 / 1.06]
    assert change.growth == pytest.approx((1550 / sum(base) - 1) * 100)
    assert change.change == pytest.approx(sum(p.own + p.shift for p in change.parts))
    assert isinstance(sector_pulls(data, "510100", NOW), Lack)


# --- cause tags ----------------------------------------------------------------------------------------------------


def fallen(data: CircleFigures, region: str = CDMC) -> Finding:
    """The finding that growth slowed on the year."""
    by = check_rules()["slows-on-year"].model_dump() | {"thresholds": {"notice": 0.1}}
    (found,) = [
        f for f in examine(data, NOW, rules=[CheckRule.model_validate(by)]).findings if f.region == region
    ]
    return found


def tags(data: CircleFigures, finding: Finding) -> dict[str, str]:
    return {c.rule.id: c.text("zh") for c in diagnose(data, finding).causes}


def test_one_city_that_drags() -> None:
    data = two_years([5930, 771, 447, 244], [4.0, 7.0, 7.0, 7.0], [5600, 720, 420, 230], [6.0, 7.0, 7.0, 7.0])
    found = tags(data, fallen(data))
    assert set(found) == {"city-drag"} and found["city-drag"].startswith("成都市使都市圈合成增速变动−1.6")
    assert found["city-drag"].endswith("占下拉部分的99.2%")
    alike = two_years([1000] * 4, [4.0] * 4, [1000] * 4, [6.0] * 4)
    assert "city-drag" not in tags(alike, fallen(alike)), "a quarter each is no drag of one"


def test_industry_that_drags_and_demand_that_slows() -> None:
    data = figures()
    for quarter, gdp, sectors, invest in (
        (NOW, 4.5, ((50, 2.0), (600, 3.0), (900, 6.0)), -1.0),
        (BEFORE, 6.5, ((48, 2.0), (590, 8.0), (840, 6.0)), 0.0),
    ):
        rate(data, "510600", quarter, gdp)
        put(data, "510600", "FAI", "yoy_comparable_ytd", quarter, invest)
        for code, (x, g) in zip(("VA1", "VA2", "VA3"), sectors, strict=True):
            level(data, "510600", quarter, x, code)
            rate(data, "510600", quarter, g, code)
    found = diagnose(data, fallen(data, "510600"))
    assert [c.rule.id for c in found.causes] == ["industry-drag", "investment-slows"]
    assert [c.name("zh") for c in found.causes] == ["结构性（工业）", "投资放缓"]
    assert found.causes[1].text("zh") == "德阳市固定资产投资同比下降1.0%，由上年同期的持平转为下降"
    assert {r.id for r, _ in found.unjudged} == {
        "industry-slows",
        "consumption-slows",
        "trade-slows",
        "base-effect",
    }


@pytest.mark.parametrize(("older", "there"), [(5.0, True), (5.1, False)])
def test_base_effect(older: float, there: bool) -> None:
    data = figures()
    rate(data, "510600", NOW, 4.0)
    rate(data, "510600", BEFORE, 6.0)
    rate(data, "510600", "2023-Q1", older)
    found = tags(data, fallen(data, "510600"))
    assert ("base-effect" in found) is there
    if there:
        assert (
            found["base-effect"]
            == "上年同期德阳市地区生产总值同比增长6.0%，增速比2023年一季度加快1.0个百分点"
        )


def test_computed_and_published_apart() -> None:
    data = two_years([1000] * 4, [5.0] * 4, [950] * 4, [6.0] * 4)
    rate(data, CDMC, NOW, 4.8)
    rate(data, CDMC, BEFORE, 6.0)
    found = tags(data, fallen(data))
    assert found["data-scope"].endswith("合成的增速为5.00%，与公布数相差+0.20个百分点")
    rate(data, CDMC, NOW, 4.9)
    assert "data-scope" not in tags(data, fallen(data)), "a tenth is rounding"


# --- the facts -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chengdu(warehouse: Warehouse) -> CircleFigures:
    return load_figures(warehouse, "chengdu")


def test_2024_against_2023(chengdu: CircleFigures) -> None:
    change, lacks = nearest(chengdu, "GDP", "2024-Q4")
    assert isinstance(change, Decomposition) and not lacks and change.before == "2023-Q4"
    assert change.growth == pytest.approx(5.97, abs=0.005) and change.growth_before == pytest.approx(
        6.08, abs=0.005
    )
    assert [round(p.change, 2) for p in change.parts] == [-0.24, 0.06, 0.05, 0.02]
    shares = share_moves(chengdu, "GDP", "2024-Q4", "2023-Q4")
    assert [m.figure.text for m in shares] == ["-0.3", "0.2", "0.1", "0.0"]
    assert all(source.evidence for p in change.parts for source in p.figure.sources())


def test_2025q1_is_compared_with_2024_and_says_why(chengdu: CircleFigures) -> None:
    change, lacks = nearest(chengdu, "GDP", "2025-Q1")
    assert isinstance(change, Decomposition) and change.before == "2024-Q4"
    assert change.change == pytest.approx(0.31, abs=0.005)
    assert lacks[0].text("zh").startswith("缺成都市、德阳市、眉山市、资阳市2024年一季度")


def test_2025_is_refused_with_meishan_named(chengdu: CircleFigures) -> None:
    refused, _ = nearest(chengdu, "GDP", "2025-Q4")
    assert isinstance(refused, Lack) and refused.regions == ("511400",)
    assert isinstance(city_pulls(chengdu, "GDP", "2025-Q4"), Lack)


def test_deyangs_investment_stands_beside_its_slowdown_of_2025(chengdu: CircleFigures) -> None:
    (found,) = [
        f for f in examine(chengdu, "2025-Q4").findings if f.key == ("slows-on-year", "510600", "GDP")
    ]
    diagnosis = diagnose(chengdu, found)
    assert [c.text("zh") for c in diagnosis.causes] == [
        "德阳市固定资产投资同比增长5.1%，增速比上年同期回落3.4个百分点"
    ]
    assert diagnosis.unjudged, "what could not be looked at is told"
