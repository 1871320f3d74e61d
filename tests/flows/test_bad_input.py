"""Bad input: each case has a name, the other sources load, the next run picks up, nothing is wrong, nothing lost."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests import forked
from tests.flows.conftest import (
    CleanContents,
    NewWorld,
    Table,
    World,
    assert_agrees_with_facts,
    open_world,
)

SICK, WELL, DAY = "deyang", "meishan", date(2021, 10, 25)
MAY = date(2022, 5, 20)
Contents = dict[str, Table]


def of_source(contents: Contents, source_id: str, table: str = "core_document", but: str = "") -> Table:
    """The rows of a source, without one column if it is named."""
    return [
        {name: value for name, value in row.items() if name != but}
        for row in contents[table]
        if row["source_id"] == source_id
    ]


WHOLE_SITES = {
    "deyang": ("down", "HOST_DOWN"),
    "ziyang": ("ruishu", "BOT_CHALLENGE"),
    "tjj_sh": ("jiasule", "BOT_CHALLENGE"),
    "anhui": ("wzws", "GEO_BLOCKED"),
    "ndrc": ("forbidden", "GEO_BLOCKED"),
    "sc_gov": ("empty_listing", "EMPTY_LISTING"),
}
PAGES = {
    "deyang": ("soft_404", "SOFT_NOT_FOUND"),
    "ziyang": ("truncated", "TRUNCATED"),
    "tjj_sh": ("home_page", "HOME_PAGE_INSTEAD"),
    "anhui": ("not_found", "NOT_FOUND"),
    "ndrc": ("cookie_bounce", "COOKIE_BOUNCE"),
    "sc_gov": ("busy", "RATE_LIMITED"),
}


def test_an_answer_in_place_of_the_page(new_world: NewWorld, clean_contents: CleanContents) -> None:
    """Whole sites are broken at first, then their pages, then nothing."""
    sources, day = (*PAGES, WELL), date(2022, 6, 1)
    clean = clean_contents(day, *sources)
    world = new_world(day, *sources)
    for broken in (WHOLE_SITES, PAGES):
        for source, (fault, _) in broken.items():
            world.replica.set_faults(source, fault)
        run = world.collect()
        assert (run.state, run.summary.exit_code) == ("SourcesFailed", 1)
        expected = {(source, outcome) for source, (_, outcome) in broken.items()}
        assert {(s.source_id, f.code) for s in run.summary.sources for f in s.failures} == expected
        attempts = world.ask(
            "SELECT source_id, outcome, detail, way_out FROM raw_fetch WHERE NOT ok AND run_id = :run",
            run=run.summary.run_id,
        )
        assert {(a["source_id"], a["outcome"]) for a in attempts} == expected
        assert all(a["detail"] and a["way_out"] for a in attempts)
        assert of_source(world.contents(), WELL) == of_source(clean, WELL) != []
        assert_agrees_with_facts(world)

    for source in PAGES:
        world.replica.set_faults(source)
    assert world.collect().state == "Completed"
    assert world.contents() == clean
    assert world.collect().state == "NoChange"


@pytest.fixture(scope="module")
def may(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Contents]]:
    """Three sites as they are, read once, and what core then holds."""
    with open_world(tmp_path_factory.mktemp("may"), MAY, "ziyang", SICK, WELL) as world:
        assert world.collect().state == "Completed"
        yield world, world.contents()


@pytest.fixture(scope="module")
def blurred(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same sites, one with a table that lost its unit, two under a wrong charset."""
    faults = {"ziyang": "no_unit", SICK: "wrong_charset", WELL: "wrong_charset"}
    folder = tmp_path_factory.mktemp("blurred")
    with open_world(folder, MAY, "ziyang", SICK, WELL, faults=faults) as world:
        run = world.collect()
        assert (run.state, run.summary.exit_code) == ("Completed", 0)
        yield world


def test_a_wrong_charset_changes_no_character(blurred: World, may: tuple[World, Contents]) -> None:
    shown, clean = blurred.contents(), may[1]
    for source in (SICK, WELL):
        for table in ("core_document", "core_observation"):
            rows = of_source(shown, source, table, but="sha256")
            assert rows == of_source(clean, source, table, but="sha256") != []


def test_a_table_without_a_unit_publishes_no_level_and_loses_none(blurred: World) -> None:
    assert_agrees_with_facts(blurred)
    waiting = {
        row["quote"]
        for row in blurred.ask("SELECT quote FROM ops_quarantine WHERE rule_code = 'OBS-UNIT-UNKNOWN'")
    }
    assert waiting == {"215.49", "109.6", "15.9"}  # GDP, retail sales, revenue of 2022-Q1


