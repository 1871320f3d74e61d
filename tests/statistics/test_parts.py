"""The steps below the grammar: uniform text, periods, units, measures, segments."""

from __future__ import annotations

from datetime import date

import pytest

from metroetl.catalogue import catalogue
from metroetl.statistics.lexing.lexer import lex
from metroetl.statistics.lexing.normalise import normalise
from metroetl.statistics.measures import choose
from metroetl.statistics.vocabulary.periods import PERIOD, Period, read_specs
from metroetl.statistics.vocabulary.units import convert, fits
from metroetl.statistics.vocabulary.words import clean_name, vocabulary


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("增长５．８％", "增长5.8%"),
        ("１—２月", "1-2月"),
        ("比例2.1∶29.2", "比例2.1:29.2"),
        ("<p>地区<b>生产</b>总值&nbsp;增长</p>", "\n地区生产总值 增长\n"),
        ("工業增加值與投資總額", "工业增加值与投资总额"),
        ("年增 **6.3%** [國家統計局](https://example.org/a)", "年增 6.3% (国家统计局)"),
    ],
)
def test_uniform_text_keeps_its_place_in_the_source(source: str, text: str) -> None:
    result = normalise(source)
    assert result.text == text
    for i, character in enumerate(result.text):
        start, end = result.span(i, i + 1)
        assert end == start + 1
        if character.isdigit() and source[start].isascii():
            assert source[start] == character


@pytest.mark.parametrize(
    ("text", "start", "end", "accumulation"),
    [
        ("2025年", "2025-01-01", "2025-12-31", "ytd"),
        ("一季度", "2025-01-01", "2025-03-31", "ytd"),
        ("二季度", "2025-04-01", "2025-06-30", "period"),
        ("上半年", "2025-01-01", "2025-06-30", "ytd"),
        ("前三季度", "2024-01-01", "2024-09-30", "ytd"),
        ("2024年前三季度", "2024-01-01", "2024-09-30", "ytd"),
        ("1-5月份", "2025-01-01", "2025-05-31", "ytd"),
        ("今年前5个月", "2025-01-01", "2025-05-31", "ytd"),
        ("6月份", "2025-06-01", "2025-06-30", "month"),
        ("12月", "2024-12-01", "2024-12-31", "month"),
        ("6月末", "2025-06-30", "2025-06-30", "eop"),
        ("去年末", "2024-12-31", "2024-12-31", "eop"),
        ("去年全年", "2024-01-01", "2024-12-31", "ytd"),
        ("第一季", "2025-01-01", "2025-03-31", "ytd"),
    ],
)
def test_periods(text: str, start: str, end: str, accumulation: str) -> None:
    match = PERIOD.search(text)
    assert match is not None and match.group() == text
    period = read_specs(match)[0].resolve(date(2025, 7, 20))
    assert period == Period(date.fromisoformat(start), date.fromisoformat(end), accumulation)


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        ("2025-01-01", "2025-12-31", "2025"),
        ("2025-01-01", "2025-06-30", "2025-Q2"),
        ("2025-04-01", "2025-06-30", "2025-Q2"),
        ("2025-06-01", "2025-06-30", "2025-M06"),
        ("2025-01-01", "2025-08-31", "2025-M08"),
        ("2025-06-30", "2025-06-30", "2025-06-30"),
        ("2025-12-31", "2025-12-31", "2025"),
    ],
)
def test_labels_name_a_cumulative_period_by_its_last_part(start: str, end: str, label: str) -> None:
    assert Period(date.fromisoformat(start), date.fromisoformat(end), "ytd").label == label


def test_units_convert_to_the_catalogues() -> None:
    assert convert(5.8, "万亿元", "亿元") == 58000
    assert convert(900346, "万元", "亿元") == 90.0346
    assert convert(1.3, "倍", "%") == 130
    assert convert(2.0, "‰", "%") == 0.2
    assert convert(1.0, "万人", "亿元") is None
    assert fits("人", "万人") and not fits("美元", "亿元")


def test_a_measure_is_one_the_indicator_declares_or_the_plain_one() -> None:
    words = catalogue()
    assert choose(words, "GDP", "yoy", "ytd") == "yoy_real_ytd"
    assert choose(words, "GDP", "yoy", "period") == "yoy_real"
    assert choose(words, "IVA", "yoy", "month") == "yoy_m"
    assert choose(words, "PBR", "yoy", "ytd", "comparable") == "yoy_comparable_ytd"
    assert choose(words, "GDP", "level", "ytd", "real") == "level_ytd"
    assert choose(words, "GDP", "share", "ytd", whole="全省") == "share_of_province"
    assert choose(words, None, "yoy", "eop") == "yoy_eop"
    for family in ("level", "yoy", "share", "rate", "yoy_pp", "index"):
        for accumulated in ("ytd", "eop", "month", "period"):
            assert choose(words, None, family, accumulated) in words.measures


def test_names_are_cleaned_and_sectors_written_out() -> None:
    assert clean_name("规上工业") == "规模以上工业"
    assert clean_name("其中：“三产”投资".replace("：", "")) == "第三产业投资"
    assert clean_name("全市一产增加值") == "第一产业增加值"


def test_the_longest_word_wins_and_a_single_character_needs_its_neighbours() -> None:
    words = vocabulary(catalogue())
    text = "高端器材出口增长5%,城镇调查失业率为5.2%"
    kinds = {t.text: t.kind for t in lex(text, 0, len(text), words)}
    assert kinds["城镇调查失业率"] == "indicator"
    assert kinds["高端器材"] == "text"
    assert kinds["为"] == "verb"
    assert "".join(t.text for t in lex("甲乙丙,", 0, 4, words)) == "甲乙丙,"
