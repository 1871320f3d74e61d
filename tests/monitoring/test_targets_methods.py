"""The methods against cases computed by hand: pace, rates and R, chance and bands, scores. Figures here are invented."""

from __future__ import annotations

import math
from datetime import date

import numpy
import pytest

from metroetl.catalogue import catalogue
from metroetl.errors import CatalogueError
from metroetl.monitoring.figures import CircleFigures, Evidence, Figure, Refused
from metroetl.monitoring.targets.assessment import assess, formula, rule_digest
from metroetl.monitoring.targets.chance import Chance, chance, predict
from metroetl.monitoring.targets.goals import Goal
from metroetl.monitoring.targets.pace import Pace, gap_words, pace, seasonal
from metroetl.monitoring.targets.rules import AssessmentRule, assessment_rules
from metroetl.monitoring.targets.trend import Trend, trend

CITY = "510100"
EVIDENCE = Evidence("o", None, "统计局", "公报", "https://city.example.cn/1", "原文")


def figures(values: dict[tuple[str, str, str], float], region: str = CITY) -> CircleFigures:
    """A circle with these figures of one city, by indicator, measure and quarter."""
    data = CircleFigures(catalogue().circles["chengdu"])
    for (indicator, measure, quarter), value in values.items():
        unit = "%" if measure.startswith(("yoy", "rate")) else "亿元"
        data.figures[region, indicator, measure, quarter, ""] = Figure(
            region, indicator, measure, quarter, value, unit, 1, evidence=EVIDENCE
        )
    return data


def goal(
    value: float,
    year: int = 2025,
    comparator: str = ">=",
    *,
    growth: bool = False,
    code: str = "GDP",
    region: str = CITY,
) -> Goal:
    """A yearly target of a city, stated four years before its year, or in it for growth."""
    return Goal(
        f"{region}{code}{growth}", "government" if growth else "plan", region, code, "地区生产总值", comparator, value,
        "%" if growth else "亿元", 1, growth, year, None, date(year if growth else year - 4, 2, 1), EVIDENCE,
    )  # fmt: skip


# --- pace ----------------------------------------------------------------------------------------------------------


def levels(first: int, last: int, share: float) -> dict[tuple[str, str, str], float]:
    """Years of 1000 each, of which this share was reached at the end of June."""
    whole = {("GDP", "level_ytd", f"{y}-Q4"): 1000.0 for y in range(first, last + 1)}
    return whole | {("GDP", "level_ytd", f"{y}-Q2"): 1000.0 * share for y in range(first, last + 1)}


@pytest.mark.parametrize(
    ("quarter", "elapsed"), [("2025-Q1", 25), ("2025-Q2", 50), ("2025-Q3", 75), ("2025-Q4", 100)]
)
def test_progress_by_the_calendar(quarter: str, elapsed: float) -> None:
    found = pace(figures({("GDP", "level_ytd", quarter): 531.0}), goal(1000.0), quarter)
    assert isinstance(found, Pace)
    assert (found.done.value, found.elapsed.share) == (pytest.approx(53.1), elapsed)
    assert found.gap == pytest.approx(53.1 - elapsed) and found.elapsed.text == "按日历"
    assert len(list(found.done.sources())) == 2, "the figure and the target"


def test_progress_by_the_season() -> None:
    known = levels(2020, 2023, 0.45) | {("GDP", "level_ytd", "2025-Q2"): 481.0}
    known |= {("GDP", "level_ytd", "2022-Q2"): 470.0}
    found = pace(figures(known), goal(1000.0), "2025-Q2", "seasonal")
    assert isinstance(found, Pace) and found.seasonal_refused is None
    assert found.elapsed.share == pytest.approx((45 * 3 + 47) / 4)
    assert found.elapsed.text == "按2020—2023年同期占全年比重均值（4年）"
    assert found.text == "超时序进度2.6个百分点"
    old = seasonal(figures(levels(2010, 2019, 0.3) | levels(2020, 2023, 0.45)), CITY, "GDP", "2025-Q2")
    assert not isinstance(old, Refused) and old.years == (2020, 2021, 2022, 2023), (
        "of the last five years only"
    )


def test_two_past_years_make_no_season() -> None:
    known = levels(2023, 2024, 0.45) | {("GDP", "level_ytd", "2025-Q2"): 481.0}
    found = pace(figures(known), goal(1000.0), "2025-Q2", "seasonal")
    assert isinstance(found, Pace) and found.elapsed.path == "calendar"
    assert found.seasonal_refused and "现有2年" in found.seasonal_refused.why
    assert found.text == "慢于序时进度1.9个百分点"


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (3.1, "超时序进度3.1个百分点"),
        (-3.14, "慢于序时进度3.1个百分点"),
        (0.04, "与序时进度持平"),
        (-0.04, "与序时进度持平"),
    ],
)
def test_words_of_pace(points: float, said: str) -> None:
    assert gap_words(points) == said


