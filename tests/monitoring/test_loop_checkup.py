"""The check-up: each kind of rule at its boundary, what can't be judged, and the facts of Chengdu's circle."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.catalogue.load import FOLDER
from metroetl.errors import CatalogueError
from metroetl.monitoring.figures import CircleFigures, load_figures
from metroetl.monitoring.loop.checkup import examine
from metroetl.monitoring.loop.found import Finding, NotJudged, Outcome, Passed, TargetLight
from metroetl.monitoring.loop.rules import CauseRule, CheckRule, cause_rules, check_rules, read_table
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from tests.monitoring.made import CDMC, CITIES, figures, level, put, rate

TABLE = FOLDER / "monitoring" / "checkup.yml"


def rule(name: str, **changed: object) -> CheckRule:
    """A rule of the table, changed."""
    return CheckRule.model_validate(check_rules()[name].model_dump() | changed)


def judge(data: CircleFigures, by: CheckRule, quarter: str = "2025-Q1", region: str = CDMC) -> Outcome:
    """The one outcome for a place."""
    found = examine(data, quarter, rules=[by])
    outcomes: list[Outcome] = [*found.findings, *found.unjudged, *found.passed]
    (one,) = [o for o in outcomes if o.region == region]
    return one


GDP = {"indicators": ["GDP"]}


@pytest.mark.parametrize(
    ("own", "severity", "words"),
    [
        (5.5, None, ""),
        (5.6, None, ""),
        (5.4, "notice", "增速低于全省0.1个百分点"),
        (5.0, "watch", "增速低于全省0.5个百分点"),
        (4.5, "alert", "增速低于全省1.0个百分点"),
    ],
)
def test_growth_below_the_province(own: float, severity: str | None, words: str) -> None:
    data = figures()
    rate(data, CDMC, "2025-Q1", own)
    rate(data, "510000", "2025-Q1", 5.5)
    found = judge(data, rule("circle-below-province", **GDP))
    if severity is None:
        assert isinstance(found, Passed)
        return
    assert isinstance(found, Finding) and found.severity == severity and words in found.text("zh")
    assert "below the province" in found.text("en")
    assert [f.value for f in found.figures] == [own, 5.5], "the figures that it rests on"


def test_the_circle_is_computed_where_it_was_not_published_and_a_missing_city_is_named() -> None:
    data, by = figures(), rule("circle-below-province", **GDP)
    rate(data, "510000", "2025-Q1", 6.5)
    for city in CITIES:
        level(data, city, "2025-Q1", 100.0)
        rate(data, city, "2025-Q1", 6.0)
    found = judge(data, by)
    assert isinstance(found, Finding) and found.value == pytest.approx(0.5)
    assert len(list(found.figures[0].sources())) == 8, "it rests on what the four cities published"
    del data.figures["511400", "GDP", "yoy_real_ytd", "2025-Q1", ""]
    lacking = judge(data, by)
    assert isinstance(lacking, NotJudged) and lacking.missing == ("511400",)
    assert lacking.lacks[0].text("zh") == "缺眉山市2025年一季度地区生产总值总量或增速"


def test_growth_of_another_basis_is_not_compared() -> None:
    data = figures()
    rate(data, CDMC, "2025-Q1", 4.0)
    put(data, "510000", "GDP", "yoy_nominal_ytd", "2025-Q1", 6.0)
    found = judge(data, rule("circle-below-province", **GDP))
    assert isinstance(found, NotJudged) and "口径不一" in found.lacks[0].text("zh")


def test_a_circle_of_several_provinces_has_none_to_compare_with() -> None:
    data = figures("yangtze_delta")
    rate(data, data.region, "2025-Q1", 4.0)
    found = judge(data, rule("circle-below-province", **GDP), region=data.region)
    assert isinstance(found, NotJudged) and "跨省" in found.lacks[0].text("zh")


@pytest.mark.parametrize("name", ["growth-missing", "concentration"])
def test_a_circle_whose_members_are_not_known_is_not_judged_by_its_cities(name: str) -> None:
    circle = catalogue().circles["chengdu"].model_copy(update={"members_known": False, "order": []})
    found = judge(CircleFigures(circle), rule(name, **GDP))
    assert isinstance(found, NotJudged) and "成员名单不完整" in found.lacks[0].text("zh")


def test_a_city_lags_behind_the_circle() -> None:
    data, by = figures(), rule("city-lags")
    rate(data, CDMC, "2025-Q1", 6.2)
    rate(data, "512000", "2025-Q1", 5.2)
    found = judge(data, by, region="512000")
    assert (
        isinstance(found, Finding)
        and found.severity == "watch"
        and "低于都市圈1.0个百分点" in found.text("zh")
    )
    assert isinstance(judge(data, by, region="510100"), NotJudged)


def test_rates_and_levels_below_the_nation() -> None:
    data = figures()
    put(data, "512000", "URB", "rate_eop", "2024-Q4", 45.0)
    put(data, "510000", "URB", "rate_eop", "2024-Q4", 60.1)
    found = judge(data, rule("urbanisation-below-province"), "2024-Q4", "512000")
    assert isinstance(found, Finding) and found.text("zh").endswith("为45.0%，低于全省15.1个百分点")
    assert not examine(data, "2025-Q1", rules=[rule("urbanisation-below-province")]).rules, "told once a year"
    per_head = rule(
        "urbanisation-below-province", of="level", against="nation", indicators=["GDPPC"], quarters=[4]
    )
    put(data, "512000", "GDPPC", "level_ytd", "2024-Q4", 50000, 0, "元")
    put(data, "000000", "GDPPC", "level_ytd", "2024-Q4", 100000, 0, "元")
    found = judge(data, per_head, "2024-Q4", "512000")
    assert isinstance(found, Finding) and found.value == 50.0 and "低于全国50.0%" in found.text("zh")


@pytest.mark.parametrize(("since", "then"), [("last_year", "2024-Q2"), ("last_quarter", "2025-Q1")])
def test_growth_slows(since: str, then: str) -> None:
    data, by = figures(), rule("slows-on-year", since=since, thresholds={"notice": 0.5, "alert": 1.0})
    rate(data, CDMC, "2025-Q2", 5.7)
    rate(data, CDMC, then, 6.1)
    assert isinstance(judge(data, by, "2025-Q2"), Passed)
    rate(data, CDMC, then, 6.2)
    found = judge(data, by, "2025-Q2")
    assert isinstance(found, Finding) and found.severity == "notice"
    assert re.search(r"增速比(上年同期|一季度)回落0\.5个百分点", found.text("zh"))
    rate(data, CDMC, "2025-Q2", -0.3)
    worse = judge(data, by, "2025-Q2")
    assert isinstance(worse, Finding) and worse.severity == "alert"
    assert "同比下降0.3%" in worse.text("zh") and "由正转负" in worse.text("zh")
    lacking = judge(data, by, "2025-Q2", "510600")
    assert isinstance(lacking, NotJudged) and {lack.quarter for lack in lacking.lacks} == {"2025-Q2", then}


def test_a_fall_that_deepens_is_called_so() -> None:
    data = figures()
    rate(data, CDMC, "2025-Q1", -3.0)
    rate(data, CDMC, "2024-Q1", -2.4)
    found = judge(data, rule("slows-on-year"))
    assert isinstance(found, Finding) and found.text("zh").endswith(
        "同比下降3.0%，降幅比上年同期扩大0.6个百分点"
    )


def test_growth_that_turned_negative() -> None:
    data, by = figures(), rule("turned-negative", **GDP)
    rate(data, CDMC, "2025-Q2", 0.0)
    assert isinstance(judge(data, by, "2025-Q2"), Passed), "what isn't negative needs no earlier figure"
    rate(data, CDMC, "2025-Q2", -0.1)
    assert isinstance(judge(data, by, "2025-Q2"), NotJudged), "whether it turned can't be told"
    rate(data, CDMC, "2025-Q1", -0.2)
    assert isinstance(judge(data, by, "2025-Q2"), Passed), "it was negative before"
    rate(data, CDMC, "2025-Q1", 0.0)
    found = judge(data, by, "2025-Q2")
    assert isinstance(found, Finding) and found.severity == "watch"


def test_growth_under_zero() -> None:
    data, by = figures(), rule("below-zero", **GDP)
    rate(data, "510600", "2025-Q1", 0.0)
    assert isinstance(judge(data, by, region="510600"), Passed)
    rate(data, "510600", "2025-Q1", -5.0)
    found = judge(data, by, region="510600")
    assert isinstance(found, Finding) and found.severity == "alert"
    assert found.text("zh") == "2025年一季度，德阳市地区生产总值同比下降5.0%"


def test_a_rank_falls() -> None:
    data, by = figures(), rule("rank-falls")
    for city, before, now in zip(CITIES, (6.0, 7.0, 8.0, 5.0), (6.0, 5.0, 8.0, 7.0), strict=True):
        rate(data, city, "2024-Q1", before)
        rate(data, city, "2025-Q1", now)
    found = {f.region: (f.severity, f.value) for f in examine(data, "2025-Q1", rules=[by]).findings}
    assert found == {"510600": ("watch", 2)}
    assert "居圈内4市第4位，比上年同期后移2位" in judge(data, by, region="510600").text("zh")  # type: ignore[union-attr]
    del data.figures["512000", "GDP", "yoy_real_ytd", "2024-Q1", ""]
    lacking = judge(data, by, region="510100")
    assert isinstance(lacking, NotJudged) and lacking.missing == ("512000",)


def test_concentration_rises() -> None:
    data, by = figures(), rule("concentration")
    for city, before, now in zip(CITIES, (790, 110, 60, 40), (800, 105, 57, 38), strict=True):
        level(data, city, "2024-Q1", before)
        level(data, city, "2025-Q1", now)
    found = judge(data, by)
    assert isinstance(found, Finding) and found.severity == "watch" and found.value == pytest.approx(1.0)
    assert found.text("zh").endswith("之和的80.0%，比上年同期提高1.0个百分点")
    del data.figures["512000", "GDP", "level_ytd", "2024-Q1", ""]
    lacking = judge(data, by)
    assert isinstance(lacking, NotJudged) and lacking.missing == ("512000",)


def test_missing_figures_are_a_finding_of_their_own() -> None:
    data, by = figures(), rule("growth-missing", **GDP)
    for city in CITIES:
        rate(data, city, "2025-Q1", 6.0)
    assert isinstance(judge(data, by), Passed)
    del data.figures["511400", "GDP", "yoy_real_ytd", "2025-Q1", ""]
    found = judge(data, by)
    assert (
        isinstance(found, Finding)
        and found.severity == "notice"
        and "眉山市地区生产总值增速未见公布" in found.text("zh")
    )
    del data.figures["512000", "GDP", "yoy_real_ytd", "2025-Q1", ""]
    assert judge(data, by).severity == "watch"  # type: ignore[union-attr]


def test_lights_of_targets() -> None:
    def lamp(region: str, light: str) -> TargetLight:
        return TargetLight(region, "GDP", light, "不低于5.7%，低于序时进度", "at least 5.7%")  # type: ignore[arg-type]

    lights = [
        lamp(CDMC, "green"),
        lamp(CDMC, "red"),
        lamp("510100", "yellow"),
        lamp("510600", "green"),
        lamp("511400", "grey"),
    ]
    found = examine(figures(), "2025-Q1", lights, [rule("target-light")])
    assert [(f.region, f.severity) for f in found.findings] == [(CDMC, "alert"), ("510100", "watch")]
    assert [p.region for p in found.passed] == ["510600"] and [n.region for n in found.unjudged] == ["511400"]
    assert found.findings[0].text("zh") == "成都都市圈地区生产总值目标红灯：不低于5.7%，低于序时进度"


# --- the facts -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chengdu(warehouse: Warehouse) -> CircleFigures:
    return load_figures(warehouse, "chengdu")


def test_the_first_quarter_of_2025_is_ahead_of_the_province(chengdu: CircleFigures) -> None:
    found = examine(chengdu, "2025-Q1")
    gdp = [p.key for p in found.passed if p.indicator == "GDP" and p.region == CDMC]
    assert {"circle-below-province", "circle-below-nation"} <= {key.rule for key in gdp}
    assert [f.text("zh") for f in found.findings if f.severity != "notice"] == [
        "2025年一季度，眉山市地区生产总值同比增长7.6%，增速比上年同期回落1.5个百分点"
    ]
    assert all(source.evidence for f in found.findings for fig in f.figures for source in fig.sources())


def test_2024_has_no_growth_of_the_province_so_it_is_not_judged(chengdu: CircleFigures) -> None:
    found = examine(
        chengdu, "2024-Q4", rules=[rule("circle-below-province", **GDP), rule("circle-below-nation", **GDP)]
    )
    assert [n.lacks[0].text("zh") for n in found.unjudged] == ["缺四川省2024年地区生产总值增速"]
    assert [p.rule.id for p in found.passed] == ["circle-below-nation"]


def test_2025_names_meishan(chengdu: CircleFigures) -> None:
    found = examine(chengdu, "2025-Q4")
    (missing,) = [f for f in found.findings if f.key == ("growth-missing", CDMC, "GDP")]
    assert "眉山市地区生产总值增速未见公布" in missing.text("zh")
    unjudged = [n for n in found.unjudged if n.indicator == "GDP" and n.rule.id == "slows-on-year"]
    assert [(n.region, n.missing) for n in unjudged] == [("511400", ("511400",))]
    assert ("rank-falls", ("511400",)) in {(n.rule.id, n.missing) for n in found.unjudged}
    below = [f for f in found.findings if f.key == ("city-below-province", "510600", "GDP")]
    assert below and below[0].text("zh").endswith("增速低于全省0.1个百分点")


# --- the table -----------------------------------------------------------------------------------------------------


def test_templates_hold_no_word_of_direction() -> None:
    directions = re.compile(
        r"增长|下降|高于|低于|加快|回落|收窄|扩大|提高|降低|持平|rose|fell|above|below|faster|slower|higher|lower"
    )
    for one in (*check_rules().values(), *cause_rules().values()):
        assert not directions.search(one.zh + one.en), one.id


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: rank_falls", "kind: rank_fall", "can't be 'rank_fall'"),
        ("  since: last_year\n  thresholds: {notice: 1, watch: 2}", "  thresholds: {notice: 1, watch: 2}", "needs 'since'"),
        ("{notice: 1, watch: 2}\n  zh", "{notice: 2, watch: 1}\n  zh", "must rise"),
        ("第{rank}位", "第{place_no}位", "{place_no} is no word"),
        ("name_zh: 圈内增速位次", "name_zn: 圈内增速位次", "unknown key 'name_zn'"),
        ("- id: rank-falls", "- id: concentration", "is there twice"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_and_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path = tmp_path / "monitoring" / "checkup.yml"
    path.parent.mkdir()
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_table(path, CheckRule)
    assert re.match(r"monitoring/checkup\.yml:\d+: ", caught.value.message) and told in caught.value.message


def test_an_unknown_indicator_of_a_cause_is_told(tmp_path: Path) -> None:
    path = tmp_path / "causes.yml"
    text = (FOLDER / "monitoring" / "causes.yml").read_text(encoding="utf-8")
    path.write_text(text.replace("indicator: FAI", "indicator: FIA"), encoding="utf-8")
    with pytest.raises(CatalogueError, match="no indicator 'FIA'"):
        read_table(path, CauseRule)


def test_an_operators_own_rules_come_on_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = TABLE.read_text(encoding="utf-8")
    mine = whole[whole.index("- id: rank-falls") : whole.index("- id: concentration")]
    path = tmp_path / "catalogue" / "monitoring" / "checkup.yml"
    path.parent.mkdir(parents=True)
    path.write_text(
        mine.replace("notice: 1, watch: 2", "alert: 1") + mine.replace("rank-falls", "mine"), "utf-8"
    )
    before = list(check_rules())
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    settings.cache_clear()
    try:
        assert list(check_rules()) == [*before, "mine"]
        assert check_rules()["rank-falls"].thresholds == {"alert": 1}
    finally:
        settings.cache_clear()
