"""Tables left in raw text: broken HTML, Markdown, tabs and lists of values; spans of the source text."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metroetl.catalogue import catalogue
from metroetl.statistics import Statement, extract_text
from metroetl.statistics.lexing.markup import pieces

PAIR = [("GDP", 12108.2), ("GDP", 5.8), ("RS", 5400.0), ("RS", 5.5)]


def read(text: str) -> list[Statement]:
    found = extract_text(
        text,
        title="2025年上半年主要指标",
        published_on=date(2025, 7, 28),
        region_code="510100",
        catalogue=catalogue(),
    )
    assert all(text[s.start : s.end] == s.quote for s in found)
    return found


def pairs(text: str) -> list[tuple[str | None, float]]:
    return [(s.indicator_code, s.value) for s in read(text)]


@pytest.mark.parametrize(
    "text",
    [
        "<table><tr><td>指标<td>1-6月（亿元）<td>增长（%）<tr><td>地区生产总值<td>12108.2<td>5.8"
        "<tr><td>社会消费品零售总额<td>5400<td>5.5</table>",
        "<tbody><tr><th>指标</th><th>1-6月（亿元）</th><th>增长（%）</th></tr><tr><td>地区生产总值</td><td>12108.2</td>"
        "<td>5.8</td></tr><tr><td>社会消费品零售总额</td><td>5400</td><td>5.5</td>\n以上为初步数。",
        "<table><tr><td>左栏</td><td><table><tr><td>指标</td><td>1-6月（亿元）</td><td>增长（%）</td></tr><tr><td>地区生产总值"
        "</td><td>12108.2</td><td>5.8</td></tr><tr><td>社会消费品零售总额</td><td>5400</td><td>5.5</td></tr></table></td></tr></table>",
        "<TABLE border=1><TR><TD><P>指&nbsp;标</P></TD><TD><P>1-6月</P><P>（亿元）</P></TD><TD>增长（%）</TD></TR></html><TR><TD>地区生产总值"
        "</TD><TD><SPAN>12</SPAN><SPAN>108.2</SPAN></TD><TD>５．８</TD></TR><TR><TD>社会消费品零售总额</TD><TD>5 400</TD><TD>5.5</TD></TABLE></html>",
    ],
)
def test_broken_markup(text: str) -> None:
    assert pairs(text) == PAIR


def test_spans_of_columns_and_rows_hold() -> None:
    text = (
        "<p>2025年6月消费</p><table><tr><td rowspan=2>指标</td><td colspan='2'>6月</td><td colspan=\"2\">1-6月</td></tr>"
        "<tr><td>总量（亿元）</td><td>增速（%）</td><td>总量（亿元）</td><td>增速（%）</td></tr>"
        "<tr><td>社会消费品零售总额</td><td>900</td><td>6.3</td><td>5400</td><td>5.5</td></tr></table>"
    )
    assert [(s.measure, s.value, s.row, s.column) for s in read(text)] == [
        ("level", 900.0, 2, 1),
        ("yoy_m", 6.3, 2, 2),
        ("level_ytd", 5400.0, 2, 3),
        ("yoy_nominal_ytd", 5.5, 2, 4),
    ]


def test_indents_of_a_raw_table_carry_the_hierarchy() -> None:
    text = (
        "<table><tr><td>指标</td><td>1-6月（亿元）</td></tr><tr><td>商品房销售额</td><td>1800</td></tr>"
        "<tr><td>&emsp;&emsp;住宅</td><td>1500</td></tr></table>"
    )
    assert [s.indicator for s in read(text)] == ["商品房销售额", "住宅销售额"]


def test_text_around_and_between_tables_is_read_as_text() -> None:
    table = (
        "<table><tr><td>指标</td><td>1-6月（亿元）</td></tr><tr><td>出口总额</td><td>2500</td></tr></table>"
    )
    text = f"<p>上半年，全市地区生产总值12108.2亿元。</p>{table}<p>社会消费品零售总额5400亿元。</p>{table.replace('出口', '进口')}"
    found = read(text)
    assert [(s.indicator_code, s.table) for s in found] == [
        ("GDP", None),
        ("EXP", 0),
        ("RS", None),
        ("IMP", 1),
    ]


def test_a_table_that_only_arranges_text_is_text() -> None:
    text = "<table><tr><td><p>上半年，全市地区生产总值12108.2亿元，增长5.8%。</p></td></tr></table>"
    assert [p.table for p in pieces(text)] == [None]
    assert pairs(text) == [("GDP", 12108.2), ("GDP", 5.8)]


@pytest.mark.parametrize(
    "text",
    [
        "主要指标（单位：亿元、%）\n\n| 指标 | 1-6月 | 增长 |\n|:--|--:|--:|\n| **地区生产总值** | 12,108.2 | 5.8 |\n"
        "| 社会消费品零售总额 | 5400 | 5.5 |\n| 注：增长按可比价格计算。 |",
        "指标\t1-6月（亿元）\t增长（%）\n地区生产总值\t12108.2\t5.8\n社会消费品零售总额\t5400\t5.5",
        "指标 单位 1-6月 增长(%)\n地区生产总值 亿元 12108.2 5.8\n社会消费品零售总额 亿元 5400 5.5",
        '["指标", "1-6月（亿元）", "增长（%）"],\n["地区生产总值", 12108.2, 5.8],\n["社会消费品零售总额", 5400, 5.5],\n["出口总额", null, null]',
        "||1-6月（亿元）|增长（%）|\n|地区生产总值|12108.2|5.8|\n|社会消费品零售总额|5400|5.5|",
    ],
)
def test_tables_of_marks(text: str) -> None:
    assert pairs(text) == PAIR


def test_empty_places_of_a_heading_of_tabs_belong_to_the_one_before() -> None:
    text = (
        "指标\t6月\t\t1-6月\t\n\t总量（亿元）\t增速（%）\t总量（亿元）\t增速（%）\n社会消费品零售总额\t900\t6.3\t5400\t5.5\n"
        "出口总额\t300\t1.1"
    )
    assert [(s.indicator_code, s.measure) for s in read(text)] == [
        ("RS", "level"),
        ("RS", "yoy_m"),
        ("RS", "level_ytd"),
        ("RS", "yoy_nominal_ytd"),
        ("EXP", "level"),
        ("EXP", "yoy_m"),
    ]


def test_two_markdown_tables_parted_by_a_blank_line() -> None:
    text = "|指标|1-6月（亿元）|增长（%）|\n|--|--|--|\n|地区生产总值|12108.2|5.8|\n\n|指标|1-6月|\n|--|--|\n|出口总额（亿元）|2500|"
    assert [(s.indicator_code, s.table) for s in read(text)] == [("GDP", 0), ("GDP", 0), ("EXP", 1)]


ROW = "<tr><td>地区生产总值</td>" + "<td>12108.2</td>" * 8 + "</tr>"
HOSTILE = {
    "cells": "<table><tr><td>指标</td>" + "<td>1-6月（亿元）</td>" * 8 + "</tr>" + ROW * 15_000 + "</table>",
    "spans": "<table>" + "<tr><td colspan=100000 rowspan=100000>甲</td><td colspan=99999>1</td></tr>" * 2000,
    "wide": "<table>" + ("<tr>" + "<td>1</td>" * 2000 + "</tr>") * 50,
    "nested": "<table><tr><td>" * 20_000,
    "unclosed": "<td>1" * 200_000,
    "brackets": "<" * 500_000,
    "digits": "<table><tr><td>甲</td><td>"
    + "1" * 100_000
    + "</td></tr><tr><td>乙</td><td>"
    + "1 " * 900
    + "</td></tr>",
    "tabs": ("甲\t" + "1\t" * 8 + "\n") * 30_000,
    "pipes": "|甲|1|2|\n" * 80_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tables_take_bounded_time(name: str) -> None:
    began = time.process_time()
    assert read(HOSTILE[name]) == []
    assert time.process_time() - began < 20


MARKUP = st.lists(
    st.sampled_from(
        [
            "<table>",
            "</table>",
            "<tr>",
            "</tr>",
            "<td>",
            "<td colspan=3>",
            "<td rowspan=9>",
            "</td>",
            "<caption>",
            "</caption>",
            "<p>",
            "\n",
            "地区生产总值",
            "增速（%）",
            "1-6月（亿元）",
            "成都",
            "其中：",
            "12.5",
            "—",
            "5.8(2)",
            "注：",
            "&nbsp;",
            "|",
            "\t",
            "单位：亿元",
        ]
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(MARKUP)
def test_any_mix_of_tags_is_read_without_an_error(parts: list[str]) -> None:
    read("".join(parts))


def test_a_table_that_lost_its_line_ends() -> None:
    text = (
        "2023年全市地区生产总值22074.7亿元。 排行 | 区域 | 2023年GDP(亿元) | 增速(%) | 1 | 新津区 | 475.4 | 6.1 | 2 "
        "| 青白江区 | 712.4 | 5.8 | 3 | 简阳市 | 650.2 | 5.2 |"
    )
    found = extract_text(
        text, title=None, published_on=date(2024, 2, 1), region_code="成都市", catalogue=catalogue()
    )
    assert [
        (s.region, s.value, text[s.start : s.end])
        for s in found
        if s.table is not None and s.kind == "actual"
    ][:4] == [
        ("新津区", 475.4, "475.4"),
        ("新津区", 6.1, "6.1"),
        ("青白江区", 712.4, "712.4"),
        ("青白江区", 5.8, "5.8"),
    ]
    assert found[0].value == 22074.7
