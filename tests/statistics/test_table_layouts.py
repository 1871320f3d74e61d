"""Layouts of tables, each read twice: as a page through the documents' grid, and left as HTML in a raw text."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.documents import read_document
from metroetl.harvest.models import Snapshot
from metroetl.statistics import Statement, extract_statistics, extract_text

HALF = "2025年上半年全市主要经济指标"
LEAD = "<p>全市主要经济指标的完成情况如下表所示，各项指标稳中有进，运行总体平稳。</p>"
CIRCLE = "AGG.CDMC"


def table(*rows: str, caption: str = "") -> str:
    """A table of rows whose cells are parted by |; `>3 甲` spans three columns, `v2 甲` two rows."""
    lines = []
    for row in rows:
        cells = []
        for cell in row.split("|"):
            cell = cell.strip(" ")
            span = re.match(r"([>v])(\d+) ", cell)
            name = {">": "colspan", "v": "rowspan"}[span[1]] if span else ""
            cells.append(f'<td {name}="{span[2]}">{cell[span.end() :]}</td>' if span else f"<td>{cell}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    head = f"<caption>{caption}</caption>" if caption else ""
    return f"<table>{head}{''.join(lines)}</table>"


def line(s: Statement) -> str:
    """A statement on one line: place, code (name where it has none), period, measure, value, unit, other kinds."""
    kind = "" if s.kind == "actual" else f" {s.kind}"
    return f"{s.region} {s.indicator_code or s.indicator} {s.period} {s.measure} {s.value:g} {s.unit}{kind}".strip()


def statements(
    markup: str, *, title: str = HALF, region: str = "510100", day: date = date(2025, 7, 28)
) -> list[Statement]:
    """What the table's cells state; both ways must agree, and every span must be that of a cell."""
    page = f"<html><body><h1>{title}</h1><div id='zoom'>{LEAD}{markup}</div></body></html>".encode()
    snapshot = Snapshot(
        sha256=hashlib.sha256(page).hexdigest(),
        source_id="test",
        url="https://tjj.example.gov.cn/page.html",
        role="page",
        fetched_at=datetime(2025, 8, 1, tzinfo=UTC),
    )
    document = read_document(page, snapshot).model_copy(
        update={"title": title, "region_code": region, "published_on": day}
    )
    found = [s for s in extract_statistics(document, catalogue()) if s.table is not None]
    text = LEAD + markup
    scope = {"title": title, "published_on": day, "region_code": region, "catalogue": catalogue()}
    left = [s for s in extract_text(text, **scope) if s.table is not None]
    cells = {(c.row, c.column): c for c in document.tables[0].cells}
    for s in found:
        cell = cells[s.row, s.column]
        assert document.text[s.start : s.end] == s.quote == cell.text
    assert [(line(s), s.table, s.row, s.column) for s in left] == [
        (line(s), s.table, s.row, s.column) for s in found
    ]
    for s in left:
        assert text[s.start : s.end] == s.quote
        assert "<td" not in s.quote
    return found


def lines_of(markup: str, **scope: Any) -> list[str]:
    return [line(s) for s in statements(markup, **scope)]


def test_three_levels_of_headings_with_month_and_year_to_date() -> None:
    found = lines_of(
        table(
            "v3 指　标|>4 2025年",
            ">2 6月|>2 1—6月",
            "总量|增速|总量|增速",
            ">5 一、消费",
            "社会消费品零售总额|900.1|6.3|5 400.5|5.5",
            "　　其中：餐饮收入|１００|－1.0|…|—",
            caption="主要指标（单位：亿元、%）",
        )
    )
    assert found == [
        "成都市 RS 2025-M06 level 900.1 亿元",
        "成都市 RS 2025-M06 yoy_m 6.3 %",
        "成都市 RS 2025-Q2 level_ytd 5400.5 亿元",
        "成都市 RS 2025-Q2 yoy_nominal_ytd 5.5 %",
        "成都市 RS_CAT 2025-M06 level 100 亿元",
        "成都市 RS_CAT 2025-M06 yoy_m -1 %",
    ]


