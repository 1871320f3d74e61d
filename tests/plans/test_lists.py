"""Lists of projects, matters, meetings and cases, from pages, workbooks, Word files and running text."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import xlsxwriter
from docx import Document as Word

from metroetl.documents import read_document
from metroetl.documents.models import Document
from metroetl.harvest.models import Snapshot
from metroetl.plans import read_plan
from metroetl.plans.funding import find_funding
from metroetl.plans.models import PlanReading
from metroetl.plans.quarters import list_year, split_schedule

Open = Callable[..., tuple[Document, PlanReading]]


@pytest.fixture
def open_list(words) -> Open:
    """Reads the bytes of a page or file and what it says of plans."""

    def opened(data: bytes, name: str = "", title: str = "") -> tuple[Document, PlanReading]:
        snapshot = Snapshot.model_validate(
            {"sha256": hashlib.sha256(data).hexdigest(), "source_id": "t", "role": "page", "name": name,
             "url": f"https://fgw.jia.gov.cn/{name or 'page.html'}", "fetched_at": datetime(2025, 1, 9, tzinfo=UTC)}
        )  # fmt: skip
        document = read_document(data, snapshot)
        document = document.model_copy(update={"title": title or document.title})
        return document, read_plan(document, words)

    return opened


def page(title: str, *body: str) -> bytes:
    return (
        f"<html><head><title>{title}</title><meta charset='utf-8'></head><body><h1>{title}</h1>"
        f"<div class='TRS_Editor'>{''.join(body)}</div></body></html>"
    ).encode()


def table(*rows: str) -> str:
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def cells(*texts: str) -> str:
    return "".join(f"<td>{text}</td>" for text in texts)


QUARTERS = table(
    "<td rowspan='2'>序号</td><td rowspan='2'>任务内容</td><td colspan='4'>进度安排</td>"
    "<td rowspan='2'>牵头单位</td><td rowspan='2'>配合单位</td>",
    cells("一季度", "二季度", "三季度", "四季度"),
    "<td colspan='8'>一、绿道建设（2项）</td>",
    cells("1", "建成甲江绿道", "完成设计", "—", "开工", "", "市林业局", "市财政局、乙区政府"),
    cells("2", "巡查乙湖绿道", "", "", "", "全线巡查", "市水务局", "丙县政府"),
)


def test_a_row_of_quarters_gives_the_milestones_of_its_list(open_list):
    document, reading = open_list(page("甲市2025年重点任务清单", QUARTERS))
    assert reading.kind == "task_list"
    first, second = reading.tasks
    assert (first.number, first.text, first.under) == ("1", "建成甲江绿道", "绿道建设")
    assert (first.lead, first.responsible, first.cooperating) == (
        ["市林业局"],
        ["市财政局", "乙区政府"],
        ["市财政局", "乙区政府"],
    )
    assert [(m.quarter, m.text) for m in first.milestones] == [("2025-Q1", "完成设计"), ("2025-Q3", "开工")]
    assert [m.quarter for m in second.milestones] == ["2025-Q4"]
    spans = [m.span for t in reading.tasks for m in t.milestones]
    assert [document.text[s.start : s.end] for s in spans] == ["完成设计", "开工", "全线巡查"]
    assert reading.projects == []


@pytest.mark.parametrize("title", ["甲市重点任务清单", "甲市2023—2025年重点任务清单"])
def test_without_the_lists_year_no_quarter_is_guessed(open_list, title):
    _, reading = open_list(page(title, QUARTERS))
    assert [t.text for t in reading.tasks] == ["建成甲江绿道", "巡查乙湖绿道"]
    assert [t.milestones for t in reading.tasks] == [[], []]


def projects_book() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("重大项目")
    plain = book.add_format()
    sheet.merge_range(0, 0, 0, 10, "甲都市圈2024年重大项目清单")
    sheet.write(1, 10, "单位：万元")
    heads = ["序号", "项目名称", "建设内容", "建设地点", "建设性质", "总投资", "年度计划投资", "资金来源", "进度安排", "牵头单位", "指导单位"]  # fmt: skip
    sheet.write_row(2, 0, heads)
    sheet.merge_range(3, 0, 3, 10, "一、基础设施互联互通（2个）", plain)
    way = "一季度：完成初设；二季度：开工建设；下半年：加快建设；四季度：完成投资30%"
    sheet.write_row(4, 0, [1, "甲乙快速路", "新建12公里", "甲市、乙市", "新开工", 125000, 30000, "专项债券、企业自筹", way])  # fmt: skip
    sheet.merge_range(4, 9, 5, 9, "市交通局", plain)
    sheet.merge_range(4, 10, 5, 10, "省交通厅", plain)
    sheet.write_row(5, 0, [2, "乙河大桥", "申请中央预算内投资", "乙市", "续建", "约8.5亿元", "—", "", ""])
    sheet.merge_range(6, 0, 6, 10, "二、生态环保（1个）", plain)
    sheet.write_row(7, 0, [3, "丙湖治理", "清淤", "丙县", "竣工", "面议", "", "", "", "丙县政府", ""])
    sheet.write_row(8, 1, ["合计", "", "", "", 210000])
    other = book.add_worksheet("重要会议活动")
    other.write_row(0, 0, ["序号", "会议活动名称", "主要内容", "时间安排", "责任单位"])
    other.write_row(1, 0, [1, "甲都市圈联席会议", "审议年度要点", "2024年二季度", "市发展改革委"])
    book.close()
    return out.getvalue()


def test_a_workbook_with_merged_cells(open_list):
    document, reading = open_list(projects_book(), "清单.xlsx", "甲都市圈2024年重大项目、重要会议活动清单")
    road, bridge, lake, meeting = reading.projects
    assert (road.kind, road.number, road.name, road.content) == ("project", "1", "甲乙快速路", "新建12公里")
    assert (road.place, road.stage, road.under, road.field) == (
        "甲市、乙市",
        "新开工",
        "基础设施互联互通",
        "设施互通",
    )
    assert (road.investment, road.year_investment, road.investment_unit) == (125000, 30000, "万元")
    assert road.funding == ["专项债"]
    assert [(m.quarter, m.text) for m in road.milestones] == [
        ("2024-Q1", "完成初设"),
        ("2024-Q2", "开工建设"),
        ("2024-Q4", "完成投资30%"),
    ]
    assert [document.text[m.span.start : m.span.end] for m in road.milestones] == [
        m.text for m in road.milestones
    ]
    assert (bridge.lead, bridge.guiding, bridge.stage) == (["市交通局"], ["省交通厅"], "续建")
    assert (bridge.investment, bridge.investment_unit, bridge.year_investment) == (8.5, "亿元", None)
    assert bridge.funding == ["中央预算内投资"]
    assert (lake.under, lake.investment, lake.investment_unit, lake.stage) == ("生态环保", None, None, "竣工")
    assert (meeting.kind, meeting.name, meeting.content) == (
        "meeting",
        "甲都市圈联席会议",
        "审议年度要点",
    )
    assert (meeting.deadline, meeting.list_year) == ("2024年二季度", 2024)
    assert {p.list_year for p in reading.projects} == {2024}
    assert all(document.text[p.span.start : p.span.end] == p.name for p in reading.projects)


def matters_file() -> bytes:
    word = Word()
    word.add_paragraph("甲都市圈2025年重大事项清单")
    first = word.add_table(rows=3, cols=4)
    rows = [("序号", "事项", "责任单位", "完成时限"), ("1", "互认驾考成绩", "市公安局", "2025年6月"), ("2", "统一公积金", "市住建局", "2025年底")]  # fmt: skip
    for at, texts in enumerate(rows):
        for column, text in enumerate(texts):
            first.cell(at, column).text = text
    first.cell(1, 2).merge(first.cell(2, 2)).text = "市公安局、市住建局"
    word.add_paragraph("续表")
    second = word.add_table(rows=3, cols=4)
    rows = [("序号", "事项", "责任单位", "完成时限"), ("", "", "市人社局", ""), ("3", "共享名医", "市卫生健康委", "")]  # fmt: skip
    for at, texts in enumerate(rows):
        for column, text in enumerate(texts):
            second.cell(at, column).text = text
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def test_a_list_that_goes_on_on_the_next_page(open_list):
    _, reading = open_list(matters_file(), "清单.docx", "甲都市圈2025年重大事项清单")
    assert [(p.kind, p.number, p.name, p.deadline) for p in reading.projects] == [
        ("matter", "1", "互认驾考成绩", "2025年6月"),
        ("matter", "2", "统一公积金", "2025年底"),
        ("matter", "3", "共享名医", None),
    ]
    assert [p.responsible for p in reading.projects] == [
        ["市公安局", "市住建局"],
        ["市公安局", "市住建局", "市人社局"],
        ["市卫生健康委"],
    ]


def test_a_page_without_its_header_takes_the_one_before(open_list):
    _, reading = open_list(
        page(
            "甲市2025年重大项目清单",
            table(cells("序号", "项目名称", "责任单位"), cells("1", "甲厂扩能", "甲集团")),
            table(cells("2", "乙园配套", "乙区管委会"), cells("3", "丙站改造", "市交通局")),
        )
    )
    assert [(p.number, p.name) for p in reading.projects] == [
        ("1", "甲厂扩能"),
        ("2", "乙园配套"),
        ("3", "丙站改造"),
    ]


def test_a_merged_task_stands_over_its_measures(open_list):
    _, reading = open_list(
        page(
            "甲市2025年重点任务清单",
            table(
                cells("序号", "重点任务", "工作举措", "责任单位"),
                "<td>1</td><td rowspan='2'>办好民生</td><td>新增停车位</td><td>市住建局</td>",
                cells("2", "改造菜市场", "市商务局"),
            ),
        )
    )
    assert [(t.text, t.under) for t in reading.tasks] == [
        ("新增停车位", "办好民生"),
        ("改造菜市场", "办好民生"),
    ]


def test_cases_keep_their_status(open_list):
    _, reading = open_list(
        page(
            "甲都市圈同城化典型案例清单",
            table(
                cells("序号", "案例名称", "主要做法", "报送单位", "状态"),
                cells("1", "跨市公交一卡通", "统一票制", "市交通局", "已推广"),
            ),
        )
    )
    assert [(p.kind, p.name, p.content, p.stage) for p in reading.projects] == [
        ("case", "跨市公交一卡通", "统一票制", "已推广")
    ]


def test_items_of_running_text_have_labelled_parts(open_list, read):
    reading = read(
        "甲都市圈2025年重大项目清单",
        "一、续建项目（1个）",
        "1. 甲江二桥。建设内容：新建主桥及引道。总投资：12亿元。资金来源：超长期特别国债。",
        "建设地点：甲市乙区",
        "进度安排：二季度：主桥合龙；四季度：通车",
        "牵头单位：市交通局；配合单位：市财政局",
        "2. 后续项目另行安排。",
    )
    (bridge,) = reading.projects
    assert (bridge.name, bridge.content, bridge.place) == ("甲江二桥", "新建主桥及引道", "甲市乙区")
    assert (bridge.investment, bridge.investment_unit, bridge.stage) == (12, "亿元", "续建")
    assert (bridge.funding, bridge.lead, bridge.cooperating) == (["超长期国债"], ["市交通局"], ["市财政局"])
    assert [(m.quarter, m.text) for m in bridge.milestones] == [
        ("2025-Q2", "主桥合龙"),
        ("2025-Q4", "通车"),
    ]


def test_a_table_that_is_no_list_gives_no_items(open_list):
    _, reading = open_list(
        page(
            "甲市绿道建设行动计划（2024—2026年）",
            "<p>一、目标</p>",
            table(cells("指标", "2024年", "2026年"), cells("绿道长度（公里）", "100", "300")),
            table(cells("收费项目", "标准"), cells("停车", "5元")),
        )
    )
    assert (reading.projects, reading.tasks) == ([], [])


@pytest.mark.parametrize(
    ("text", "funds"),
    [
        ("争取地方政府专项债券和省级财政专项补助资金", ["专项债", "财政专项资金"]),
        ("超长期特别国债、超长期国债", ["超长期国债"]),
        ("中央预算内资金支持，另设专项资金", ["中央预算内投资"]),
        ("企业自筹", []),
    ],
)
def test_funds_have_one_name_each(text, funds):
    assert find_funding(text) == funds


@pytest.mark.parametrize(
    ("texts", "year"),
    [
        (["附件", "甲市2024年清单"], 2024),
        (["甲市2023-2025年清单", "2024年"], None),
        (["2023年和2024年清单"], None),
        (["2025年度计划"], 2025),
        ([], None),
    ],
)
def test_the_year_of_a_list(texts, year):
    assert list_year(texts) == year


def test_halves_and_ranges_are_for_no_quarter():
    text = "一、二季度：准备；第三季度开工，12月：验收；2026年1季度：移交"
    assert [(m.quarter, m.text, text[m.span.start : m.span.end]) for m in split_schedule(text, 0, 2025)] == [
        ("2025-Q3", "开工", "开工"),
        ("2026-Q1", "移交", "移交"),
    ]


def test_thousands_of_rows_are_read_in_bounded_time(open_list):
    rows = [cells(str(n), f"第{n}号工程项目", "新建" * 20, "市交通局、市财政局", "12.5") for n in range(3100)]
    data = page(
        "甲市2025年重大项目清单",
        table(cells("序号", "项目名称", "建设内容", "责任单位", "总投资（亿元）"), *rows),
    )
    began = time.process_time()
    _, reading = open_list(data)
    assert 2900 <= len(reading.projects) <= 3000
    assert time.process_time() - began < 20


def test_a_progress_report_tells_how_far_its_items_are(open_list):
    document, reading = open_list(
        page(
            "甲都市圈三年行动计划实施一年来进展情况",
            "<p>今年以来，甲都市圈三年行动计划有序实施，48个项目开工29个，完成投资136.12亿元。</p>",
            table(
                cells("序号", "项目名称", "进展情况", "完成率（%）", "责任单位"),
                cells("1", "甲江二桥", "已完工，交付使用", "100", "市交通局"),
                cells("2", "乙山隧道", "已完成投资3亿元，占年度计划50.57%", "", "市交通局"),
                cells("3", "丙湖公园", "进度滞后，征地未完", "—", "市林业局"),
                cells("4", "丁河闸坝", "尚未开工", "", "市水务局"),
                cells("5", "戊站广场", "", "", "市住建局"),
                cells("6", "己园厂房", "按计划推进；设备占20%，人员占30%", "", "丙区管委会"),
            ),
        )
    )
    assert reading.kind == "progress_report"
    assert [(p.number, p.name, p.state, p.percent) for p in reading.progress] == [
        ("1", "甲江二桥", "done", 100),
        ("2", "乙山隧道", None, 50.57),
        ("3", "丙湖公园", "behind", None),
        ("4", "丁河闸坝", "not_started", None),
        ("6", "己园厂房", "on_time", None),
    ]
    assert all(document.text[p.span.start : p.span.end] == p.text for p in reading.progress)
    assert reading.projects == []


def test_rows_of_text_keep_their_columns_though_their_first_cells_are_empty(read):
    reading = read(
        "甲市2025年重点任务清单",
        "序号\t任务内容\t进度安排\t\t\t\t牵头单位",
        "\t\t一季度\t二季度\t三季度\t四季度\t",
        "1\t建成甲江绿道\t完成设计\t\t开工\t\t市林业局",
    )
    (task,) = reading.tasks
    assert (task.text, task.lead) == ("建成甲江绿道", ["市林业局"])
    assert [(m.quarter, m.text) for m in task.milestones] == [("2025-Q1", "完成设计"), ("2025-Q3", "开工")]
