"""A short form of the mutation campaign, and the same through a real warehouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random

import pytest

from benchmarks.mutations.campaign import Field, run_clean, run_mutants
from benchmarks.mutations.judging import case_of, judge
from benchmarks.mutations.kinds import KINDS, Kind
from benchmarks.mutations.scene import Scene
from benchmarks.mutations.synthetic import synthetic_world
from benchmarks.mutations.table import Result
from benchmarks.mutations.worlds import SOURCE, Page, World, facts_world
from metroetl.catalogue import catalogue
from metroetl.harvest.models import Fetch, Harvested, Snapshot
from metroetl.quality import run_gate
from metroetl.quality.suites import load_suites
from metroetl.warehouse import Warehouse

MATTER = (
    "unit off by 10^4", "decimal point lost (level)", "sign lost in print", "last year's whole column",
    "month alone for cumulative", "cities swapped (level)", "page under another city", "duplicated release, later",
    "stale page, new date in the text", "truncated table (known address)", "revised base, one level", "forecast as fact",
    "growth as level", "home page instead (new address)", "mojibake, UTF-8 as GB18030",
)  # fmt: skip
FLOORS = {"facts": 0.85, "synthetic": 0.95}
WORLDS: dict[str, Callable[[], Field]] = {
    "facts": lambda: Field(_newest(facts_world(catalogue()), 80), share=0.3),
    "synthetic": lambda: Field(_newest(synthetic_world(catalogue()), 110), share=0.1),
}


def _newest(world: World, number: int) -> World:
    return World(world.name, world.catalogue, world.batches[-number:])


@cache
def field_of(world: str) -> Field:
    return WORLDS[world]()


def kinds(*names: str) -> list[Kind]:
    return [next(k for k in KINDS if k.name == name) for name in names]


@pytest.mark.parametrize("world", WORLDS)
def test_wrong_batches_are_stopped_by_a_rule_that_names_the_cause(world: str) -> None:
    mutants = run_mutants(field_of(world), kinds(*MATTER), range(3))
    assert len(mutants) > 40
    missed = [(m.kind, m.seed) for m in mutants if not m.named]
    assert Result(world, mutants, []).named() >= FLOORS[world], missed


def test_clean_batches_pass() -> None:
    verdicts = [v for world in WORLDS for v in run_clean(field_of(world))]
    assert [v.held for v in verdicts if v.held] == []
    stopped, rows = (sum(n) for n in zip(*(v.clean_stopped() for v in verdicts), strict=True))
    assert rows > 400 and stopped / rows < 0.01


def test_causes_are_rules() -> None:
    codes = {code for suite in load_suites().values() for code in suite.rules}
    assert {code for kind in KINDS for code in kind.causes} <= codes
    assert len(KINDS) >= 30


def corrupted(field: Field, kind: Kind) -> tuple[Scene, int]:
    """The newest batch that the kind applies to, corrupted, and its number."""
    for number in reversed(field.judged):
        scene = field.scene(number, Random(4))
        if kind.corrupt(scene):
            return scene, number
    raise AssertionError(f"{kind.name} applies to no batch")


def staged(warehouse: Warehouse, pages: Sequence[Page]) -> str:
    """The pages as a run of their own."""
    run = warehouse.start_run("collect", {})
    found = []
    for page in pages:
        paper = page.reading().document
        snapshot = Snapshot(
            sha256=paper.sha256, source_id=SOURCE, url=paper.url, role="page", fetched_at=page.seen_at,
            title=page.announced or "",
        )  # fmt: skip
        fetch = Fetch(
            source_id=SOURCE, url=paper.url, role="page", at=page.seen_at, outcome="new", sha256=paper.sha256
        )
        found.append(Harvested(fetch=fetch, snapshot=snapshot))
    warehouse.record(run, found)
    warehouse.stage(run, SOURCE, [page.reading() for page in pages])
    return run


@pytest.mark.parametrize("name", ["cities swapped (level)", "home page instead (new address)"])
def test_a_real_warehouse_judges_alike(tmp_path: Path, name: str) -> None:
    """What core's queries give the gate is what the campaign gives it."""
    field = field_of("facts")
    (kind,) = kinds(name)
    scene, number = corrupted(field, kind)
    case = case_of(scene.pages, "b", field.core, number, scene.marked)
    (expected,) = judge([case], field.world.catalogue)
    warehouse = Warehouse(f"sqlite:///{tmp_path / 'warehouse.db'}")
    warehouse.upgrade()
    run_gate(warehouse, staged(warehouse, scene.history))
    result = run_gate(warehouse, staged(warehouse, scene.pages))
    stopped: dict[str, set[str]] = defaultdict(set)
    _, rows = warehouse.query(
        "SELECT q.url, q.rule_code FROM ops_quarantine AS q WHERE q.run_id = :run", {"run": result.run_id}
    )
    for url, code in rows:
        stopped[url].add(code)
    assert set().union(*stopped.values()) == set().union(*expected.stopped.values())
    assert set(next(iter(result.held.values()), [])) == expected.held
