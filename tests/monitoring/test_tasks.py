"""The three lists by quarter, from lists that the project wrote, read by the real reader of plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.documents import read_document
from metroetl.monitoring import tasks_section
from metroetl.monitoring.content import Chart, Paragraph, Table
from metroetl.monitoring.figures import CircleFigures, load_figures
from metroetl.monitoring.tasks import Tasks, count, load_tasks
from metroetl.plans import read_plan
from metroetl.warehouse import Warehouse
from metroetl.warehouse.models import Reading
from tests.warehouse.desk import Desk, small_catalogue

HEAD = (
    "<tr><td rowspan='2'>序号</td><td rowspan='2'>{}</td><td colspan='4'>进度安排</td><td rowspan='2'>牵头单位</td>"
    "<td rowspan='2'>配合单位</td></tr><tr><td>一季度</td><td>二季度</td><td>三季度</td><td>四季度</td></tr>"
)
PROJECTS = [
    ("1", "甲乙高速公路", "开工", "", "", "通车", "省交通运输厅", "成都市"),
    ("2", "丙丁大道北延线", "完成前期", "路基完成", "", "", "成都市交通局", "德阳市"),
    ("3", "戊江水环境治理", "", "主体完工", "", "", "德阳市水利局", "成都市"),
    ("4", "己山产业园", "", "开工", "", "", "眉山市经信局", "成都市"),
    ("5", "庚湖湿地", "", "", "完工", "", "资阳市林业局", ""),
]
MATTERS = [("1", "推进跨省通办", "印发方案", "", "", "", "四川省政务服务局", "四市")]
MEETINGS = [("1", "领导小组会议", "", "召开", "", "", "省同城化办", "四市")]
REPORT = [
    ("1", "甲乙高速公路", "已完工，交付使用", "100", "省交通运输厅"),
    ("2", "丙丁大道北延线", "进度滞后，征地未完", "—", "成都市交通局"),
    ("3", "戊江水环境治理", "尚未开工", "", "德阳市水利局"),
    ("4", "己山产业园", "按计划推进", "", "眉山市经信局"),
]

TOLD = "今年以来，成都都市圈三年行动计划有序实施，4个项目开工2个。"


def page(title: str, head: str, rows: Sequence[tuple[str, ...]], told: str = "") -> str:
    body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    return (
        f"<html><head><title>{title}</title><meta charset='utf-8'></head><body><h1>{title}</h1>"
        f"<div class='TRS_Editor'><p>{told}</p><table>{head}{body}</table></div></body></html>"
    )


def load(desk: Desk, name: str, html: str, day: date) -> None:
    url = f"https://media.example.cn/{name}.html"
    document = read_document(html.encode(), desk.archive(url, html, "media"))
    document = document.model_copy(update={"published_on": day})
    desk.load(Reading(document=document, statements=[], plan=read_plan(document, catalogue())))


def of_list(title: str, what: str, rows: Sequence[tuple[str, ...]]) -> str:
    return page(title, HEAD.format(what), rows)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The circle's three lists of 2025, a report of April, another city's list, and next year's projects."""
    path: Path = tmp_path_factory.mktemp("lists") / "warehouse.db"
    warehouse = Warehouse(f"sqlite:///{path}", "facts", small_catalogue())
    warehouse.upgrade()
    desk, day = Desk(warehouse), date(2025, 1, 20)
    load(desk, "a", of_list("成都都市圈建设2025年重大项目清单", "项目名称", PROJECTS), day)
    load(desk, "b", of_list("成都都市圈2025年重大事项清单", "事项名称", MATTERS), day)
    load(desk, "c", of_list("成德眉资2025年重要会议活动清单", "会议活动名称", MEETINGS), day)
    load(
        desk,
        "d",
        of_list("甲市2025年重大项目清单", "项目名称", [("1", "甲市图书馆", "开工", "", "", "", "甲市", "")]),
        day,
    )
    head = "<tr><td>序号</td><td>项目名称</td><td>进展情况</td><td>完成率（%）</td><td>责任单位</td></tr>"
    load(desk, "r", page("成都都市圈三年行动计划实施两年来进展情况", head, REPORT, TOLD), date(2025, 4, 9))
    again = [("1", "戊江水环境治理（续建）", "", "", "完工", "", "德阳市水利局", "")]
    load(desk, "n", of_list("成都都市圈建设2026年重大项目清单", "项目名称", again), date(2026, 1, 20))
    return warehouse


def at(warehouse: Warehouse, quarter: str, day: date) -> Tasks:
    return load_tasks(warehouse, "chengdu", quarter, as_of=day)


