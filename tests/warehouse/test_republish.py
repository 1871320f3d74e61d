"""The same paper on several sites is one work: the first published is the original, whatever order they come in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.warehouse.desk import Desk

CITY, PROVINCE, MEDIA = (
    "https://city.example.cn/1",
    "https://province.example.cn/1",
    "https://media.example.cn/1",
)
TITLE = "关于加强农村公路养护的通知"
TEXT = (
    "甲市今年安排养护资金三千万元，用于县道乡道的日常保洁和路面修补，十二月底前完成。"
    "各县区明确一名负责人，按季度上报进度，市级按年度考核，结果与下一年补助挂钩。"
    "鼓励沿线群众参加公益性岗位，推广路面快速修补技术，连续两年末位的约谈分管负责人。"
)
WORKS = "SELECT url, role, basis FROM mart_republication ORDER BY published_on, url"


def load(desk: Desk, url: str, day: int, text: str = TEXT, source_id: str = "city", **values: object) -> int:
    """Load one paper of a day in March as a run of its own; how many rows were tied."""
    told = {"title": TITLE, "published_on": date(2025, 3, day), "source_id": source_id} | values
    desk.load(desk.read(url, text, **told))  # type: ignore[arg-type]
    return desk.warehouse.tie_republications(desk.run_id)


def test_copies_on_three_sites_are_one_work(desk: Desk) -> None:
    assert load(desk, CITY, 4) == 0
    assert load(desk, PROVINCE, 6, TEXT + "（责任编辑：小林）", "province") == 2
    assert load(desk, MEDIA, 5, "来源：甲市。" + TEXT, "media", title="甲市三千万元养好农村路") == 1
    assert desk.rows(WORKS) == [
        (CITY, "original", "title"),
        (MEDIA, "republication", "body"),
        (PROVINCE, "republication", "title"),
    ]
    assert desk.one("SELECT DISTINCT work_title FROM mart_republication") == TITLE
    assert desk.warehouse.tie_republications(desk.run_id) == 0


def test_an_original_that_comes_late_takes_its_place(desk: Desk) -> None:
    load(desk, PROVINCE, 6, source_id="province")
    load(desk, MEDIA, 7, source_id="media")
    assert desk.rows(WORKS)[0][:2] == (PROVINCE, "original")
    load(desk, CITY, 4)
    assert [row[:2] for row in desk.rows(WORKS)] == [
        (CITY, "original"), (PROVINCE, "republication"), (MEDIA, "republication")
    ]  # fmt: skip
    assert desk.one("SELECT COUNT(DISTINCT work_id) FROM core_republication") == 1


def test_who_forwards_it_whole_is_no_original_even_if_seen_first(desk: Desk) -> None:
    forwarded = {"title": f"乙市转发{TITLE}的通知", "source_id": "province"}
    load(desk, PROVINCE, 20, "现转发给你们，请抓好落实。" + TEXT, **forwarded)
    load(desk, CITY, 4)
    load(desk, MEDIA, 25, source_id="media")
    assert desk.rows(WORKS) == [
        (CITY, "original", "title"),
        (PROVINCE, "forwarding", "title"),
        (MEDIA, "republication", "title"),
    ]


def test_a_new_version_of_a_copy_stays_with_its_work(desk: Desk) -> None:
    load(desk, CITY, 4)
    load(desk, PROVINCE, 6, source_id="province")
    changed = TEXT.replace("三千万元", "四千万元").replace("十二月底前", "十一月底前")
    assert load(desk, PROVINCE, 6, changed, "province") == 1
    rows = desk.rows(
        "SELECT url, document_version, role FROM mart_republication ORDER BY url, document_version"
    )
    assert rows == [(CITY, 1, "original"), (PROVINCE, 1, "republication"), (PROVINCE, 2, "republication")]


def test_papers_that_only_look_alike_are_not_tied(desk: Desk) -> None:
    load(desk, CITY, 4)
    load(desk, CITY + "0", 5, TEXT.replace("三千万元", "3200万元").replace("十二月", "6月"))
    load(desk, MEDIA, 5, "一篇关于公路的短讯。" * 20, "media")
    assert desk.rows(WORKS) == []


def test_a_file_is_no_copy_of_the_page_that_links_it(desk: Desk) -> None:
    load(desk, CITY, 4)
    desk.load(
        desk.read(CITY + ".pdf", TEXT, title=TITLE, published_on=date(2025, 3, 4), seen={"role": "attachment", "parent_url": CITY})
    )  # fmt: skip
    assert desk.warehouse.tie_republications() == 0


def test_all_documents_can_be_tied_at_once(desk: Desk) -> None:
    for url, source_id in ((CITY, "city"), (PROVINCE, "province"), (MEDIA, "media")):
        desk.load(desk.read(url, TEXT, title=TITLE, published_on=date(2025, 3, 4), source_id=source_id))
    assert desk.warehouse.tie_republications() == 3
    assert desk.warehouse.tie_republications() == 0
    assert desk.rows("SELECT url FROM mart_republication WHERE role = 'original'") == [(CITY,)]


@pytest.mark.parametrize("first", [4, 12, 20, 28])
def test_a_copy_under_another_headline_is_of_the_same_weeks(desk: Desk, first: int) -> None:
    """Papers are compared a month of them at a time: wherever its edge lies, it is between two of these days."""
    copies = (
        (CITY, 0, "city", TITLE),
        (MEDIA, 25, "media", "甲市三千万元养好农村路"),
        (PROVINCE, 60, "province", "路好了"),
    )
    for url, days, source_id, title in copies:
        out = date(2025, 3, first) + timedelta(days=days)
        desk.load(desk.read(url, TEXT, title=title, published_on=out, source_id=source_id))
    assert desk.warehouse.tie_republications() == 2
    assert desk.rows(WORKS) == [(CITY, "original", "body"), (MEDIA, "republication", "body")]


@pytest.mark.parametrize("day", [date(2025, 3, 4), date(2025, 3, 6)])
def test_as_of_a_day_only_what_was_out_is_tied(desk: Desk, day: date) -> None:
    load(desk, CITY, 4)
    load(desk, PROVINCE, 6, source_id="province")
    found = desk.warehouse.query("SELECT COUNT(*) FROM mart_republication", as_of=day)[1]
    assert found == [(1 if day.day == 4 else 2,)]