def test_a_truncated_pdf_is_asked_for_again_and_a_number_out_of_range_waits(
    new_world: NewWorld, clean_contents: CleanContents
) -> None:
    sources, day = ("cdstats", "meishan", "deyang"), date(2021, 8, 10)
    clean = clean_contents(day, *sources)
    world = new_world(day, *sources, faults={"cdstats": "truncated_pdf", "meishan": "out_of_range"})
    run = world.collect()
    assert (run.state, run.summary.exit_code) == ("SourcesFailed", 1)
    (cut, large) = world.ask("SELECT * FROM ops_quarantine ORDER BY source_id")
    assert (cut["rule_code"], cut["table_name"], cut["state"]) == ("UNREADABLE", "raw_snapshot", "open")
    assert cut["url"].endswith(".pdf")
    assert (large["rule_code"], large["state"]) == ("OBS-RANGE-YOY", "open")
    assert "1270.0%" in large["quote"]
    assert (world.home / "archive" / large["sha256"][:2]).is_dir()
    assert of_source(world.contents(), "deyang") == of_source(clean, "deyang") != []
    assert_agrees_with_facts(world)
    keys = ("region_code", "indicator_code", "period", "measure", "value")
    left, right = (
        {tuple(r[k] for k in keys) for r in of_source(c, "meishan", "core_observation")}
        for c in (clean, world.contents())
    )
    assert left - right == {("511400", "GDP", "2021-Q2", "yoy_real_ytd", 12.7)}
    assert right <= left

    again = world.collect()
    assert again.state == "NoChange"
    assert again.outcomes("cdstats") == {"listed": 1, "unchanged": 1}
    world.replica.set_faults("cdstats")
    mended = world.collect()
    assert mended.state == "Completed"
    assert mended.outcomes("cdstats") == {"listed": 1, "changed": 1}
    assert of_source(world.contents(), "cdstats") == of_source(clean, "cdstats")
    states = world.ask("SELECT state FROM ops_quarantine ORDER BY source_id")
    assert [row["state"] for row in states] == ["replayed", "open"]
    assert world.collect().outcomes("cdstats") == {"listed": 1}


def test_a_duplicate_release_counts_once(may: tuple[World, Contents]) -> None:
    world, _ = may
    latest = (
        "SELECT region_code, indicator_code, period, measure, value, conflict FROM mart_observation_latest"
    )
    before = world.ask(f"{latest} ORDER BY 1, 2, 3, 4")
    world.replica.set_faults("ziyang", "duplicate")
    run = world.collect()
    assert (run.state, run.summary.exit_code) == ("Completed", 0)
    (told,) = world.ask(
        "SELECT verdict, unexpected FROM ops_check WHERE rule_code = 'DOC-DUPLICATE' AND verdict <> 'pass'"
    )
    assert told == {"verdict": "fail", "unexpected": 1}
    assert world.ask(f"{latest} ORDER BY 1, 2, 3, 4") == before
    assert world.one("SELECT COUNT(*) FROM mart_observation_vintages") == len(before)
    assert_agrees_with_facts(world)


def start(world: World, server: str, root: Path, module: str, *arguments: str) -> forked.Running:
    """A run of its own process over both sources, against the session's Prefect server."""
    env = os.environ | world.env | {"PREFECT_API_URL": server}
    return forked.begin(module, *arguments, "run", "--source", SICK, "--source", WELL, cwd=root, env=env)


def assert_whole(world: World, clean: dict[str, Table]) -> None:
    """The next run takes up what a killed one left; after that nothing is missing, double or waiting."""
    assert world.collect().state == "Completed"
    assert world.contents() == clean
    assert world.one("SELECT COUNT(*) FROM staging_document") == 0
    assert world.ask("SELECT DISTINCT state FROM raw_snapshot") == [{"state": "read"}]
    assert world.collect().state == "NoChange"


MOMENTS = {
    "what was fetched is not yet recorded": ("INSERT INTO raw_fetch", 1),
    "one source is staged": ("INSERT INTO ops_batch", 2),
    "in the middle of the load": ("INSERT INTO core_observation", 1),
    "all is loaded, staging not yet cleared": ("DELETE FROM staging_document", 1),
}


