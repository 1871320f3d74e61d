"""The main job over stand-in sites: what is published arrives as printed, once, and grows with the clock."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.errors import WarehouseError
from metroetl.pipeline import choose_sources
from metroetl.replica.facts import Fact
from metroetl.replica.sites.nbs_calendar import NbsCalendar
from tests.flows.conftest import (
    CleanContents,
    NewWorld,
    Run,
    Table,
    World,
    assert_agrees_with_facts,
    open_world,
    published_facts,
)

DAY = date(2026, 6, 1)  # all facts are published


@pytest.fixture(scope="module")
def loaded(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Run]]:
    """All sites as of a day, collected once."""
    with open_world(tmp_path_factory.mktemp("main"), DAY) as world:
        yield world, world.collect()


def test_every_source_loads(loaded: tuple[World, Run]) -> None:
    world, run = loaded
    assert run.state == "Completed"
    assert (run.summary.state, run.summary.exit_code) == ("loaded", 0)
    with world.here():
        expected = {source.id for source in choose_sources()}
    assert expected == set(world.replica.sites)
    assert {s.source_id for s in run.summary.sources} == expected
    calendars = {s for s, site in world.replica.sites.items() if isinstance(site, NbsCalendar)}
    for source in run.summary.sources:
        assert source.documents == source.outcomes.get("new", 0), source
        assert not source.failures, source
        assert (source.statements + source.plans > 0) == (source.source_id not in calendars), source
    states = world.ask("SELECT source_id, state FROM ops_batch")
    assert {(s["source_id"], s["state"]) for s in states} == {(s, "published") for s in expected - calendars}
    assert world.one("SELECT COUNT(*) FROM raw_snapshot WHERE state NOT IN ('read')") == 0


def test_core_holds_nothing_that_was_not_published(loaded: tuple[World, Run]) -> None:
    assert_agrees_with_facts(loaded[0])


def latest(facts: list[Fact]) -> dict[tuple[str, ...], Fact]:
    """The fact in force of each series and period: the newest print; of prints that agree, the most precise one."""
    found: dict[tuple[str, ...], Fact] = {}
    for fact in sorted(facts, key=lambda f: f.published_on):
        key = (*fact.key, fact.variant)
        older = found.get(key)
        if (
            older is None
            or abs(fact.number - older.number) > max(rounding(fact), rounding(older)) * 1.000001
            or rounding(fact) < rounding(older)
        ):
            found[key] = fact
    return found


def rounding(fact: Fact) -> float:
    """Half a unit of the last printed place."""
    return 0.5 * 10.0 ** -len(fact.value.partition(".")[2])


def of_a_quarter(fact: Fact) -> bool:
    """A quarter's figure, or a year's that is the fourth quarter's too: cumulative or a stock, no rate of the year."""
    year = len(fact.period) == 4 and catalogue().measures[fact.measure].accumulation != "period"
    return year or "-Q" in fact.period


def as_mart(fact: Fact) -> tuple[Any, ...]:
    return (*fact.key, fact.variant, fact.number, fact.unit, fact.published_on.isoformat())


def circle_rows(world: World) -> Table:
    return world.ask("SELECT * FROM mart_circle_quarter WHERE circle_id = 'chengdu'")


def test_the_mart_of_the_circle_is_the_facts_file(loaded: tuple[World, Run]) -> None:
    world, _ = loaded
    circle = catalogue().circles["chengdu"]
    places = {circle.region_code, *circle.order, *circle.province_codes, "000000"}
    facts = latest([f for f in published_facts(DAY) if f.region_code in places and of_a_quarter(f)])
    rows = [r for r in circle_rows(world) if "-M" not in r["period"]]
    shown = {
        (r["region_code"], r["indicator_code"], r["period"], r["measure"], r["variant"], r["value_printed"],
         r["unit_printed"], r["published_on"])
        for r in rows
    }  # fmt: skip
    assert len(shown) == len(rows)
    expected = {as_mart(fact) for fact in facts.values()}
    assert (shown - expected, expected - shown) == (set(), set())


def test_a_second_run_says_nothing_new_and_adds_no_row(loaded: tuple[World, Run]) -> None:
    world, _ = loaded
    sizes, contents = world.sizes(), world.contents()
    world.replica.log.clear()
    run = world.collect()
    assert run.state == "NoChange"
    # robots.txt and one list page of each source
    limits: Counter[str] = Counter()
    for site in world.replica.sites.values():
        limits[site.host] += 2
    assert Counter(request.host for request in world.replica.log) <= limits
    assert (run.summary.state, run.summary.exit_code) == ("nothing_new", 0)
    assert {code for s in run.summary.sources for code in s.outcomes} == {"listed"}
    assert world.sizes() == sizes
    assert world.contents() == contents