def test_a_quarter_that_is_over(listed: Warehouse) -> None:
    tasks = at(listed, "2025-Q1", date(2025, 4, 10))
    assert tasks.items == 7, "the other city's list isn't the circle's"
    assert {m.name: m.status for m in tasks.due} == {
        "甲乙高速公路": "done",
        "丙丁大道北延线": "overdue",
        "推进跨省通办": "overdue",
    }
    assert {m.name for m in tasks.overdue} == {"推进跨省通办", "丙丁大道北延线"}
    risky = {m.name: (m.quarter, m.light) for m in tasks.at_risk}
    assert risky == {"丙丁大道北延线": ("2025-Q2", "yellow"), "戊江水环境治理": ("2025-Q2", "yellow")}
    assert {m.name for m in tasks.coming} == {
        "丙丁大道北延线",
        "戊江水环境治理",
        "己山产业园",
        "领导小组会议",
    }
    assert {m.name: m.light for m in tasks.due if m.status == "overdue"} == {
        "丙丁大道北延线": "red",
        "推进跨省通办": "red",
    }
    assert {unit: len(found) for unit, found in tasks.by_unit().items()} == {
        "省交通运输厅": 1,
        "成都市交通局": 1,
        "四川省政务服务局": 1,
    }


def test_before_the_quarter_is_over_nothing_is_overdue(listed: Warehouse) -> None:
    tasks = at(listed, "2025-Q1", date(2025, 3, 31))
    assert count(tasks.due) == {
        "done": 0, "on_time": 0, "overdue": 0, "at_risk": 0, "unreported": 3, "coming": 0,
    }  # fmt: skip
    assert {m.light for m in tasks.due} == {"grey"}, "no report is no delay"


def test_an_item_reported_on_time_before_its_quarter_ended_is_overdue_after_it(listed: Warehouse) -> None:
    tasks = at(listed, "2025-Q2", date(2025, 7, 1))
    assert {m.name: m.status for m in tasks.due} == {
        "丙丁大道北延线": "overdue",
        "戊江水环境治理": "overdue",
        "己山产业园": "overdue",
        "领导小组会议": "overdue",
    }
    assert len(tasks.overdue) == 6 and tasks.overdue[0].quarter == "2025-Q1", "those of Q1 are still there"
    before = at(listed, "2025-Q2", date(2025, 6, 30))
    assert {m.name: m.status for m in before.due}["己山产业园"] == "on_time"


def test_an_item_of_a_newer_list_counts_there_only(listed: Warehouse) -> None:
    tasks = at(listed, "2026-Q1", date(2026, 2, 1))
    river = [m for m in tasks.milestones if "戊江" in m.name]
    assert [(m.list_year, m.quarter) for m in river] == [(2026, "2026-Q3")]
    assert at(listed, "2025-Q4", date(2026, 2, 1)).overdue, "the report of 2025 goes by the list of 2025"


def test_another_rule_of_lights_can_put_items_at_risk(listed: Warehouse) -> None:
    def light(row: object, day: date) -> str:
        return "yellow" if "会议" in row["name"] else "green"  # type: ignore[index]

    tasks = load_tasks(listed, "chengdu", "2025-Q1", as_of=date(2025, 4, 10), light=light)
    assert {m.name: m.light for m in tasks.coming}["领导小组会议"] == "yellow"
    assert "领导小组会议" in {m.name for m in tasks.at_risk}


@pytest.fixture
def circle(listed: Warehouse) -> CircleFigures:
    return load_figures(listed, "chengdu")


def test_the_section_says_what_the_lists_say(listed: Warehouse, circle: CircleFigures) -> None:
    made = tasks_section.section(circle, listed, "2025-Q1", as_of=date(2025, 4, 10))
    first = next(b for b in made.blocks if isinstance(b, Paragraph))
    assert first.text == (
        "截至2025-04-10，成都都市圈清单共7项，2025年一季度到期节点3个：已完成1个、逾期2个；2025年二季度到期4个。"
    )
    tables = {b.name: b for b in made.blocks if isinstance(b, Table)}
    assert [c.text for c in tables["tasks_overview"].rows[0]] == [
        "重大项目",
        "5",
        "2",
        "1",
        "0",
        "1",
        "0",
        "0",
        "1",
        "3",
    ]
    assert {row[0].text for row in tables["tasks_overdue"].rows} == {"丙丁大道北延线", "推进跨省通办"}
    assert all(len(row) == len(t.header) for t in tables.values() for row in t.rows)
    chart = next(b for b in made.blocks if isinstance(b, Chart))
    assert set(chart.series) == {"已完成", "逾期"} and len(chart.categories) == 3
    english = tasks_section.section(circle, listed, "2025-Q1", "en", as_of=date(2025, 4, 10))
    assert "2 milestones" not in english.title and len(english.blocks) == len(made.blocks)


def test_a_circle_without_lists_says_so(warehouse: Warehouse) -> None:
    made = tasks_section.section(load_figures(warehouse, "chengdu"), warehouse, "2025-Q1")
    (only,) = made.blocks
    assert isinstance(only, Paragraph) and "未见成都都市圈" in only.text and "不作统计" in only.text
