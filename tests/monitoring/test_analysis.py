"""The sections of a report: what they say of published figures, and of figures that fall, stand still or are missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.errors import WarehouseError
from metroetl.monitoring import build_report, latest_quarter
from metroetl.monitoring.analysis import View, indicators, notes, structure
from metroetl.monitoring.analysis.sentences import (
    beside,
    circle_sentence,
    city_sentence,
    race_sentence,
    share_of_province,
)
from metroetl.monitoring.content import Cited, Paragraph, Section, Table
from metroetl.monitoring.figures import CircleFigures, Evidence, Figure, load_figures
from metroetl.monitoring.report import Report
from metroetl.warehouse import Warehouse
from tests.monitoring.reading import OWN, as_markdown

CIRCLE, CITIES = "AGG.CDMC", ("510100", "510600", "511400", "512000")
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def chengdu(warehouse: Warehouse) -> CircleFigures:
    return load_figures(warehouse, "chengdu")


@pytest.mark.parametrize(("quarter", "day"), [("2025-Q1", date(2025, 6, 1)), ("2025-Q4", date(2026, 4, 1))])
def test_the_text_is_the_one_that_was_read_and_approved(
    warehouse: Warehouse, quarter: str, day: date
) -> None:
    found = as_markdown(build_report(warehouse, "chengdu", quarter, as_of=day))
    file = GOLDEN / f"chengdu-{quarter}.md"
    if not file.exists():
        file.write_text(found, encoding="utf-8")
        pytest.fail(f"{file.name} was written; read it sentence by sentence")
    assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("quarter", "said"),
    [
        ("2022-Q1", "实现地区生产总值6123.55亿元，按不变价格计算，同比增长5.2%，低于全省0.1个百分点"),
        ("2023-Q4", "2023年，成都都市圈实现地区生产总值27845.35亿元，按不变价格计算，比上年增长6.1%，高于全省0.1个百分点"),
        ("2024-Q4", "比上年增长5.9%，高于全国0.9个百分点，占全省比重为46.0%，比上年下降0.3个百分点。"),
        ("2025-Q1", "7393.1亿元，按不变价格计算，同比增长6.2%，高于全省0.7个百分点、高于全国0.8个百分点"),
        ("2025-Q4", "31310.2亿元，按不变价格计算，比上年增长5.8%，高于全省0.3个百分点、高于全国0.8个百分点，"
         "占全省比重为46.3%，比上年提高0.3个百分点，迈上3万亿元台阶。"),
    ],
)  # fmt: skip
def test_the_first_sentence(warehouse: Warehouse, chengdu: CircleFigures, quarter: str, said: str) -> None:
    assert said in circle_sentence(View(warehouse, chengdu, quarter), "GDP").text


@pytest.mark.parametrize(
    ("quarter", "said"),
    [
        ("2022-Q1", ("各市之和为6123.55亿元，与公布数一致", "增速为5.20%，与公布数一致")),
        ("2023-Q4", ("与公布数一致", "增速为6.08%，比公布数低0.02个百分点")),
        ("2024-Q4", ("各市之和为29756.8亿元，与公布数一致", "增速为5.97%，比公布数高0.07个百分点")),
        ("2025-Q1", ("各市之和为7393.1亿元，与公布数一致", "增速为6.28%，比公布数高0.08个百分点")),
        ("2021-Q4", ("各市之和未计算：缺德阳市、眉山市、资阳市数据", "合成增速未计算：缺成都市、德阳市、眉山市、资阳市的水平或增速")),
        ("2025-Q4", ("各市之和为31310.2亿元，与公布数一致", "合成增速未计算：缺眉山市的水平或增速")),
    ],
)  # fmt: skip
def test_computed_stands_beside_published_or_is_refused_by_name(
    warehouse: Warehouse, chengdu: CircleFigures, quarter: str, said: tuple[str, ...]
) -> None:
    note = beside(View(warehouse, chengdu, quarter), "GDP")
    assert note and note.kind == "note"
    assert all(part in note.text for part in said), note.text


def test_growth_published_of_2021_and_2025_is_shown(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    for quarter, rate in (("2021-Q4", "增长8.6%"), ("2025-Q4", "增长5.8%")):
        pieces = circle_sentence(View(warehouse, chengdu, quarter), "GDP").pieces
        cited = next(p for p in pieces if isinstance(p, Cited) and p.text == rate)
        assert cited.figure.origin == "published" and cited.figure.evidence


def test_budget_of_2022_as_the_bureau_wrote_it(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    view = View(warehouse, chengdu, "2022-Q1")
    note = beside(view, "PBR")
    assert note and "各市之和为582.3亿元，比公布数少0.1亿元" in note.text, (
        "the parts were rounded: DOMAIN.md 4.4"
    )
    section = indicators.industry(view)
    assert section
    text = "".join(b.text for b in section.blocks if isinstance(b, Paragraph))
    assert "成都市、德阳市、眉山市、资阳市分别增长8.5%、8.2%、8.9%、7.9%" in text


def test_every_figure_in_a_text_is_cited_with_what_it_rests_on(warehouse: Warehouse) -> None:
    report = build_report(warehouse, "chengdu", "2025-Q1", chapters=OWN)
    cited = [f for section in report.sections() for f in section.figures()]
    assert len(cited) > 80
    for figure in cited:
        sources = list(figure.sources())
        assert sources and all(f.evidence and f.evidence.quote and f.evidence.url for f in sources)
        assert report.sources.numbers(figure) and report.sources.row(figure)
    rows = list(report.sources.rows())
    assert [n for n, _ in rows] == list(range(1, len(rows) + 1))


def test_the_newest_quarter_and_one_without_figures(warehouse: Warehouse) -> None:
    assert latest_quarter(warehouse, "chengdu") == "2025-Q4"
    with pytest.raises(WarehouseError, match="2011-Q1") as error:
        build_report(warehouse, "chengdu", "2011-Q1")
    assert "metroetl" in error.value.way_out


def test_as_of_a_day_only_what_was_published_by_then(warehouse: Warehouse) -> None:
    early = build_report(warehouse, "chengdu", "2025-Q1", as_of=date(2025, 5, 10), chapters=OWN)
    assert "合计7393.1亿元（各市之和" in early.lead.text and "2025年5月10日" in as_markdown(early)
    assert early.day == date(2025, 5, 10)


def test_in_english_nothing_but_names_of_plans_is_chinese(warehouse: Warehouse) -> None:
    report = build_report(
        warehouse, "chengdu", "2025-Q1", language="en", as_of=date(2025, 6, 1), chapters=OWN
    )
    text = as_markdown(report)
    told = [line for line in text.splitlines() if any("一" <= c <= "龥" for c in line)]
    assert all(
        line.startswith("| ") and ("规划" in line or "计划" in line or "清单" in line) for line in told
    ), told
    assert "739.31 billion yuan, up 6.2% on the year at constant prices" in text
    for line in text.splitlines():
        assert not line[:1].islower(), line


# --- figures that were made up to try what hasn't been published ----------------------------------------------------


def world(**values: float) -> View:
    """A quarter of Chengdu's circle with these figures only: `GDP_510100_yoy_real_ytd_2025Q2=-3.0`."""
    data = CircleFigures(catalogue().circles["chengdu"])
    for number, (key, value) in enumerate(values.items()):
        code, region, *measure, quarter = key.split("_")
        region = {"circle": CIRCLE, "nation": "000000"}.get(region, region)
        name, quarter = "_".join(measure), f"{quarter[:4]}-{quarter[4:]}"
        unit = "%" if name.startswith("yoy") else "亿元"
        evidence = Evidence(str(number), "2025-07-20", "统计局", "公报", "https://example.cn/1", "原句")
        data.figures[region, code, name, quarter, ""] = Figure(
            region, code, name, quarter, value, unit, 1, "", evidence
        )
    return View(Warehouse("sqlite://"), data, "2025-Q2")


