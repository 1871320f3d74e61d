"""From readings through staging to core: once, again, changed, stopped, decided."""

from __future__ import annotations

from datetime import date

import pytest

from metroetl.errors import LoadConflict, WarehouseError
from metroetl.warehouse.models import Check, Decision, Held, Quarantined, Reading
from tests.warehouse.desk import Desk, gdp

PAGE = "https://city.example.cn/2025/t20250429.html"


def stop(table: str, row_id: str, code: str = "OBS-TEST") -> Quarantined:
    return Quarantined(table=table, row_id=row_id, rule_code=code, reason_zh="试", reason_en="test")


def row_of(desk: Desk, value: float, table: str = "staging_observation") -> str:
    return str(desk.one(f"SELECT row_id FROM {table} WHERE value = :value", value=value))


def test_what_was_staged_is_published_and_staging_is_empty(desk: Desk) -> None:
    batch_id = desk.stage(
        desk.read(PAGE, "一季度", [gdp(5930.3), gdp(6.0, measure="yoy_real_ytd", unit="%", unit_norm="%")])
    )
    assert [b.batch_id for b in desk.warehouse.staged_batches()] == [batch_id]
    published = desk.settle()
    assert (published.documents, published.observations, published.batches) == (1, 2, [batch_id])
    assert desk.one("SELECT state, documents, observations FROM ops_batch") == ("published", 1, 2)
    assert (
        desk.one("SELECT COUNT(*) FROM staging_document")
        == desk.one("SELECT COUNT(*) FROM staging_observation")
        == 0
    )
    assert desk.one("SELECT state FROM raw_snapshot") == "read"
    assert desk.warehouse.staged_batches() == []
    row = desk.one(
        "SELECT region_name, period_label_zh, value, unit, decimals, published_on, quote, url FROM mart_circle_quarter"
        " WHERE quarter = '2025-Q1' AND measure = 'level_ytd'"
    )
    quote = "实现地区生产总值5930.3亿元"
    assert row == ("成都市", "2025年一季度", 5930.3, "亿元", 1, "2025-04-29", quote, PAGE)


def test_the_same_page_again_adds_no_row(desk: Desk) -> None:
    reading = desk.read(PAGE, "一季度", [gdp(5930.3)])
    desk.load(reading)
    before = desk.warehouse.info()["rows"]
    desk.new_run()
    assert desk.stage(reading) is None
    assert desk.one("SELECT COUNT(*) FROM ops_batch") == 1
    assert desk.one("SELECT state FROM raw_snapshot") == "read"
    assert desk.stage(reading, judged_by="other rules") is not None
    again = desk.settle()
    assert (again.documents, again.observations, again.unchanged) == (0, 0, 1)
    after = desk.warehouse.info()["rows"]
    assert {k for k in after if k.startswith("core_") and after[k] != before[k]} == set()
    desk.new_run()
    assert desk.stage(reading, judged_by="other rules") is None


def test_a_visit_counter_makes_no_new_version(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    snapshot = desk.archive(PAGE, "一季度, visited 2 times")
    again = desk.read(PAGE, "一季度", [gdp(5930.3)])
    again.document.sha256 = snapshot.sha256
    assert desk.load(again).documents == 0
    assert desk.one("SELECT COUNT(*) FROM core_document") == 1


def test_a_changed_page_is_a_new_version_and_only_changed_values_are_new_rows(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3), gdp(771.1, region="510600")]))
    changed = desk.load(desk.read(PAGE, "一季度（更正）", [gdp(5930.3), gdp(771.2, region="510600")]))
    assert (changed.documents, changed.observations, changed.unchanged) == (1, 1, 1)
    versions = desk.rows("SELECT version, published_basis FROM core_document ORDER BY version")
    assert versions == [(1, "printed"), (2, "revisited")]
    assert desk.one("SELECT value FROM mart_observation_latest WHERE region_code = '510600'") == 771.2
    known = desk.rows(
        "SELECT value, known_from, known_to FROM mart_observation_vintages WHERE region_code = '510600'"
    )
    edited = desk.clock.strftime("%Y-%m-%d %H:%M:%S.000000")
    assert sorted(known) == [(771.1, "2025-04-28 16:00:00.000000", edited), (771.2, edited, None)]


