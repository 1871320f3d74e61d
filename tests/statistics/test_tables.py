"""Tables: the number of a cell is read through its row label and its column headings."""

from __future__ import annotations

from datetime import date
from typing import Any

from metroetl.catalogue import catalogue
from metroetl.documents.models import Block, Cell, Document, Table
from metroetl.statistics import Statement, extract_statistics, extract_text

Row = list[str]


def document(
    rows: list[Row],
    *,
    caption: str = "",
    unit_note: str = "",
    spans: dict[tuple[int, int], tuple[int, int]] | None = None,
    region: str = "510100",
) -> Document:
    """A document that is one table; cells under a span are given as ""."""
    text, cells, position = "", [], 0
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value:
                down, across = (spans or {}).get((r, c), (1, 1))
                plain = value.lstrip("\u3000")
                cells.append(
                    Cell(
                        text=plain,
                        row=r,
                        column=c,
                        rowspan=down,
                        colspan=across,
                        indent=len(value) - len(plain),
                        start=position,
                        end=position + len(plain),
                    )
                )
                text += plain
                position += len(plain)
            text += "\t"
            position += 1
    table = Table(rows=len(rows), columns=len(rows[0]), cells=cells, caption=caption, unit_note=unit_note)
    return Document(
        sha256="0" * 64,
        source_id="test",
        url="https://example.org/",
        title="2025年上半年主要经济指标",
        published_on=date(2025, 7, 25),
        region_code=region,
        text=text,
        blocks=[Block(kind="table", text=text, start=0, end=len(text), table=table)],
    )


def rows_of(found: list[Statement]) -> list[tuple[str, str, str, float, str, str]]:
    return [(s.region, s.indicator, s.measure, s.value, s.unit, s.period) for s in found]


def test_indicators_in_rows_with_a_column_of_units() -> None:
    doc = document(
        [
            ["指标名称", "计量单位", "1-6月累计", "同比增长(%)"],
            ["地区生产总值", "亿元", "12000.5", "5.8"],
            ["\u3000第一产业", "亿元", "200.1", "3.1"],
            ["规模以上工业增加值", "—", "—", "7.4"],
            ["城镇调查失业率", "%", "5.2", ""],
        ]
    )
    assert rows_of(extract_statistics(doc, catalogue())) == [
        ("成都市", "地区生产总值", "level_ytd", 12000.5, "亿元", "2025-Q2"),
        ("成都市", "地区生产总值", "yoy_real_ytd", 5.8, "%", "2025-Q2"),
        ("成都市", "第一产业增加值", "level_ytd", 200.1, "亿元", "2025-Q2"),
        ("成都市", "第一产业增加值", "yoy_real_ytd", 3.1, "%", "2025-Q2"),
        ("成都市", "规模以上工业增加值", "yoy_real_ytd", 7.4, "%", "2025-Q2"),
        ("成都市", "城镇调查失业率", "rate", 5.2, "%", "2025-Q2"),
    ]


def test_cities_in_rows_under_two_levels_of_headings() -> None:
    doc = document(
        [
            ["地区", "地区生产总值", "", "社会消费品零售总额", ""],
            ["", "总量", "增速(%)", "总量", "增速(%)"],
            ["成都市", "5930.3", "6.0", "2600.1", "5.1"],
            ["德阳市", "771.1", "-7.5", "300.2", "6.0"],
        ],
        caption="2025年一季度各市主要指标",
        unit_note="亿元",
        spans={(0, 0): (2, 1), (0, 1): (1, 2), (0, 3): (1, 2)},
        region="510000",
    )
    found = extract_statistics(doc, catalogue())
    assert rows_of(found)[:2] == [
        ("成都市", "地区生产总值", "level_ytd", 5930.3, "亿元", "2025-Q1"),
        ("成都市", "地区生产总值", "yoy_real_ytd", 6.0, "%", "2025-Q1"),
    ]
    assert rows_of(found)[5] == ("德阳市", "地区生产总值", "yoy_real_ytd", -7.5, "%", "2025-Q1")
    assert len(found) == 8


def test_month_beside_cumulative_columns_and_rows_of_which() -> None:
    doc = document(
        [
            ["指标", "6月", "", "1-6月", ""],
            ["", "绝对额（亿元）", "同比±%", "绝对额（亿元）", "同比±%"],
            ["社会消费品零售总额", "900", "6.3", "5400", "5.5"],
            ["# 餐饮收入", "100", "7", "600", "6"],
        ],
        spans={(0, 0): (2, 1), (0, 1): (1, 2), (0, 3): (1, 2)},
    )
    found = extract_statistics(doc, catalogue())
    assert [(s.measure, s.period) for s in found[:4]] == [
        ("level", "2025-M06"),
        ("yoy_m", "2025-M06"),
        ("level_ytd", "2025-Q2"),
        ("yoy_nominal_ytd", "2025-Q2"),
    ]
    assert {s.indicator_code for s in found[4:]} == {"RS_CAT"}


