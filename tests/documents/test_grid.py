from __future__ import annotations

import pytest

from metroetl.errors import Unreadable

INTRO = "<p>上半年，全市主要经济指标完成情况如下表所示，各项指标稳中有进。</p>"


@pytest.fixture
def table_of(read):
    """The first table of a body."""

    def _table(markup: str):
        return read(f"<div id='zoom'>{INTRO}{markup}</div>").tables[0]

    return _table


THREE_LEVELS = """<table class="trs_word_table"><tbody>
<tr><td colspan="5"><p>2025年上半年主要指标</p></td></tr>
<tr><td colspan="5" align="right">单位：亿元、%</td></tr>
<tr><td rowspan="3">指　标</td><td colspan="4">2025年</td></tr>
<tr><td colspan="2">二季度</td><td colspan="2">上半年</td></tr>
<tr><td>总量</td><td>增速</td><td>总量</td><td>增速</td></tr>
<tr><td colspan="5">一、综合</td></tr>
<tr><td>地区生产总值</td><td>600.10</td><td>5.0</td><td>1234.50</td><td>5.2</td></tr>
<tr><td>　　第三产业</td><td>—</td><td>…</td><td>１２．３</td><td>－</td></tr>
<tr><td>&emsp;&emsp;其中：零售</td><td></td><td>0</td><td>007</td><td>下降2.1</td></tr>
</tbody></table>"""


def test_a_header_of_three_levels(table_of):
    table = table_of(THREE_LEVELS)
    cells = {(c.row, c.column): c for c in table.cells}
    assert (table.rows, table.columns) == (9, 5)
    assert (table.caption, table.unit_note) == ("2025年上半年主要指标", "单位：亿元、%")
    assert [c.text for c in table.cells if c.header] == [
        "指　标",
        "2025年",
        "二季度",
        "上半年",
        "总量",
        "增速",
        "总量",
        "增速",
    ]
    assert (cells[2, 0].rowspan, cells[2, 1].colspan, cells[3, 3].colspan) == (3, 4, 2)
    assert [cells[4, c].text for c in range(1, 5)] == ["总量", "增速", "总量", "增速"]
    assert not cells[5, 0].header


def test_text_stays_as_printed(table_of):
    table = table_of(THREE_LEVELS)
    cells = {(c.row, c.column): c.text for c in table.cells}
    assert [cells[7, c] for c in range(1, 5)] == ["—", "…", "１２．３", "－"]
    assert [cells[8, c] for c in range(1, 5)] == ["", "0", "007", "下降2.1"]
    assert cells[6, 3] == "1234.50"


def test_the_indent_carries_the_hierarchy(table_of):
    table = table_of(THREE_LEVELS)
    first = {c.row: (c.indent, c.text) for c in table.cells if c.column == 0}
    assert first[6] == (0, "地区生产总值")
    assert first[7] == (2, "　　第三产业")
    assert first[8] == (2, "　　其中：零售")


def test_a_table_is_lines_and_tabs_in_the_text(read):
    document = read(f"<div id='zoom'>{INTRO}{THREE_LEVELS}</div>")
    assert "\n地区生产总值\t600.10\t5.0\t1234.50\t5.2\n" in document.text
    cell = next(c for c in document.tables[0].cells if c.text == "1234.50")
    assert document.text[cell.start : cell.end] == "1234.50"


@pytest.mark.parametrize(
    ("before", "caption", "unit"),
    [
        ("<p>表1　主要指标完成情况</p><p>单位：万元</p>", "表1　主要指标完成情况", "单位：万元"),
        ("<p>主要指标完成情况（单位：亿元）</p>", "主要指标完成情况", "单位：亿元"),
        ("<p>计量单位:%</p>", "", "计量单位:%"),
        ("<p>单 位：亿元</p>", "", "单 位：亿元"),
        ("<p>全市经济总体平稳，单位：亿元的说法不是表注。</p>", "", ""),
    ],
)
def test_caption_and_unit_from_the_lines_before(table_of, before, caption, unit):
    table = table_of(
        before + "<table><tr><td>指标</td><td>总量</td></tr><tr><td>甲</td><td>1.5</td></tr></table>"
    )
    assert (table.caption, table.unit_note) == (caption, unit)


def test_caption_element_and_head_rows(table_of):
    table = table_of(
        "<table><caption>分地区情况（单位：%）</caption><thead><tr><th>地区</th><th>2024</th><th>2025</th></tr></thead>"
        "<tbody><tr><th>甲区</th><td>5.1</td><td>5.2</td></tr></tbody></table>"
    )
    assert [c.text for c in table.cells if c.header] == ["地区", "2024", "2025"]
    assert (table.caption, table.unit_note) == ("分地区情况", "单位：%")


def test_layout_tables_are_walked_through(read):
    inner = "<table><tr><td>指标</td><td>总量</td></tr><tr><td>甲</td><td>1</td></tr></table>"
    page = f"<div id='zoom'><table><tr><td><p>左栏说明文字，见下表。</p>{inner}</td></tr></table></div>"
    document = read(page)
    assert [b.kind for b in document.blocks] == ["paragraph", "table"]


def test_wrapped_cells_and_blocks_in_cells(table_of):
    table = table_of(
        "<table><tr><td><p>固定资产</p><p>投资</p></td><td>19/一<br>10:00</td></tr><tr><td>天　津</td><td>1 234.5</td></tr></table>"
    )
    assert [c.text for c in table.cells] == ["固定资产投资", "19/一 10:00", "天　津", "1 234.5"]


def test_phantom_columns_of_wide_spans_are_closed_up(table_of):
    table = table_of(
        "<table><tr><td colspan='12'>标题行</td></tr><tr><td>指标</td><td>值</td></tr><tr><td>甲</td><td>1</td></tr></table>"
    )
    assert table.columns == 2


def test_a_rowspan_beyond_the_table_ends_with_it(table_of):
    table = table_of("<table><tr><td rowspan='99'>甲</td><td>1</td></tr><tr><td>2</td></tr></table>")
    assert (table.rows, table.cells[0].rowspan) == (2, 2)


def test_a_table_that_blows_up_is_refused(read):
    rows = "<tr>" + "<td rowspan='60000' colspan='250'>甲</td>" * 2 + "</tr>"
    with pytest.raises(Unreadable, match="places"):
        read(f"<div id='zoom'>{INTRO}<table>{rows * 3000}</table></div>")


def test_a_span_of_a_hundred_thousand_is_cut_to_the_table(table_of):
    table = table_of(
        "<table><tr><td colspan='100000'>标题行</td></tr><tr><td>指标</td><td>值</td></tr>"
        "<tr><td rowspan='100000'>甲</td><td>1</td></tr></table>"
    )
    assert (table.rows, table.columns) == (3, 2)


def test_cells_that_never_close_are_cells(table_of):
    table = table_of("<table><tr><td>指标<td>总量<tr><td>甲<td>1.5<tr><td>乙<td>2.5</table>")
    assert [c.text for c in table.cells] == ["指标", "总量", "甲", "1.5", "乙", "2.5"]
