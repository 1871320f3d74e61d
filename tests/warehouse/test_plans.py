"""Plan rounds, as documents state them and as the catalogue has them, side by side."""

from __future__ import annotations

from datetime import date

from metroetl.documents.models import Span
from metroetl.plans.models import Count, Heading, PlanReading, PlanRelease, Target, Task
from tests.warehouse.desk import Desk, gdp

BULLETIN = (
    "起步期行动计划（2020—2022年）安排202个重大项目，成长期行动计划（2023—2025年）安排197个重大项目事项。"
)


def span(words: str) -> Span:
    start = BULLETIN.index(words)
    return Span(start=start, end=start + len(words))


def count(number: float, words: str, what: str) -> Count:
    return Count(count=number, what=what, span=span(words), quote=words)


def bulletin() -> PlanReading:
    rounds = [
        PlanRelease(
            title=title,
            plan_type="action_plan",
            series_id="chengdu_action",
            round=n,
            stage=stage,
            period_start=start,
            period_end=start + 2,
            issuers=["成德眉资同城化领导小组", "成都市"],
            role="mention",
            counts=[count(8, "行动计划", "方面"), count(*counted)],
            spans={"title": span(title), "period": span(period)},
        )
        for n, title, stage, start, period, counted in (
            (1, "起步期行动计划", "起步期", 2020, "2020—2022年", (202, "202个重大项目", "重大项目")),
            (2, "成长期行动计划", "成长期", 2023, "2023—2025年", (197, "197个重大项目事项", "重大项目事项")),
        )
    ]
    return PlanReading(
        kind="news",
        flags=["amendment"],
        headings=[Heading(level=1, number="一、", title="总体", start=0, end=4, length=40)],
        targets=[Target(indicator="地区生产总值", indicator_code="GDP", value=3.3, unit="万亿元", by_year=2025, comparator=">=", span=span("202"))],
        tasks=[Task(text="建设", lead=["成都市"], responsible=["德阳市", "眉山市"], span=span("安排"))],
        counts=[count(202, "202个重大项目", "重大项目"), count(3, "行动计划", "行动")],
        releases=rounds,
    )  # fmt: skip


def test_the_rounds_of_a_bulletin_stand_beside_the_curated_ones(desk: Desk) -> None:
    page = desk.read(
        "inbox:bulletin.txt", BULLETIN, plan=bulletin(), source_id="inbox", published_on=date(2024, 9, 6),
        issue="2024年第40期", issue_total=278, access="internal",
    )  # fmt: skip
    published = desk.load(page)
    assert published.plans == 2
    rows = desk.rows(
        "SELECT origin, round, stage, period_start, period_end, expires_on, count_value, count_what, access"
        " FROM mart_plan_calendar ORDER BY origin, round"
    )
    assert rows == [
        ("curated", 2, "成长期", 2023, 2025, "2025-12-31", None, None, "public"),
        ("extracted", 1, "起步期", 2020, 2022, "2022-12-31", 202.0, "重大项目", "internal"),
        ("extracted", 2, "成长期", 2023, 2025, "2025-12-31", 197.0, "重大项目事项", "internal"),
    ]
    document = desk.one("SELECT kind, flags, issue, issue_total, published_on, access FROM core_document")
    assert document == ("news", "amendment", "2024年第40期", 278, "2024-09-06", "internal")


def test_each_count_is_where_its_span_says(desk: Desk) -> None:
    desk.load(desk.read("inbox:bulletin.txt", BULLETIN, plan=bulletin(), source_id="inbox"))
    rows = desk.rows(
        "SELECT substr(d.text, m.count_span_start + 1, m.count_span_end - m.count_span_start), m.count_quote, m.quote"
        " FROM mart_plan_calendar AS m JOIN core_document AS d ON d.document_id = m.document_id ORDER BY m.round"
    )
    assert rows == [
        ("202个重大项目", "202个重大项目", "起步期行动计划（2020—2022年"),
        ("197个重大项目事项", "197个重大项目事项", "成长期行动计划（2023—2025年"),
    ]


def test_the_gap_to_the_next_round_is_counted_in_days(desk: Desk) -> None:
    desk.load(desk.read("inbox:bulletin.txt", BULLETIN, plan=bulletin(), source_id="inbox"))
    gap = desk.rows(
        "SELECT successor_round, successor_issued_on, successor_gap_days FROM mart_plan_calendar WHERE round = 1"
    )
    assert gap == [(2, "2023-02-19", 50)]
    assert desk.one("SELECT DISTINCT successor_round FROM mart_plan_calendar WHERE round = 2") is None


