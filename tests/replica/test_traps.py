"""docs/reference/traps.md holds: every trap is served over HTTP, and its outcome is the one that the table states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from metroetl.replica import Replica
from metroetl.replica.faults import FAULTS

from .checks import CHECKS
from .conftest import NOW
from .trials import Trial

TABLE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "traps.md"
ROW = re.compile(r"\|(?: [^|]* ?\|){7}")


@dataclass(frozen=True)
class Trap:
    """A row of the table."""

    name: str
    source_id: str
    faults: tuple[str, ...]
    list_path: str
    since: date | None
    outcome: str
    check: str


def traps() -> list[Trap]:
    """The rows of the table that the replica serves."""
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if ROW.fullmatch(line) and cells[0] != "trap" and not cells[0].startswith("---"):
            name, source_id, how, since, outcome, check, _ = cells
            words = how.split()
            found.append(
                Trap(
                    name,
                    source_id,
                    tuple(w for w in words if not w.startswith("list:")),
                    next((w.removeprefix("list:") for w in words if w.startswith("list:")), ""),
                    date.fromisoformat(since) if since else None,
                    outcome,
                    check,
                )
            )
    return found


TRAPS = traps()


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(NOW) as running:
        yield running


def test_every_fault_and_every_check_has_a_row() -> None:
    assert {fault for trap in TRAPS for fault in trap.faults} == set(FAULTS)
    assert {trap.check for trap in TRAPS} - {""} == set(CHECKS)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_a_trap_ends_as_the_table_says(trap: Trap, replica: Replica, tmp_path: Path) -> None:
    replica.set_clock(NOW)
    replica.set_faults(trap.source_id, *trap.faults)
    replica.log.clear()
    trial = Trial(
        replica,
        trap.source_id,
        tmp_path,
        trap.list_path,
        polite=trap.check == "never_hurried",
        since=trap.since,
    )
    try:
        trial.harvest()
        assert trial.failed() == (set() if trap.outcome == "read" else {trap.outcome})
        if trap.outcome == "read":
            assert_all_read(trial)
        if trap.check:
            CHECKS[trap.check](trial)
    finally:
        replica.set_faults(trap.source_id)


def assert_all_read(trial: Trial) -> None:
    """Every page that the list shows came, with its own title and date, and every file of it."""
    pages, expected = trial.pages(), trial.expected()
    assert expected
    assert set(pages) == set(expected)
    for url, article in expected.items():
        if pages[url].media_type == "text/html":
            told = (pages[url].title, pages[url].published_on)
            assert told == (article.title, article.published_on)
    came = {unquote(url) for url in {**trial.files(), **pages}}
    assert {unquote(url) for url in trial.expected_files()} <= came
