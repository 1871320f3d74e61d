"""Titles, types, periods, numbers, issuers and dates in their printed forms."""

from __future__ import annotations

from datetime import date

import pytest

from metroetl.plans.titles import period_of, type_of


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("甲市绿道规划（2023—2025年）", (2023, 2025)),
        ("甲市绿道规划（2023-2025）", (2023, 2025)),
        ("甲市绿道规划（2023─2035年）", (2023, 2035)),
        ("甲市绿道规划（2023年至2025年）", (2023, 2025)),
        ("甲市“十四五”绿道规划", (2021, 2025)),
        ("甲市绿道发展十五五规划", (2026, 2030)),
        ("甲市国民经济和社会发展第十三个五年规划纲要", (2016, 2020)),
        ("甲市国民经济和社会发展第十四个五年规划和2035年远景目标纲要", (2021, 2025)),
        ("甲市2023年绿道工作要点", (2023, 2023)),
        ("甲市绿道规划", (None, None)),
    ],
)
def test_periods_of_titles(title, years):
    assert period_of(title) == years


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("甲市绿道建设三年行动计划（2023—2025年）", "三年行动计划"),
        ("甲市绿道建设三年攻坚行动方案", "三年行动计划"),
        ("甲市绿道建设五年行动计划", "五年行动计划"),
        ("甲市绿道建设行动方案（2026—2028年）", "行动方案"),
        ("甲市绿道保护战略与行动计划（2023—2030年）", "行动计划"),
        ("甲市绿道试点方案", "实施方案"),
        ("2025年甲市绿道工作要点", "年度工作要点"),
        ("甲都市圈国土空间总体规划（2021—2035年）", "国土空间规划"),
        ("甲都市圈发展规划", "发展规划"),
        ("甲市“十四五”绿道规划", "专项规划"),
        ("2025年甲都市圈重大项目清单", "项目清单"),
        ("关于制定第十五个五年规划的建议", "规划建议"),
    ],
)
def test_types_of_plans(title, kind):
    assert type_of(title) == kind


def test_a_plan_of_three_years_is_one_where_the_text_calls_it_so():
    title, years = "甲市绿道行动计划（2023—2025年）", (2023, 2025)
    assert type_of(title, years, "甲市三年发展计划出台") == "三年行动计划"
    assert type_of(title, years, "甲市计划出台") == "行动计划"


def test_the_fuller_form_of_the_title_wins(read):
    reading = read("甲市发布绿道行动方案", "甲市日前发布《甲市绿道行动方案（2024—2027年）》。")
    assert reading.plan_title == "甲市绿道行动方案（2024—2027年）"
    assert (reading.period_start, reading.period_end) == (2024, 2027)


def test_the_fuller_form_wins_over_a_short_headline_in_book_marks(read):
    reading = read(
        "《甲市绿道规划》发布", "甲市日前发布《甲市绿道规划（2023—2035年）》，提出到2025年，绿道达到100公里。"
    )
    assert (reading.plan_title, reading.period_end) == ("甲市绿道规划（2023—2035年）", 2035)


def test_an_end_that_only_the_targets_tell_stands_alone(read):
    reading = read(
        "《甲市绿道行动方案》发布", "《甲市绿道行动方案》发布，提出到2027年，绿道里程达到500公里。"
    )
    assert (reading.period_start, reading.period_end) == (None, 2027)


def test_a_policy_that_cites_plans_has_none(read):
    reading = read(
        "甲市人民政府关于绿道建设的若干意见", "落实《甲省绿道规划（2021—2025年）》，提出以下意见。"
    )
    assert (reading.kind, reading.plan_title, reading.period_end) == ("policy", None, None)


def test_the_number_is_the_documents_own_not_one_it_cites(read):
    title = "甲市人民政府关于绿道建设的若干意见"
    assert read(title, title, "甲府发〔2024〕3号", "各区县：", "提出意见。").doc_number == "甲府发〔2024〕3号"
    assert read(title, "根据《绿道办法》（甲府发〔2020〕9号），提出意见。").doc_number is None


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2019年1月24日", date(2019, 1, 24)),
        ("二〇〇四年十月十五日", date(2004, 10, 15)),
        ("二○一八年十二月二十一日", date(2018, 12, 21)),
        ("（2020年7月1日）", date(2020, 7, 1)),
        ("2020年13月1日", None),
    ],
)
def test_the_day_under_the_signature(read, line, day):
    reading = read("甲市人民政府关于绿道建设的意见", "提出以下意见。", "甲市人民政府", line)
    assert reading.issued_on == day
    assert reading.issuers == ["甲市人民政府"]


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://www.甲.gov.cn/zhengce/content/2019-02/13/content_5365341.htm", date(2019, 2, 13)),
        ("https://tv.甲.com/2023/07/12/VIDE.shtml", date(2023, 7, 12)),
        ("https://www.甲.gov.cn/art/t20240305_12.html", date(2024, 3, 5)),
        ("https://github.com/laws/甲市条例(2020-09-25).md", None),
        ("", None),
    ],
)
def test_the_day_of_the_page_is_in_its_address(read, url, day):
    assert read("甲市绿道条例", "第一条 为了保护绿道。", url=url).published_on == day


@pytest.mark.parametrize(
    ("text", "issuers"),
    [
        ("日前，甲省林业厅等七部门联合印发《甲省绿道规划》。", ["甲省林业厅"]),
        ("甲省林业厅、甲省财政厅等5部门近日印发《甲省绿道规划》。", ["甲省林业厅", "甲省财政厅"]),
        ("甲省人民政府今天（8月18日）正式公布《甲省绿道规划》。", ["甲省人民政府"]),
        ("记者从甲省林业厅获悉，《甲省绿道规划》获得国家批复。", []),
        ("《甲省绿道规划》印发，规划由甲省林业厅会同四市林业局共同编制。", ["甲省林业厅"]),
    ],
)
def test_issuers_that_a_story_names(read, text, issuers):
    assert read("甲省绿道规划出炉", text).issuers == issuers


