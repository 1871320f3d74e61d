"""Releases: series, rounds and stages tied to the catalogue, from plans and from texts that speak of several."""

from __future__ import annotations

import pytest

from metroetl.plans.series import find_series, full_name, indicator_code

CHENGDU = "成德眉资同城化发展暨成都都市圈建设三年行动计划"


def test_a_plan_is_tied_to_its_series_and_round(read):
    reading = read(f"{CHENGDU}（2023—2025年）", "本行动计划共8个方面、26个领域。")
    (release,) = reading.releases
    assert (release.series_id, release.round, release.role) == ("chengdu_three_year", 2, "text")
    assert [c.count for c in release.counts] == [8, 26]


def test_a_new_round_is_known_by_its_stage(read):
    reading = read(
        "成都都市圈提升期三年行动计划发布",
        "四川省推进成德眉资同城化发展领导小组印发《成都都市圈建设提升期三年行动计划》。",
    )
    (release,) = reading.releases
    assert (release.series_id, release.round, release.stage) == ("chengdu_three_year", 3, "提升期")
    assert release.issuers == ["四川省推进成德眉资同城化发展领导小组"]


def test_an_unknown_plan_has_no_series(read):
    (release,) = read("《甲都市圈发展规划》发布", "《甲都市圈发展规划》发布。").releases
    assert (release.title, release.series_id, release.round) == ("甲都市圈发展规划", None, None)


def test_a_plan_of_another_type_is_not_of_the_series(words):
    assert find_series("成都都市圈发展规划", words).id == "chengdu_development"
    assert find_series("成都都市圈发展规划实施方案", words) is None


def test_an_abbreviated_issuer_takes_the_series_name(words):
    series = words.plan_series["chengdu_three_year"]
    assert full_name("省同城化发展领导小组", series) == "四川省推进成德眉资同城化发展领导小组"
    assert full_name("甲市人民政府", series) == "甲市人民政府"


def test_rounds_stated_in_one_sentence_and_what_comes_next(read):
    lines = [
        "长三角区域合作办公室自2018年起已连续印发三轮长三角三年行动计划（分别为2018—2020年、2021—2023年、2024—2026年）。",
        "省同城化发展领导小组先后印发两轮成都都市圈三年行动计划（分别为起步期2020—2022年、成长期2023—2025年）。",
        "第一轮起步期三年行动计划细化形成202个项目；第二轮成长期三年行动计划细化形成197个重大项目事项。",
        "建议今年启动提升期行动计划编制。",
    ]
    releases = read("成都都市圈与长三角三年行动计划对比分析", *lines).releases
    told = {(r.series_id, r.round): r for r in releases}
    assert {k: (r.period_start, r.period_end, r.stage, r.status) for k, r in told.items()} == {
        ("delta_three_year", 1): (2018, 2020, None, "issued"),
        ("delta_three_year", 2): (2021, 2023, None, "issued"),
        ("delta_three_year", 3): (2024, 2026, None, "issued"),
        ("chengdu_three_year", 1): (2020, 2022, "起步期", "issued"),
        ("chengdu_three_year", 2): (2023, 2025, "成长期", "issued"),
        ("chengdu_three_year", 3): (None, None, "提升期", "expected"),
    }
    assert [c.count for c in told["chengdu_three_year", 1].counts] == [202]
    assert [c.count for c in told["chengdu_three_year", 2].counts] == [197]
    assert not told["delta_three_year", 1].counts
    text = "\n".join(lines)
    for release in releases:
        for name, span in release.spans.items():
            assert text[span.start : span.end], name
    period = told["chengdu_three_year", 2].spans["period"]
    assert text[period.start : period.end] == "2023—2025年"


def test_a_round_with_other_years_than_the_catalogue_has_is_not_taken(read):
    lines = ["成都都市圈三年行动计划已发布解读。", "第一轮三年行动计划（2018—2020年）顺利实施。"]
    releases = read("成都都市圈三年行动计划对比分析", *lines).releases
    assert not any(r.series_id == "chengdu_three_year" and r.period_start == 2018 for r in releases)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("地区生产总值", "GDP"),
        ("全市地区生产总值增长", "GDP"),
        ("企业地区生产总值", None),
        ("绿道里程", None),
    ],
)
def test_codes_of_indicators(words, name, code):
    assert indicator_code(name, words) == code