def test_growth_beside_months_takes_the_time_of_the_figure_on_its_left() -> None:
    found = lines_of(
        table("指标|6月|同比±%|1-6月|比上年同期±%", "社会消费品零售总额（亿元）|900|6.3|5400|5.5")
    )
    assert [f.split()[2:4] for f in found] == [
        ["2025-M06", "level"],
        ["2025-M06", "yoy_m"],
        ["2025-Q2", "level_ytd"],
        ["2025-Q2", "yoy_nominal_ytd"],
    ]
    assert lines_of(table("指标|单位|本月|同比%|累计|同比%", "社会消费品零售总额|亿元|900|6.3|5400|5.5")) == [
        *found
    ]


CITIES = table(
    "城市|地区生产总值（亿元）|增速（%）|位次|社会消费品零售总额（亿元）|比上年±%",
    "成都|23511.3|5.7|1|10327.1|3.3",
    "德阳|3265.4|7.2|2|1185.5|6.4",
    "眉山|1890.1|7.0|3|672.7|4.3",
    "资阳|1090.0|6.5|4|483.8|2.8",
    "四市合计|29756.8|5.9||12669.1|3.6",
)


def test_cities_in_rows() -> None:
    found = lines_of(CITIES, title="2024年成都都市圈主要指标", region=CIRCLE, day=date(2025, 2, 26))
    assert found[:5] == [
        "成都市 GDP 2024 level_ytd 23511.3 亿元",
        "成都市 GDP 2024 yoy_real_ytd 5.7 %",
        "成都市 GDP 2024 rank 1  rank",
        "成都市 RS 2024 level_ytd 10327.1 亿元",
        "成都市 RS 2024 yoy_nominal_ytd 3.3 %",
    ]
    assert found[-4:] == [
        "成都都市圈 GDP 2024 level_ytd 29756.8 亿元",
        "成都都市圈 GDP 2024 yoy_real_ytd 5.9 %",
        "成都都市圈 RS 2024 level_ytd 12669.1 亿元",
        "成都都市圈 RS 2024 yoy_nominal_ytd 3.6 %",
    ]
    assert len(found) == 24


def test_cities_in_columns_state_the_same() -> None:
    turned = table(
        "指标|成都|德阳|眉山|资阳",
        "地区生产总值（亿元）|23511.3|3265.4|1890.1|1090.0",
        "增速（%）|5.7|7.2|7.0|6.5",
        "社会消费品零售总额（亿元）|10327.1|1185.5|672.7|483.8",
        "增速（%）|3.3|6.4|4.3|2.8",
    )
    scope = {"title": "2024年成都都市圈主要指标", "region": CIRCLE, "day": date(2025, 2, 26)}
    rows = [f for f in lines_of(CITIES, **scope) if "rank" not in f and "都市圈" not in f]
    assert sorted(lines_of(turned, **scope)) == sorted(rows)


def test_two_columns_of_labels() -> None:
    found = lines_of(
        table(
            "城市|指标|2023年|2024年",
            "v2 成都|地区生产总值（亿元）|22074.7|23511.3",
            "比上年增长（%）|6.0|5.7",
            "v2 德阳|地区生产总值（亿元）|3014.4|3265.4",
            "比上年增长（%）|6.7|7.2",
        ),
        title="",
        region="510000",
    )
    assert found[:4] == [
        "成都市 GDP 2023 level_ytd 22074.7 亿元",
        "成都市 GDP 2024 level_ytd 23511.3 亿元",
        "成都市 GDP 2023 yoy_real_ytd 6 %",
        "成都市 GDP 2024 yoy_real_ytd 5.7 %",
    ]
    assert found[7] == "德阳市 GDP 2024 yoy_real_ytd 7.2 %"


def test_years_in_columns_growth_is_of_the_last() -> None:
    found = lines_of(
        table(
            "指标|单位|2023年|2024年|2024年比2023年增长（%）",
            "地区生产总值|亿元|22074.7|23511.3|5.7",
            "常住人口|万人|2140.3|2147.4|",
        ),
        title="成都概况",
    )
    assert found == [
        "成都市 GDP 2023 level_ytd 22074.7 亿元",
        "成都市 GDP 2024 level_ytd 23511.3 亿元",
        "成都市 GDP 2024 yoy_real_ytd 5.7 %",
        "成都市 POP 2023 level_eop 2140.3 万人",
        "成都市 POP 2024 level_eop 2147.4 万人",
    ]