def test_the_body_that_forwards_is_not_the_issuer(read):
    title = "甲省人民政府办公厅转发甲省林业厅等部门关于绿道建设实施意见的通知"
    assert read(title, "现转发给你们。", "甲省人民政府办公厅", "2024年3月5日").issuers == ["甲省林业厅"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今天（7月25日），《甲省绿道规划》发布，明确五项任务。", date(2024, 7, 25)),
        ("近日，《甲省绿道规划》发布。", None),
        ("记者今天（7月25日）从甲省林业厅获悉，《甲省绿道规划》发布。", None),
        ("今天（7月25日），《甲省绿道规划》获批。", None),
    ],
)
def test_the_day_that_a_story_gives_for_the_release(read, text, day):
    assert read("《甲省绿道规划》发布", text, url="https://x.com/2024/07/25/a.shtml").issued_on == day


def test_a_law_has_the_congress_and_the_day_of_its_first_adoption(read):
    reading = read(
        "甲市绿道条例",
        "2020年12月29日 甲市第十五届人民代表大会常务委员会第三十四次会议通过",
        "2023年5月28日 甲市第十六届人民代表大会常务委员会第五次会议修正",
        "第一条 为了保护绿道，制定本条例。",
    )
    assert reading.issuers == ["甲市人民代表大会常务委员会"]
    assert reading.issued_on == date(2020, 12, 29)


def test_approver_stage_and_stated_period(read):
    reading = read(
        "甲都市圈建设行动计划",
        "《甲都市圈建设行动计划》已经甲省人民政府同意，现印发。本行动计划为起步期计划，实施期为2020—2022年。",
    )
    assert reading.stage == "起步期"
    assert (reading.period_start, reading.period_end) == (2020, 2022)
    assert reading.releases[0].approver == "甲省人民政府"


def test_a_draft_is_not_issued_yet(read):
    reading = read(
        "甲市绿道规划公开征求意见",
        "甲市林业局今天（3月5日）就《甲市绿道规划（征求意见稿）》公开征求意见。",
        url="https://x.com/2024/03/05/a.shtml",
    )
    assert (reading.kind, reading.plan_title, reading.issued_on) == ("draft", "甲市绿道规划", None)
    assert reading.releases[0].status == "draft"


@pytest.mark.parametrize(
    ("title", "lines", "kind", "issuers", "circle"),
    [
        (
            "甲省人民政府 乙省人民政府关于印发重庆都市圈发展规划的通知",
            ["甲政发〔2022〕37号", "各市人民政府：", "现将规划印发给你们。", "甲省人民政府　　乙省人民政府", "2022年8月6日"],
            "notice_of_plan",
            ["甲省人民政府", "乙省人民政府"],
            "chongqing",
        ),
        (
            "甲省人民政府关于印发济南都市圈发展规划（2024—2030年）的通知",
            ["现将规划印发给你们。", "2024年2月28日", "济南都市圈发展规划", "（2024—2030年）", "第一章 规划背景", "一、发展基础", "稳步增强。"],
            "plan",
            ["甲省人民政府"],
            "jinan",
        ),
        (
            "关于印发《青岛都市圈2025年重点任务清单》的通知",
            ["现印发给你们。", "青岛都市圈领导小组办公室", "2025年3月6日", "附件：青岛都市圈2025年重点任务清单", "序号\t任务\t牵头单位", "1\t建设绿道\t市林业局"],
            "task_list",
            ["青岛都市圈领导小组办公室"],
            "qingdao",
        ),
        (
            "合肥都市圈2026年工作要点（征求意见稿）公开征求意见",
            ["我委起草了《合肥都市圈2026年工作要点（征求意见稿）》，现公开征求意见。"],
            "draft",
            [],
            "hefei",
        ),
        (
            "甲省人民政府关于印发石家庄都市圈发展规划的通知（节选）",
            ["规划期限为2025—2035年。", "甲省人民政府", "2025年3月18日"],
            "notice_of_plan",
            ["甲省人民政府"],
            "shijiazhuang",
        ),
        (
            "沈阳现代化都市圈建设三年行动计划圆满收官",
            ["《沈阳现代化都市圈建设三年行动计划（2021—2023年）》实施以来，各项任务圆满完成。"],
            "progress_report",
            [],
            "shenyang",
        ),
    ],
)  # fmt: skip
def test_plans_of_other_circles(read, title, lines, kind, issuers, circle):
    reading = read(title, *lines)
    assert (reading.kind, reading.issuers) == (kind, issuers)
    assert reading.releases[0].circle == circle


def test_a_list_of_the_year_succeeds_no_draft_of_itself(read):
    reading = read("合肥都市圈2026年工作要点", "《合肥都市圈2026年工作要点（征求意见稿）》已修改完善。")
    assert reading.releases[0].succeeds is None


def test_the_stage_of_the_round_before_is_not_the_plans_own(read):
    reading = read(
        "甲都市圈三年行动计划（2026—2028年）",
        "成长期三年行动计划实施以来，各项任务顺利完成。",
        "本行动计划实施期为2026—2028年，为提升期。",
    )
    assert reading.stage == "提升期"
    assert read("甲都市圈三年行动计划（2026—2028年）", "成长期行动计划圆满收官，成效明显。").stage is None