def test_a_killed_run_is_taken_up(
    new_world: NewWorld, clean_contents: CleanContents, prefect_server: str, root: Path
) -> None:
    """Killed while it asks, and at each moment of a run: the next one takes up what it left, and is killed later on."""
    world = new_world(DAY, SICK, WELL)
    run = start(world, prefect_server, root, "metroetl")
    deadline = time.monotonic() + 60
    while len(world.replica.log) < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    run.kill()
    assert run.finish().returncode == -signal.SIGKILL
    for moment, (statement, number) in MOMENTS.items():
        told = start(world, prefect_server, root, "tests.flows.dying", statement, str(number)).finish()
        assert told.returncode == -signal.SIGKILL, (moment, told)
        assert world.one("SELECT COUNT(*) FROM core_document") == 0, moment
        assert world.one("SELECT COUNT(*) FROM core_observation") == 0, moment
        assert world.ask("SELECT DISTINCT state FROM ops_run") == [{"state": "running"}], moment
    assert_whole(world, clean_contents(DAY, SICK, WELL))


def test_two_runs_that_meet_load_everything_once(
    new_world: NewWorld, clean_contents: CleanContents, prefect_server: str, root: Path
) -> None:
    world = new_world(DAY, SICK, WELL)
    runs = [start(world, prefect_server, root, "metroetl") for _ in range(2)]
    told = [run.finish() for run in runs]
    assert [done.returncode for done in told] == [0, 0], told
    assert world.contents() == clean_contents(DAY, SICK, WELL)
    assert world.collect().state == "NoChange"


READABLE = "成都市统计简报\n\n2021年第5期\n\n2021年10月20日\n\n前三季度，眉山市地区生产总值1147.8亿元。\n\n"
GARBLED = (
    ("成都平原经济区各市经济运行保持平稳，工业生产稳定增长，服务业持续恢复。" * 30)
    .encode()
    .decode("gb18030", "ignore")
)


@pytest.fixture(scope="module")
def garbled(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    """A world whose inbox got a file that is garbled from its second page on, and the batch that was held."""
    folder = tmp_path_factory.mktemp("garbled")
    file = folder / "简报.txt"
    file.write_text(READABLE + GARBLED, encoding="utf-8")
    with open_world(folder / "home", DAY, SICK) as world:
        assert world.add_to_inbox(file) == 1
        run = world.collect()
        assert (run.state, run.summary.exit_code) == ("Held", 3)
        ((batch_id, codes),) = run.summary.gate.held.items()
        assert codes == ["DOC-MOJIBAKE"]
        assert world.ask("SELECT source_id, state FROM ops_batch ORDER BY 1") == [
            {"source_id": SICK, "state": "published"},
            {"source_id": "inbox", "state": "held"},
        ]
        assert world.collect().state == "NoChange"
        yield world, batch_id


@pytest.fixture
def held(garbled: tuple[World, str], tmp_path: Path) -> tuple[World, str]:
    """The same in a data folder of the test's own."""
    world, batch_id = garbled
    return World(world.replica, Path(shutil.copytree(world.home, tmp_path / "home"))), batch_id


def decision(world: World, batch_id: str) -> tuple[str, ...]:
    (row,) = world.ask(
        "SELECT state, decided_by, decision_reason, decided_at FROM ops_batch WHERE batch_id = :id",
        id=batch_id,
    )
    assert row.pop("decided_at")
    return tuple(row.values())


def test_a_held_batch_is_approved(held: tuple[World, str]) -> None:
    world, batch_id = held
    assert world.decide(batch_id, "approve", "正文第一页可读，数字已核对").state == "Approved"
    assert decision(world, batch_id) == ("published", "值班员", "正文第一页可读，数字已核对")
    (document,) = world.ask("SELECT title, issue, access FROM core_document WHERE source_id = 'inbox'")
    assert (document["issue"], document["access"]) == ("2021年第5期", "internal")
    (figure,) = world.ask("SELECT region_code, value, access FROM core_observation WHERE source_id = 'inbox'")
    assert figure == {"region_code": "511400", "value": 1147.8, "access": "internal"}
    assert world.decide(batch_id, "reject", "再次决定").state == "Failed"


def test_a_held_batch_is_rejected(held: tuple[World, str]) -> None:
    world, batch_id = held
    assert world.decide(batch_id, "reject", "文件乱码，已请发送人重发").state == "Rejected"
    assert decision(world, batch_id) == ("rejected", "值班员", "文件乱码，已请发送人重发")
    assert world.one("SELECT COUNT(*) FROM core_document WHERE source_id = 'inbox'") == 0
    assert world.ask("SELECT state FROM raw_snapshot WHERE source_id = 'inbox'") == [{"state": "rejected"}]
    assert world.collect().state == "NoChange"
