"""`metroetl demo` as a person runs it, in an empty folder, with settings of real runs in the environment."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests import forked

Demo = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def demo(prefect_server: str, tmp_path: Path) -> Demo:
    """Runs the demo as of a day."""
    real = {
        "METROETL_DATABASE_URL": f"sqlite:///{tmp_path / 'real.db'}",
        "METROETL_ENVIRONMENT": "production",
    }
    env = os.environ | real | {"PREFECT_API_URL": prefect_server}

    def run(day: str) -> subprocess.CompletedProcess[str]:
        return forked.run("metroetl", "demo", "--as-of", day, cwd=tmp_path, env=env)

    return run


def days(folder: Path) -> list[str]:
    """Days of the documents that the demo's warehouse holds."""
    with closing(sqlite3.connect(folder / "data/demo/warehouse.db")) as warehouse:
        return [row[0] for row in warehouse.execute("SELECT published_on FROM core_document ORDER BY 1")]


def test_it_grows_with_the_day_and_touches_no_real_warehouse(demo: Demo, tmp_path: Path) -> None:
    first = demo("2020-03-01")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "已入库 · loaded" in first.stdout
    before = days(tmp_path)
    assert before
    assert max(before) <= "2020-03-01"

    again = demo("2020-03-01")
    assert (again.returncode, "没有新内容 · nothing new" in again.stdout) == (0, True)
    assert days(tmp_path) == before

    later = demo("2020-08-01")
    assert later.returncode == 0, later.stdout + later.stderr
    added = days(tmp_path)
    assert [day for day in added if day <= "2020-03-01"] == before
    assert len(added) > len(before)
    assert list((tmp_path / "data/demo/reports").glob("report-chengdu-2020-Q*.html"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_a_day_before_the_first_release_is_told(demo: Demo) -> None:
    told = demo("2017-06-01")
    assert told.returncode == 1
    assert "REPLICA: nothing was published by 2017-06-01" in told.stderr
    assert "Traceback" not in told.stderr
