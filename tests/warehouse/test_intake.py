"""Attempts and snapshots: what is known, what waits to be read, what can't be."""

from __future__ import annotations

from datetime import date, time, timedelta

from metroetl.errors import HostDown, NotFound, PartMissing, ScannedImage
from metroetl.harvest.models import Fetch, Harvested, Known, Scheduled, Snapshot
from tests.warehouse.desk import START, Desk


def test_every_attempt_is_kept_also_a_failed_one(desk: Desk) -> None:
    error = HostDown("no answer")
    failed = Fetch(
        source_id="city", url="https://city.example.cn/list/", role="listing", at=START, outcome=error.code,
        detail=error.message, way_out=error.way_out,
    )  # fmt: skip
    desk.warehouse.record(desk.run_id, [Harvested(fetch=failed)])
    desk.warehouse.record(desk.run_id, [Harvested(fetch=failed)])
    assert desk.rows("SELECT outcome, ok, detail FROM raw_fetch") == [("HOST_DOWN", 0, "no answer")]
    health = desk.one(
        "SELECT last_listing_outcome, failures_in_a_row FROM mart_source_health WHERE source_id = 'city'"
    )
    assert health == ("HOST_DOWN", 1)


def test_snapshots_wait_until_they_are_read(desk: Desk) -> None:
    desk.archive("https://city.example.cn/1", "one", title="标题", headers={"X": "y"})
    desk.archive("https://city.example.cn/list/", "listing", role="listing")
    waiting = desk.warehouse.pending(["city"])
    assert [(s.url, s.title, s.headers) for s in waiting] == [
        ("https://city.example.cn/1", "标题", {"x": "y"})
    ]
    assert desk.warehouse.pending(["province"]) == []
    assert desk.warehouse.pending() == waiting


def test_the_same_bytes_are_no_new_snapshot_but_bytes_that_come_back_are(desk: Desk) -> None:
    for content in ("a", "a", "b", "a"):
        desk.archive("https://city.example.cn/1", content)
    assert desk.one("SELECT COUNT(*) FROM raw_snapshot") == 3
    assert desk.one("SELECT COUNT(*) FROM raw_fetch") == 4
    known = desk.warehouse.known("city")["https://city.example.cn/1"]
    assert known.sha256 == desk.archive("https://city.example.cn/1", "a").sha256
    assert known.fetched_at == START + timedelta(hours=4)


def test_a_new_etag_of_the_same_bytes_is_noted(desk: Desk) -> None:
    desk.archive("https://city.example.cn/1", "a", headers={"ETag": '"1"', "Last-Modified": "Tue"})
    assert desk.warehouse.known("city")["https://city.example.cn/1"].etag == '"1"'
    desk.archive("https://city.example.cn/1", "a", headers={"ETag": '"2"'})
    assert desk.warehouse.known("city")["https://city.example.cn/1"].etag == '"2"'


def test_an_unreadable_snapshot_waits_in_quarantine_and_can_be_replayed(desk: Desk) -> None:
    snapshot = desk.archive("https://city.example.cn/scan.pdf", "scan", role="attachment")
    desk.warehouse.reject_snapshot(desk.run_id, snapshot, ScannedImage("pictures only"))
    assert desk.warehouse.pending() == []
    entry = desk.one("SELECT table_name, rule_code, state, url, sha256 FROM ops_quarantine")
    assert entry == ("raw_snapshot", "SCANNED_IMAGE", "open", snapshot.url, snapshot.sha256)
    assert desk.warehouse.archived("city", only_quarantined=True) == [snapshot]
    assert desk.warehouse.info()["open_quarantine"] == 1


CITY = "https://city.example.cn/"


def revisit(desk: Desk, since: date = date(2025, 1, 1), limit: int = 100) -> list[str]:
    return [s.url.removeprefix(CITY) for s, _ in desk.warehouse.revisitable("city", since, limit)]


def test_what_a_person_told_and_how_it_was_asked_stay_with_a_snapshot(desk: Desk) -> None:
    told = {"publisher": "甲市统计局", "published_on": date(2026, 1, 5), "access": "internal"}
    request = {"method": "POST", "json": '{"a": "乙"}'}
    desk.archive(CITY + "data#a", "{}", request=request, **told)
    (waiting,) = desk.warehouse.pending(["city"])
    assert waiting.request == request
    assert waiting.model_dump(include=set(told)) == told


