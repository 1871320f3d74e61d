"""Bad input: each case has a name, the other sources load, the next run picks up, nothing is wrong, nothing lost."""

from __future__ import annotations

import os
import signal
import time
from datetime import date
from pathlib import Path

import pytest

from tests import forked
from tests.flows.conftest import CleanContents, NewWorld, Table, World, assert_agrees_with_facts

SICK, WELL, DAY = "deyang", "meishan", date(2021, 10, 25)


def of_source(contents: dict[str, Table], source_id: str) -> Table:
    return [row for row in contents["core_document"] if row["source_id"] == source_id]


@pytest.mark.parametrize(
    "broken",
    [
        {
            "deyang": ("down", "HOST_DOWN"),
            "ziyang": ("ruishu", "BOT_CHALLENGE"),
            "tjj_sh": ("jiasule", "BOT_CHALLENGE"),
            "anhui": ("wzws", "GEO_BLOCKED"),
            "ndrc": ("forbidden", "GEO_BLOCKED"),
            "sc_gov": ("empty_listing", "EMPTY_LISTING"),
        },
        {
            "deyang": ("soft_404", "SOFT_NOT_FOUND"),
            "ziyang": ("truncated", "TRUNCATED"),
            "tjj_sh": ("home_page", "HOME_PAGE_INSTEAD"),
            "anhui": ("not_found", "NOT_FOUND"),
            "ndrc": ("cookie_bounce", "COOKIE_BOUNCE"),
            "sc_gov": ("busy", "RATE_LIMITED"),
        },
    ],
    ids=["whole sites", "pages"],
)
def test_an_answer_in_place_of_the_page(
    new_world: NewWorld, clean_contents: CleanContents, broken: dict[str, tuple[str, str]]
) -> None:
    sources, day = (*broken, WELL), date(2022, 6, 1)
    clean = clean_contents(day, *sources)
    world = new_world(day, *sources, faults={source: fault for source, (fault, _) in broken.items()})
    run = world.collect()
    assert (run.state, run.summary.exit_code) == ("SourcesFailed", 1)
    expected = {(source, outcome) for source, (_, outcome) in broken.items()}
    assert {(s.source_id, f.code) for s in run.summary.sources for f in s.failures} == expected
    attempts = world.ask("SELECT source_id, outcome, detail, way_out FROM raw_fetch WHERE NOT ok")
    assert {(a["source_id"], a["outcome"]) for a in attempts} == expected
    assert all(a["detail"] and a["way_out"] for a in attempts)
    assert of_source(world.contents(), WELL) == of_source(clean, WELL) != []
    assert_agrees_with_facts(world)

    for source in broken:
        world.replica.set_faults(source)
    assert world.collect().state == "Completed"
    assert world.contents() == clean
    assert world.collect().state == "NoChange"


def test_a_wrong_charset_changes_no_character(new_world: NewWorld, clean_contents: CleanContents) -> None:
    clean = clean_contents(DAY, SICK, WELL)
    world = new_world(DAY, SICK, WELL, faults={SICK: "wrong_charset", WELL: "wrong_charset"})
    assert world.collect().state == "Completed"
    contents = world.contents()
    for table in ("core_document", "core_observation"):
        shown = [
            [{k: v for k, v in row.items() if k != "sha256"} for row in c[table]] for c in (contents, clean)
        ]
        assert shown[0] == shown[1]


def test_a_truncated_pdf_is_named_and_asked_for_again(
    new_world: NewWorld, clean_contents: CleanContents
) -> None:
    sources, day, since = ("cdstats", WELL), date(2021, 8, 10), date(2021, 8, 1)
    clean = clean_contents(day, *sources, since=since)
    world = new_world(day, *sources, faults={"cdstats": "truncated_pdf"})
    run = world.collect(since=since)
    assert (run.state, run.summary.exit_code) == ("SourcesFailed", 1)
    (stopped,) = world.ask("SELECT rule_code, table_name, url, sha256, state FROM ops_quarantine")
    assert (stopped["rule_code"], stopped["table_name"], stopped["state"]) == (
        "UNREADABLE",
        "raw_snapshot",
        "open",
    )
    assert stopped["url"].endswith(".pdf")
    assert of_source(world.contents(), WELL) == of_source(clean, WELL)
    assert_agrees_with_facts(world)

    again = world.collect(since=since)
    assert again.state == "NoChange"
    assert again.outcomes("cdstats") == {"listed": 1, "unchanged": 1}
    world.replica.set_faults("cdstats")
    mended = world.collect(since=since)
    assert mended.state == "Completed"
    assert mended.outcomes("cdstats") == {"listed": 1, "changed": 1}
    assert world.contents() == clean
    assert world.one("SELECT state FROM ops_quarantine") == "replayed"
    assert world.collect(since=since).outcomes("cdstats") == {"listed": 1}


