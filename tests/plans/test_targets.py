"""Targets: constructions, comparators, years; results and rules that are none."""

from __future__ import annotations

import pytest

TITLE = "甲市绿道建设行动计划（2024—2027年）"


def rows(reading):
    return [(t.indicator, t.value, t.unit, t.comparator) for t in reading.targets]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("到2027年，绿道里程达到500公里。", [("绿道里程", 500, "公里", "=")]),
        ("到2027年，绿道里程不少于500公里。", [("绿道里程", 500, "公里", ">=")]),
        ("到2027年，绿道里程稳定在500公里左右。", [("绿道里程", 500, "公里", "about")]),
        ("到2027年，投诉率控制在3%以内。", [("投诉率", 3, "%", "<=")]),
        ("到2027年，能耗强度下降13.5%。", [("能耗强度", -13.5, "%", "=")]),
        ("到2027年，事故发生率降低10%以上。", [("事故发生率", -10, "%", "<=")]),
        ("到2027年，投诉率降至3%。", [("投诉率", 3, "%", "=")]),
        ("到2027年，培育30家以上专业化的绿道企业。", [("绿道企业", 30, "家", ">=")]),
        ("到2027年，建设50所学校和150个示范园区。", [("学校", 50, "所", "="), ("示范园区", 150, "个", "=")]),
        ("到2027年，规划面积占比达到50%。", [("规划面积占比", 50, "%", "=")]),
        ("到2027年，生态面积不低于市域面积的30%。", [("生态面积占市域面积比重", 30, "%", ">=")]),
        ("到2027年，骑行者占出行总数超过一半。", [("骑行者占出行总数", 50, "%", ">=")]),
        ("到2027年，新增就业100万人以上。", [("新增就业", 100, "万人", ">=")]),
        ("到2027年，年产值突破1.2万亿元。", [("年产值", 1.2, "万亿元", ">=")]),
    ],
)
def test_constructions(read, sentence, expected):
    found = rows(read(TITLE, "一、目标", sentence))
    assert [(v, u, c) for _, v, u, c in found] == [(v, u, c) for _, v, u, c in expected]
    for (name, *_), (wanted, *_) in zip(found, expected, strict=True):
        assert wanted in name or name in wanted


def test_of_several_names_with_one_verb_each_has_its_row(read):
    reading = read(
        TITLE,
        "一、目标",
        "到2027年，花生种植、收获机械化率分别达到65%和55%，棉花种植、收获机械化率均达到45%。",
    )
    assert rows(reading) == [
        ("花生种植机械化率", 65, "%", "="),
        ("花生收获机械化率", 55, "%", "="),
        ("棉花种植机械化率", 45, "%", "="),
        ("棉花收获机械化率", 45, "%", "="),
    ]


def test_one_value_for_several_names_and_a_change_against_a_base_year(read):
    reading = read(
        TITLE, "一、目标", "到2027年，高炉、转炉工序能耗分别比2023年降低1%以上，回收量较2023年增加约一倍。"
    )
    assert [(t.value, t.unit, t.comparator) for t in reading.targets] == [
        (-1, "%", "<="),
        (-1, "%", "<="),
        (1, "倍", "about"),
    ]
    assert reading.targets[1].indicator == "转炉工序能耗"


def test_distributed_values_that_do_not_match_their_names_are_not_guessed(read):
    reading = read(TITLE, "一、目标", "到2027年，甲指标值、乙指标值、丙指标值分别达到65%和55%。")
    assert not any(t.indicator in ("甲指标值", "乙指标值") for t in reading.targets)


def test_the_year_holds_to_the_end_of_its_paragraph(read):
    reading = read(
        TITLE,
        "一、目标",
        "到2025年，绿道里程达到300公里。驿站达到50座。",
        "到2027年，绿道里程达到500公里。",
        "绿道养护率达到95%。",
    )
    assert [(t.value, t.by_year) for t in reading.targets] == [
        (300, 2025),
        (50, 2025),
        (500, 2027),
        (95, 2027),
    ]