def test_a_page_that_goes_back_to_what_it_said_is_a_third_version(desk: Desk) -> None:
    for value in (771.1, 771.2, 771.1):
        desk.load(desk.read(PAGE, f"一季度 {value}", [gdp(value, region="510600")]))
    assert desk.one("SELECT COUNT(*) FROM core_document") == 3
    assert desk.one("SELECT value, vintage FROM mart_observation_latest") == (771.1, 3)


def test_versions_of_one_address_in_one_batch_come_in_their_order(desk: Desk) -> None:
    readings = [
        desk.read(PAGE, f"一季度 {v}", [gdp(v, region="510600"), gdp(5930.3)]) for v in (771.1, 771.2, 771.2)
    ]
    published = desk.load(*readings)
    assert (published.documents, published.observations) == (2, 3)
    assert desk.one("SELECT value FROM mart_observation_latest WHERE region_code = '510600'") == 771.2


def test_a_quarantined_row_stays_out_with_everything_a_person_needs(desk: Desk) -> None:
    reading = desk.read(PAGE, "一季度", [gdp(5930.3), gdp(240.2, region="510600")])
    batch_id = desk.stage(reading)
    published = desk.settle([stop("staging_observation", row_of(desk, 240.2))])
    assert (published.observations, published.quarantined) == (1, 1)
    entry = desk.one(
        "SELECT table_name, rule_code, state, batch_id, sha256, url, quote, reason_zh FROM ops_quarantine"
    )
    quote = "实现地区生产总值240.2亿元"
    assert entry == (
        "staging_observation",
        "OBS-TEST",
        "open",
        batch_id,
        reading.document.sha256,
        PAGE,
        quote,
        "试",
    )
    assert desk.one("SELECT quarantined FROM ops_batch") == 1
    assert desk.rows("SELECT value FROM core_observation") == [(5930.3,)]


def test_a_quarantined_document_takes_its_rows_with_it(desk: Desk) -> None:
    desk.stage(
        desk.read(PAGE, "首页", [gdp(5930.3)]), desk.read(PAGE + "2", "一季度", [gdp(771.1, region="510600")])
    )
    home = desk.one("SELECT row_id FROM staging_document WHERE url = :url", url=PAGE)
    published = desk.settle([stop("staging_document", home, "DOC-HOME")])
    assert (published.documents, published.observations, published.quarantined) == (1, 1, 2)
    tables = desk.rows("SELECT table_name FROM ops_quarantine ORDER BY table_name")
    assert tables == [("staging_document",), ("staging_observation",)]
    assert desk.warehouse.pending() == []


def test_rows_that_core_cannot_take_go_to_quarantine_in_place_of_failing_the_load(desk: Desk) -> None:
    bad = [
        gdp(1.0, region="519999"),
        gdp(2.0, indicator_code=None),
        gdp(3.0, measure="level_weekly"),
        gdp(4.0, unit="箱", value_norm=None, unit_norm=None),
        gdp(5.0, publish=False),
        gdp(6.0, period_start=date(202, 1, 1)),
        gdp(float("inf"), printed="9" * 400),
    ]
    published = desk.load(desk.read(PAGE, "一季度", [gdp(5930.3), *bad]))
    assert (published.observations, published.quarantined) == (1, 7)
    codes = {code for (code,) in desk.rows("SELECT rule_code FROM ops_quarantine")}
    wanted = {"REGION", "INDICATOR", "MEASURE", "UNIT", "ABSTAINED", "PERIOD"}
    assert codes == {f"CORE-{name}" for name in wanted}