def of_cities(code: str, measure: str, *values: float) -> dict[str, float]:
    return {f"{code}_{city}_{measure}_2025Q2": value for city, value in zip(CITIES, values, strict=False)}


def test_a_fall_is_called_a_fall() -> None:
    view = world(
        GDP_circle_level_ytd_2025Q2=100.0, GDP_circle_yoy_real_ytd_2025Q2=-1.2, GDP_circle_yoy_real_ytd_2025Q1=-5.5,
        GDP_510000_yoy_real_ytd_2025Q2=-1.2, GDP_nation_yoy_real_ytd_2025Q2=0.4,
    )  # fmt: skip
    assert circle_sentence(view, "GDP").text == (
        "2025年上半年，成都都市圈实现地区生产总值100.0亿元，按不变价格计算，同比下降1.2%，"
        "与全省持平、低于全国1.6个百分点，降幅比一季度收窄4.3个百分点。"
    )


def test_from_a_fall_to_a_rise() -> None:
    view = world(IVA_circle_yoy_real_ytd_2025Q2=0.3, IVA_circle_yoy_real_ytd_2025Q1=-0.3)
    assert circle_sentence(view, "IVA").text.endswith(
        "规模以上工业增加值同比增长0.3%，增速较一季度由负转正。"
    )


def test_cities_that_rise_fall_and_stand_still() -> None:
    view = world(**of_cities("IVA", "yoy_real_ytd", 1.0, -2.0, 0.0, 3.0), IVA_510000_yoy_real_ytd_2025Q2=0.0)
    said, race = city_sentence(view, "IVA"), race_sentence(view, "IVA")
    assert said and said.text == "分市看，成都市、资阳市分别增长1.0%、3.0%，眉山市持平，德阳市下降2.0%。"
    assert race and race.text == (
        "资阳市增速居四市第一；成都市、资阳市增速高于全省，眉山市增速与全省持平，德阳市增速低于全省。"
    )


