"""Tasks with their units, and counts of items."""

from __future__ import annotations

import pytest

from metroetl.documents.models import Cell, Document, Table
from metroetl.plans.tables import read_grids, read_task_tables
from metroetl.plans.units import read_units

TITLE = "甲市人民政府关于绿道建设的意见"


@pytest.mark.parametrize(
    ("inside", "lead", "responsible", "guiding"),
    [
        ("林业局、财政局等负责", [], ["林业局", "财政局"], []),
        ("林业局牵头，财政局、交通局配合", ["林业局"], ["财政局", "交通局"], []),
        ("林业局、财政局牵头负责", ["林业局", "财政局"], [], []),
        ("市林业局牵头负责，各区县人民政府落实", ["市林业局"], ["各区县人民政府"], []),
        ("负责部门：林业局、财政局；适用范围：全市", [], ["林业局", "财政局"], []),
        (
            "牵头单位：市林业局；责任单位：市财政局、各区（市）县政府",
            ["市林业局"],
            ["市财政局", "各区（市）县政府"],
            [],
        ),
        ("责任单位：市财政局；指导单位：省林业厅", [], ["市财政局"], ["省林业厅"]),
        ("林业局、财政局按职责分工负责，2025年6月底前完成", [], ["林业局", "财政局"], []),
        ("以下简称责任制，由各方负责到底的做法", [], [], []),
    ],
)
def test_units_by_role(inside, lead, responsible, guiding):
    assert read_units(inside) == {"lead": lead, "responsible": responsible, "guiding": guiding}


def test_a_task_is_the_passage_before_its_bracket(read):
    reading = read(
        TITLE,
        "一、加快建设",
        "（一）建设绿道。完善绿道网络，统一标识。（林业局、财政局等负责，2025年底前完成）",
        "（二）加强管护（含夜间照明）。定期巡查。（各区县人民政府负责）",
    )
    first, second = reading.tasks
    assert first.text == "建设绿道。完善绿道网络，统一标识"
    assert (first.responsible, first.deadline, first.under) == (
        ["林业局", "财政局"],
        "2025年底前完成",
        "建设绿道",
    )
    assert second.text == "加强管护（含夜间照明）。定期巡查"
    assert second.responsible == ["各区县人民政府"]


BUREAU, POLICE, FINANCE = "市交通运输局", "市公安局", "市财政局"
WHAT = "推进三市城际公交一体化运营，新增线路12条"


@pytest.mark.parametrize(
    ("form", "lead", "responsible", "guiding"),
    [
        (
            "（市交通运输局牵头；市公安局、各县（市、区）政府等参与）",
            [BUREAU],
            [POLICE, "各县（市、区）政府"],
            [],
        ),
        ("[牵头单位：市交通运输局，责任单位：市公安局]", [BUREAU], [POLICE], []),
        ("【市交通运输局、市公安局按职责分工负责】", [], [BUREAU, POLICE], []),
        ("〔市交通运输局牵头，市公安局、市财政局按职责分工负责〕", [BUREAU], [POLICE, FINANCE], []),
        ("（由市交通运输局会同市公安局负责）", [], [BUREAU, POLICE], []),
        ("（市交通运输局、市公安局，各区县政府）", [], [BUREAU, POLICE, "各区县政府"], []),
        ("（市发改委指导，甲市、乙市人民政府负责）", [], ["甲市", "乙市人民政府"], ["市发改委"]),
        ("责任单位：市交通运输局、市公安局。", [], [BUREAU, POLICE], []),
        (
            "\n牵头领导：张某某\n牵头单位：市交通运输局\n责任单位：市公安局\n完成时限：2026年底",
            [BUREAU],
            [POLICE],
            [],
        ),
        ("。由市交通运输局牵头，市公安局、市财政局配合。", [BUREAU], [POLICE, FINANCE], []),
        ("。（牵头单位：市交通运输局 配合单位：市公安局 市财政局）", [BUREAU], [POLICE, FINANCE], []),
        (
            "（市交通运输局、市公安局、各区县政府；列首位的为牵头单位，下同）",
            [BUREAU],
            [POLICE, "各区县政府"],
            [],
        ),
        ("（市交通运输局、市公安局等负责。列第一位者为牵头单位，下同）", [BUREAU], [POLICE], []),
        ("（团市委、市妇联、市科协、市轨道集团）", [], ["团市委", "市妇联", "市科协", "市轨道集团"], []),
        ("（甲区、乙县、高新区管委会按职责负责）", [], ["甲区", "乙县", "高新区管委会"], []),
    ],
)
def test_how_lists_of_units_are_printed(read, form, lead, responsible, guiding):
    (task,) = read(TITLE, *f"1. {WHAT}{form}".split("\n")).tasks
    assert task.text == WHAT
    assert (task.lead, task.responsible, task.guiding) == (lead, responsible, guiding)


