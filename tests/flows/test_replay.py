"""Reading the archive again, and older pages of the same sources."""

from __future__ import annotations

from datetime import date

from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from tests.flows.conftest import CleanContents, NewWorld, World, assert_agrees_with_facts

DAY = date(2022, 5, 20)


def test_a_replay_asks_no_site_and_adds_no_row(new_world: NewWorld) -> None:
    world = new_world(DAY, "deyang", "ziyang")
    world.collect()
    sizes, contents, asked = world.sizes(), world.contents(), len(world.replica.log)
    run = world.replay()
    assert (run.state, run.summary.exit_code) == ("NoChange", 0)  # judged by the same rules before
    assert run.summary.gate.published == {}
    assert sum(s.documents for s in run.summary.sources) == sizes["core_document"]
    assert (world.sizes(), world.contents()) == (sizes, contents)
    assert len(world.replica.log) == asked
    assert world.one("SELECT COUNT(*) FROM staging_document") == 0


def stopped(world: World) -> list[dict[str, str]]:
    return world.ask("SELECT content_id, rule_code, state, created_at FROM ops_quarantine")


def test_only_what_is_in_quarantine_is_read_again(new_world: NewWorld) -> None:
    world = new_world(DAY, "meishan", "deyang", faults={"meishan": "out_of_range"})
    world.collect()
    before, contents = stopped(world), world.contents()
    # the wrong number is out of range, and the other place that prints it says so
    assert {row["rule_code"] for row in before} == {"OBS-RANGE-YOY", "OBS-CONFLICT-DOC"}
    assert {row["state"] for row in before} == {"open"} and len({row["content_id"] for row in before}) == 1
    run = world.replay(only_quarantined=True)
    assert run.summary.exit_code == 0
    assert {s.source_id: s.documents for s in run.summary.sources} == {"meishan": 1}
    after = stopped(
        world
    )  # the same row, by the same rules; core knows another print by now, which may add one
    assert all(entry in after for entry in before)
    assert {row["content_id"] for row in after} == {row["content_id"] for row in before}
    assert world.contents() == contents
    assert_agrees_with_facts(world)


def test_what_a_person_released_or_rejected_stays_decided(new_world: NewWorld) -> None:
    faults = {"meishan": "out_of_range", "tjj_sh": "out_of_range"}
    world = new_world(date(2021, 8, 10), *faults, faults=faults)
    world.collect()
    rows = {row["source_id"]: row for row in world.ask("SELECT * FROM ops_quarantine")}
    assert set(rows) == {"meishan", "tjj_sh"}
    with world.here():
        warehouse = Warehouse.open(settings())
        warehouse.release_row(rows["meishan"]["row_id"], reason="已电话核实", who="值班员")
        warehouse.reject_row(rows["tjj_sh"]["row_id"], reason="原文有误", who="值班员")
    value = "SELECT value FROM core_observation WHERE source_id = '{}' AND value > 100 AND unit = '%'"
    assert len(world.ask(value.format("meishan"))) == 1
    assert world.ask(value.format("tjj_sh")) == []
    contents = world.contents()
    world.replay()
    assert world.contents() == contents
    decisions = world.ask(
        "SELECT DISTINCT source_id, state, decided_by, decision_reason FROM ops_quarantine ORDER BY 1"
    )
    assert [tuple(row.values()) for row in decisions] == [
        ("meishan", "released", "值班员", "已电话核实"),
        ("tjj_sh", "rejected", "值班员", "原文有误"),
    ]


def test_a_backfill_reads_deeper_pages(new_world: NewWorld, clean_contents: CleanContents) -> None:
    world = new_world(date(2022, 6, 1), "cdstats")
    world.collect(since=date(2022, 1, 1))
    newest = world.one("SELECT COUNT(*) FROM core_document")
    run = world.backfill(sources=["cdstats"], year_from=2018)
    assert (run.state, run.summary.flow) == ("Completed", "backfill")
    assert run.outcomes("cdstats")["listed"] == 2
    assert world.one("SELECT COUNT(*) FROM core_document") > newest
    assert world.contents() == clean_contents(date(2022, 6, 1), "cdstats")
    assert world.backfill(sources=["cdstats"], year_from=2018).state == "NoChange"


def test_a_backfill_reads_no_deeper_than_it_may(new_world: NewWorld) -> None:
    world = new_world(date(2022, 6, 1), "cdstats")
    run = world.backfill(sources=["cdstats"], year_from=2018, max_pages=1)
    assert run.outcomes("cdstats")["listed"] == 1