def test_two_share_the_first_place_and_all_are_behind() -> None:
    view = world(**of_cities("IVA", "yoy_real_ytd", 1.0, 2.0, 2.0, 0.5), IVA_510000_yoy_real_ytd_2025Q2=3.0)
    race = race_sentence(view, "IVA")
    assert race and race.text == "德阳市、眉山市增速并列四市第一；四市增速均低于全省。"


def test_a_missing_city_is_named_and_not_ranked() -> None:
    view = world(**of_cities("RS", "level_ytd", 10.0, 20.0, 30.0), RS_510100_yoy_nominal_ytd_2025Q2=1.0)
    said = city_sentence(view, "RS")
    assert said and said.text == (
        "分市看，成都市10.0亿元、增长1.0%；德阳市20.0亿元，增速未见公布；眉山市30.0亿元，增速未见公布；资阳市未见公布数。"
    )
    assert race_sentence(view, "RS") is None
    text = "".join(b.text for b in notes_of(view).blocks if isinstance(b, Paragraph))
    assert "社会消费品零售总额缺资阳市" in text


def notes_of(view: View) -> Section:
    return notes.notes(view)


def test_a_sum_without_a_published_total_says_so() -> None:
    view = world(
        **of_cities("RS", "level_ytd", 10.0, 20.0, 30.0, 40.0),
        **of_cities("RS", "yoy_nominal_ytd", 1, 1, 1, 1),
    )
    assert circle_sentence(view, "RS").text == (
        "2025年上半年，成都都市圈社会消费品零售总额合计100.0亿元（各市之和，未见都市圈公布数），"
        "按各市水平与增速合成，同比增长1.00%（计算数，未见公布）。"
    )


