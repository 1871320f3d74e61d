"""What single cells and labels say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metroetl.catalogue import catalogue
from metroetl.statistics.lexing.normalise import normalise
from metroetl.statistics.tables.cells import is_empty, read_value, strip_notes
from metroetl.statistics.tables.labels import LabelReader
from metroetl.statistics.vocabulary.words import vocabulary


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,234.56", 1234.56, ""),
        ("1 234.5", 1234.5, ""),
        ("28. 6", 28.6, ""),
        ("1 2 3 . 5", 123.5, ""),
        ("-3.0", -3.0, ""),
        ("下降3.0", -3.0, ""),
        ("下降-3.0", -3.0, ""),
        ("同比增长3.0%", 3.0, "%"),
        ("↓3.2", -3.2, ""),
        ("+3.2", 3.2, ""),
        ("1.5倍", 1.5, "倍"),
        ("1.2个百分点", 1.2, "个百分点"),
        ("56.3 万人", 56.3, "万人"),
        ("与上年持平", 0.0, "%"),
        ("12.3②", 12.3, ""),
        ("*12.3", 12.3, ""),
        ("12.3(注1)", 12.3, ""),
    ],
)
def test_values(text: str, value: float, unit: str) -> None:
    found = read_value(text)
    assert found is not None
    assert (found.value, found.unit) == (value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "—",
        "2024年",
        "1-6月",
        "19/一",
        "12 34",
        "626.9 2.0",
        "12,34",
        "45(扩招)",
        "第1位",
        "3.2公顷地",
        "1" * 60,
    ],
)
def test_what_isnt_surely_one_number_is_none(text: str) -> None:
    assert read_value(text) is None


def test_the_number_in_brackets_is_kept_apart() -> None:
    found = read_value("626.9(-2.0%)")
    assert found is not None
    assert found.second is not None
    assert (found.value, found.second.value, found.second.unit) == (626.9, -2.0, "%")


@pytest.mark.parametrize("text", ["", "-", "—", "…", "...", "/", "N/A", "未公布", " ── "])
def test_marks_for_no_value(text: str) -> None:
    assert is_empty(text)


def test_footnote_marks_are_no_part_of_a_name() -> None:
    assert strip_notes("地区生产总值①") == strip_notes("*地区生产总值") == "地区生产总值"


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_not(text: str) -> None:
    found = read_value(text)
    assert found is None or float(found.digits) == abs(found.value)


@pytest.fixture(scope="module")
def labels() -> LabelReader:
    return LabelReader(vocabulary(catalogue()))


@pytest.mark.parametrize(
    ("text", "name", "unit"),
    [
        ("一、地区生产总值（亿元）", "地区生产总值", "亿元"),
        ("1.地区生产总值 亿元", "地区生产总值", "亿元"),
        ("（一）社会消费品零售总额/万元", "社会消费品零售总额", "万元"),
        ("2025年1-6月地区生产总值(亿元，%)", "地区生产总值", "亿元"),
        ("其中：民间投资", "民间投资", ""),
        ("指标名称", "", ""),
    ],
)
def test_names_and_units_of_labels(labels: LabelReader, text: str, name: str, unit: str) -> None:
    label = labels.read(normalise(text).text)
    assert (label.name, label.unit) == (name, unit)


@pytest.mark.parametrize(
    "text",
    [
        "增速",
        "同比增减",
        "比上年±%",
        "增长率(%)",
        "±%",
        "同比",
        "2024年比2023年增长",
        "比上年同期增长",
        "涨跌幅(%)",
        "实际增长",
    ],
)
def test_words_of_growth(labels: LabelReader, text: str) -> None:
    label = labels.read(normalise(text).text)
    assert label.growth
    assert (label.name, label.role, label.down) == ("", "", False)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("位次", "rank"),
        ("全省排名", "rank"),
        ("占比（%）", "share"),
        ("占全省比重", "share"),
        ("上年同期", "previous"),
        ("2024年同期", "previous"),
        ("全年目标", "target"),
        ("为年度计划%", "completion"),
        ("完成率（%）", "completion"),
        ("贡献率", "contribution"),
        ("环比（%）", "change"),
        ("年均增长", "average"),
        ("序号", "skip"),
        ("计量单位", "unit_heading"),
    ],
)
def test_roles_of_headings(labels: LabelReader, text: str, role: str) -> None:
    assert labels.read(normalise(text).text).role == role