def test_a_date_in_the_year_202_stops_its_document(desk: Desk) -> None:
    published = desk.load(desk.read(PAGE, "一季度", [gdp(5930.3)], published_on=date(202, 4, 29)))
    assert (published.documents, published.observations, published.quarantined) == (0, 0, 2)
    assert {c for (c,) in desk.rows("SELECT rule_code FROM ops_quarantine")} == {"CORE-DATE"}


def test_a_unit_that_needs_no_conversion_is_taken_as_it_is(desk: Desk) -> None:
    desk.load(desk.read(PAGE, "一季度", [gdp(5930.3, value_norm=None, unit_norm=None)]))
    assert desk.one("SELECT value, unit FROM mart_observation_latest") == (5930.3, "亿元")


def test_a_held_batch_publishes_nothing_until_a_person_decides(desk: Desk) -> None:
    batch_id = desk.stage(desk.read(PAGE, "一季度", [gdp(5930.3), gdp(240.2, region="510600")]))
    published = desk.settle(
        [stop("staging_observation", row_of(desk, 240.2))],
        [Held(batch_id=batch_id, rule_codes=["DOC-COVERAGE"])],
    )
    assert (published.held, published.observations, published.batches) == ([batch_id], 0, [])
    (batch,) = desk.warehouse.held()
    assert (batch.batch_id, batch.held_by, desk.warehouse.staged_batches()) == (
        batch_id,
        ["DOC-COVERAGE"],
        [],
    )
    counts = desk.warehouse.decide(batch_id, approve=True, reason="checked with the bureau", who="chen")
    assert counts["observations"] == 1
    decision = desk.one("SELECT state, decided_by, decision_reason FROM ops_batch")
    assert decision == ("published", "chen", "checked with the bureau")
    assert desk.rows("SELECT value FROM core_observation") == [(5930.3,)]
    with pytest.raises(LoadConflict, match="is published"):
        desk.warehouse.decide(batch_id, approve=False, reason="", who="chen")
    with pytest.raises(WarehouseError, match="no batch"):
        desk.warehouse.decide("none", approve=True, reason="", who="chen")


