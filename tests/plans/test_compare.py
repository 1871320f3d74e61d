"""Two synthetic plans with a known answer, the labelled rounds, and the bulletin's own table of rounds."""

from __future__ import annotations

import pytest

from metroetl.catalogue import Catalogue
from metroetl.documents.models import Document
from metroetl.plans import read_plan
from metroetl.plans.compare import PlanComparison, compare_plans
from metroetl.plans.models import PlanReading

OLD_TITLE = "甲都市圈建设三年行动计划（2021—2023年）"
NEW_TITLE = "甲都市圈建设三年行动计划（2024—2026年）"
RAIL = "建成环形快线一期和三座换乘中心。公交卡在各县通用，末班车延长到夜间十一点。"
WATER = "疏浚清溪河下游河道并修复两岸湿地。上下游按断面水质互相补偿。"
LABS = "合建新材料中试基地，开放仪器两百台套。设立青年研究人员驻点计划。"
PARKS = "园区招商线索统一登记并按贡献分成。首批挂牌五个飞地园区。"
SCHOOLS = "名校到县城办分校，教师三年轮岗一次。家长可以网上查询学位余量。"
CLINICS = "检查结果在二级以上医院互认。组建儿科联合病房并共用专家号源。"
FAIRS = "每年联合赴境外参展四次。设立综合保税仓供小微外贸企业拼箱。"
COURTS = "跨县立案一窗受理。商事纠纷由联合调解中心先行调解。"
GRAIN = "沿江修建粮食储备仓群。收购价格信息每旬联合发布。"
FESTIVAL = "举办龙舟赛和年画展。古镇门票实行一票通游。"


def plan(title: str, *lines: str) -> tuple[str, str]:
    return title, "\n".join([title, *lines])


OLD = plan(
    OLD_TITLE,
    "甲都市圈领导小组",
    "2021年1月20日",
    "一、主要目标",
    "到2023年，地区生产总值达到1.2万亿元，常住人口城镇化率达到70%，单位面积能耗下降3%，公交站点覆盖率达到90%，绿道总长度达到800公里。",
    "二、轨道交通互联",
    RAIL,
    "三、创新与园区",
    LABS,
    PARKS,
    "四、学校共建",
    SCHOOLS,
    "五、医院互认",
    CLINICS,
    "六、河流治理",
    WATER,
    "七、扩大对外贸易",
    "（一）联合参展",
    FAIRS,
    "（二）司法协作",
    COURTS,
    "八、粮食储备",
    GRAIN,
)
NEW = plan(
    NEW_TITLE,
    "甲都市圈领导小组",
    "2024年2月9日",
    "第一轮行动计划（2021—2023年）各项任务顺利完成，环形快线提前通车。",
    "一、主要目标",
    "到2026年，地区生产总值达到15000亿元，常住人口城镇化率达到70%，单位面积能耗下降4%，公交站点覆盖率达到85%以上，幼儿园学位达到12万个。",
    "二、河流治理",
    WATER,
    "三、轨道交通互联",
    RAIL,
    "四、创新",
    LABS,
    "五、园区",
    PARKS,
    "六、学校和医院",
    SCHOOLS,
    CLINICS,
    "七、境外市场开拓",
    "（一）联合参展",
    FAIRS,
    "八、司法协作",
    COURTS,
    "九、节庆与古镇",
    FESTIVAL,
)


def pair(words: Catalogue, title: str, text: str) -> tuple[Document, PlanReading]:
    document = Document(sha256="0" * 64, source_id="test", url="", title=title, text=text)
    return document, read_plan(document, words)


@pytest.fixture(scope="module")
def known(words: Catalogue) -> PlanComparison:
    return compare_plans(pair(words, *OLD), pair(words, *NEW))


def titles(comparison: PlanComparison, kind: str) -> list[tuple[list[str], list[str]]]:
    return [
        ([s.title for s in c.old], [s.title for s in c.new]) for c in comparison.sections if kind in c.kinds
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("new", [([], ["节庆与古镇"])]),
        ("gone", [(["粮食储备"], [])]),
        ("split", [(["创新与园区"], ["创新", "园区"])]),
        ("merged", [(["学校共建", "医院互认"], ["学校和医院"])]),
        ("moved", [(["河流治理"], ["河流治理"])]),
        ("renamed", [(["扩大对外贸易"], ["境外市场开拓"])]),
        ("promoted", [(["司法协作"], ["司法协作"])]),
        ("demoted", []),
    ],
)
def test_what_became_of_each_section(known, kind, expected):
    assert titles(known, kind) == expected