def test_what_has_no_pace() -> None:
    known = figures({("GDP", "level_ytd", "2025-Q1"): 300.0, ("SAV", "level_eop", "2025-Q1"): 300.0})
    for asked, why in [
        (goal(5.0, growth=True), "增速目标"), (goal(1000.0, 2026), "非当年"), (goal(1000.0, code="RS"), "缺累计数"),
        (goal(1000.0, code="SAV"), "期末数"), (goal(0.0), "不为正"),
    ]:  # fmt: skip
        refused = pace(known, asked, "2025-Q1")
        assert isinstance(refused, Refused) and why in refused.why


# --- trend ---------------------------------------------------------------------------------------------------------


def test_required_against_actual_rate() -> None:
    """100 in 2021, 116.64 = 1.08² in 2023, 146.41 = 1.1⁴ wanted in 2025."""
    data = figures({("GDP", "level_ytd", "2021-Q4"): 100.0, ("GDP", "level_ytd", "2023-Q4"): 116.64})
    found = trend(data, goal(146.41), "2024-Q2")
    assert isinstance(found, Trend) and found.span == "2021—2023"
    assert found.actual == pytest.approx(8.0) and found.required == pytest.approx(10.0)
    assert found.ratio == pytest.approx(0.8) and found.kind.id == "moderate"
    assert found.distance == pytest.approx((116.64 - 121.0) / 46.41)


def test_a_fall_that_is_wanted_and_a_way_away() -> None:
    data = figures({("GDP", "level_ytd", "2021-Q4"): 100.0, ("GDP", "level_ytd", "2022-Q4"): 95.0})
    fallen = trend(data, goal(81.450625, comparator="<="), "2022-Q4")
    assert (
        isinstance(fallen, Trend) and fallen.ratio == pytest.approx(1.0) and fallen.kind.id == "significant"
    )
    away = trend(data, goal(120.0), "2022-Q4")
    assert isinstance(away, Trend) and away.ratio < 0 and away.kind.id == "away"


@pytest.mark.parametrize(
    ("asked", "quarter", "why"),
    [
        (goal(120.0), "2021-Q2", "基年之后尚无年度数"),
        (goal(120.0, 2030), "2026-Q4", "缺2025或2026年基数"),
        (goal(5.0, growth=True), "2025-Q4", "非水平类目标"),
        (goal(99.0, 2026), "2023-Q4", "基年已达到目标"),
    ],
)
def test_no_trend_without_base_latest_or_way(asked: Goal, quarter: str, why: str) -> None:
    years = {"2020": 100.0, "2022": 100.0, "2023": 101.0}
    refused = trend(figures({("GDP", "level_ytd", f"{y}-Q4"): v for y, v in years.items()}), asked, quarter)
    assert isinstance(refused, Refused) and refused.why.startswith(why)


# --- chance --------------------------------------------------------------------------------------------------------

DRAWS = [0.05, 0.07, 0.06, 0.08]  # mean 0.065, sum of squares about it 0.0005, s = √(0.0005/3)
SPREAD = math.sqrt(0.0005 / 3)


@pytest.mark.parametrize(
    ("ahead", "scale", "student", "percent"),
    [
        (1, SPREAD * math.sqrt(1.25), 1.6377, 10.0),
        (2, SPREAD * math.sqrt(3), 3.1824, 2.5),
        (1, SPREAD, 0.0, 50.0),
    ],
)
def test_chance_by_the_table_of_t(ahead: int, scale: float, student: float, percent: float) -> None:
    """Quantiles of t with 3 degrees of freedom as printed in tables: 0.90 → 1.6377, 0.975 → 3.1824."""
    target = 100 * math.exp(ahead * 0.065 + student * scale)
    assert predict(100.0, DRAWS, ahead, target)[0] == pytest.approx(percent, abs=0.01)
    assert predict(100.0, DRAWS, ahead, target, floor=False)[0] == pytest.approx(100 - percent, abs=0.01)


def test_bands_by_the_table_of_t() -> None:
    _, median, bands = predict(100.0, DRAWS, 2, 1.0)
    assert median == pytest.approx(100 * math.exp(0.13))
    half = 3.1824 * SPREAD * math.sqrt(3)
    assert bands[95] == pytest.approx((median * math.exp(-half), median * math.exp(half)), rel=1e-4)
    assert bands[50][0] > bands[80][0] > bands[95][0] and bands[50][1] < bands[80][1] < bands[95][1]
    assert predict(100.0, [0.05] * 4, 1, 105.0)[0] == 100 and predict(100.0, [0.05] * 4, 1, 106.0)[0] == 0


def test_bands_hold_what_they_promise() -> None:
    """Of 600 series of 5 growths, the 80 % band holds the level three years on in 80 % (± 3 standard errors)."""
    random = numpy.random.default_rng(8)
    draws = random.normal(0.06, 0.02, size=(600, 8))
    held = 0
    for row in draws:
        low, high = predict(100.0, list(row[:5]), 3, 100.0)[2][80]
        held += low <= 100 * math.exp(row[5:].sum()) <= high
    assert abs(held / 600 - 0.8) < 3 * math.sqrt(0.8 * 0.2 / 600)