def test_what_was_new_and_newest_in_a_listing_stays_with_the_attempt(desk: Desk) -> None:
    fetch = Fetch(
        source_id="city", url=CITY, role="listing", at=START, outcome="listed", items=9, fresh=2,
        newest=date(2026, 1, 2),
    )  # fmt: skip
    desk.warehouse.record(desk.run_id, [Harvested(fetch=fetch)])
    assert desk.rows("SELECT items, fresh, newest FROM raw_fetch") == [(9, 2, "2026-01-02")]


def test_parts_come_in_reading_order_as_last_seen(desk: Desk) -> None:
    page = desk.archive(CITY + "t.html", "one")
    for n in (10, 2):
        desk.archive(f"{CITY}t_{n}.html", f"part {n}", role="part", parent_url=CITY + "t.html")
    desk.archive(CITY + "t_2.html", "part 2 mended", role="part", parent_url=CITY + "t.html")
    desk.archive(CITY + "u_2.html", "of another", role="part", parent_url=CITY + "u.html")
    parts = desk.warehouse.parts_of(CITY + "t.html", "city")
    assert [p.url.removeprefix(CITY) for p in parts] == ["t_2.html", "t_10.html"]
    latest = desk.warehouse.known("city")
    assert [p.sha256 for p in parts] == [latest[p.url].sha256 for p in parts]
    assert [s.url for s in desk.warehouse.pending()] == [page.url]


def test_the_parts_of_an_older_version_are_those_of_its_time(desk: Desk) -> None:
    first = desk.archive(CITY + "t.html", "one")
    old = desk.archive(CITY + "t_2.html", "old", role="part", parent_url=CITY + "t.html")
    second = desk.archive(CITY + "t.html", "two")
    new = desk.archive(CITY + "t_2.html", "new", role="part", parent_url=CITY + "t.html")
    assert desk.warehouse.parts_of(first.url, "city", at=first.fetched_at) == [old]
    assert desk.warehouse.parts_of(first.url, "city", at=second.fetched_at) == [new]


def test_a_changed_part_makes_a_new_version_of_its_article(desk: Desk) -> None:
    url = CITY + "t.html"
    page = desk.read(url, "甲市公报第一页")
    desk.archive(CITY + "t_2.html", "第二页", role="part", parent_url=url)
    desk.load(page)
    assert desk.warehouse.pending() == []
    changed = desk.archive(CITY + "t_2.html", "第二页，更正", role="part", parent_url=url)
    assert [s.url for s in desk.warehouse.pending()] == [url]
    again = page.document.model_copy(update={"text": "甲市公报第一页第二页，更正", "content_hash": "other"})
    desk.load(page.model_copy(update={"document": again}))
    assert desk.rows("SELECT version, published_basis FROM core_document ORDER BY version") == [
        (1, "printed"),
        (2, "revisited"),
    ]
    seen = desk.one("SELECT first_seen_at FROM core_document WHERE version = 2")
    assert seen == changed.fetched_at.replace(tzinfo=None).isoformat(" ", "microseconds")


def test_a_missing_part_that_comes_opens_its_article_again(desk: Desk) -> None:
    page = desk.archive(CITY + "t.html", "one")
    desk.warehouse.reject_snapshot(desk.run_id, page, PartMissing("part 2 of 2"))
    assert desk.warehouse.pending() == []
    desk.archive(CITY + "t_2.html", "two", role="part", parent_url=page.url)
    assert desk.warehouse.pending() == [page]


def test_other_bytes_with_the_same_content_are_no_new_version(desk: Desk) -> None:
    first = desk.read(CITY + "1", "甲市一季度经济运行情况 浏览次数：8")
    same = desk.read(CITY + "1", "甲市一季度经济运行情况 浏览次数：9")
    content = first.document.content_hash
    desk.load(first)
    desk.load(
        same.model_copy(update={"document": same.document.model_copy(update={"content_hash": content})})
    )
    assert desk.one("SELECT COUNT(*) FROM core_document") == 1
    assert desk.rows("SELECT state, content_hash FROM raw_snapshot") == [("read", content)] * 2


