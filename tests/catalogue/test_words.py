"""Indicators, measures, plan series and release windows hold what is known, and nothing that looks alike."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue, load


def test_indicators_and_measures_are_all_there() -> None:
    assert len(catalogue().indicators) == 97
    assert len(catalogue().measures) == 42
    assert catalogue().measures["level_ytd"].accumulation == "ytd"


def test_names_come_longest_first() -> None:
    names = catalogue().indicator_names()
    assert [len(name) for name, _ in names] == sorted((len(name) for name, _ in names), reverse=True)
    assert dict(names)["社零"] == "RS"
    assert dict(names)["规上工业增加值"] == "IVA"
    assert dict(names)["工业增加值"] == "VA_IND"


def test_related_names_are_no_synonyms() -> None:
    words = catalogue()
    names, related = dict(words.indicator_names()), dict(words.related_names())
    assert not names.keys() & related.keys()
    assert related["全社会固定资产投资"] == "FAI"
    assert related["城镇登记失业率"] == "UNEMP"
    assert related["农业增加值"] == "VA1"
    for name in (*names, *related):
        assert not re.search("误|近似|旧|部分|不同口径", name), name


def test_growth_only_indicators_have_no_level() -> None:
    for code in ("IVA", "FAI"):
        indicator = catalogue().indicators[code]
        assert not indicator.level_published
        assert not any(catalogue().measures[m].family == "level" for m in indicator.measures)


def test_limits_hold_for_every_published_growth(shared: Path) -> None:
    words, checked = catalogue(), 0
    with (shared / "domain" / "reference_series.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            indicator = words.indicators[row["indicator_code"]]
            words.region(row["region_code"])
            family = words.measures[row["measure"]].family if row["measure"] in words.measures else ""
            if (
                family != "yoy"
                or row["quality"] != "ok"
                or indicator.yoy_min is None
                or indicator.yoy_max is None
            ):
                continue
            assert indicator.yoy_min <= float(row["value"]) <= indicator.yoy_max, row
            checked += 1
    assert checked > 600


@pytest.mark.parametrize(
    ("series", "periods"),
    [
        ("chengdu_three_year", [(2020, 2022), (2023, 2025), (2026, 2028)]),
        ("delta_three_year", [(2018, 2020), (2021, 2023), (2024, 2026)]),
    ],
)
def test_three_rounds_follow_one_another(series: str, periods: list[tuple[int, int]]) -> None:
    found = catalogue().plan_series[series]
    assert [(r.period_start, r.period_end) for r in found.rounds] == periods
    assert [r.round for r in found.rounds] == [1, 2, 3]
    assert found.cycle_years == 3


def test_rounds_of_the_chengdu_circle() -> None:
    first, second, third = catalogue().plan_series["chengdu_three_year"].rounds
    assert (first.stage, first.count, first.issued_on) == ("起步期", 202, date(2020, 3, 11))
    assert (second.stage, second.count, second.issued_on) == ("成长期", 197, None)
    assert (third.stage, third.status, third.count) == ("提升期", "expected", None)
    plan = catalogue().plan_series["chengdu_development"].rounds[0]
    assert (plan.doc_number, plan.issued_on) == ("川府发〔2021〕34号", date(2021, 11, 29))


def test_every_round_says_where_it_is_stated() -> None:
    assert all(r.source for series in catalogue().plan_series.values() for r in series.rounds)


@pytest.mark.parametrize(
    ("text", "series"),
    [
        ("《成德眉资同城化发展暨成都都市圈建设三年行动计划（2020—2022年）》", "chengdu_three_year"),
        ("长三角三年行动计划", "delta_three_year"),
        ("杭州都市圈发展规划实施方案", "hangzhou_scheme"),
        ("西安都市圈建设三年行动计划（2023—2025年）", "xian_three_year"),
        ("郑州市三年行动计划", None),
    ],
)
def test_series_of_a_text(text: str, series: str | None) -> None:
    found = catalogue().series_of(text)
    assert (found.id if found else None) == series


def test_release_windows_of_the_quarter() -> None:
    windows = {w.id: w for w in catalogue().release_windows}
    assert (windows["city_quarter"].first_day, windows["city_quarter"].last_day) == (17, 35)
    assert (windows["circle_quarter"].first_day, windows["circle_quarter"].last_day) == (26, 47)


def test_catalogue_is_loaded_once() -> None:
    assert catalogue() is catalogue()
    assert load() is not load()