@pytest.mark.parametrize(
    "text",
    [
        "建设一批公共设施（文化站、体育中心、购物中心）。",
        "完善服务网络（含市财政局办公楼周边）。",
        "颁发证书（技工院校内由人社部门负责）。",
        "各部门要加强配合，抓好落实。",
        "推进项目建设，确保责任到人。",
    ],
)
def test_what_only_looks_like_units_is_none(read, text):
    assert read(TITLE, f"1. {text}").tasks == []


def test_units_that_only_cooperate_are_told(read):
    (task,) = read(TITLE, f"1. {WHAT}（市交通运输局牵头，市公安局负责，市财政局、各区县政府配合）").tasks
    assert task.cooperating == [FINANCE, "各区县政府"]
    assert task.responsible == [POLICE, FINANCE, "各区县政府"]


def test_units_on_lines_of_their_own_belong_to_the_passage_above(read):
    reading = read(TITLE, "1. 建设绿道，统一标识。", "牵头单位：市林业局", "责任单位：市财政局，各区县政府")
    (task,) = reading.tasks
    assert task.text == "建设绿道，统一标识"
    assert (task.lead, task.responsible) == (["市林业局"], ["市财政局", "各区县政府"])


def test_a_list_with_columns_for_the_units(read):
    reading = read(
        "2025年甲都市圈重大项目清单",
        "序号\t任务内容\t进度安排\t牵头单位\t配合单位",
        "1\t建设甲绿道\t一季度开工\t省林业厅\t甲市政府、乙市政府",
        "2\t建设乙绿道\t三季度完工\t省交通厅\t乙市政府",
    )
    assert reading.kind == "task_list"
    assert [(t.text, t.lead, t.responsible, t.deadline) for t in reading.tasks] == [
        ("建设甲绿道", ["省林业厅"], ["甲市政府", "乙市政府"], "一季度开工"),
        ("建设乙绿道", ["省交通厅"], ["乙市政府"], "三季度完工"),
    ]


def test_a_merged_cell_holds_for_all_its_rows():
    cells = [
        Cell(text="任务", row=0, column=0, header=True),
        Cell(text="责任单位", row=0, column=1, header=True),
        Cell(text="建设绿道", row=1, column=0),
        Cell(text="市林业局", row=1, column=1, rowspan=2),
        Cell(text="巡查绿道", row=2, column=0),
    ]
    from metroetl.documents.models import Block

    block = Block(kind="table", text="", start=0, end=0, table=Table(rows=3, columns=2, cells=cells))
    document = Document(sha256="0", source_id="t", url="", title="清单", text="", blocks=[block])
    tasks = read_task_tables(list(read_grids(document, [])))
    assert [(t.text, t.responsible) for t in tasks] == [
        ("建设绿道", ["市林业局"]),
        ("巡查绿道", ["市林业局"]),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("《甲省绿道规划》发布，从九个方面提出165项重点任务。", [9, 165]),
        ("《甲省绿道规划》发布，部署4个方面22项重点任务和七大工程。", [4, 22, 7]),
        ("《甲省绿道规划》发布，累计实施160个项目，已完成30项任务。", []),
        ("《甲省绿道规划》发布，遴选不少于100个试点项目。", []),
        ("《甲省绿道规划》发布，明确八大目标，涉及18个城市、35项指标。", []),
    ],
)
def test_counts_of_what_the_plan_has(read, text, expected):
    assert sorted(c.count for c in read("《甲省绿道规划》发布", text).counts) == sorted(expected)


def test_inside_a_plan_only_what_is_said_of_the_plan_counts(read):
    reading = read(
        "甲市绿道建设行动计划（2024—2027年）",
        "本行动计划共8个方面、26个领域，细化形成197个重大项目。",
        "一、任务",
        "抓好45个食品项目，落实三项举措。",
    )
    assert [c.count for c in reading.counts] == [8, 26, 197]


def test_numbers_by_aspect_in_a_policy(read):
    reading = read(
        "甲市人民政府关于推广绿道改革举措的通知",
        "在全市推广第二批9项改革举措。",
        "一、改革举措",
        "（一）巡查方面5项：统一巡查。联合巡查。",
        "（二）养护方面4项：统一养护。",
    )
    assert [c.count for c in reading.counts] == [9, 5, 4]