def test_the_clock_adds_exactly_what_appeared(new_world: NewWorld, clean_contents: CleanContents) -> None:
    sources, first, later = ("deyang", "meishan", "ziyang"), date(2021, 10, 25), date(2022, 5, 20)
    world = new_world(first, *sources)
    world.collect()
    before = {row["document_id"] for row in world.ask("SELECT document_id FROM core_document")}
    world.replica.set_clock(later)
    assert world.collect().state == "Completed"
    assert world.contents() == clean_contents(later, *sources)
    days = {
        date.fromisoformat(row["published_on"])
        for row in world.ask("SELECT document_id, published_on FROM core_document")
        if row["document_id"] not in before
    }
    assert days
    assert all(first < day <= later for day in days)


def test_a_revision_arrives_as_a_new_vintage(new_world: NewWorld) -> None:
    world = new_world(date(2024, 12, 20), "stats_gov_cn")
    world.collect(since=date(2024, 2, 1))
    world.replica.set_clock(date(2025, 1, 10))
    world.collect(since=date(2024, 2, 1))
    gdp = (
        "FROM mart_observation_{} WHERE region_code = '000000' AND indicator_code = 'GDP' AND period = '2023'"
    )
    gdp += " AND measure = 'level_ytd'"
    vintages = world.ask(f"SELECT value, vintage, published_on {gdp.format('vintages')} ORDER BY vintage")
    assert [tuple(v.values()) for v in vintages] == [
        (1260582, 1, "2024-02-29"),
        (1294272, 2, "2024-12-26"),
    ]
    assert world.one(f"SELECT value {gdp.format('latest')}") == 1294272
    (old,) = world.ask(f"SELECT value {gdp.format('latest')}", as_of=date(2024, 12, 25))
    assert old == {"value": 1260582}


def test_a_dry_run_stores_nothing(new_world: NewWorld) -> None:
    world = new_world(date(2022, 5, 20), "ziyang")
    run = world.collect(dry_run=True)
    assert (run.state, run.summary.exit_code) == ("Announced", 0)
    assert [s.announced for s in run.summary.sources] == [2]
    assert run.outcomes("ziyang") == {"listed": 1}
    (attempt,) = world.ask("SELECT outcome, items, detail FROM raw_fetch")
    assert (attempt["outcome"], attempt["items"]) == ("listed", 2)
    assert attempt["detail"].startswith("2 new")
    assert world.one("SELECT COUNT(*) FROM raw_snapshot") == 0
    assert set(world.sizes().values()) == {0}
    assert not (world.home / "archive").exists()
    assert world.collect().outcomes("ziyang") == {"listed": 1, "new": 2}
    assert world.collect(dry_run=True).state == "NoChange"


def test_kinds_choose_the_sources(new_world: NewWorld) -> None:
    world = new_world(date(2021, 5, 1), "meishan", "chengdu_gov", "ndrc")
    run = world.collect(kinds=["plans"])
    assert {s.source_id for s in run.summary.sources} == {"chengdu_gov", "ndrc"}
    assert world.one("SELECT COUNT(*) FROM core_plan") > 0
    assert {log.host for log in world.replica.log} == {"www.chengdu.gov.cn", "www.ndrc.gov.cn"}


def test_since_leaves_older_pages_alone(new_world: NewWorld) -> None:
    world = new_world(date(2022, 5, 20), "meishan")
    world.collect(since=date(2022, 1, 1))
    assert world.one("SELECT MIN(published_on) FROM core_document") >= "2022-01-01"
    assert world.one("SELECT COUNT(*) FROM core_document") > 0


def test_a_report_without_figures_fails_at_once(new_world: NewWorld) -> None:
    world = new_world(date(2022, 5, 20), "ziyang")
    began = time.monotonic()
    run = world.monitor(circle="chengdu", quarter="2011Q1")
    assert run.state == "Failed"
    assert isinstance(run.result, WarehouseError)
    assert "2011-Q1" in run.result.message
    assert time.monotonic() - began < 5, "it was tried again"


def test_a_circle_without_a_total_of_its_own_has_a_report(new_world: NewWorld) -> None:
    world = new_world(date(2022, 6, 1), "tjj_sh")
    world.collect(since=date(2022, 3, 1))
    run = world.monitor(circle="yangtze_delta")
    assert run.state == "Completed"
    page, workbook, bulletin = (Path(path) for path in run.result)
    assert (workbook.suffix, bulletin.suffix) == (".xlsx", ".docx") and bulletin.is_file()
    text = re.sub("<[^>]+>", "", page.read_text(encoding="utf-8"))
    assert "分地区看，上海市" in text and "江苏省、浙江省、安徽省未见公布数" in text
    assert "各地之和、合成增速未计算：缺江苏省、浙江省、安徽省的水平或增速" in text
