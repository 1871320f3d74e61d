"""Qualitative targets, and where a plan stands among others."""

from __future__ import annotations

import pytest

from metroetl.plans.system import find_circle, system_place

TITLE = "甲都市圈绿道建设行动计划（2024—2027年）"


def test_clauses_under_a_heading_of_aims_are_goals_and_those_with_a_number_are_targets(read):
    reading = read(
        TITLE,
        "一、总体要求",
        "坚持统筹规划，绿道网络更加完善。",
        "二、主要目标",
        "到2026年，绿道网络基本成型，通达里程达到300公里，管护机制更加健全。展望2030年，骑行环境达到国内先进水平。",
        "（一）分项。跨市绿道全面贯通；公众满意度显著提升。",
        "三、重点任务",
        "（一）完善网络。加快建设绿道，线路更加完善。",
    )
    assert [(g.text, g.by_year, g.under) for g in reading.goals] == [
        ("绿道网络基本成型", 2026, "主要目标"),
        ("管护机制更加健全", 2026, "主要目标"),
        ("骑行环境达到国内先进水平", 2030, "主要目标"),
        ("跨市绿道全面贯通", 2027, "主要目标"),
        ("公众满意度显著提升", 2027, "主要目标"),
    ]
    assert [(t.value, t.by_year) for t in reading.targets] == [(300, 2026)]


def test_a_document_that_is_no_plan_has_no_goals(read):
    assert read("甲市关于绿道建设的意见", "一、主要目标", "到2026年，绿道网络基本成型。").goals == []


@pytest.mark.parametrize(
    ("title", "plan_type", "place"),
    [
        ("成都都市圈发展规划", "发展规划", "发展规划"),
        ("成都都市圈国土空间规划（2021—2035年）", "国土空间规划", "国土空间规划"),
        ("成都都市圈综合交通专项规划", "专项规划", "专项规划"),
        ("甲乙毗邻地区融合发展规划", "发展规划", "毗邻地区规划"),
        ("甲乙交界地带国土空间规划", "国土空间规划", "毗邻地区规划"),
        ("成都都市圈建设三年行动计划（2023—2025年）", "三年行动计划", None),
        ("甲市发展规划", "发展规划", None),
    ],
)
def test_the_place_in_a_circles_system_of_plans(words, title, plan_type, place):
    assert system_place(title, plan_type, find_circle(title, None, words)) == place


def test_the_round_before_as_the_text_names_it(read):
    release = read(
        "甲都市圈绿道建设行动计划（2024—2027年）",
        "《甲都市圈绿道建设行动计划（2021—2023年）》实施以来，绿道网络初步形成。《甲都市圈公园建设行动计划（2021—2023年）》同步推进。",
        "一、目标",
    ).releases[0]
    assert release.succeeds == "甲都市圈绿道建设行动计划（2021—2023年）"


def test_the_round_before_as_the_registry_has_it(read):
    release = read(
        "成都都市圈建设三年行动计划（2023—2025年）", "一、目标", "到2025年，网络基本成型。"
    ).releases[0]
    assert (release.series_id, release.round, release.circle) == ("chengdu_three_year", 2, "chengdu")
    assert release.succeeds == "成德眉资同城化发展暨成都都市圈建设三年行动计划（2020—2022年）"