def test_of_which_takes_head_and_unit_of_its_row() -> None:
    doc = document(
        [
            ["指标", "绝对量", "比上年增长（%）"],
            ["商品房销售额（亿元）", "1800", "-4.1"],
            ["其中：住宅", "1500", "-5.0"],
        ]
    )
    assert [(s.indicator, s.value, s.unit) for s in extract_statistics(doc, catalogue())][2:] == [
        ("住宅销售额", 1500, "亿元"),
        ("住宅销售额", -5.0, "%"),
    ]


def test_last_years_column_is_previous() -> None:
    doc = document([["指标", "本期（亿元）", "上年同期（亿元）"], ["地区生产总值", "12000.5", "11300.2"]])
    assert [s.kind for s in extract_statistics(doc, catalogue())] == ["actual", "previous"]


def test_without_a_unit_a_level_is_kept_for_review() -> None:
    doc = document([["指标", "1-6月", "增长（%）"], ["地区生产总值", "12000.5", "5.8"]])
    level, growth = extract_statistics(doc, catalogue())
    assert (level.measure, level.value, level.unit, level.publish) == ("level_ytd", 12000.5, "", False)
    assert (growth.measure, growth.value, growth.publish) == ("yoy_real_ytd", 5.8, True)


def test_ranks_are_no_observations() -> None:
    doc = document([["地区", "地区生产总值（亿元）", "位次"], ["成都市", "5930.3", "1"]])
    assert [(s.value, s.kind) for s in extract_statistics(doc, catalogue())] == [
        (5930.3, "actual"),
        (1.0, "rank"),
    ]


def test_the_cell_is_the_span() -> None:
    doc = document([["指标", "1-6月（亿元）"], ["地区生产总值", "12000.5"]])
    (found,) = extract_statistics(doc, catalogue())
    assert doc.text[found.start : found.end] == found.quote == "12000.5"
    assert (found.table, found.row, found.column) == (0, 1, 1)


def test_tables_left_in_a_text() -> None:
    scope: dict[str, Any] = {
        "title": "2025年上半年",
        "published_on": date(2025, 7, 25),
        "region_code": "510000",
        "catalogue": catalogue(),
    }
    forms = [
        "四市主要指标（单位：亿元、%）\n| 城市 | 地区生产总值 | 增速 |\n|---|---|---|\n| 德阳市 | 771.1 | 7.5 |\n| 眉山市 | 447.7 | 7.6 |",
        "地区 地区生产总值（亿元） 增长（%）\n德阳市 771.1 7.5\n眉山市 447.7 7.6",
        "<table><tr><th>地区</th><th>地区生产总值（亿元）</th><th>增长（%）</th></tr>"
        "<tr><td>德阳市</td>\n<td>771.1</td><td>7.5</td></tr><tr><td>眉山市</td><td>447.7</td><td>7.6</td></tr></table>",
        '["地区", "地区生产总值（亿元）", "增长（%）"],\n["德阳市", 771.1, 7.5],\n["眉山市", 447.7, 7.6],',
    ]
    for text in forms:
        found = extract_text(text, **scope)
        assert [(s.region, s.value) for s in found] == [
            ("德阳市", 771.1),
            ("德阳市", 7.5),
            ("眉山市", 447.7),
            ("眉山市", 7.6),
        ], text


def test_rows_that_do_not_stand_under_their_headings_are_not_read() -> None:
    text = "| 地区 | 总量（亿元） |\n| 德阳市 | 771.1 | 7.5 |\n| 眉山市 | 447.7 | 7.6 |"
    assert (
        extract_text(
            text,
            title="2025年上半年",
            published_on=date(2025, 7, 25),
            region_code="510000",
            catalogue=catalogue(),
        )
        == []
    )


def test_a_scope_in_brackets_keeps_series_apart_in_tables_too() -> None:
    rows = "指标\t绝对量\t同比增长（%）\n固定资产投资（不含农户）\t—\t4.0\n工业投资\t—\t6.1"
    found = extract_text(
        rows,
        title="一季度甲市经济运行情况",
        published_on=date(2025, 4, 20),
        region_code="510100",
        catalogue=catalogue(),
    )
    assert {(s.indicator_code, s.variant, s.value) for s in found} == {
        ("FAI", "不含农户", 4.0),
        ("FAI_IND", "", 6.1),
    }
