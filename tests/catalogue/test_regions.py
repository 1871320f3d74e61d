"""Places in time: codes that came and went, names that mean one place, circles and their members."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from metroetl.catalogue import catalogue
from metroetl.catalogue.load import load
from metroetl.errors import CatalogueError


@pytest.mark.parametrize(
    ("old", "name", "parent", "last", "new", "first"),
    [
        ("512081", "简阳市", "512000", date(2015, 12, 31), "510185", date(2016, 1, 1)),
        ("510132", "新津县", "510100", date(2019, 12, 31), "510118", date(2020, 1, 1)),
        ("371203", "钢城区", "371200", date(2018, 12, 31), "370117", date(2019, 1, 1)),
        ("371202", "莱城区", "371200", date(2018, 12, 31), "370116", date(2019, 1, 1)),
        ("510124", "郫县", "510100", date(2015, 12, 31), "510117", date(2016, 1, 1)),
        ("341423", "含山县", "341400", date(2010, 12, 31), "340522", date(2011, 1, 1)),
    ],
)
def test_old_codes_end_where_new_ones_begin(
    old: str, name: str, parent: str, last: date, new: str, first: date
) -> None:
    words = catalogue()
    assert (words.region(old).name_zh, words.region(old).parent_code) == (name, parent)
    assert words.region(old).valid_to == last
    assert words.region(new).valid_from == first
    assert words.region(new).valid_to is None
    assert words.successors(old) == (new,)
    assert old in words.predecessors(new)


def test_code_that_came_and_went() -> None:
    passing = catalogue().region("340225")
    assert (passing.name_zh, passing.valid_from, passing.valid_to) == (
        "无为县",
        date(2011, 1, 1),
        date(2018, 12, 31),
    )
    assert catalogue().successors("341422") == ("340281",)
    assert catalogue().predecessors("340281") == ("341422", "340225")


def test_absorbing_unit_is_older_than_the_change() -> None:
    assert catalogue().region("310119").valid_to == date(2008, 12, 31)
    assert catalogue().region("310115").valid_from is None


def test_parents_exist_and_come_first() -> None:
    seen: set[str] = set()
    for region in catalogue().regions.values():
        assert region.parent_code is None or region.parent_code in seen, region.code
        seen.add(region.code)


def test_unknown_code_has_a_way_out() -> None:
    with pytest.raises(CatalogueError, match="519999"):
        catalogue().region("519999")


def test_names_of_today() -> None:
    names = catalogue().region_names()
    expected = {
        "全国": "000000", "四川": "510000", "四川省": "510000", "成都": "510100", "德阳市": "510600", "简阳": "510185",
        "新津区": "510118", "内蒙古": "150000", "成都都市圈": "AGG.CDMC", "成德眉资": "AGG.CDMC", "长三角": "AGG.YRD",
        "四川天府新区": "510100.TFNA", "眉山天府新区": "511400.TFNA", "吉林": "220000", "海南": "460000",
    }  # fmt: skip
    assert {name: names.get(name) for name in expected} == expected


def test_ambiguous_names_need_their_parent() -> None:
    names = catalogue().region_names()
    assert "鼓楼区" not in names
    assert names["南京市鼓楼区"] == "320106"
    assert names["上海市普陀区"] == "310107"
    assert "朝阳" not in names


def test_names_of_another_day() -> None:
    words = catalogue()
    assert words.region_names(date(2015, 6, 30))["简阳市"] == "512081"
    assert words.region_names(date(2016, 6, 30))["简阳市"] == "510185"
    assert words.region_names(date(2018, 6, 30))["莱芜市"] == "371200"
    assert "莱芜市" not in words.region_names(date(2019, 6, 30))
    assert words.region_names(date(2009, 6, 30))["襄樊市"] == "420600"
    assert "襄阳市" not in words.region_names(date(2009, 6, 30))


def test_children_of_the_four_cities() -> None:
    words = catalogue()
    assert [len(words.children(code)) for code in ("510100", "510600", "511400", "512000")] == [20, 6, 6, 3]
    assert "512081" in {r.code for r in words.children("512000", date(2015, 6, 30))}
    assert all(r.level == "county" for r in words.children("510100"))


def test_chengdu_circle_in_both_scopes() -> None:
    words = catalogue()
    day = date(2025, 3, 31)
    assert [m.region_code for m in words.members("chengdu", day)] == words.circles["chengdu"].order
    core = {m.region_code for m in words.members("chengdu", day, "core")}
    assert core == {
        "510100", "510603", "510682", "510681", "510623", "511402", "511403", "511421", "511425", "512002", "512022",
    }  # fmt: skip
    assert words.members("chengdu", date(2021, 6, 30), "core") == []
    assert not any(m.partial for m in words.circles["chengdu"].members)


def test_the_eighteen_national_circles() -> None:
    circles = catalogue().circles
    numbers = sorted(c.number for c in circles.values() if c.number is not None)
    assert numbers == list(range(1, 19))
    assert circles["chengdu"].number == 3
    assert circles["changchun"].approved_on == date(2025, 8, 22)
    assert circles["fuzhou"].approved_on is None, "the sources disagree"


def test_unknown_members_stay_unknown() -> None:
    circles = catalogue().circles
    assert {c.id for c in circles.values() if c.members_known} == {
        "chengdu",
        "yangtze_delta",
        "nanjing",
        "hefei",
    }
    for circle in circles.values():
        if any(member.partial for member in circle.members):
            assert not circle.members_known, circle.id
    assert circles["shenyang"].members == []


@pytest.mark.parametrize(
    ("text", "circle"),
    [
        ("2025年一季度成都都市圈经济运行情况", "chengdu"),
        ("成德眉资同城化发展工作简报", "chengdu"),
        ("长三角地区一体化发展三年行动计划", "yangtze_delta"),
        ("共建成渝地区双城经济圈重大项目", "chengdu_chongqing"),
        ("AGG.CDMC", "chengdu"),
        ("chengdu", "chengdu"),
        ("国务院关于印发的通知", None),
    ],
)
def test_circle_of_a_text(text: str, circle: str | None) -> None:
    found = catalogue().circle_of(text)
    assert (found.id if found else None) == circle


def test_an_operator_adds_places_of_their_own(tmp_path: Path) -> None:
    own = tmp_path / "data"
    own.mkdir()
    head = "code,name_zh,level,parent_code,aliases,note\n"
    (own / "regions.csv").write_text(f"{head}990100,甲市,prefecture,000000,,\n", encoding="utf-8")
    words = load(own=tmp_path)
    assert words.region("990100").name_zh == "甲市"
    assert words.region("510100").name_zh == "成都市"

    (own / "regions.csv").write_text(f"{head}510100,甲市,prefecture,000000,,\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"regions\.csv:2: code '510100' is the project's already"):
        load(own=tmp_path)
