"""Kinds of documents, told by official titles and by what stories say of plans."""

from __future__ import annotations

import pytest

LONG = [
    "一、总体要求",
    "（一）指导思想。坚持统筹推进。形成合力。",
    *["各地各部门要结合实际，把各项工作落到实处，定期报告进展。"] * 60,
]


def test_a_notice_with_the_plan_behind_it_is_a_plan_and_alone_it_is_a_notice(read):
    title = "甲市人民政府关于印发甲市绿道建设三年行动计划的通知"
    notice = [
        "各区县人民政府：",
        "现将《甲市绿道建设三年行动计划》印发给你们。",
        "甲市人民政府",
        "2024年3月5日",
    ]
    assert read(title, *notice).kind == "notice_of_plan"
    assert read(title, *notice, "甲市绿道建设三年行动计划", *LONG).kind == "plan"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("甲市人民政府关于加快绿道建设的指导意见", "policy"),
        ("甲市人民政府关于印发绿道管理办法的通知", "policy"),
        ("甲市人民政府关于加快绿道建设的实施意见", "plan"),
        ("甲市绿道条例", "legislation"),
        ("甲市人民代表大会常务委员会关于绿道保护的决定", "legislation"),
        ("国务院关于修改部分行政法规的决定", "legislation"),
        ("甲省人民政府关于甲市国土空间总体规划（2021—2035年）的批复", "notice_of_plan"),
        ("甲省人民政府关于同意设立绿道公园的批复", "other"),
        ("甲市民政局关于第12号建议的答复", "other"),
        ("2025年甲市政府工作报告", "other"),
        ("甲市突发事件应急预案", "other"),
        ("甲市绿道建设规划（征求意见稿）", "draft"),
        ("关于公开征求《甲市绿道建设规划》意见的公告", "draft"),
        ("2025年甲都市圈重大项目清单", "task_list"),
        ("2025年一季度甲市经济运行情况", "other"),
    ],
)
def test_an_official_title_decides(read, title, kind):
    assert read(title, "各项工作按要求推进。").kind == kind


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("《甲市绿道规划》发布", "甲市日前发布《甲市绿道规划》，提出五项任务。", "news"),
        ("甲省绿道再添新景", "一份囊括30项举措的行动方案正式印发。", "news"),
        ("甲市绿道规划获批", "《甲市绿道规划》获得国家批复。", "news"),
        (
            "甲市绿道建设取得重大成就",
            "《甲市绿道规划（2020—2024年）》实施五年来，绿道成网。",
            "progress_report",
        ),
        ("甲市绿道规划进展", "发布会介绍，《甲市绿道规划》实施以来，绿道成网。", "progress_report"),
        ("甲市绿道项目提前完成年度投资计划", "甲市三年行动计划的项目提前完成。", "progress_report"),
        ("甲市绿道越来越多", "绿道建设三年行动计划圆满收官。", "progress_report"),
        ("《甲市绿道规划》政策解读", "现就规划有关内容解读如下。", "interpretation"),
        ("甲市绿道新规公开征求意见", "绿道新规今天起公开征求意见。", "draft"),
        ("总理签署国务院令公布《绿道条例》", "《绿道条例》自5月1日起施行。", "legislation"),
        ("甲国总统举行会谈", "双方签署《甲乙合作规划》。", "other"),
        ("一季度甲市工业增加值同比增长6%", "甲市实施制造业行动方案。", "other"),
        ("甲市民营企业座谈会召开", "企业家畅谈发展。", "other"),
    ],
)
def test_a_story_is_judged_by_what_it_says_of_a_plan(read, title, text, kind):
    assert read(title, text).kind == kind


def test_a_headline_with_the_full_text_behind_it_is_the_document(read):
    text = ["近日，甲省人民政府印发《甲省绿道实施方案》，全文如下。", "甲省绿道实施方案", *LONG]
    reading = read("甲省人民政府印发《甲省绿道实施方案》", *text)
    assert (reading.kind, reading.plan_title) == ("plan", "甲省绿道实施方案")


def test_a_statistics_release_says_nothing_of_plans(read):
    reading = read(
        "2025年一季度甲市经济运行情况",
        "初步核算，一季度全市地区生产总值930.3亿元，同比增长6.0%。",
        "一般公共预算收入100.5亿元，增长3.1%。",
    )
    assert reading.kind == "other"
    assert not reading.releases
    assert not reading.targets
    assert not reading.counts


def test_amendment_and_repeal_are_flags(read):
    assert read("甲市人民政府关于修订甲市绿道规划的通知", "现印发。").flags == ["amendment"]
    assert read("甲市人民政府关于废止绿道规划的通知", "现予废止。").flags == ["repeal"]


@pytest.mark.parametrize(
    ("title", "flag", "status"),
    [
        ("甲市人民政府关于废止《甲市绿道建设行动计划（2021—2023年）》的通知", "repeal", "repealed"),
        ("甲市人民政府关于修改《甲市绿道建设行动计划（2021—2023年）》的通知", "amendment", "amended"),
        ("甲市人民政府关于调整《甲市绿道建设行动计划（2021—2023年）》部分目标的通知", "amendment", "amended"),
    ],
)
def test_a_notice_that_ends_or_changes_a_plan_is_of_that_plan(read, title, flag, status):
    reading = read(title, "经研究决定，现将有关事项通知如下。", "甲市人民政府", "2022年3月1日")
    assert (reading.kind, reading.flags) == ("notice_of_plan", [flag])
    (release,) = reading.releases
    assert (release.title, release.status) == ("甲市绿道建设行动计划（2021—2023年）", status)