def test_years_and_their_parts_in_rows() -> None:
    found = lines_of(
        table(
            "时间|社会消费品零售总额（亿元）|增速（%）",
            "2023年|10001.6|9.3",
            "　一季度|2400|8.0",
            "2024年|10327.1|3.3",
        ),
        title="",
    )
    assert [f.split()[2] for f in found] == ["2023", "2023", "2023-Q1", "2023-Q1", "2024", "2024"]


def test_growth_on_an_older_year_and_averages_are_no_observations() -> None:
    found = lines_of(
        table(
            "指标|2024年|2020年|2024年比2020年增长（%）|年均增长（%）",
            "地区生产总值（亿元）|23511.3|17716.7|26.5|6.1",
        ),
        title="",
    )
    assert [f.split()[-1] for f in found] == ["亿元", "亿元", "change", "average"]


def test_blocks_beside_each_other() -> None:
    found = lines_of(
        table(
            "指标|1-6月|增长（%）|指标|1-6月|增长（%）",
            "地区生产总值（亿元）|12108.2|5.8|固定资产投资|—|3.5",
            "第一产业（亿元）|200|3.1|其中：工业投资|—|10.2",
        )
    )
    assert found == [
        "成都市 GDP 2025-Q2 level_ytd 12108.2 亿元",
        "成都市 GDP 2025-Q2 yoy_real_ytd 5.8 %",
        "成都市 VA1 2025-Q2 level_ytd 200 亿元",
        "成都市 VA1 2025-Q2 yoy_real_ytd 3.1 %",
        "成都市 FAI 2025-Q2 yoy_comparable_ytd 3.5 %",
        "成都市 FAI_IND 2025-Q2 yoy_comparable_ytd 10.2 %",
    ]


def test_blocks_below_each_other_have_headings_of_their_own() -> None:
    found = lines_of(
        table(
            "指标|1-6月（亿元）|增长（%）",
            "地区生产总值|12108.2|5.8",
            "指标|6月（亿元）|同比增长（%）",
            "社会消费品零售总额|900|6.3",
        )
    )
    assert [f.split()[1:4] for f in found] == [
        ["GDP", "2025-Q2", "level_ytd"],
        ["GDP", "2025-Q2", "yoy_real_ytd"],
        ["RS", "2025-M06", "level"],
        ["RS", "2025-M06", "yoy_m"],
    ]


def test_rows_that_say_the_place_of_those_below() -> None:
    found = lines_of(
        table(
            "指标|总量（亿元）|增速（%）",
            ">3 成都市",
            "地区生产总值|23511.3|5.7",
            ">3 德阳市",
            "地区生产总值|3265.4|7.2",
        ),
        title="2024年主要指标",
        region="510000",
        day=date(2025, 2, 4),
    )
    assert [f.split()[0] for f in found] == ["成都市", "成都市", "德阳市", "德阳市"]


def test_parts_take_the_head_of_the_row_they_belong_to() -> None:
    found = lines_of(
        table(
            "指标|增速（%）",
            "固定资产投资（不含农户）①|4.0",
            "其中：民间投资*|-2.0",
            "按产业分|",
            "第二产业|5.0",
            "工业|5.1",
            "制造业|6.0",
            "规模以上工业增加值|7.4",
            "采矿业|3.0",
        )
    )
    assert [f.split()[1] for f in found] == [
        "FAI",
        "FAI_PRI",
        "第二产业投资",
        "FAI_IND",
        "FAI_MFG",
        "IVA",
        "采矿业增加值",
    ]


def test_a_sector_without_a_word_of_what_is_kept_for_review() -> None:
    found = statements(table("指标|同比增长（%）", "城镇居民人均可支配收入|5.0", "工业|5.1"))
    assert [(s.indicator_code, s.publish) for s in found] == [("INC_U", True), ("VA_IND", False)]