def test_rates_of_other_kinds_are_told_apart_and_not_compared() -> None:
    view = world(
        INC_510100_yoy_nominal_ytd_2025Q2=5.0,
        INC_510600_yoy_nominal_ytd_2025Q2=6.0,
        INC_nation_yoy_real_ytd_2025Q2=5.6,
    )
    section = indicators.income(view)
    assert section
    table = next(b for b in section.blocks if isinstance(b, Table))
    assert table.note == "增速口径不一，不可直接比较：成都市、德阳市为名义增速；全国为实际增速。"
    text = "".join(b.text for b in section.blocks if isinstance(b, Paragraph))
    assert "全国" not in text


def test_a_forecast_is_called_one() -> None:
    view = world(**of_cities("GDP", "level_ytd", 100.0, 3400.0, 20.0, 10.0))
    key = ("510600", "GDP", "level_ytd", "2025-Q2", "")
    figure = view.data.figures[key]
    assert figure.evidence
    view.data.figures[key] = replace(figure, evidence=replace(figure.evidence, obs_status="F"))
    said = city_sentence(view, "GDP")
    assert said and "德阳市3400.0亿元（预计）" in said.text and said.text.count("预计") == 1
    assert "合计3530.0亿元（含预计数）" in circle_sentence(view, "GDP").text
    assert indicators.indicator_table(view, "GDP").note == "预计数：德阳市。"


def test_of_a_circle_whose_members_are_not_all_known_nothing_is_ranked(warehouse: Warehouse) -> None:
    text = as_markdown(
        build_report(warehouse, "chengdu_chongqing", "2025-Q1", as_of=date(2025, 6, 1), chapters=OWN)
    )
    assert "未计算：成员名单不完整" in text
    assert "第一；" not in text and "集中度" not in text and "均高于" not in text


def test_a_share_as_far_as_levels_are_known() -> None:
    view = world(GDP_circle_level_ytd_2025Q2=50.0, GDP_510000_level_ytd_2025Q2=200.0)
    pieces = share_of_province(view, "GDP")
    cited = [p for p in pieces if isinstance(p, Cited)]
    assert [p.text for p in cited] == ["25.0%"] and cited[0].figure.origin == "computed"
    assert len(list(cited[0].figure.sources())) == 2


def test_sectors_that_do_not_add_up_are_told() -> None:
    sectors = {f"VA{n}_circle_level_ytd_2025Q2": value for n, value in ((1, 10.0), (2, 30.0), (3, 55.0))}
    section = structure.sectors(world(GDP_circle_level_ytd_2025Q2=100.0, **sectors))
    assert section
    text = "".join(b.text for b in section.blocks if isinstance(b, Paragraph))
    assert "三次产业结构为10.0∶30.0∶55.0" in text and "相差-5.0亿元，超出修约误差，请核对出处" in text


def test_a_quarter_alone_and_two_years(warehouse: Warehouse, chengdu: CircleFigures) -> None:
    section = structure.periods(View(warehouse, chengdu, "2021-Q1"))
    assert section
    text = "".join(b.text for b in section.blocks if isinstance(b, Paragraph))
    assert "四川省地区生产总值两年平均增长6.0%" in text
    assert structure.periods(View(warehouse, chengdu, "2025-Q1")) is None
    asked = structure.periods(View(warehouse, chengdu, "2025-Q1", two_year=True))
    assert asked is not None and "两年平均" in asked.title


def test_members_that_are_no_cities(warehouse: Warehouse) -> None:
    text = as_markdown(
        build_report(warehouse, "yangtze_delta", "2025-Q1", as_of=date(2025, 6, 1), chapters=OWN)
    )
    assert "各市" not in text and "分市看" not in text and "全省" not in text


def test_a_section_maker_is_one_line(warehouse: Warehouse) -> None:
    def section(view: View) -> Section:
        return Section("mine", "自拟", [view.paragraph(("本节由使用者添加",))])

    report: Report = build_report(
        warehouse, "chengdu", "2025-Q1", chapters=[("chapter_notes", [section, lambda _: None])]
    )
    assert [s.key for s in report.sections()] == ["mine"] and "本节由使用者添加。" in as_markdown(report)
