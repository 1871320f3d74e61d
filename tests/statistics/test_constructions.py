"""Each construction of releases, in sentences of our own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.statistics import Statement, extract_text
from metroetl.statistics.extract import printed_indicator

DAY = date(2025, 7, 20)
TITLE = "2025年上半年全市经济运行情况"


def read(
    text: str, *, region: str = "510100", day: date | None = DAY, title: str | None = TITLE
) -> list[Statement]:
    return extract_text(text, title=title, published_on=day, region_code=region, catalogue=catalogue())


def actual(text: str, **scope: Any) -> list[tuple[str, str, str, float]]:
    found = read(text, **scope)
    return [(s.region, s.indicator, s.measure, s.value) for s in found if s.kind == "actual"]


def brief(text: str, **scope: Any) -> list[tuple[str, float]]:
    return [(indicator, value) for _, indicator, _, value in actual(text, **scope)]


def kinds(text: str, **scope: Any) -> list[tuple[str, float]]:
    return [(s.kind, s.value) for s in read(text, **scope)]


def test_level_and_growth() -> None:
    text = "上半年，全市实现地区生产总值12000.5亿元，按不变价格计算，同比增长5.8%。"
    assert actual(text) == [
        ("成都市", "地区生产总值", "level_ytd", 12000.5),
        ("成都市", "地区生产总值", "yoy_real_ytd", 5.8),
    ]
    level, growth = read(text)
    assert (level.indicator_code, level.region_code, level.period) == ("GDP", "510100", "2025-Q2")
    assert (level.period_start, level.period_end) == (date(2025, 1, 1), date(2025, 6, 30))
    assert (level.unit, level.value_norm, level.unit_norm) == ("亿元", 12000.5, "亿元")
    assert level.publish and growth.publish


def test_a_decline_is_negative_and_a_multiple_stays_as_printed() -> None:
    text = "民间投资下降3.0%，新能源汽车产量增长1.3倍，出口与上年同期持平。"
    assert brief(text) == [("民间投资", -3.0), ("新能源汽车产量", 1.3), ("出口总额", 0.0)]
    assert read(text)[1].value_norm == 130.0


@pytest.mark.parametrize("clause", ["增速持平", "环比持平", "与全省持平", "与计划目标持平"])
def test_other_ways_to_be_level_are_no_growth(clause: str) -> None:
    assert actual(f"固定资产投资{clause}。") == []


def test_sectors_share_the_head_and_align_with_values() -> None:
    text = "第一、二、三产业增加值分别为200.1亿元、3400.2亿元和8400.2亿元，同比分别增长3.1%、5.6%、6.0%。"
    sectors = ["第一产业增加值", "第二产业增加值", "第三产业增加值"]
    assert brief(text) == [
        *zip(sectors, [200.1, 3400.2, 8400.2], strict=True),
        *zip(sectors, [3.1, 5.6, 6.0], strict=True),
    ]


def test_cities_in_order_align_with_values() -> None:
    text = "成都、德阳、眉山、资阳分别实现地区生产总值5930.3亿元、771.1亿元、447.7亿元、244.0亿元，增长6.0%、7.5%、7.6%、7.0%。"
    assert [r for r, *_ in actual(text)] == ["成都市", "德阳市", "眉山市", "资阳市"] * 2
    assert [v for *_, v in actual(text)] == [5930.3, 771.1, 447.7, 244.0, 6.0, 7.5, 7.6, 7.0]


def test_counts_that_disagree_are_refused() -> None:
    assert actual("成都、德阳、眉山地区生产总值分别增长6.0%、7.5%。") == []


def test_two_in_one_word_and_shared_heads() -> None:
    assert brief("城乡居民人均可支配收入分别增长4.6%、6.1%。") == [
        ("城镇居民人均可支配收入", 4.6),
        ("农村居民人均可支配收入", 6.1),
    ]
    assert brief("工业和工业技术改造投资分别增长12.7%和12.5%。") == [
        ("工业投资", 12.7),
        ("工业技术改造投资", 12.5),
    ]


def test_growth_reaches_back_over_single_values() -> None:
    text = "增值税120.8亿元、企业所得税90.5亿元、个人所得税30.3亿元，同比分别增长2.1%、3.2%、4.3%。"
    assert brief(text)[3:] == [("增值税", 2.1), ("企业所得税", 3.2), ("个人所得税", 4.3)]


def test_partners_named_before_the_values() -> None:
    text = "东盟、美国和欧盟是前三大贸易伙伴，进出口分别为77.9亿元、58.6亿元和23亿元，分别增长43.7%、50.2%和1.8%。"
    assert brief(text)[0] == ("对东盟进出口", 77.9)
    assert brief(text)[5] == ("对欧盟进出口", 1.8)
    assert brief("对美国、欧盟分别进出口800亿元、700亿元。") == [("对美国进出口", 800), ("对欧盟进出口", 700)]


def test_a_name_without_head_takes_the_one_that_governs_it() -> None:
    text = "采矿业增加值增长6.5%，制造业增长8.1%，电力、热力、燃气及水生产和供应业增长2.2%。"
    assert brief(text)[1:] == [
        ("制造业增加值", 8.1),
        ("电力、热力、燃气及水生产和供应业增加值", 2.2),
    ]
    assert brief("从消费品价格看，食品烟酒上涨1.5%，衣着下降0.3%。") == [
        ("食品烟酒价格", 1.5),
        ("衣着价格", -0.3),
    ]


def test_accounts_of_firms_keep_their_owner() -> None:
    text = "1—5月，规模以上工业企业实现营业收入6800亿元，增长4.1%；利润总额420亿元，下降1.5%。"
    assert [(s.indicator_code, s.period) for s in read(text)][::2] == [
        ("IND_REV", "2025-M05"),
        ("IND_PRF", "2025-M05"),
    ]


def test_shares_rates_and_their_changes_in_points() -> None:
    text = "工业投资占固定资产投资比重为32.1%，同比提高1.5个百分点。6月份，城镇调查失业率为5.2%，比上年同期下降0.1个百分点。"
    assert actual(text) == [
        ("成都市", "工业投资", "share", 32.1),
        ("成都市", "工业投资", "yoy_pp", 1.5),
        ("成都市", "城镇调查失业率", "rate", 5.2),
        ("成都市", "城镇调查失业率", "yoy_pp", -0.1),
    ]


def test_indices_and_ratios_stand_without_a_unit() -> None:
    text = "居民消费价格指数为100.2，同比上涨0.2%。城乡居民人均可支配收入比1.68。"
    assert actual(text) == [
        ("成都市", "居民消费价格指数", "yoy_index_ytd", 100.2),
        ("成都市", "居民消费价格指数", "yoy_ytd", 0.2),
        ("成都市", "城乡居民收入比", "ratio", 1.68),
    ]


def test_real_growth_beside_nominal_growth_is_a_variant() -> None:
    text = "全体居民人均可支配收入29000元，同比名义增长4.8%，扣除价格因素实际增长4.7%。"
    level, nominal, real = read(text)
    assert (nominal.measure, nominal.variant) == ("yoy_nominal_ytd", "")
    assert (real.measure, real.variant, real.value) == ("yoy_real_ytd", "", 4.7)
    assert printed_indicator(real, catalogue()).endswith("(实际)")
    assert level.measure == "level_ytd"


def test_same_scope_growth_is_a_measure_of_its_own() -> None:
    text = "一般公共预算收入1000.3亿元，同比增长1.3%，剔除留抵退税因素后同口径增长7.9%。"
    assert [m for _, _, m, _ in actual(text)] == ["level_ytd", "yoy_nominal_ytd", "yoy_comparable_ytd"]


def test_a_basis_never_turns_a_level_into_growth() -> None:
    assert actual("按可比价格计算，地区生产总值增长5.8%，第二产业增加值3400亿元。")[1][2] == "level_ytd"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("固定资产投资增速比一季度回落0.3个百分点。", "change"),
        ("社会消费品零售总额环比增长1.1%。", "change"),
        ("金融机构本外币存款余额比年初增加3200亿元。", "change"),
        ("规模以上工业增加值增速高于全省0.5个百分点。", "comparison"),
        ("地区生产总值突破3000亿元。", "comparison"),
        ("地区生产总值两年平均增长6.7%。", "average"),
        ("地区生产总值年均增长6.4%。", "average"),
        ("今年力争地区生产总值增长6%以上。", "target"),
        ("地区生产总值增长预期目标为6%。", "target"),
        ("预计地区生产总值增长5.5%。", "forecast"),
        ("到2030年，地区生产总值达到3.2万亿元。", "target"),
        ("地区生产总值居全省第1位。", "rank"),
        ("社会消费品零售总额对经济增长的贡献率为57%。", "contribution"),
        ("固定资产投资拉动经济增长1.1个百分点。", "contribution"),
        ("城镇新增就业完成全年目标的52.8%。", "comparison"),
        ("固定资产投资增速由一季度的2.7%回落。", "previous"),
    ],
)
def test_what_is_no_observation_is_a_statement_of_its_kind(text: str, kind: str) -> None:
    found = read(text)
    assert [s.kind for s in found] == [kind]


def test_growth_on_an_earlier_base_is_a_change() -> None:
    assert kinds("地区生产总值较2019年同期增长13.8%，比2024年同期增长5.8%。") == [
        ("change", 13.8),
        ("actual", 5.8),
    ]


def test_from_and_to_give_the_earlier_and_the_present_value() -> None:
    text = "规模以上工业增加值增速由一季度的-2.7%提高至上半年的4.1%。"
    assert [(s.kind, s.value, s.period) for s in read(text)] == [
        ("previous", -2.7, "2025-Q1"),
        ("actual", 4.1, "2025-Q2"),
    ]


def test_goals_after_a_lead_in_hold_for_the_list() -> None:
    text = (
        "主要预期目标是：\n- 地区生产总值增长6%；\n- 固定资产投资增长5%。\n\n上半年，地区生产总值增长5.8%。"
    )
    assert kinds(text) == [("target", 6.0), ("target", 5.0), ("actual", 5.8)]


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("今年力争地区生产总值增长6%以上。", "target_yoy_real"),
        ("今年力争社会消费品零售总额增长5%以上。", "target_yoy"),
        ("今年力争固定资产投资增长5%以上。", "target_yoy"),
        ("今年力争常住人口城镇化率达到81%。", "target"),
        ("今年力争地区生产总值达到2000亿元。", "target"),
    ],
)
def test_a_target_says_whether_growth_is_wanted(text: str, measure: str) -> None:
    assert [(s.kind, s.measure) for s in read(text)] == [("target", measure)]


def test_a_period_that_has_not_ended_is_aimed_at() -> None:
    assert kinds("2026年，地区生产总值增长6%。") == [("target", 6.0)]


def test_a_month_inside_a_cumulative_text() -> None:
    text = "6月份，社会消费品零售总额900亿元，增长6.3%。1—6月，社会消费品零售总额5400亿元，增长5.5%。"
    assert [(s.period, s.measure) for s in read(text)] == [
        ("2025-M06", "level"),
        ("2025-M06", "yoy_m"),
        ("2025-Q2", "level_ytd"),
        ("2025-Q2", "yoy_nominal_ytd"),
    ]


def test_a_single_quarter_is_not_cumulative() -> None:
    assert [(s.period, s.measure) for s in read("二季度，地区生产总值6000亿元，增长5.6%。")] == [
        ("2025-Q2", "level"),
        ("2025-Q2", "yoy_real"),
    ]


def test_months_align_with_values() -> None:
    found = read("4、5、6三个月，城镇调查失业率分别为5.1%、5.3%和5.2%。")
    assert [(s.period, s.value) for s in found] == [("2025-M04", 5.1), ("2025-M05", 5.3), ("2025-M06", 5.2)]


def test_a_stock_stands_at_the_end_and_a_flow_adds_up_to_it() -> None:
    text = "6月末，金融机构本外币贷款余额6.1万亿元，增长11.2%；社会消费品零售总额5400亿元。"
    loan, growth, retail = read(text)
    assert (loan.measure, loan.period_start, loan.period_end) == (
        "level_eop",
        date(2025, 6, 30),
        date(2025, 6, 30),
    )
    assert (growth.measure, loan.value_norm) == ("yoy_eop", 61000.0)
    assert (retail.measure, retail.period_start) == ("level_ytd", date(2025, 1, 1))


def test_the_period_of_a_comparison_is_not_that_of_the_text() -> None:
    found = read("商品房销售面积1000万平方米，降幅比一季度收窄3个百分点。", title=None)
    assert found[0].period == "2025-Q2"


def test_places_of_clauses_and_of_the_release() -> None:
    text = "上半年，全省地区生产总值增长5.6%。武侯区实现地区生产总值800亿元，双流区600亿元。"
    assert [(r, v) for r, _, _, v in actual(text)] == [("四川省", 5.6), ("武侯区", 800), ("双流区", 600)]
    assert actual("国内生产总值增长5.3%。")[0][0] == "全国"
    assert actual("成都都市圈地区生产总值增长5.8%。")[0][0] == "成都都市圈"
    assert actual("余杭实现地区生产总值1456.1亿元。", region="杭州市余杭区")[0][0] == "杭州市余杭区"


def test_a_rank_among_places_does_not_move_the_text_there() -> None:
    text = "地区生产总值12000亿元，总量保持全省第一；一般公共预算收入1000亿元。"
    assert [r for r, *_ in actual(text)] == ["成都市", "成都市"]


def test_several_places_that_nobody_names_are_abstained_from() -> None:
    assert actual("四市地区生产总值合计7393.1亿元。") == []


def test_related_names_are_no_synonyms() -> None:
    found = read("主营业务收入6800亿元，城镇登记失业率3.5%，土地出让收入200亿元。")
    assert [s.indicator_code for s in found if s.indicator_code] == []


def test_an_unknown_indicator_keeps_its_printed_name() -> None:
    found = read("民营企业进出口1200亿元，其中出口800亿元。")
    assert [(s.indicator, s.indicator_code) for s in found] == [
        ("民营企业进出口", None),
        ("民营企业出口", None),
    ]


def test_accounts_of_one_firm_are_no_statistics() -> None:
    assert read("成都银行营业收入111.1亿元，某集团公司利润总额20亿元。") == []


def test_money_of_a_project_is_no_statistics() -> None:
    assert read("项目总投资164亿元，占地500亩。") == []


def test_dollars_beside_yuan_are_a_series_of_their_own() -> None:
    dollars, yuan = read("实际利用外资160.6亿美元，折合1148亿元人民币。")
    assert (dollars.variant, yuan.variant) == ("美元计价", "")


def test_traditional_characters_and_markup() -> None:
    text = "1-5 月規模以上工業增加值年增 **6.3%**，社會消費品零售總額年增 **2.8%**，房地產開發投資年減 **11.1%**。"
    assert brief(text) == [
        ("规模以上工业增加值", 6.3),
        ("社会消费品零售总额", 2.8),
        ("房地产开发投资", -11.1),
    ]
    marked = "<p>　　上半年，<b>地区生产总值</b>１２０００．５亿元，增长５．８％。</p>"
    assert brief(marked) == [("地区生产总值", 12000.5), ("地区生产总值", 5.8)]


def test_a_text_without_punctuation() -> None:
    text = "上半年地区生产总值1000亿元同比增长5.1%规模以上工业增加值增长6%社会消费品零售总额500亿元增长8%"
    assert brief(text) == [
        ("地区生产总值", 1000),
        ("地区生产总值", 5.1),
        ("规模以上工业增加值", 6),
        ("社会消费品零售总额", 500),
        ("社会消费品零售总额", 8),
    ]


def test_doubtful_statements_are_kept_but_not_published() -> None:
    far = read("一般公共预算收入增长95.0%。")[0]
    assert (far.kind, far.publish) == ("actual", False)
    assert "growth:out of range 0.6" in far.evidence
    unit = read("地区生产总值1200万人。")[0]
    assert not unit.publish


def test_without_any_date_there_is_no_statement() -> None:
    assert read("地区生产总值增长5.8%。", day=None, title=None) == []


def test_stage_and_variant_are_dimensions_beside_the_name() -> None:
    text = "初步核算，上半年地区生产总值12000亿元。固定资产投资（不含农户）增长2.2%，工业投资增长12.1%。"
    gdp, fixed, industry = read(text)
    assert (gdp.revision_stage, gdp.obs_status) == ("初步核算", "P")
    assert (fixed.indicator_code, fixed.variant) == ("FAI", "不含农户")
    assert (industry.indicator_code, industry.variant, industry.obs_status) == ("FAI_IND", "", "A")


def test_a_release_without_a_region_is_not_published() -> None:
    found = extract_text(
        "地区生产总值增长5.8%。", title=TITLE, published_on=DAY, region_code=None, catalogue=catalogue()
    )
    assert [s.publish for s in found] == [False]


def test_a_circle_is_its_releases_region() -> None:
    text = "四市地区生产总值合计7393.1亿元，增长6.2%，占全省比重48.5%。其中成都5930.3亿元，增长6.0%。"
    assert [(r, m) for r, _, m, _ in actual(text, region="AGG.CDMC")] == [
        ("成都都市圈", "level_ytd"),
        ("成都都市圈", "yoy_real_ytd"),
        ("成都都市圈", "share_of_province"),
        ("成都市", "level_ytd"),
        ("成都市", "yoy_real_ytd"),
    ]


def test_the_circle_of_a_title_is_what_a_city_publishes_for_it() -> None:
    text = "2025年一季度，成都都市圈地区生产总值7393.1亿元。第三产业增加值5084.1亿元。"
    found = read(text, title="2025年一季度成都都市圈经济运行情况")
    assert [(s.region_code, s.publish) for s in found] == [("AGG.CDMC", True), ("AGG.CDMC", True)]


def test_investment_of_the_whole_society_is_a_series_of_its_own() -> None:
    (found,) = read("全社会固定资产投资增长12.2%。")
    assert (found.indicator_code, found.variant) == ("FAI", "全社会")
    assert printed_indicator(found, catalogue()) == "全社会固定资产投资"


def test_rates_keep_the_unit_of_the_catalogue() -> None:
    growth, ratio = read("人口自然增长率为-0.98‰，城乡居民收入比为2.40倍。")
    assert (growth.value_norm, growth.unit_norm) == (-0.98, "‰")
    assert (ratio.measure, ratio.value_norm, ratio.unit_norm) == ("ratio", 2.4, "倍")


def test_a_part_of_a_word_is_no_word() -> None:
    text = "其他收入300亿元，高等教育支出50亿元，增值税120亿元。"
    assert [i for i, _ in brief(text)] == ["其他收入", "高等教育支出", "增值税"]
