"""Two synthetic plans with a known answer, the labelled rounds, and the bulletin's own table of rounds."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metroetl.catalogue import Catalogue, catalogue
from metroetl.documents.models import Document, Span
from metroetl.plans import read_plan
from metroetl.plans.compare import PlanComparison, compare_plans
from metroetl.plans.compare.facts import lag_days
from metroetl.plans.compare.round_models import Round, RoundsComparison, SeriesRounds
from metroetl.plans.compare.rounds import compare_rounds
from metroetl.plans.compare.targets import compare_targets, normal
from metroetl.plans.models import Goal, PlanReading, Project, Target, Task

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


def test_a_section_grows_by_its_share(words):
    lines = ["一、轨道", RAIL, "二、河流", WATER]
    longer = [*lines[:3], WATER, GRAIN, FESTIVAL, CLINICS]
    found = compare_plans(pair(words, *plan("甲计划", *lines)), pair(words, *plan("甲计划", *longer)))
    assert titles(found, "grown") == [(["河流"], ["河流"])]
    assert titles(found, "shrunk") == [(["轨道"], ["轨道"])]
    (grown,) = found.of_kind("grown")
    assert grown.old[0].share == pytest.approx(grown.old[0].length / found.old.length, abs=1e-6)
    assert 0 < grown.share_before < grown.share_after < 1
    assert found.new.largest is not None and found.new.largest.title == "河流"
    assert found.new.first is not None and found.new.first.title == "轨道"


def test_a_split_is_told_by_titles_where_every_sentence_is_new(words):
    old = plan("甲计划", "一、推动创新和产业协作", LABS, "二、河流治理", WATER)
    new = plan("甲计划", "一、推动创新", RAIL, "二、加强产业协作", SCHOOLS, "三、河流治理", WATER)
    found = compare_plans(pair(words, *old), pair(words, *new))
    assert titles(found, "split") == [(["推动创新和产业协作"], ["推动创新", "加强产业协作"])]
    assert found.of_kind("new") == found.of_kind("gone") == []


def test_depth_is_by_nesting_not_by_the_form_of_the_number(words):
    old = plan("甲计划", "第一章 轨道", "一、环线", RAIL, "第二章 河流", "一、湿地", WATER)
    new = plan(
        "甲计划", "一、轨道", "1. 环线", RAIL + "夜班车照常。", "二、河流", "1. 湿地", WATER + "夜间也巡河。"
    )
    found = compare_plans(pair(words, *old), pair(words, *new))
    assert [(s.title, s.depth) for c in found.sections for s in c.new] == [
        ("轨道", 1), ("环线", 2), ("河流", 1), ("湿地", 2),
    ]  # fmt: skip
    assert not any(set(c.kinds) & {"promoted", "demoted", "new", "gone", "moved"} for c in found.sections)


def test_every_target_before_and_after(known):
    found = [
        (t.kind, t.indicator, t.old and (t.old.value, t.old.by_year), t.new and (t.new.value, t.new.by_year))
        for t in known.targets
    ]
    assert found == [
        ("raised", "地区生产总值", (1.2, 2023), (15000, 2026)),
        ("same", "常住人口城镇化率", (70, 2023), (70, 2026)),
        ("lowered", "单位面积能耗", (-3, 2023), (-4, 2026)),
        ("lowered", "公交站点覆盖率", (90, 2023), (85, 2026)),
        ("added", "幼儿园学位", None, (12, 2026)),
        ("dropped", "绿道总长度", (800, 2023), None),
    ]
    assert [t.indicator for t in known.targets if t.comparator_changed] == ["公交站点覆盖率"]
    assert known.targets[0].change == 3000


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.2, "万亿元", (12000, "亿元")),
        (12000, "亿元", (12000, "亿元")),
        (3.3, "万元", (0.00033, "亿元")),
        (1.4, "万亿斤", (14000, "亿斤")),
        (12, "万个", (120000, "个")),
        (30, "千米", (30, "公里")),
        (5, "%", (5, "%")),
        (2, "个百分点", (2, "百分点")),
        (4, "万千瓦", (40000, "千瓦")),
    ],
)
def test_units_come_to_one_scale(value, unit, expected):
    assert normal(value, unit) == expected


def target(name: str, value: float, unit: str, year: int, code: str | None = None) -> Target:
    return Target(
        indicator=name, indicator_code=code, value=value, unit=unit, by_year=year, span=Span(start=0, end=1)
    )


def test_level_and_growth_of_one_indicator_are_two_targets_and_the_periods_ends_belong_together():
    old = [target("GDP", 2.7, "万亿元", 2022, "GDP"), target("GDP增速", 8, "%", 2022, "GDP")]
    new = [
        target("地区生产总值增长", 7, "%", 2025, "GDP"),
        target("经济总量", 6, "万亿元", 2035, "GDP"),
        target("经济总量", 33000, "亿元", 2025, "GDP"),
    ]
    found = [
        (t.kind, t.old and t.old.value, t.new and t.new.value)
        for t in compare_targets(old, new, (2022, 2025))
    ]
    assert found == [("lowered", 8, 7), ("added", None, 6), ("raised", 2.7, 33000)]


def test_review_lag_and_issuers(known, words):
    (passage,) = known.review.passages
    assert NEW[1][passage.span.start : passage.span.end] == passage.text
    assert passage.text.startswith("第一轮行动计划（2021—2023年）各项任务顺利完成")
    assert (known.lag_days, known.lag_basis) == (40, "issued_on")
    assert lag_days(2023, date(2023, 12, 1)) == -30
    assert known.old.issuers == known.new.issuers == ["甲都市圈领导小组"]
    assert known.issuers_joined == known.issuers_left == []
    silent = pair(words, NEW[0], NEW[1].replace("各项任务顺利完成，", "之后，"))
    assert compare_plans(pair(words, *OLD), silent).review.passages == []


def test_work_is_counted_by_field(words):
    document, reading = pair(words, *NEW)
    at = Span(start=NEW[1].index(RAIL), end=NEW[1].index(RAIL) + 4)
    reading.tasks = [
        Task(text="建成快线", lead=["甲市"], span=at),
        Task(text="其他", span=Span(start=0, end=1)),
    ]
    reading.projects = [Project(name="中试基地", field="创新协同", span=at)]
    reading.goals = [Goal(text="形成通勤圈", span=at)]
    found = compare_plans(pair(words, *OLD), (document, reading)).new
    assert found.tasks_by_field == {"设施互通": 1, "未归类": 1}
    assert found.projects_by_field == {"创新协同": 1}
    assert (found.quantitative, found.qualitative) == (5, 1)


def test_columns_tables_and_figures_are_counted_once(words):
    lines = [
        "一、轨道",
        RAIL,
        "专栏1 换乘中心",
        "专栏2 快线",
        "专栏1 换乘中心（续）",
        "表1 线路一览",
        "图1 线网图",
        "图2 站点图",
    ]
    side = compare_plans(pair(words, *OLD), pair(words, *plan("甲计划", *lines))).new
    assert (side.columns, side.tables, side.figures) == (2, 1, 2)


# --- what always holds ---

BODIES = (RAIL, WATER, LABS, PARKS, SCHOOLS, CLINICS, FAIRS, COURTS, GRAIN, FESTIVAL)
NAMES = (
    "轨道交通",
    "河流治理",
    "科技创新",
    "产业园区",
    "学校共建",
    "医院互认",
    "境外参展",
    "司法协作",
    "粮食储备",
    "古镇节庆",
)
chapter = st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(BODIES), max_size=3), st.booleans())


def write(chapters: list[tuple[str, list[str], bool]]) -> tuple[str, str]:
    lines = []
    for number, (name, bodies, inner) in enumerate(chapters):
        lines.append(f"{'一二三四五六七八'[number]}、{name}")
        for place, body in enumerate(bodies):
            lines += [f"（{'一二三'[place]}）{NAMES[BODIES.index(body)]}"] if inner else []
            lines.append(body)
    return plan("甲都市圈行动计划", *lines)


@settings(max_examples=60, deadline=None)
@given(st.lists(chapter, max_size=8))
def test_a_plan_compared_with_itself_has_no_change(chapters):
    one = pair(catalogue(), *write(chapters))
    found = compare_plans(one, one)
    assert found.is_empty
    assert all(len(c.old) == len(c.new) == 1 and c.kept in (0.0, 1.0) for c in found.sections)


TURNED = {"new": "gone", "split": "merged", "promoted": "demoted", "grown": "shrunk"}
TURNED |= {v: k for k, v in TURNED.items()}


@settings(max_examples=60, deadline=None)
@given(st.lists(chapter, max_size=7), st.lists(chapter, max_size=7))
def test_turned_round_new_is_gone(before, after):
    one, other = pair(catalogue(), *write(before)), pair(catalogue(), *write(after))
    there, back = compare_plans(one, other), compare_plans(other, one)

    def said(found: PlanComparison, turn: bool) -> Counter[Any]:
        return Counter(
            (
                tuple(sorted(TURNED.get(k, k) if turn else k for k in c.kinds)),
                *(tuple(s.span.start for s in side) for side in ((c.new, c.old) if turn else (c.old, c.new))),
            )
            for c in found.sections
        )

    assert said(there, turn=False) == said(back, turn=True)


values = st.builds(
    target,
    st.sampled_from(["地区生产总值", "研发经费投入", "森林覆盖率", "绿道长度"]),
    st.floats(-1e4, 1e4, allow_nan=False).map(lambda v: round(v, 2)),
    st.sampled_from(["亿元", "万亿元", "%", "公里"]),
    st.integers(2022, 2035),
)


@given(st.lists(values, max_size=6), st.lists(values, max_size=6))
def test_targets_turned_round(old, new):
    turned = {
        "added": "dropped",
        "dropped": "added",
        "raised": "lowered",
        "lowered": "raised",
        "same": "same",
    }
    there, back = compare_targets(old, new), compare_targets(new, old)
    assert Counter(t.kind for t in there) == Counter(turned[t.kind] for t in back)
    assert all(t.kind == "same" for t in compare_targets(old, old))


# --- the labelled rounds and the bulletin ---


def labelled(shared: Path, name: str) -> tuple[Document, PlanReading]:
    record = json.loads((shared / "corpus" / "plans" / f"{name}.json").read_text("utf-8"))
    document = Document(
        sha256="0" * 64, source_id="test", url=record["url"], title=record["title"], text=record["raw"]
    )
    return document, read_plan(document, catalogue())


def expected(shared: Path, name: str) -> Any:
    rounds = json.loads((shared / "corpus" / "plans" / "rounds" / "rounds.json").read_text("utf-8"))
    return next(r for r in rounds if r["id"] == name)


@pytest.mark.shared
def test_labelled_targets_of_two_rounds(shared):
    wanted = expected(shared, "gwr_2021_2025")
    found = compare_plans(*(labelled(shared, name) for name in wanted["docs"]))
    pairs = {t.indicator: t for t in found.targets if t.old and t.new}
    assert len(pairs) == len(wanted["same"]) == len(found.targets)
    for label in wanted["same"]:
        change = pairs[label["indicator"]]
        old, new = change.old, change.new
        assert old is not None and new is not None
        assert (old.value, new.value, new.unit) == (label["before"], label["after"], label["unit"])
        assert old.comparator == label.get("before_cmp", old.comparator)
        assert new.comparator == label.get("after_cmp", new.comparator)
        step = (label["after"] > label["before"]) - (label["after"] < label["before"])
        assert change.kind == {1: "raised", -1: "lowered", 0: "same"}[step]


@pytest.fixture(scope="module")
def bulletin(shared: Path) -> RoundsComparison:
    (file,) = (shared / "seed").glob("*.txt")
    from metroetl.documents.folder import document_of

    document = document_of(file, f"inbox:{file.name}")
    series = [catalogue().plan_series[i] for i in ("chengdu_three_year", "delta_three_year")]
    return compare_rounds(series, [(document, read_plan(document, catalogue()))], catalogue())


def of_series(found: RoundsComparison, series_id: str) -> SeriesRounds:
    return next(s for s in found.series if s.series_id == series_id)


def mentioned(entry: Round, topic: str) -> list[str]:
    return [f.value for f in entry.facts if f.topic == topic and f.origin == "mention"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("label", "series_id"),
    [("seed_chengdu_rounds", "chengdu_three_year"), ("seed_yrd_rounds", "delta_three_year")],
)
def test_the_bulletins_table_of_rounds(shared, bulletin, label, series_id):
    wanted = expected(shared, label)
    series = of_series(bulletin, series_id)
    assert len(series.rounds) == len(wanted["rounds"]) == 3
    for entry, row in zip(series.rounds, wanted["rounds"], strict=True):
        assert entry.number == row["round"] and not entry.text_known
        if "period" in row:
            assert [entry.period_start, entry.period_end] == row["period"]
            (issuer,) = mentioned(entry, "issuers")
            assert issuer.removeprefix("四川") == row["issuer"]
        assert entry.stage == row.get("stage")
        assert entry.status == ("expected" if "status" in row else "issued")
        if "projects" in row:
            assert mentioned(entry, "projects")[0].startswith(f"{row['projects']}个")
            assert mentioned(entry, "focus") == [row["focus"]]
        if "quantitative_targets" in row:
            assert mentioned(entry, "quantitative") == [str(row["quantitative_targets"])]
        if "reviews_previous_round" in row:
            assert mentioned(entry, "review") == ["是" if row["reviews_previous_round"] else "否"]
        chapters = [*row.get("new_chapters", []), *row.get("new_single_chapters", [])]
        assert mentioned(entry, "new_chapters") == (["、".join(chapters)] if chapters else [])
        if "largest_chapter" in row:
            assert mentioned(entry, "largest_chapter") == [row["largest_chapter"]]
            assert mentioned(entry, "first_chapter") == [row["first_chapter"]]
    if "themes" in wanted:
        assert [v for v, _ in series.values("themes")] == ["、".join(wanted["themes"])]
        assert len(mentioned(series.rounds[0], "completion")) == 1 + len(wanted["completion"])


@pytest.mark.shared
def test_registry_and_news_stand_beside_the_bulletin(shared, bulletin):
    third = of_series(bulletin, "delta_three_year").rounds[2]
    assert {f.value for f in third.facts if f.origin == "curated"} >= {"165重点任务", "9个方面", "2024-07-25"}
    assert third.first("gap") == "上一轮期满后207天发布"
    reads = [labelled(shared, name) for name in expected(shared, "seed_yrd_rounds")["docs"]]
    both = compare_rounds([catalogue().plan_series["delta_three_year"]], reads, catalogue())
    third = both.series[0].rounds[2]
    assert mentioned(third, "aspects") == ["九个方面"]
    assert mentioned(third, "tasks") == ["165项重点任务"]
    document = reads[0][0]
    spans = [f for f in third.facts if f.source == 0 and f.span and f.topic == "first_chapter"]
    assert [document.text[f.span.start : f.span.end] for f in spans if f.span] == ["将科技创新提至第一篇章"]


def test_rounds_whose_texts_are_known_are_compared(words):
    name = "成德眉资同城化发展暨成都都市圈建设三年行动计划"
    old = pair(words, *plan(f"{name}（2020—2022年）", *OLD[1].splitlines()[3:]))
    new = pair(
        words, *plan(f"{name}（2023—2025年）", "起步期行动计划全面完成，环线通车。", *NEW[1].splitlines()[4:])
    )
    found = compare_rounds([words.plan_series["chengdu_three_year"]], [new, old], words)
    first, second, third = found.series[0].rounds
    assert (first.text_known, second.text_known, third.text_known) == (True, True, False)
    (comparison,) = found.comparisons
    assert titles(comparison, "split") == [(["创新与园区"], ["创新", "园区"])]
    assert second.first("review") == "是"
    assert (second.stage, second.side and second.side.stage) == ("成长期", "成长期")
    assert second.values("quantitative") == [("5", [0])]
    assert {f.origin for f in first.facts} == {"text", "curated"}