def test_chance_of_a_level() -> None:
    steps = numpy.cumsum([0.0, *DRAWS])
    known = {("GDP", "level_ytd", f"{2019 + i}-Q4"): 100 * math.exp(s) for i, s in enumerate(steps)}
    last = 100 * math.exp(steps[-1])
    found = chance(figures(known), goal(last * math.exp(0.13)), "2024-Q2")
    assert isinstance(found, Chance) and found.method == "log_growth_t" and found.observations == 4
    assert found.probability == pytest.approx(50.0) and found.words == "难以判断" and len(found.parts) == 5
    del known["GDP", "level_ytd", "2021-Q4"]
    few = chance(figures(known), goal(200.0), "2024-Q2")
    assert isinstance(few, Refused) and "至少4个年增速，现有2个" in few.why and few.missing == ("成都市",)
    assert isinstance(chance(figures(known), goal(200.0), "2025-Q4"), Refused), "its year is over"


def test_chance_of_growth_within_its_year() -> None:
    known = {("GDP", "yoy_real_ytd", "2025-Q2"): 5.8}
    for year, change in zip(range(2020, 2024), (0.2, -0.2, 0.1, -0.1), strict=True):
        known |= {
            ("GDP", "yoy_real_ytd", f"{year}-Q2"): 6.0,
            ("GDP", "yoy_real_ytd", f"{year}-Q4"): 6.0 + change,
        }
    found = chance(figures(known), goal(5.8, growth=True), "2025-Q2")
    assert isinstance(found, Chance) and found.method == "year_end_change_t"
    assert found.probability == pytest.approx(50.0) and found.median == pytest.approx(5.8)
    scale = math.sqrt(0.1 / 3 * 1.25)
    assert found.bands[95][1] == pytest.approx(5.8 + 3.1824 * scale, abs=1e-4)
    refused = chance(figures(known), goal(5.8, growth=True), "2025-Q1")
    assert isinstance(refused, Refused) and "缺本期增速" in refused.why


# --- assessment ----------------------------------------------------------------------------------------------------

RULE = assessment_rules()["circle-example"]
DONE = {
    ("GDP", "yoy_real_ytd", "2025-Q4"): 5.8,
    ("FAI", "yoy_comparable_ytd", "2025-Q4"): -1.0,
    ("RS", "yoy_nominal_ytd", "2025-Q4"): 9.0,
}
WANTED = [goal(5.7, growth=True), goal(5.0, growth=True, code="FAI"), goal(5.0, growth=True, code="RS")]


def test_a_score_is_capped_and_floored() -> None:
    score, *others = assess(figures(DONE), WANTED, RULE, 2025)
    assert score.state == "scored" and [i.ratio for i in score.items] == [pytest.approx(5.8 / 5.7), 0, 1.2]
    assert score.score == pytest.approx(40 * 5.8 / 5.7 + 0 + 30 * 1.2)
    assert [o.state for o in others] == ["refused"] * 3 and "缺德阳市地区生产总值增速目标" in others[
        0
    ].refused


def test_a_veto_outweighs_everything() -> None:
    score = assess(figures(DONE), WANTED, RULE, 2025, {CITY: ["false_statistics"]})[0]
    assert (score.state, score.score, score.veto) == ("vetoed", 0, ("统计造假、弄虚作假",))
    with pytest.raises(CatalogueError, match="veto item"):
        assess(figures(DONE), WANTED, RULE, 2025, {CITY: ["bad_mood"]})
    with pytest.raises(CatalogueError, match="no city"):
        assess(figures(DONE), WANTED, RULE, 2025, {"310000": ["false_statistics"]})


def test_what_is_missing_is_refused_or_reweighted_as_the_rule_says() -> None:
    partial = {k: v for k, v in DONE.items() if k[0] != "FAI"}
    refused = assess(figures(partial), WANTED, RULE, 2025)[0]
    assert refused.score is None and refused.refused == "缺成都市固定资产投资增速完成数"
    rule = RULE.model_copy(update={"missing": "reweight", "min_weight": 0.7})
    score = assess(figures(partial), WANTED, rule, 2025)[0]
    assert score.state == "reweighted" and score.refused == refused.refused
    assert score.score == pytest.approx((40 * 5.8 / 5.7 + 30 * 1.2) / 0.7)
    strict = rule.model_copy(update={"min_weight": 0.71})
    assert "低于71%" in assess(figures(partial), WANTED, strict, 2025)[0].refused


def test_a_changed_rule_has_another_digest() -> None:
    other = RULE.model_copy(update={"cap": 1.1})
    assert rule_digest(other) != rule_digest(RULE) == rule_digest(RULE.model_copy())
    assert RULE.version in formula(RULE) and rule_digest(RULE) in formula(RULE)
    strange = AssessmentRule.model_validate(
        RULE.model_dump()
        | {"items": [{"id": "x", "title": "x", "indicator": "NOPE", "what": "level", "weight": 1}]}
    )
    with pytest.raises(CatalogueError, match="NOPE"):
        assess(figures(DONE), WANTED, strange, 2025)
