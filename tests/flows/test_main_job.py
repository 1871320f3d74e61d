"""The main job over stand-in sites: what is published arrives as printed, once, and grows with the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.pipeline import choose_sources
from metroetl.replica.facts import Fact
from tests.flows.conftest import Run, Table, World, assert_agrees_with_facts, open_world, published_facts

DAY = date(2025, 5, 20)


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
    for source in run.summary.sources:
        assert source.documents == source.outcomes["new"], source
        assert not source.failures, source
        assert source.statements + source.plans > 0, source
    states = world.ask("SELECT source_id, state FROM ops_batch")
    assert {(s["source_id"], s["state"]) for s in states} == {(s, "published") for s in expected}
    assert world.one("SELECT COUNT(*) FROM raw_snapshot WHERE state NOT IN ('read')") == 0


def test_core_holds_nothing_that_was_not_published(loaded: tuple[World, Run]) -> None:
    assert_agrees_with_facts(loaded[0])


def latest(facts: list[Fact]) -> dict[tuple[str, ...], Fact]:
    """The fact in force of each series and period: the newest print; of prints that agree, the most precise one."""
    found: dict[tuple[str, ...], Fact] = {}
    for fact in sorted(facts, key=lambda f: f.published_on):
        key = (*fact.key, fact.variant)
        older = found.get(key)
        if older is None or abs(fact.number - older.number) > max(rounding(fact), rounding(older)) * 1.000001:
            found[key] = fact
        elif rounding(fact) < rounding(older):
            found[key] = fact
    return found


def rounding(fact: Fact) -> float:
    """One unit of the last printed place."""
    return float(10 ** -len(fact.value.partition(".")[2]))


def as_mart(fact: Fact) -> tuple[Any, ...]:
    return (*fact.key, fact.variant, fact.number, fact.unit, fact.published_on.isoformat())


def circle_rows(world: World) -> Table:
    return world.ask("SELECT * FROM mart_circle_quarter WHERE circle_id = 'chengdu'")


def test_the_mart_of_the_circle_is_the_facts_file(loaded: tuple[World, Run]) -> None:
    world, _ = loaded
    circle = catalogue().circles["chengdu"]
    places = {circle.region_code, *circle.order, *circle.province_codes, "000000"}
    facts = latest([f for f in published_facts(DAY) if f.region_code in places and "-M" not in f.period])
    rows = [r for r in circle_rows(world) if "-M" not in r["period"]]
    shown = {
        (r["region_code"], r["indicator_code"], r["period"], r["measure"], r["variant"], r["value_printed"],
         r["unit_printed"], r["published_on"])
        for r in rows
    }  # fmt: skip
    assert len(shown) == len(rows)
    expected = {as_mart(fact) for fact in facts.values()}
    assert shown - expected == set()
    assert expected - shown == set()