def test_headings_that_wrap_over_two_rows() -> None:
    found = lines_of(
        table("v2 地区|>2 社会消费品", "零售总额（亿元）|增速（%）", "成都|10327.1|3.3"),
        title="2024年主要指标",
        region="510000",
        day=date(2025, 2, 26),
    )
    assert found == ["成都市 RS 2024 level_ytd 10327.1 亿元", "成都市 RS 2024 yoy_nominal_ytd 3.3 %"]


def test_what_isnt_an_observation_is_of_its_own_kind() -> None:
    found = lines_of(
        table(
            "指标|全年目标|1-6月完成|上年同期|同比增长（%）|完成率（%）|占全省比重（%）",
            "一般公共预算收入（亿元）|1900|1000|970.9|3.0|52.6|31.2",
        )
    )
    assert found == [
        "成都市 PBR 2025-Q2 target 1900 亿元 target",
        "成都市 PBR 2025-Q2 level_ytd 1000 亿元",
        "成都市 PBR 2024-Q2 level_ytd 970.9 亿元 previous",
        "成都市 PBR 2025-Q2 yoy_nominal_ytd 3 %",
        "成都市 PBR 2025-Q2 completion_rate 52.6 % comparison",
        "成都市 PBR 2025-Q2 share_of_province 31.2 %",
    ]


def test_a_table_of_goals_states_goals_only() -> None:
    found = lines_of(
        table(
            "指标|2025年", "地区生产总值增速（%）|6", "社会消费品零售总额增速（%）|5", caption="主要预期目标"
        ),
        day=date(2025, 2, 1),
    )
    assert [f.split()[-1] for f in found] == ["target", "target"]


def test_changes_in_amounts_and_points() -> None:
    found = lines_of(
        table(
            "指标|6月末|比年初增加|同比增减（亿元）|同比增长（%）",
            "金融机构本外币存款余额（亿元）|60000|3000|4000|8.0",
        )
        + table("x|y", "z|w")
    )
    assert [f.split()[3:] for f in found] == [
        ["level_eop", "60000", "亿元"],
        ["level_eop", "3000", "亿元", "change"],
        ["level_eop", "4000", "亿元", "change"],
        ["yoy_eop", "8", "%"],
    ]
    points = lines_of(
        table(
            "指标|6月|同比增减（百分点）",
            "城镇调查失业率（%）|5.2|-0.1",
            "社会消费品零售总额增速（%）|5.5|0.3",
        )
    )
    assert [f.split()[3:] for f in points] == [
        ["rate", "5.2", "%"],
        ["yoy_pp", "-0.1", "百分点"],
        ["yoy_m", "5.5", "%"],
        ["pp_change", "0.3", "百分点", "change"],
    ]


@pytest.mark.parametrize(
    ("cell", "value", "unit"),
    [
        ("-3.0", -3.0, "%"),
        ("下降3.0", -3.0, "%"),
        ("↓3.0", -3.0, "%"),
        ("↑3.2", 3.2, "%"),
        ("增长3.2%", 3.2, "%"),
        ("持平", 0.0, "%"),
        ("1.5倍", 1.5, "倍"),
        ("3.2①", 3.2, "%"),
    ],
)
def test_growth_as_cells_print_it(cell: str, value: float, unit: str) -> None:
    found = statements(table("指标|1-6月（亿元）|同比增长（%）", f"出口总额|2500|{cell}"))
    assert [(s.value, s.unit) for s in found] == [(2500.0, "亿元"), (value, unit)]


def test_a_positive_figure_under_a_word_of_decline_is_a_decline() -> None:
    found = lines_of(
        table("指标|1-6月（亿元）|同比下降（%）", "房地产开发投资|600|3.0") + table("指标|单位", "甲|乙")
    )
    assert found[1] == "成都市 RE_INV 2025-Q2 yoy_comparable_ytd -3 %"


