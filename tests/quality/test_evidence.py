"""What the text says of a number and a page."""

from __future__ import annotations

import pytest

from metroetl.quality.evidence import (
    broken_share,
    is_forecast,
    likeness,
    mojibake_share,
    printed_number,
    sign_agrees,
)

TEXT = "一季度，全市实现地区生产总值770.0亿元，按不变价格计算，同比增长6.1%。工业生产稳中有进，市场销售逐步回暖。"


@pytest.mark.parametrize(
    ("quote", "text", "value", "expected"),
    [
        ("规上工业增加值同比下降3.0%", "3.0", -3.0, True),
        ("规上工业增加值同比下降3.0%", "3.0", 3.0, False),
        ("同比增长约6.1%", "6.1", 6.1, True),
        ("同比增长6.1%", "6.1", -6.1, False),
        ("增速回落至5.0%", "5.0", 5.0, None),
        ("增长-3.0%", "-3.0", -3.0, None),
        ("同比持平", "", 0.0, None),
        ("6.1", "6.1", 6.1, None),
        ("第一产业下降1.2%，第二产业增长5.0%", "5.0", 5.0, True),
    ],
)
def test_the_word_before_the_number_tells_its_sign(
    quote: str, text: str, value: float, expected: bool | None
) -> None:
    assert sign_agrees(quote, text, value) is expected


@pytest.mark.parametrize(
    ("quote", "text", "expected"),
    [
        ("预计实现地区生产总值3400亿元", "3400", True),
        ("力争增长6%", "6", True),
        ("预计全年好于上年，一季度增长6.1%", "6.1", False),
        ("增长6.1%", "6.1", False),
        ("增长6.1%", "7.2", None),
    ],
)
def test_a_forecast_is_one_in_its_own_clause(quote: str, text: str, expected: bool | None) -> None:
    assert is_forecast(quote, text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7,393.1", 7393.1), ("-3.0", 3.0), ("１２．５", 12.5), ("持平", None), ("", None)],
)
def test_printed_numbers(text: str, expected: float | None) -> None:
    assert printed_number(text) == expected


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("utf-8", "gb18030"), ("utf-8", "latin-1"), ("gb18030", "latin-1"), ("gb18030", "utf-8")],
)
def test_text_of_the_wrong_table_is_seen(right: str, wrong: str) -> None:
    assert mojibake_share(TEXT.encode(right).decode(wrong, "replace")) > 0.25


def test_readable_text_is_left_alone() -> None:
    assert mojibake_share(TEXT) < 0.1
    assert mojibake_share("") == broken_share("") == 0.0
    assert mojibake_share("Naïve café in Zürich, 12 %") < 0.25


def test_one_broken_character_counts_little() -> None:
    assert 0 < broken_share(TEXT * 4 + "\ufffd") < 0.005


def test_titles_of_the_next_quarter_are_alike_and_of_another_page_not() -> None:
    assert likeness("2025年一季度德阳市经济运行情况", "2025年上半年德阳市经济运行情况") > 0.7
    assert likeness("2025年一季度德阳市经济运行情况", "网站首页") < 0.3
