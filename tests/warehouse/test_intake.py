"""Attempts and snapshots: what is known, what waits to be read, what can't be."""

from __future__ import annotations

from datetime import timedelta

from metroetl.errors import HostDown, ScannedImage
from metroetl.harvest.models import Fetch, Harvested
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
