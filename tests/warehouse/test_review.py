"""What persons decide about rows, and what a replay does with their decisions."""

from __future__ import annotations

import pytest

from metroetl.errors import Unreadable, WarehouseError
from metroetl.warehouse.models import Held, Quarantined, Reading
from tests.warehouse.desk import Desk, gdp

PAGE = "https://city.example.cn/2025/t20250429.html"


def stop(table: str, row_id: str, code: str = "OBS-JUMP") -> Quarantined:
    return Quarantined(table=table, row_id=row_id, rule_code=code, reason_zh="跳变", reason_en="a jump")


def load_with_one_row_stopped(desk: Desk) -> tuple[Reading, str]:
    reading = desk.read(PAGE, "一季度", [gdp(5930.3), gdp(240.2, region="510600")])
    desk.new_run()
    desk.stage(reading)
    row_id = str(desk.one("SELECT row_id FROM staging_observation WHERE value = 240.2"))
    desk.settle([stop("staging_observation", row_id)])
    return reading, row_id


def test_a_released_row_is_published_with_who_and_why(desk: Desk) -> None:
    _, row_id = load_with_one_row_stopped(desk)
    assert desk.warehouse.release_row(row_id, reason="the bureau confirmed", who="chen")["observations"] == 1
    assert desk.one("SELECT value FROM mart_observation_latest WHERE region_code = '510600'") == 240.2
    assert desk.one("SELECT COUNT(*) FROM mart_observation_latest") == 2
    entry = desk.one("SELECT state, decided_by, decision_reason FROM ops_quarantine")
    assert entry == ("released", "chen", "the bureau confirmed")
    assert desk.one("SELECT flow, state FROM ops_run WHERE flow = 'release'") == ("release", "loaded")
    with pytest.raises(WarehouseError, match="waits in quarantine"):
        desk.warehouse.release_row(row_id, reason="again", who="chen")


def test_a_released_row_passes_the_same_rule_at_a_replay(desk: Desk) -> None:
    reading, row_id = load_with_one_row_stopped(desk)
    desk.warehouse.release_row(row_id, reason="the bureau confirmed", who="chen")
    desk.new_run()
    desk.stage(reading, judged_by="other rules")
    again = str(desk.one("SELECT row_id FROM staging_observation WHERE value = 240.2"))
    assert desk.settle([stop("staging_observation", again)]).quarantined == 0
    assert desk.one("SELECT COUNT(*) FROM mart_observation_latest") == 2


def test_a_rejected_row_stays_closed_at_a_replay(desk: Desk) -> None:
    reading, row_id = load_with_one_row_stopped(desk)
    desk.warehouse.reject_row(row_id, reason="a typing error of the page", who="chen")
    desk.new_run()
    desk.stage(reading, judged_by="other rules")
    again = str(desk.one("SELECT row_id FROM staging_observation WHERE value = 240.2"))
    desk.settle([stop("staging_observation", again)])
    assert desk.rows("SELECT state, decided_by FROM ops_quarantine") == [("rejected", "chen")]
    assert desk.rows("SELECT value FROM core_observation") == [(5930.3,)]


def test_an_open_row_keeps_its_age_and_closes_when_no_rule_stops_it(desk: Desk) -> None:
    reading, _ = load_with_one_row_stopped(desk)
    since = desk.one("SELECT created_at FROM ops_quarantine")
    desk.new_run()
    desk.stage(reading)
    again = str(desk.one("SELECT row_id FROM staging_observation WHERE value = 240.2"))
    desk.settle([stop("staging_observation", again)])
    assert desk.one("SELECT state, created_at, row_id FROM ops_quarantine") == ("open", since, again)
    desk.load(reading)
    state, who, reason = desk.one("SELECT state, decided_by, decision_reason FROM ops_quarantine")
    assert (state, who) == ("replayed", "gate")
    assert desk.run_id in reason
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 2


def test_a_person_may_vouch_for_what_the_extractor_abstained_from(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3, publish=False, confidence=0.4)]))
    row_id = desk.one("SELECT row_id FROM ops_quarantine WHERE rule_code = 'CORE-ABSTAINED'")
    desk.warehouse.release_row(row_id, reason="read it myself", who="chen")
    assert desk.one("SELECT value, confidence FROM mart_observation_latest") == (5930.3, 0.4)


def test_nobody_can_release_what_core_cannot_take(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3), gdp(1.0, region="519999")]))
    row_id = desk.one("SELECT row_id FROM ops_quarantine")
    with pytest.raises(WarehouseError, match="CORE-REGION"):
        desk.warehouse.release_row(row_id, reason="please", who="chen")
    assert desk.one("SELECT state FROM ops_quarantine") == "open"
    assert desk.one("SELECT COUNT(*) FROM ops_run WHERE flow = 'release'") == 0


def test_a_released_document_brings_its_rows(desk: Desk) -> None:
    desk.stage(desk.read(PAGE, "一季度", [gdp(5930.3), gdp(240.2, region="510600")]))
    document = str(desk.one("SELECT row_id FROM staging_document"))
    jump = str(desk.one("SELECT row_id FROM staging_observation WHERE value = 240.2"))
    desk.settle([stop("staging_document", document, "DOC-SHORT"), stop("staging_observation", jump)])
    with pytest.raises(WarehouseError, match="isn't published"):
        desk.warehouse.release_row(jump, reason="first", who="chen")
    counts = desk.warehouse.release_row(document, reason="a short page", who="chen")
    assert (counts["documents"], counts["observations"]) == (1, 1)
    desk.warehouse.release_row(jump, reason="confirmed", who="chen")
    assert desk.one("SELECT COUNT(*) FROM mart_observation_latest") == 2
    assert {s for (s,) in desk.rows("SELECT state FROM ops_quarantine")} == {"released"}


def test_a_replay_takes_its_pages_out_of_a_held_batch(desk: Desk) -> None:
    reading = desk.read(PAGE, "一季度", [gdp(240.2)])
    held = desk.stage(reading)
    desk.settle(held=[Held(batch_id=held, rule_codes=["OBS-SHIFT"])])
    assert [s.url for s in desk.warehouse.archived("city", only_quarantined=True)] == [PAGE]
    desk.load(reading.model_copy(update={"statements": [gdp(5930.3)]}))
    assert desk.warehouse.held() == []
    assert desk.one("SELECT state FROM ops_batch WHERE batch_id = :b", b=held) == "replayed"
    assert desk.rows("SELECT value FROM core_observation") == [(5930.3,)]


def test_an_unreadable_file_closes_when_it_is_read(desk: Desk) -> None:
    reading = desk.read(PAGE, "一季度", [gdp(5930.3)])
    (snapshot,) = desk.warehouse.pending()
    desk.warehouse.reject_snapshot(desk.run_id, snapshot, Unreadable("damaged"))
    row_id = desk.one("SELECT row_id FROM ops_quarantine")
    with pytest.raises(WarehouseError, match="no row to publish"):
        desk.warehouse.release_row(row_id, reason="please", who="chen")
    desk.load(reading)
    assert desk.one("SELECT state FROM ops_quarantine") == "replayed"
    assert desk.one("SELECT state FROM raw_snapshot") == "read"
