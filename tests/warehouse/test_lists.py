"""Lists of plans in the warehouse: items with their identity, milestones, goals, progress, what is overdue."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import text

from metroetl.documents.models import Span
from metroetl.plans.models import Goal, Milestone, PlanReading, PlanRelease, Progress, Project, Task
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.models import Quarantined, Reading
from tests.warehouse.desk import Desk

FIRST = "甲都市圈2024年重大项目清单\n甲江流域水环境综合治理 一季度开工 四季度完工\n乙山隧道\n丙湖公园"
SECOND = "甲都市圈2025年重大项目清单\n甲江水环境综合治理（续建） 二季度完工\n丁河大桥"
REPORT = "甲都市圈2025年重大项目进展\n甲江水环境综合治理 已完工\n乙山隧道 滞后"


def at(page: str, words: str) -> Span:
    start = page.index(words)
    return Span(start=start, end=start + len(words))


def project(page: str, name: str, year: int, *due: tuple[str, str]) -> Project:
    milestones = [Milestone(quarter=quarter, text=words, span=at(page, words)) for quarter, words in due]
    return Project(
        name=name, number="1", list_year=year, lead=["市交通局"], responsible=["市财政局"], cooperating=["市财政局"],
        funding=["专项债", "超长期国债"], investment=12.5, investment_unit="亿元", place="甲市",
        milestones=milestones, span=at(page, name), quote=name,
    )  # fmt: skip


def first_list() -> PlanReading:
    river = project(
        FIRST, "甲江流域水环境综合治理", 2024, ("2024-Q1", "一季度开工"), ("2024-Q4", "四季度完工")
    )
    same = Task(text=river.name, number="1", lead=river.lead, milestones=river.milestones, span=river.span)
    alone = Task(
        text="丙湖公园", funding=["财政专项资金"], responsible=["市林业局"], span=at(FIRST, "丙湖公园")
    )
    return PlanReading(
        kind="task_list",
        tasks=[same, alone],
        projects=[river, project(FIRST, "乙山隧道", 2024)],
        goals=[Goal(text="同城化水平明显提升", by_year=2025, under="目标", span=at(FIRST, "丙湖公园"))],
    )


def second_list() -> PlanReading:
    river = project(SECOND, "甲江水环境综合治理（续建）", 2025, ("2025-Q2", "二季度完工"))
    return PlanReading(kind="task_list", projects=[river, project(SECOND, "丁河大桥", 2025)])


def load(desk: Desk, name: str, words: str, plan: PlanReading, day: date) -> Reading:
    page = desk.read(f"https://city.example.cn/{name}.html", words, plan=plan, published_on=day)
    desk.load(
        page.model_copy(update={"document": page.document.model_copy(update={"title": words.split("\n")[0]})})
    )
    return page


def test_items_are_kept_with_what_their_list_says(desk: Desk) -> None:
    load(desk, "a", FIRST, first_list(), date(2024, 1, 9))
    assert desk.rows(
        "SELECT name, kind, number, place, cooperating, funding, investment, investment_unit, list_year"
        " FROM core_plan_project WHERE withdrawn_at IS NULL ORDER BY ordinal"
    )[0] == ("甲江流域水环境综合治理", "project", "1", "甲市", "市财政局", "专项债、超长期国债", 12.5, "亿元", 2024)  # fmt: skip
    assert desk.one("SELECT text, by_year, under FROM core_plan_goal") == ("同城化水平明显提升", 2025, "目标")
    assert desk.rows("SELECT number, funding FROM core_plan_task ORDER BY ordinal") == [
        ("1", ""),
        ("", "财政专项资金"),
    ]
    milestones = desk.rows("SELECT quarter, lead, task_id, project_id FROM core_milestone ORDER BY quarter")
    assert [m[:2] for m in milestones] == [("2024-Q1", "市交通局"), ("2024-Q4", "市交通局")]
    assert all(task and item for _, _, task, item in milestones)


def test_what_is_due_by_list_year_and_quarter(desk: Desk) -> None:
    load(desk, "a", FIRST, first_list(), date(2024, 1, 9))
    load(desk, "r", REPORT, report(), date(2024, 4, 9))
    rows = desk.rows(
        "SELECT kind, name, list_year, year, quarter, due, due_to, state, overdue FROM mart_task_progress"
        " ORDER BY kind, name, quarter"
    )
    assert rows == [
        ("project", "乙山隧道", 2024, None, None, None, None, "behind", None),
        ("project", "甲江流域水环境综合治理", 2024, 2024, "2024-Q1", "一季度开工", "2024-03-31", None, 1),
        ("project", "甲江流域水环境综合治理", 2024, 2024, "2024-Q4", "四季度完工", "2024-12-31", None, 1),
        ("task", "丙湖公园", None, None, None, None, None, None, None),
    ]


def report() -> PlanReading:
    return PlanReading(
        kind="progress_report",
        progress=[
            Progress(name="甲江水环境综合治理", text="已完工", state="done", span=at(REPORT, "已完工")),
            Progress(name="乙山隧道", text="滞后", state="behind", percent=30, span=at(REPORT, "滞后")),
        ],
    )


def identities(desk: Desk) -> list[tuple[str, str]]:
    return desk.rows(
        "SELECT name, item_key FROM core_plan_project WHERE withdrawn_at IS NULL ORDER BY list_year, ordinal"
    )


def test_an_item_keeps_its_identity_whatever_the_order_of_loading(desk: Desk) -> None:
    load(desk, "b", SECOND, second_list(), date(2025, 1, 9))
    load(desk, "r", REPORT, report(), date(2025, 8, 9))
    load(desk, "a", FIRST, first_list(), date(2024, 1, 9))
    found = identities(desk)
    keys = dict(found)
    assert keys["甲江流域水环境综合治理"] == keys["甲江水环境综合治理（续建）"]
    assert len(set(keys.values())) == 3
    load(desk, "b", SECOND, second_list(), date(2025, 1, 9))
    assert identities(desk) == found
    done = desk.rows(
        "SELECT DISTINCT name, state, percent, overdue FROM mart_task_progress WHERE kind = 'project' ORDER BY name"
    )
    assert done == [
        ("丁河大桥", None, None, None),
        ("乙山隧道", "behind", 30.0, None),
        ("甲江水环境综合治理（续建）", "done", None, 0),
        ("甲江流域水环境综合治理", "done", None, 0),
    ]


def test_a_list_read_again_withdraws_what_it_no_longer_says(desk: Desk) -> None:
    page = load(desk, "a", FIRST, first_list(), date(2024, 1, 9))
    mended = first_list()
    mended.projects = mended.projects[:1]
    mended.projects[0].milestones = mended.projects[0].milestones[1:]
    mended.tasks[0].milestones = mended.projects[0].milestones
    desk.load(page.model_copy(update={"plan": mended}))
    assert desk.rows("SELECT name, quarter FROM mart_task_progress WHERE kind = 'project'") == [
        ("甲江流域水环境综合治理", "2024-Q4")
    ]
    assert desk.one("SELECT COUNT(*) FROM core_plan_project WHERE withdrawn_at IS NOT NULL") >= 1


def test_a_plans_place_is_kept_and_an_unknown_circle_stopped(desk: Desk) -> None:
    known = PlanRelease(title="都市圈发展规划", role="text", system_place="发展规划", circle="chengdu", succeeds="前一轮规划")  # fmt: skip
    plan = PlanReading(kind="plan", releases=[known], projects=[project(FIRST, "乙山隧道", 2024)])
    load(desk, "a", FIRST, plan, date(2024, 1, 9))
    asked = "SELECT system_place, circle_id, succeeds FROM core_plan"
    assert desk.one(asked) == ("发展规划", "chengdu", "前一轮规划")
    assert (
        desk.one("SELECT COUNT(*) FROM core_plan_project AS p JOIN core_plan AS c ON c.plan_id = p.plan_id")
        == 1
    )
    lost = known.model_copy(update={"circle": "nowhere"})
    river = project(SECOND, "丁河大桥", 2025, ("2025-Q2", "二季度完工"))
    load(
        desk, "b", SECOND, plan.model_copy(update={"releases": [lost], "projects": [river]}), date(2025, 1, 9)
    )
    codes = desk.rows("SELECT rule_code FROM ops_quarantine ORDER BY rule_code")
    assert codes == [("CORE-ITEM-MISSING",), ("CORE-PLAN-CIRCLE",), ("CORE-PLAN-MISSING",)]


def test_a_row_stopped_before_its_table_got_new_columns_can_be_released(desk: Desk) -> None:
    desk.stage(desk.read("https://city.example.cn/a.html", FIRST, plan=first_list()))
    row_id = str(desk.one("SELECT row_id FROM staging_plan_task WHERE text = '丙湖公园'"))
    stopped = Quarantined(
        table="staging_plan_task", row_id=row_id, rule_code="T", reason_zh="测试", reason_en="test"
    )
    desk.settle([stopped])
    young = {"number", "cooperating", "funding"}
    row = json.loads(desk.one("SELECT row_json FROM ops_quarantine"))
    old = json.dumps({name: value for name, value in row.items() if name not in young})
    with writing(writer(desk.warehouse.url)) as connection:
        connection.execute(text("UPDATE ops_quarantine SET row_json = :row"), {"row": old})
    desk.warehouse.release_row(row_id, reason="it is right", who="chen")
    assert desk.one("SELECT text, funding, cooperating FROM core_plan_task WHERE number = ''") == (
        "丙湖公园",
        "",
        "",
    )
