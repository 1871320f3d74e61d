"""What became of pages and sources: vanished, edited in place, files replaced, checks with a history."""

from __future__ import annotations

from datetime import UTC, date, datetime

from metroetl.errors import BotChallenge, HostDown, NotFound, ScannedImage, SoftNotFound
from metroetl.runs import SourceCheck
from tests.warehouse.desk import Desk, gdp

CITY = "https://city.example.cn/"
STATE = "SELECT state, last_outcome FROM mart_page_state WHERE url = :url"


def test_a_vanished_page_is_a_fact_and_nothing_of_it_is_deleted(desk: Desk) -> None:
    desk.load(desk.read(CITY + "1", "甲市一季度", [gdp(5930.3)]))
    for outcome in (NotFound.code, SoftNotFound.code):
        desk.ask(CITY + "1", outcome)
        assert desk.one(STATE, url=CITY + "1") == ("vanished", outcome)
        desk.ask(CITY + "1", BotChallenge.code)
        assert desk.one(STATE, url=CITY + "1") == ("vanished", "BOT_CHALLENGE")
        assert desk.one("SELECT value FROM mart_observation_latest") == 5930.3
        desk.ask(CITY + "1", "unchanged")
        assert desk.one(STATE, url=CITY + "1") == ("present", "unchanged")
    assert desk.one("SELECT COUNT(*) FROM core_document") == 1
    assert desk.one("SELECT COUNT(*) FROM core_observation WHERE withdrawn_at IS NOT NULL") == 0


def test_a_barrier_says_nothing_of_the_page(desk: Desk) -> None:
    desk.archive(CITY + "1", "甲市一季度")
    desk.ask(CITY + "1", HostDown.code)
    state, seen, asked = desk.one("SELECT state, last_seen_at, last_asked_at FROM mart_page_state")
    assert state == "present"
    assert seen < asked


def test_a_page_that_cannot_be_read_is_named_so(desk: Desk) -> None:
    snapshot = desk.archive(CITY + "scan.pdf", "scan", role="attachment")
    desk.warehouse.reject_snapshot(desk.run_id, snapshot, ScannedImage("pictures only"))
    assert desk.one(STATE, url=CITY + "scan.pdf") == ("unreadable", "new")


def test_a_replaced_file_is_a_version_of_its_own_and_its_page_tells(desk: Desk) -> None:
    page, file = CITY + "1", CITY + "f.xlsx"
    linked = {"role": "attachment", "parent_url": page}
    desk.load(desk.read(page, "甲市公报，数据见附件"), desk.read(file, "表：100", [gdp(100)], seen=linked))
    desk.load(desk.read(CITY + "other.xlsx", "另一表", seen=linked))
    first = desk.one("SELECT attachments, attachments_replaced FROM mart_page_state WHERE url = :u", u=page)
    assert first == (2, 0)
    desk.load(desk.read(file, "表：101", [gdp(101)], seen=linked))
    assert desk.rows(
        "SELECT version, published_basis FROM mart_document_version WHERE url = :u ORDER BY version", u=file
    ) == [(1, "printed"), (2, "revisited")]
    found = desk.one(
        "SELECT attachments, attachments_replaced, versions FROM mart_page_state WHERE url = :u", u=page
    )
    assert found == (2, 1, 1)
    told = desk.one("SELECT versions, files_replaced FROM mart_document_version WHERE url = :u", u=page)
    assert told == (1, 1)
    assert desk.rows("SELECT value FROM mart_observation_latest") == [(101.0,)]


def test_a_replacement_counts_for_the_version_of_the_page_that_stood(desk: Desk) -> None:
    page, file = CITY + "1", CITY + "f.xlsx"
    linked = {"role": "attachment", "parent_url": page}
    desk.load(desk.read(page, "甲市公报第一版"), desk.read(file, "表：100", seen=linked))
    desk.load(desk.read(page, "甲市公报第二版，更正", title="甲市公报（更正）"))
    desk.load(desk.read(file, "表：101", seen=linked))
    rows = desk.rows(
        "SELECT version, versions, title_changed, length_change, files_replaced FROM mart_document_version"
        " WHERE url = :u ORDER BY version",
        u=page,
    )
    assert rows == [(1, 2, 0, None, 0), (2, 2, 1, 3, 1)]


def test_checks_of_sources_have_a_history(desk: Desk) -> None:
    morning, evening = datetime(2026, 1, 5, 1, tzinfo=UTC), datetime(2026, 1, 5, 9, tzinfo=UTC)
    good = SourceCheck(
        source_id="city", live=True, outcome="listed", family_declared="trs_wcm", family_seen="ucap", items=20,
        newest=date(2026, 1, 2), days_late=0, robots="none", seconds=0.3, checked_at=morning,
    )  # fmt: skip
    bad = SourceCheck(
        source_id="city", outcome=HostDown.code, detail="no answer", way_out="wait", checked_at=evening
    )
    desk.warehouse.record_checks(desk.run_id, [good])
    desk.warehouse.record_checks(desk.new_run(), [bad])
    assert desk.rows("SELECT place, outcome, ok, live, family_changed, newest, robots FROM mart_source_check ORDER BY place DESC") == [
        (2, "listed", 1, 1, 1, "2026-01-02", "none"),
        (1, "HOST_DOWN", 0, 0, 0, None, None),
    ]  # fmt: skip
    health = desk.one(
        "SELECT last_check_outcome, last_check_detail, last_check_way_out, days_late FROM mart_source_health"
        " WHERE source_id = 'city'"
    )
    assert health == ("HOST_DOWN", "no answer", "wait", None)
    assert desk.one("SELECT last_check_outcome FROM mart_source_health WHERE source_id = 'media'") is None
