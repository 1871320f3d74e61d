"""Unruled tables: what stands in columns becomes a grid, what doesn't stays text."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from metroetl.documents.columns import PlacedTable, find_column_tables

SIZE = 10.0


def words(*lines: list[tuple[float, str]]) -> list[dict[str, Any]]:
    """Words of lines of (left end, text), a line each 18 points, letters of 10."""
    return [
        {"text": text, "x0": x, "x1": x + SIZE * len(text), "top": 100 + 18 * n, "bottom": 110 + 18 * n}
        for n, line in enumerate(lines)
        for x, text in line
    ]


def texts(table: PlacedTable) -> list[tuple[int, int, int, str]]:
    return [(c.row, c.column, c.colspan, c.text) for c in table.cells]


HEAD = [(70.0, "指标"), (200.0, "总量"), (300.0, "增速")]


def test_columns_are_where_figures_stand_over_each_other() -> None:
    (table,) = find_column_tables(
        words(HEAD, [(70, "甲"), (205, "12.5"), (310, "5.8")], [(70, "乙"), (215, "—"), (310, "6.1")])
    )
    assert texts(table) == [
        (0, 0, 1, "指标"),
        (0, 1, 1, "总量"),
        (0, 2, 1, "增速"),
        (1, 0, 1, "甲"),
        (1, 1, 1, "12.5"),
        (1, 2, 1, "5.8"),
        (2, 0, 1, "乙"),
        (2, 1, 1, "—"),
        (2, 2, 1, "6.1"),
    ]


def test_an_upper_heading_stands_over_its_columns() -> None:
    (table,) = find_column_tables(
        words(
            [(70, "指标"), (250, "6月"), (450, "1-6月")],
            [(200, "总量"), (300, "增速"), (400, "总量"), (500, "增速")],
            [(70, "甲"), (200, "9.1"), (300, "6.3"), (400, "54.2"), (500, "5.5")],
            [(70, "乙"), (200, "3.1"), (300, "1.3"), (400, "15.2"), (500, "2.5")],
        )
    )
    assert texts(table)[:3] == [(0, 0, 1, "指标"), (0, 1, 2, "6月"), (0, 3, 2, "1-6月")]


def test_an_empty_place_stays_empty_and_an_indent_stays() -> None:
    (table,) = find_column_tables(
        words(HEAD, [(70, "甲"), (205, "12.5"), (310, "5.8")], [(90, "乙"), (310, "6.1")])
    )
    assert texts(table)[6:] == [(2, 0, 1, "\u3000\u3000乙"), (2, 2, 1, "6.1")]
    assert table.cells[6].indent == 2


def test_running_text_is_no_table() -> None:
    assert (
        find_column_tables(
            words(
                [(90, "全市地区生产总值"), (171, "12108.2"), (242, "亿元，增长"), (293, "5.8%，")],
                [(70, "其中，第一产业增加值"), (171, "200.1"), (222, "亿元，增长"), (273, "3.1%。")],
            )
        )
        == []
    )


def test_one_row_of_figures_is_no_table() -> None:
    assert find_column_tables(words(HEAD, [(70, "甲"), (205, "12.5"), (310, "5.8")])) == []


def test_figures_that_stand_in_no_columns_are_no_table() -> None:
    lines = [[(70.0, "甲"), (150.0 + 7 * n, "12.5"), (200.0 + 9 * n, "5.8")] for n in range(20)]
    assert find_column_tables(words(*lines)) == []


def test_a_page_of_figures_takes_bounded_time() -> None:
    lines = [[(10.0 * c, "1") for c in range(0, 60, 2)] for _ in range(1500)]
    began = time.process_time()
    find_column_tables(words(*lines))
    assert time.process_time() - began < 10


PLACED = st.lists(
    st.tuples(
        st.floats(0, 600), st.sampled_from(["甲", "12.5", "—", "增速（%）", "地区生产总值", "。", "5.8"])
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PLACED, max_size=12))
def test_any_words_on_a_page_are_read_without_an_error(lines: list[list[tuple[float, str]]]) -> None:
    for table in find_column_tables(words(*lines)):
        assert len({(c.row, c.column) for c in table.cells}) == len(table.cells)