def test_a_table_without_a_unit_publishes_no_level_and_loses_none(
    new_world: NewWorld, clean_contents: CleanContents
) -> None:
    sources, day = ("ziyang", WELL), date(2022, 5, 20)
    clean = clean_contents(day, *sources)
    world = new_world(day, *sources, faults={"ziyang": "no_unit"})
    assert world.collect().summary.exit_code == 0
    assert of_source(world.contents(), WELL) == of_source(clean, WELL)
    assert_agrees_with_facts(world)
    waiting = {
        row["quote"]
        for row in world.ask("SELECT quote FROM ops_quarantine WHERE rule_code = 'OBS-UNIT-UNKNOWN'")
    }
    assert waiting == {"215.49", "109.6", "15.9"}  # GDP, retail sales, revenue of 2022-Q1


def test_a_number_out_of_range_waits_in_quarantine(
    new_world: NewWorld, clean_contents: CleanContents
) -> None:
    sources, day = ("meishan", "deyang"), date(2021, 8, 10)
    clean = clean_contents(day, *sources)
    world = new_world(day, *sources, faults={"meishan": "out_of_range"})
    assert world.collect().summary.exit_code == 0
    (stopped,) = world.ask("SELECT rule_code, quote, reason_zh, sha256, state FROM ops_quarantine")
    assert (stopped["rule_code"], stopped["state"]) == ("OBS-RANGE-YOY", "open")
    assert "1270.0%" in stopped["quote"]
    assert (world.home / "archive" / stopped["sha256"][:2]).is_dir()
    assert_agrees_with_facts(world)
    keys = ("region_code", "indicator_code", "period", "measure", "value")
    left, right = (
        {tuple(r[k] for k in keys) for r in c["core_observation"]} for c in (clean, world.contents())
    )
    assert left - right == {("511400", "GDP", "2021-Q2", "yoy_real_ytd", 12.7)}
    assert right <= left
    assert world.collect().state == "NoChange"


def test_a_duplicate_release_counts_once(new_world: NewWorld, clean_contents: CleanContents) -> None:
    sources, day = ("ziyang", WELL), date(2022, 5, 20)
    world = new_world(day, *sources)
    world.collect()
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


@pytest.mark.parametrize(
    ("moment", "statement", "number"),
    [
        ("what was fetched is not yet recorded", "INSERT INTO raw_fetch", 1),
        ("one source is staged", "INSERT INTO ops_batch", 2),
        ("in the middle of the load", "INSERT INTO core_observation", 1),
        ("all is loaded, staging not yet cleared", "DELETE FROM staging_document", 1),
    ],
)
def test_a_killed_run_is_taken_up(
    new_world: NewWorld, clean_contents: CleanContents, prefect_server: str, root: Path,
    moment: str, statement: str, number: int,
) -> None:  # fmt: skip
    clean = clean_contents(DAY, SICK, WELL)
    world = new_world(DAY, SICK, WELL)
    run = start(world, prefect_server, root, "tests.flows.dying", statement, str(number))
    told = run.finish()
    assert told.returncode == -signal.SIGKILL, told
    assert world.one("SELECT COUNT(*) FROM core_document") == 0, moment
    assert world.one("SELECT COUNT(*) FROM core_observation") == 0, moment
    assert world.ask("SELECT state FROM ops_run") == [{"state": "running"}]
    assert_whole(world, clean)


def test_a_run_that_is_killed_while_it_asks_is_taken_up(
    new_world: NewWorld, clean_contents: CleanContents, prefect_server: str, root: Path
) -> None:
    clean = clean_contents(DAY, SICK, WELL)
    world = new_world(DAY, SICK, WELL)
    run = start(world, prefect_server, root, "metroetl")
    deadline = time.monotonic() + 60
    while len(world.replica.log) < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    run.kill()
    assert run.finish().returncode == -signal.SIGKILL
    assert_whole(world, clean)


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


@pytest.fixture
def held(new_world: NewWorld, tmp_path: Path) -> tuple[World, str]:
    """A world whose inbox got a file that is garbled from its second page on, and the batch that was held."""
    world = new_world(DAY, SICK)
    file = tmp_path / "简报.txt"
    file.write_text(READABLE + GARBLED, encoding="utf-8")
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
    return world, batch_id


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