def test_parts_of_a_plan_keep_their_units_and_owners(desk: Desk) -> None:
    desk.load(desk.read("inbox:bulletin.txt", BULLETIN, plan=bulletin(), source_id="inbox"))
    assert desk.one("SELECT lead, responsible, guiding FROM core_plan_task") == (
        "成都市",
        "德阳市、眉山市",
        "",
    )
    assert desk.one("SELECT value, unit, by_year, comparator FROM core_plan_target") == (
        3.3,
        "万亿元",
        2025,
        ">=",
    )
    assert desk.one("SELECT issuers FROM core_plan WHERE round = 1") == "成德眉资同城化领导小组、成都市"
    loose = desk.rows("SELECT value FROM core_plan_count WHERE plan_id IS NULL")
    assert loose == []
    assert desk.one("SELECT COUNT(*) FROM core_plan_count") == 4


def test_a_replay_replaces_what_was_read_of_a_plan(desk: Desk) -> None:
    page = desk.read("inbox:bulletin.txt", BULLETIN, plan=bulletin(), source_id="inbox")
    desk.load(page)
    mended = bulletin()
    mended.releases[0].stage = "起步"
    desk.load(page.model_copy(update={"plan": mended}))
    stages = desk.rows("SELECT stage FROM mart_plan_calendar WHERE origin = 'extracted' ORDER BY round")
    assert stages == [("起步",), ("成长期",)]
    assert desk.one("SELECT COUNT(*) FROM core_plan") == 3


def test_only_the_newest_version_of_a_document_speaks(desk: Desk) -> None:
    desk.load(desk.read("inbox:bulletin.txt", BULLETIN, plan=bulletin(), source_id="inbox"))
    newer = bulletin()
    newer.releases = newer.releases[1:]
    desk.load(desk.read("inbox:bulletin.txt", BULLETIN + "（更正）", plan=newer, source_id="inbox"))
    assert desk.rows("SELECT round FROM mart_plan_calendar WHERE origin = 'extracted'") == [(2,)]


def test_the_counts_of_a_plan_that_is_stopped_wait_with_it(desk: Desk) -> None:
    reading = bulletin()
    reading.releases[0].period_end = 2019
    published = desk.load(desk.read("inbox:bulletin.txt", BULLETIN, plan=reading, source_id="inbox"))
    assert (published.plans, published.quarantined) == (1, 3)
    codes = desk.rows("SELECT rule_code, COUNT(*) FROM ops_quarantine GROUP BY rule_code ORDER BY rule_code")
    assert codes == [("CORE-PLAN-MISSING", 2), ("CORE-PLAN-PERIOD", 1)]


def test_a_target_is_tied_to_the_series_that_measures_it(desk: Desk) -> None:
    wanted = {"by_year": 2025, "span": span("202"), "indicator_code": "GDP"}
    plan = bulletin().model_copy(
        update={
            "targets": [
                Target(indicator="地区生产总值", value=3.3, unit="万亿元", **wanted),
                Target(indicator="地区生产总值增速", value=6.0, unit="%", **wanted),
                Target(indicator="绿道", value=5, unit="公里", by_year=2025, span=span("202")),
            ]
        }
    )
    desk.load(
        desk.read("https://a.gov.cn/plan.html", BULLETIN, plan=plan, region_code="510100"),
        desk.read("https://a.gov.cn/q1.html", "一季度实现", [gdp(600.0, "2025-Q1")], region_code="510100"),
        desk.read("https://a.gov.cn/q2.html", "上半年。", [gdp(1300.0, "2025-Q2")], region_code="510100"),
    )
    rows = desk.rows(
        "SELECT indicator, region_code, measure, value_in_series_unit, latest_period, latest_value, series_unit"
        " FROM mart_plan_target ORDER BY indicator"
    )
    by_name = {row[0]: row[1:] for row in rows}
    assert by_name["地区生产总值"] == ("510100", "level_ytd", 33000.0, "2025-Q2", 1300.0, "亿元")
    assert by_name["地区生产总值增速"] == ("510100", None, None, None, None, None), (
        "a level measures no growth"
    )
    assert by_name["绿道"] == ("510100", None, None, None, None, None)


def test_a_plan_without_a_day_of_issue_came_out_when_its_text_was_published(desk: Desk) -> None:
    first, second = bulletin().releases
    first.counts = [count(8, "行动计划", "方面"), count(202, "202个重大项目", "重大骨干支撑性工程")]
    for n, (release, day) in enumerate(((first, date(2020, 3, 11)), (second, date(2023, 2, 20)))):
        release.role = "text"
        plan = PlanReading(kind="plan", counts=release.counts, releases=[release])
        desk.load(desk.read(f"https://a.gov.cn/{n}.html", BULLETIN, plan=plan, published_on=day))
    rows = desk.rows(
        "SELECT round, issued_on, came_out_on, count_value FROM mart_plan_calendar WHERE origin = 'extracted' ORDER BY round"
    )
    assert rows == [(1, None, "2020-03-11", 202.0), (2, None, "2023-02-20", 197.0)]
