"""What a sentence leaves to those after it: time, place, base, owner and head, in sentences of our own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.statistics import Statement, extract_text
from metroetl.statistics.extract import read_date

DAY = date(2025, 4, 18)


def read(
    text: str, *, region: str = "成都市", day: date | None = DAY, title: str | None = None
) -> list[Statement]:
    return extract_text(text, title=title, published_on=day, region_code=region, catalogue=catalogue())


def actual(text: str, **scope: Any) -> list[tuple[str, str, float]]:
    found = read(text, **scope)
    return [(s.indicator, s.period, s.value) for s in found if s.kind == "actual"]


def test_a_list_of_mixed_directions() -> None:
    text = "一季度，汽车制造业、电子行业和医药制造业增加值分别增长9.4%、3.1%和下降1.2%。"
    assert actual(text) == [
        ("汽车制造业增加值", "2025-Q1", 9.4),
        ("电子行业增加值", "2025-Q1", 3.1),
        ("医药制造业增加值", "2025-Q1", -1.2),
    ]


def test_growth_on_the_month_holds_for_its_parts_until_a_yearly_base() -> None:
    text = "3月份，居民消费价格环比下降0.4%。其中，食品价格下降1.4%。食品烟酒价格同比下降0.5%，衣着价格上涨1.1%。"
    assert [(s.kind, s.value) for s in read(text)] == [
        ("change", -0.4),
        ("change", -1.4),
        ("actual", -0.5),
        ("actual", 1.1),
    ]


def test_a_turn_of_direction_has_a_previous_and_a_present_value() -> None:
    text = "3月份，食品价格同比由上涨0.7%转为下降2.3%。"
    assert [(s.kind, s.indicator, s.value) for s in read(text)] == [
        ("previous", "食品价格", 0.7),
        ("actual", "食品价格", -2.3),
    ]


def test_credit_is_told_by_its_flow() -> None:
    text = (
        "3月末，人民币贷款余额500亿元。一季度，住户贷款增加30亿元，其中，短期贷款减少2亿元，同比少减1亿元。"
    )
    assert actual(text) == [
        ("人民币贷款余额", "2025-03-31", 500.0),
        ("住户贷款增加额", "2025-Q1", 30.0),
        ("短期贷款增加额", "2025-Q1", -2.0),
    ]


def test_cumulative_and_current_month_alternate() -> None:
    text = "1-3月，规模以上工业增加值增长6.1%。3月份增长7.2%。采矿业增加值累计下降2.0%，当月增长3.5%。"
    assert actual(text) == [
        ("规模以上工业增加值", "2025-Q1", 6.1),
        ("规模以上工业增加值", "2025-M03", 7.2),
        ("采矿业增加值", "2025-Q1", -2.0),
        ("采矿业增加值", "2025-M03", 3.5),
    ]


def test_a_time_that_lags_stays_in_its_paragraph() -> None:
    text = (
        "一季度，地区生产总值6000亿元。\n1-2月，规模以上服务业企业营业收入增长5.0%。\n固定资产投资增长6.0%。"
    )
    assert [p for _, p, _ in actual(text)] == ["2025-Q1", "2025-M02", "2025-Q1"]


def test_one_item_of_a_list_has_its_own_time() -> None:
    text = (
        "一季度，固定资产投资、1-2月规模以上服务业企业营业收入、社会消费品零售总额分别增长6.5%、12.2%、6.9%。"
    )
    assert [(p, v) for _, p, v in actual(text)] == [("2025-Q1", 6.5), ("2025-M02", 12.2), ("2025-Q1", 6.9)]


def test_the_city_of_a_sentence_is_its_whole_city() -> None:
    text = "一季度，眉山市固定资产投资增长10.8%，全市社会消费品零售总额180.6亿元。"
    assert [s.region for s in read(text, region="成都都市圈")] == ["眉山市", "眉山市"]


def test_a_city_at_county_level_is_its_own_whole_city() -> None:
    assert {s.region for s in read("一季度，全市地区生产总值120亿元。", region="简阳市")} == {"简阳市"}


def test_a_rank_and_a_firm_name_no_place() -> None:
    text = "一季度，总量居全国第7位，成都汽车等重大项目投产，固定资产投资增长6.0%。"
    assert {s.region for s in read(text, region="四川省")} == {"四川省"}


def test_districts_by_their_short_names() -> None:
    text = "一季度，新津、青白江两个区分别实现地区生产总值120.5亿元和180.2亿元。"
    assert [(s.region, s.value) for s in read(text)] == [("新津区", 120.5), ("青白江区", 180.2)]


@pytest.mark.parametrize(
    ("text", "value", "unit", "norm"),
    [
        ("2024年地区生产总值三千亿元。", 3000.0, "亿元", 3000.0),
        ("2024年地区生产总值增长百分之五点三。", 5.3, "%", 5.3),
        ("2024年四川地區生產總值6兆4697億元。", 64697.0, "亿元", 64697.0),
        ("2024年地区生产总值23511亿。", 23511.0, "亿元", 23511.0),
        ("2024年出口额增长两倍。", 2.0, "倍", 200.0),
    ],
)
def test_numerals_and_multiples(text: str, value: float, unit: str, norm: float) -> None:
    [found] = read(text)
    assert (found.value, found.unit, found.value_norm) == (value, unit, norm)


def test_parts_of_ten_and_fractions_are_comparisons() -> None:
    text = "2024年，民营企业进出口占比近七成，机电产品出口占三分之二。"
    assert [(s.kind, s.value, s.unit) for s in read(text)] == [
        ("comparison", 7.0, "成"),
        ("comparison", 66.7, "%"),
    ]


def test_a_bare_head_is_of_what_was_just_named() -> None:
    text = "一季度，软件业务收入增速平稳，达500亿元，同比增长9.9%。软件业务出口略有下降，出口额3亿美元。"
    assert [n for n, _, _ in actual(text)] == ["软件业务收入", "软件业务收入", "软件业务出口"]


def test_trade_with_a_partner_goes_on_in_its_sentence() -> None:
    text = "一季度，自东盟进口20亿元，增长5.0%；出口30亿元。"
    assert [n for n, _, _ in actual(text)] == ["自东盟进口", "自东盟进口", "对东盟出口"]


def test_one_more_whole_of_a_share() -> None:
    text = "一季度，出口总额900亿元，占全省的63.2%、全国的1.4%。"
    assert [(s.measure, s.value) for s in read(text)][1:] == [
        ("share_of_province", 63.2),
        ("share_of_nation", 1.4),
    ]


def test_what_a_bracket_defines_is_not_said() -> None:
    text = "一季度，规模以上(年主营业务收入2000万元以上)工业增加值增长7.0%。"
    assert actual(text) == [("规模以上工业增加值", "2025-Q1", 7.0)]


@pytest.mark.parametrize(
    "text",
    [
        "一季度，完成年任务75亿元。",
        "项目建成后可实现年销售收入5亿元。",
        "一季度，人均可支配收入分别是甲、乙两地人均可支配收入的48.8%。",
        "2020-2024年地区生产总值平均增速为6.1%。",
    ],
)
def test_no_observation(text: str) -> None:
    assert actual(text) == []


def test_an_estimate_is_marked_and_what_follows_it_is_not_lost() -> None:
    text = "预计，全年地区生产总值增长5.5%；规模以上工业增加值增长6.1%。"
    first, second = read(text, day=date(2026, 1, 12), title="2025年经济运行情况")
    assert (first.kind, second.kind) == ("forecast", "actual")
    assert second.revision_stage == "预计"


def test_taiwan_words_and_pinyin_in_brackets() -> None:
    text = "2024年，集成電路產(chǎn)量增長(zhǎng)20.8%，資訊傳輸業營業收入增長8.1%。"
    assert [(n, v) for n, _, v in actual(text)] == [("集成电路产量", 20.8), ("信息传输业营业收入", 8.1)]


def test_amounts_in_another_currency() -> None:
    found = read("3月份，香港整体出口货值2917亿元(港币，下同)。", region="香港特别行政区")
    assert [s.unit for s in found] == ["亿港元"]


def test_of_a_year_alone_the_whole_year_before_is_meant() -> None:
    assert read_date("2021") == date(2021, 11, 30)
    assert [s.period for s in read("全年地区生产总值352亿元。", day=read_date("2021"))] == ["2020"]


def test_the_day_of_a_census() -> None:
    text = "2020年11月1日零时，全县常住人口74.3万人。"
    assert [s.period for s in read(text, region="岳池县", day=date(2021, 6, 10))] == ["2020-11-01"]