def test_two_numbers_in_a_cell_where_a_note_explains_the_second() -> None:
    rows = ("城市|地区生产总值（亿元）", "成都|23511.3(5.7)", "德阳|3265.4（7.2）")
    scope = {"title": "2024年主要指标", "region": "510000", "day": date(2025, 2, 4)}
    assert lines_of(table(*rows, ">2 注：括号内为比上年增长（%）。"), **scope) == [
        "成都市 GDP 2024 level_ytd 23511.3 亿元",
        "成都市 GDP 2024 yoy_real_ytd 5.7 %",
        "德阳市 GDP 2024 level_ytd 3265.4 亿元",
        "德阳市 GDP 2024 yoy_real_ytd 7.2 %",
    ]
    assert len(lines_of(table(*rows), **scope)) == 2
    assert len(lines_of(table("城市|地区生产总值（亿元）（增速%）", *rows[1:]), **scope)) == 4


def test_units_of_the_note_that_fit_the_indicator() -> None:
    found = lines_of(
        table(
            "指标|2024年",
            "地区生产总值|23511.3",
            "常住人口|2147.4",
            "城镇调查失业率|5.3",
            caption="主要指标（单位：亿元、万人、%）",
        ),
        title="",
    )
    assert [f.split()[-1] for f in found] == ["亿元", "万人", "%"]


def test_units_in_cells() -> None:
    found = lines_of(
        table("指标|2024年|同比", "地区生产总值|2.35万亿元|5.7%", "常住人口|2147.4万人|—"), title=""
    )
    assert found == [
        "成都市 GDP 2024 level_ytd 2.35 万亿元",
        "成都市 GDP 2024 yoy_real_ytd 5.7 %",
        "成都市 POP 2024 level_eop 2147.4 万人",
    ]


def test_an_index_is_read_by_its_base() -> None:
    found = lines_of(table("指标|6月（上年同月=100）|1-6月（上年同期=100）", "居民消费价格指数|100.1|99.8"))
    assert found == ["成都市 CPI 2025-M06 yoy_index_m 100.1", "成都市 CPI 2025-Q2 yoy_index_ytd 99.8"]


def test_dollars_beside_yuan() -> None:
    found = statements(
        table("指标|人民币（亿元）|同比（%）|美元（亿美元）|同比（%）", "货物进出口总额|4000|3.0|560|2.0")
    )
    assert [(s.value, s.unit, s.variant, s.publish) for s in found] == [
        (4000.0, "亿元", "", True),
        (3.0, "%", "", True),
        (560.0, "亿美元", "美元计价", True),
    ]


def test_prices_of_growth() -> None:
    found = lines_of(
        table("指标|绝对额（元）|名义增长（%）|实际增长（%）", "全体居民人均可支配收入|28000|5.3|5.1")
    )
    assert [f.split()[3] for f in found] == ["level_ytd", "yoy_nominal_ytd", "yoy_real_ytd"]


def test_rows_that_only_number_the_columns_and_codes_of_rows() -> None:
    found = lines_of(table("指标|代码|总量（亿元）|增长（%）", "甲|乙|1|2", "地区生产总值|01|12108.2|5.8"))
    assert [f.split()[4] for f in found] == ["12108.2", "5.8"]


def test_districts_without_a_code_and_sums_of_some_rows() -> None:
    found = statements(
        table(
            "地区|总量|增速",
            "锦江区|1500|5.0",
            "天府新区|600|7.0",
            "简阳市|700|6.0",
            "合计|2800|5.9",
            caption="2024年部分区（市）县地区生产总值（单位：亿元、%）",
        ),
        title="",
    )
    assert [(s.region, s.publish) for s in found[::2]] == [
        ("锦江区", True),
        ("天府新区", True),
        ("简阳市", True),
        ("成都市", False),
    ]


def test_row_and_heading_that_contradict_each_other_are_left_out() -> None:
    assert (
        lines_of(table("指标|工业增加值（亿元）", "社会消费品零售总额|5400", "城镇居民人均可支配收入|1"))
        == []
    )


def test_fractions_that_lost_their_percent_format_are_kept_for_review() -> None:
    found = statements(table("指标|增速（%）", "地区生产总值|0.058", "社会消费品零售总额|0.055"))
    assert [s.publish for s in found] == [False, False]


def test_accounts_of_firms_are_no_statistics_of_a_place() -> None:
    assert lines_of(table("企业名称|营业收入（亿元）", "甲集团|30", "乙公司|20")) == []
