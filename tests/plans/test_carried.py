"""Two lists of successive years with a known answer."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from metroetl.plans.carried import carry_over, identify, plain_name


@dataclass(frozen=True)
class Item:
    name: str
    place: str = ""
    kind: str = "project"


LAST_YEAR = [
    Item("2024年甲江流域水环境综合治理工程（新开工）", "甲市"),
    Item("甲乙快速路"),
    Item("甲丙快速路"),
    Item("丁湖生态园", "甲市"),
    Item("戊山旅游环线", "乙区"),
    Item("己园标准厂房", "丙县"),
    Item("老旧小区改造", "甲市"),
    Item("老旧小区改造", "丙县"),
    Item("庚港码头一期"),
]
THIS_YEAR = [
    Item("老旧小区提升改造项目（2025年）", "丙县"),
    Item("甲江水环境综合治理项目（续建）", "甲市"),
    Item("甲乙快速路建设工程"),
    Item("戊山旅游环线东段", "乙区"),
    Item("戊山旅游环线西段", "乙区"),
    Item("现代物流枢纽", "丙县"),
    Item("老旧小区改造（续建）", "甲市"),
    Item("甲戊快速路"),
    Item("庚港码头二期"),
]


def test_the_known_answer():
    found = carry_over(LAST_YEAR, THIS_YEAR)
    kept = {THIS_YEAR[n].name: LAST_YEAR[o].name for n, o in found.kept.items()}
    assert kept == {
        "甲江水环境综合治理项目（续建）": "2024年甲江流域水环境综合治理工程（新开工）",
        "甲乙快速路建设工程": "甲乙快速路",
        "老旧小区改造（续建）": "老旧小区改造",
        "老旧小区提升改造项目（2025年）": "老旧小区改造",
    }
    places = {
        THIS_YEAR[n].place: LAST_YEAR[o].place for n, o in found.kept.items() if "小区" in LAST_YEAR[o].name
    }
    assert places == {"甲市": "甲市", "丙县": "丙县"}
    assert {LAST_YEAR[o].name for o in found.gone} == {
        "甲丙快速路",
        "丁湖生态园",
        "戊山旅游环线",
        "己园标准厂房",
        "庚港码头一期",
    }
    assert {THIS_YEAR[n].name for n in found.new} == {
        "戊山旅游环线东段",
        "戊山旅游环线西段",
        "现代物流枢纽",
        "甲戊快速路",
        "庚港码头二期",
    }
    assert found.split == {4: [3, 4]}


def test_two_are_never_carried_into_one():
    before = [Item("甲江水环境综合治理", "甲市")]
    now = [Item("甲江流域水环境综合治理"), Item("甲江干流水环境综合治理")]
    assert carry_over(before, now).kept == {}
    assert carry_over(now, before).kept == {}
    assert carry_over(before, [*before, *now]).kept == {0: 0}


def test_the_same_name_twice_in_a_list_stays_two():
    twice = [Item("乡村驿站"), Item("乡村驿站")]
    assert len(set(identify(twice))) == 2
    assert carry_over(twice, twice).kept == {0: 0, 1: 1}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("2025年甲江二桥建设项目（续建）", "甲江二桥"),
        ("庚港码头（二期）工程", "庚港码头二期"),
        ("12公里绿道", "绿道"),
        ("G108改造", "改造G108"),
        ("轨道2号线建设", "轨道2号线"),
    ],
)
def test_plain_names(name, plain):
    assert plain_name(name) == plain


def test_thousands_of_items_are_matched_in_bounded_time():
    before = [Item(f"{chr(0x4E00 + n)}{chr(0x5E00 + n)}河综合治理") for n in range(1500)]
    now = [Item(f"{chr(0x4E00 + n)}{chr(0x5E00 + n)}河流域综合治理") for n in range(1500)]
    began = time.monotonic()
    assert len(carry_over(before, now).kept) == 1500
    assert time.monotonic() - began < 15
