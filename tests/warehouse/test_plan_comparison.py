"""Successive rounds of a series beside each other, on both engines."""

from __future__ import annotations

from datetime import date
from typing import Literal

from metroetl.documents.models import Span
from metroetl.plans.models import Count, Heading, PlanReading, PlanRelease, Target, Task
from tests.warehouse.desk import Desk
from tests.warehouse.test_plans import BULLETIN, bulletin

TEXT = "一、轨道 二、河流 到2025年绿道总长度达到900公里。列入30个项目。"
PAIR = "round_before, round_after, access, text_known_before, text_known_after"


def plan(number: int, *, chapters: int, status: Literal["issued", "draft"] = "issued") -> PlanReading:
    here = Span(start=0, end=2)
    return PlanReading(
        kind="plan",
        headings=[Heading(level=1, number="一、", title="轨道", start=0, end=4, length=9)] * chapters,
        targets=[Target(indicator="绿道总长度", value=900, unit="公里", by_year=2025, span=here)],
        tasks=[Task(text=f"修建{n}号线", lead=["成都市"], span=here) for n in range(2)],
        releases=[
            PlanRelease(
                title="三年行动计划",
                series_id="chengdu_action",
                round=number,
                period_start=2017 + 3 * number,
                period_end=2019 + 3 * number,
                issuers=["成都市"],
                issued_on=date(2017 + 3 * number, 1, 31),
                status=status,
                role="text",
                counts=[Count(count=30, what="项目", span=here, quote="30个项目")],
                spans={"title": here},
            )
        ],
    )


def pairs(desk: Desk, columns: str) -> list[tuple[object, ...]]:
    return desk.rows(f"SELECT {columns} FROM mart_plan_comparison ORDER BY round_after, access")


def test_an_internal_bulletin_adds_a_row_and_changes_no_public_one(desk: Desk) -> None:
    assert pairs(desk, PAIR) == []
    page = desk.read("inbox:bulletin.txt", BULLETIN, plan=bulletin(), source_id="inbox", access="internal")
    desk.load(page)
    assert pairs(desk, PAIR) == [(1, 2, "internal", 0, 0)]
    stated = (
        "stated_count_before, stated_count_after, stated_what_after, curated_issuers_after, issuers_after"
    )
    assert pairs(desk, stated) == [(202, 197, "重大项目事项", "", "成德眉资同城化领导小组、成都市")]
    assert pairs(desk, "sections_before, targets_after, tasks_after, projects_after") == [(None,) * 4]


def test_a_text_is_counted_beside_what_is_curated(desk: Desk) -> None:
    desk.load(desk.read("https://city.example.cn/1", TEXT, plan=plan(1, chapters=2)))
    assert pairs(desk, PAIR) == [(1, 2, "public", 1, 0)]
    known = (
        "sections_before, sections_after, targets_before, tasks_before, projects_before, stated_count_before"
    )
    assert pairs(desk, known) == [(2, None, 1, 2, 0, 30)]
    assert pairs(desk, "issued_on_after, lag_days, provenance_after") == [("2023-02-19", 50, "a page")]
    desk.load(desk.read("https://city.example.cn/2", TEXT + "二", plan=plan(2, chapters=3)))
    assert pairs(desk, "sections_before, sections_after, issued_on_after, lag_days") == [
        (2, 3, "2023-01-31", 31)
    ]


def test_the_newest_text_counts_and_a_draft_issues_nothing(desk: Desk) -> None:
    desk.load(desk.read("https://city.example.cn/1", TEXT, plan=plan(1, chapters=2)))
    desk.load(desk.read("https://city.example.cn/1", TEXT + "更正", plan=plan(1, chapters=4)))
    desk.load(desk.read("https://city.example.cn/2", TEXT + "草案", plan=plan(2, chapters=3, status="draft")))
    assert pairs(desk, "sections_before, status_after, issued_on_after, lag_days") == [
        (4, "draft", "2023-02-19", 50)
    ]