def test_a_rejected_batch_stays_out_and_is_not_read_again_by_itself(desk: Desk) -> None:
    batch_id = desk.stage(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    desk.settle(held=[Held(batch_id=batch_id, rule_codes=["DOC-COVERAGE"])])
    desk.warehouse.decide(batch_id, approve=False, reason="a draft", who="chen")
    assert desk.one("SELECT state FROM raw_snapshot") == "rejected"
    assert desk.warehouse.pending() == []
    assert desk.warehouse.held() == []
    assert desk.one("SELECT COUNT(*) FROM core_document") == 0
    assert len(desk.warehouse.archived("city")) == 1


def test_a_batch_that_changed_since_the_gate_saw_it_is_left_to_the_next_gate(desk: Desk) -> None:
    batch_id = desk.stage(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    seen = desk.warehouse.staged_batches()
    desk.stage(desk.read(PAGE + "2", "上半年", [gdp(12202.1, "2025-Q2")]))
    published = desk.warehouse.settle(Decision(run_id=desk.run_id, batches=seen))
    assert (published.skipped, published.observations) == ([batch_id], 0)
    assert desk.settle().observations == 2
    assert desk.warehouse.settle(Decision(run_id=desk.run_id, batches=seen)).skipped == [batch_id]


def test_a_run_that_goes_on_after_the_gate_opens_another_part(desk: Desk) -> None:
    first = desk.stage(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    desk.settle()
    second = desk.stage(desk.read(PAGE + "2", "上半年", [gdp(12202.1, "2025-Q2")]))
    assert first != second
    assert desk.settle().observations == 1


def test_what_no_snapshot_has_is_not_staged(desk: Desk) -> None:
    reading = desk.read(PAGE, "一季度", [gdp(5930.3)])
    reading.document.sha256 = "0" * 64
    with pytest.raises(WarehouseError, match="no snapshot"):
        desk.stage(reading)
    assert desk.warehouse.staged_batches() == []


def test_texts_with_nul_surrogates_and_emoji_keep_their_places(desk: Desk) -> None:
    text = "一\0季\ud800度😀5930.3亿元"
    printed = desk.archive(PAGE, "the bytes of that page")
    statement = gdp(5930.3, start=5, end=len(text), quote=text[5:])
    document = {"sha256": printed.sha256, "source_id": "city", "url": PAGE, "title": text, "text": text}
    desk.load(Reading.model_validate({"document": document, "statements": [statement.model_dump()]}))
    stored = desk.one("SELECT text FROM core_document")
    assert stored == "一\ufffd季\ufffd度😀5930.3亿元"
    span = desk.one(
        "SELECT substr(d.text, o.span_start + 1, o.span_end - o.span_start), o.quote"
        " FROM core_observation AS o JOIN core_document AS d ON d.document_id = o.document_id"
    )
    assert span == ("😀5930.3亿元", "😀5930.3亿元")


def test_lineage_goes_from_a_figure_to_its_bytes_and_run(desk: Desk) -> None:
    reading = desk.read(PAGE, "一季度", [gdp(5930.3)])
    desk.load(reading)
    row = desk.one(
        "SELECT l.sha256, l.url, l.fetch_outcome, l.load_run_id, l.load_flow, l.document_version, l.quote"
        " FROM mart_lineage AS l JOIN mart_circle_quarter AS m ON m.observation_id = l.observation_id"
    )
    quote = "实现地区生产总值5930.3亿元"
    assert row == (reading.document.sha256, PAGE, "new", desk.run_id, "collect", 1, quote)


def test_frames_have_the_staged_rows_with_types_that_can_be_compared(desk: Desk) -> None:
    batch_id = desk.stage(
        desk.read(PAGE, "一季度", [gdp(5930.3), gdp(771.1, region="510600", kind="forecast")])
    )
    frames = desk.warehouse.staging_frames([batch_id])
    assert {name: len(frame) for name, frame in frames.items() if len(frame)} == {
        "staging_document": 1,
        "staging_observation": 1,
        "staging_statement": 1,
    }
    observation = frames["staging_observation"]
    limits = observation[["region_level", "unit_expected", "yoy_min", "yoy_max", "cumulative", "rounding"]]
    assert limits.iloc[0].to_list() == ["prefecture", "亿元", -8.0, 20.0, True, 0.05]
    for frame in (
        observation,
        frames["staging_statement"],
        desk.warehouse.staging_frames([])["staging_observation"],
    ):
        kinds = {column: str(kind) for column, kind in frame.dtypes.items()}
        assert (kinds["period_end"], kinds["value"], kinds["decimals"], kinds["publish"]) == (
            "datetime64[us]",
            "float64",
            "int64",
            "bool",
        )


def test_each_verdict_is_kept_and_a_repeated_gate_says_it_once(desk: Desk) -> None:
    batch_id = desk.stage(desk.read(PAGE, "一季度", [gdp(5930.3)]))
    verdict = Check(
        table="staging_observation",
        rule_code="OBS-RANGE",
        severity="error",
        verdict="fail",
        evaluated=1,
        unexpected=1,
    )
    whole, one = verdict, verdict.model_copy(update={"batch_id": batch_id})
    decision = Decision(run_id=desk.run_id, batches=desk.warehouse.staged_batches(), checks=[whole, one])
    desk.warehouse.settle(decision)
    desk.warehouse.settle(decision)
    rows = desk.rows("SELECT rule_code, verdict, batch_id FROM ops_check ORDER BY batch_id IS NULL")
    assert rows == [("OBS-RANGE", "fail", batch_id), ("OBS-RANGE", "fail", None)]


def test_a_finished_run_tells_how_it_ended(desk: Desk) -> None:
    desk.warehouse.finish_run(desk.run_id, "nothing_new", {"sources": ["成都"]})
    state, summary = desk.one("SELECT state, summary FROM ops_run")
    assert (state, summary) == ("nothing_new", '{"sources":["成都"]}')
    latest = desk.warehouse.info()["latest_run"]
    assert (latest["run_id"], latest["state"]) == (desk.run_id, "nothing_new")
