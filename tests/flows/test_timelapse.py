"""The short time-lapse: the flows get through everything that breaks, and the judge sees what is amiss."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.postgres import Postgres, binaries
from benchmarks.timelapse.__main__ import SHORT
from benchmarks.timelapse.judge import judge
from benchmarks.timelapse.play import Played, play
from benchmarks.timelapse.report import report
from metroetl.settings import settings

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres | None]:
    """A server of its own, for it is killed; none where there are no binaries (then on SQLite)."""
    if binaries() is None:
        yield None
        return
    with Postgres(safe=True) as server:
        yield server


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres | None, prefect_database: Path
) -> Iterator[Played]:
    """The short form, played once."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("METROETL_")]:
            patch.delenv(name)
        for name in ("METROETL_HOME", "METROETL_WORLD", "METROETL_DATABASE_URL"):
            patch.setenv(name, "")  # what the lapse sets is taken back with these
        home: Path = tmp_path_factory.mktemp("lapse")
        (home / "prefect").mkdir()
        shutil.copy(prefect_database, home / "prefect")
        first, days = SHORT
        yield play(home, 2026, first, days, postgres)
    settings.cache_clear()


def test_every_readable_release_is_there_once_and_nothing_else(played: Played) -> None:
    verdict = judge(played)
    assert verdict.passed, report(played, verdict, write=False)
    assert verdict.figure.endswith("0 missing, 0 twice, 0 wrong, 3 unreadable of which 3 named")
    happened = played.lapse.happened
    assert {"worker killed", "server killed", "database killed", "disk full", "site redesigned"} <= set(
        happened
    )
    spoiled = {served.fault for served in played.ledger.entries}
    assert len(spoiled) > 10, spoiled


def test_the_judge_sees_a_figure_lost_and_a_figure_wrong(played: Played) -> None:
    from metroetl.warehouse import Warehouse

    warehouse = Warehouse.open(settings())
    names = "region_code, indicator_code, period, measure"
    _, rows = warehouse.query(
        f"SELECT observation_id, {names} FROM core_observation WHERE value > 1 ORDER BY 1 LIMIT 2"
    )
    (lost, *lost_key), (wrong, *wrong_key) = rows
    _execute(f"UPDATE core_observation SET withdrawn_at = loaded_at WHERE observation_id = '{lost}'")
    _execute(f"UPDATE core_observation SET value = value + 1000 WHERE observation_id = '{wrong}'")
    verdict = judge(played)
    assert not verdict.passed
    assert any(str(tuple(lost_key)) in text for text in verdict.missing), verdict.missing
    assert any(str(tuple(wrong_key)) in text for text in verdict.wrong), verdict.wrong


def test_a_taken_name_is_missed(played: Played) -> None:
    _execute("DELETE FROM ops_quarantine WHERE table_name = 'raw_snapshot'")
    verdict = judge(played)
    assert verdict.named < len(verdict.unreadable) and not verdict.passed


def _execute(sql: str) -> None:
    from sqlalchemy import text

    from metroetl.warehouse.engine import writer

    with writer(settings().warehouse_url).begin() as connection:
        connection.execute(text(sql))