def test_this_year_counts_from_the_documents_year(read):
    reading = read(
        "2025年甲市政府工作报告", "今年主要预期目标是：地区生产总值增长5%左右；新增就业3万人以上。"
    )
    assert [(t.indicator, t.by_year) for t in reading.targets] == [
        ("地区生产总值增长", 2025),
        ("新增就业", 2025),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "截至去年底，绿道里程达到300公里。",
        "绿道已累计建成300公里，驿站达到50座。",
        "持有证书的人员补贴标准为3000元。",
        "原则上占总课时一半以上。",
        "在绿道里程达到300公里的基础上继续推进。",
        "2019年，绿道里程达到120公里。",
    ],
)
def test_results_and_rules_are_no_targets(read, sentence):
    assert not read(TITLE, "一、任务", sentence, url="https://x.com/2024/03/05/a.html").targets


def test_a_section_on_what_was_done_has_no_targets(read):
    reading = read(TITLE, "一、发展现状", "绿道覆盖率达到60%。", "二、目标", "绿道覆盖率达到80%。")
    assert [t.value for t in reading.targets] == [80]


def test_figures_of_a_story_need_a_look_ahead(read):
    story = "甲市发布《甲市绿道规划（2024—2027年）》，提出到2027年，绿道里程达到500公里。"
    reading = read("《甲市绿道规划》发布", story, "当地建成驿站311个，送件时间缩短至2天。")
    assert [t.value for t in reading.targets] == [500]


def test_targets_carry_the_catalogues_code_and_their_words(read):
    reading = read(TITLE, "一、目标", "到2027年，地区生产总值年均增长6%以上（预期性），绿道里程达到500公里。")
    target = reading.targets[0]
    assert (target.indicator_code, target.by_year, target.binding) == ("GDP", 2027, "预期性")
    assert "地区生产总值年均增长6%以上" in target.quote
    assert reading.targets[1].indicator_code is None


def test_an_indicator_table_gives_the_last_years_column(read):
    reading = read(
        TITLE,
        "专栏1 主要指标",
        "指标\t单位\t2023年\t2027年\t属性",
        "绿道里程\t公里\t300\t≥500\t约束性",
        "地区生产总值增速\t%\t5.5\t6左右\t预期性",
        "单位产值能耗降低\t%\t—\t[13.5]\t约束性",
        "说明\t\t\t另行公布\t",
    )
    assert [(t.indicator, t.value, t.unit, t.comparator, t.binding, t.by_year) for t in reading.targets] == [
        ("绿道里程", 500, "公里", ">=", "约束性", 2027),
        ("地区生产总值增速", 6, "%", "about", "预期性", 2027),
        ("单位产值能耗降低", -13.5, "%", "=", "约束性", 2027),
    ]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "到2027年，绿道里程突破2万公里，年均增长6%左右。",
            [(2, "万公里", ">=", 2027), (6, "%", "about", 2027)],
        ),
        ("绿道管护企业数量翻一番，达到1.2万家。", [(1.2, "万家", "=", 2027)]),
        ("到2026年、2027年，骑行驿站分别达到50个、80个。", [(50, "个", "=", 2026), (80, "个", "=", 2027)]),
        ("不低于90%的街道建成骑行驿站。", [(90, "%", ">=", 2027)]),
        ("绿道覆盖率≥35%，投诉率≤3%。", [(35, "%", ">=", 2027), (3, "%", "<=", 2027)]),
        ("2022年，绿道里程达1.5万公里，增长6%。", []),
        ("到2027年，骑行里程不少于800公里，比2023年增长10%。", [(800, "公里", ">=", 2027)]),
    ],
)
def test_subjects_that_stand_elsewhere_years_in_a_row_and_signs(read, sentence, expected):
    found = read(TITLE, "一、目标", sentence).targets
    assert [(t.value, t.unit, t.comparator, t.by_year) for t in found] == expected