def test_revisits_begin_with_what_was_not_asked_for_longest(desk: Desk) -> None:
    for name, listed_on in (("old", date(2024, 6, 1)), ("b", date(2025, 6, 1)), ("a", date(2025, 1, 1))):
        desk.archive(CITY + name, name, listed_on=listed_on)
    desk.archive(CITY + "undated", "undated")
    desk.archive(
        CITY + "f.xlsx", "file", role="attachment", parent_url=CITY + "a", listed_on=date(2025, 1, 1)
    )
    desk.archive(CITY + "list", "listing", role="listing", listed_on=date(2026, 1, 1))
    assert revisit(desk) == ["b", "a", "undated", "f.xlsx"]
    desk.ask(CITY + "b", "unchanged")
    desk.ask(CITY + "a", NotFound.code)
    assert revisit(desk) == ["undated", "f.xlsx", "b", "a"]
    assert revisit(desk, limit=1) == ["undated"]
    assert revisit(desk, since=START.date() + timedelta(days=1)) == []


def test_a_document_that_prints_an_old_date_is_not_revisited_because_it_came_late(desk: Desk) -> None:
    desk.load(desk.read(CITY + "late", "一份旧文件", published_on=date(2019, 3, 1)))
    desk.load(desk.read(CITY + "new", "一份新文件", published_on=date(2025, 12, 1)))
    assert revisit(desk) == ["new"]


def test_a_revisit_has_all_it_needs_to_ask_again(desk: Desk) -> None:
    values = {"role": "attachment", "parent_url": CITY + "1", "title": "标题", "name": "附件1.xlsx", "listed_on": date(2025, 5, 1)}  # fmt: skip
    desk.archive(CITY + "f.xlsx", "file", headers={"ETag": '"1"'}, **values)
    ((snapshot, known),) = desk.warehouse.revisitable("city", date(2025, 1, 1), 5)
    assert snapshot.model_dump(include=set(values)) == values
    assert known == desk.warehouse.known("city")[CITY + "f.xlsx"]
    assert isinstance(snapshot, Snapshot)
    assert isinstance(known, Known)
    assert known.etag == '"1"'


def test_a_file_out_of_an_archive_is_not_asked_for_but_an_item_of_an_interface_is(desk: Desk) -> None:
    desk.archive(CITY + "all.zip", "zip", role="attachment")
    desk.archive(CITY + "all.zip#表1.xlsx", "member", role="attachment")
    desk.archive(CITY + "data#A01", "answer", request={"method": "POST", "json": '{"code":"A01"}'})
    assert sorted(revisit(desk)) == ["all.zip", "data#A01"]


def calendar(desk: Desk, *announced: Scheduled) -> None:
    """One reading of the calendar, a day after the one before."""
    desk.clock += timedelta(days=1)
    fetch = Fetch(source_id="city", url=CITY + "rl", role="listing", at=desk.clock, outcome="listed")
    desk.warehouse.record(desk.run_id, [Harvested(fetch=fetch, scheduled=list(announced))])


def test_a_day_that_a_calendar_takes_back_is_a_fact(desk: Desk) -> None:
    past = Scheduled(title="年度快报", due_on=START.date())
    first = Scheduled(title="价格指数", due_on=date(2026, 2, 9), due_at=time(9, 30), note="暂定")
    moved = Scheduled(title="价格指数", due_on=date(2026, 2, 11), due_at=time(9, 30))
    other_year = Scheduled(title="人口", due_on=date(2027, 1, 18))
    state = "SELECT title, due_on, due_at, state FROM ops_schedule ORDER BY due_on"
    calendar(desk, past, first, other_year)
    assert {row[3] for row in desk.rows(state)} == {"announced"}
    calendar(desk, moved)
    assert desk.rows(state) == [
        ("年度快报", "2026-01-01", None, "announced"),
        ("价格指数", "2026-02-09", "09:30", "withdrawn"),
        ("价格指数", "2026-02-11", "09:30", "announced"),
        ("人口", "2027-01-18", None, "announced"),
    ]
    calendar(desk, first)
    kept = desk.one(
        "SELECT state, seen_first_at < seen_last_at FROM ops_schedule WHERE due_on = '2026-02-09'"
    )
    assert tuple(map(str, kept)) in {("announced", "1"), ("announced", "True")}
