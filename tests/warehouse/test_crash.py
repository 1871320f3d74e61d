"""Processes that are killed, runs that meet, disks that fill up, connections that are lost: core stays whole."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from metroetl.catalogue import Catalogue
from metroetl.errors import WarehouseError
from metroetl.warehouse import Warehouse
from metroetl.warehouse.engine import writer, writing
from tests.warehouse.desk import Desk, gdp, small_catalogue
from tests.warehouse.loader import FIGURES, pages

PAGES = 40
KILLS = 4


def start_loader(
    url: str, root: Path, step: str, before: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.warehouse.loader", url, str(PAGES), step]
    return subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before
    )


def counts(desk: Desk) -> tuple[int, int, int]:
    return (
        desk.one("SELECT COUNT(*) FROM core_document"),
        desk.one("SELECT COUNT(*) FROM core_observation"),
        desk.one("SELECT COUNT(*) FROM mart_lineage"),
    )


@pytest.mark.parametrize("step", ["stage", "settle"])
def test_a_load_that_is_killed_at_any_point_changes_nothing_and_is_taken_up(
    desk: Desk, root: Path, step: str
) -> None:
    whole = (PAGES, PAGES * FIGURES, PAGES * FIGURES)
    dice = random.Random(step)
    for round_ in range(KILLS):
        before = counts(desk)
        process = start_loader(desk.warehouse.url, root, step)
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        time.sleep(dice.uniform(0, 0.25))
        process.kill()
        process.communicate()
        after = counts(desk)
        assert after in (before, tuple(b + w for b, w in zip(before, whole, strict=True))), round_
        waiting = desk.warehouse.pending()
        assert len(waiting) in (0, PAGES)
        if waiting:
            first = desk.one("SELECT COUNT(*) FROM raw_snapshot") - PAGES
            desk.stage(*pages(desk, first, PAGES))
        desk.settle()
        expected = tuple((round_ + 1) * w for w in whole)
        assert counts(desk) == expected
        assert desk.warehouse.pending() == []
        assert desk.one("SELECT COUNT(*) FROM staging_observation") == 0


def test_two_runs_at_once_load_everything_once(
    database_url: str, warehouse: Warehouse, words: Catalogue
) -> None:
    def run(source_id: str) -> int:
        desk = Desk(Warehouse(database_url, "facts", words))
        for n in range(6):
            figures = [gdp(100.0 + i, f"{2000 + i}") for i in range(20)]
            desk.stage(
                desk.read(f"https://{source_id}.example.cn/{n}", f"页{n}", figures, source_id=source_id)
            )
            desk.settle()
        return 6

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, ["city", "province", "media", "city"])) == [6] * 4
    desk = Desk(warehouse)
    desk.settle()
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 3 * 6 * 20
    assert desk.one("SELECT COUNT(*) FROM core_document") == 3 * 6
    assert desk.one("SELECT COUNT(*) FROM ops_batch WHERE state NOT IN ('published', 'replayed')") == 0


def test_readers_are_not_blocked_while_a_load_writes(desk: Desk) -> None:
    desk.load(desk.read("https://city.example.cn/a", "一季度", [gdp(5930.3)]))
    desk.stage(*pages(desk, 100, PAGES))
    seen: list[int] = []
    loading = threading.Event()

    def look() -> None:
        while not loading.is_set():
            seen.append(desk.one("SELECT COUNT(*) FROM core_observation"))

    reader = threading.Thread(target=look)
    reader.start()
    desk.settle()
    loading.set()
    reader.join()
    assert seen[0] == 1
    assert set(seen) <= {1, 1 + PAGES * FIGURES}
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1 + PAGES * FIGURES


def test_a_full_disk_is_a_clear_error_and_changes_nothing(tmp_path: Path, root: Path) -> None:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    warehouse = Warehouse(url, "facts", small_catalogue())
    warehouse.upgrade()
    desk = Desk(warehouse)
    desk.load(desk.read("https://city.example.cn/a", "一季度", [gdp(5930.3)]))
    limit = (tmp_path / "warehouse.db").stat().st_size + 400_000

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = start_loader(url, root, "stage", small_disk)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "WarehouseError: WAREHOUSE: " in errors
    assert "Nothing was changed" in errors
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 1
    assert desk.one("SELECT COUNT(*) FROM staging_document") == 0
    assert len(desk.warehouse.pending()) > 0


@pytest.mark.postgres
def test_a_lost_connection_is_a_clear_error_and_changes_nothing(
    new_postgres: Callable[[], str], words: Catalogue
) -> None:
    url = new_postgres()
    warehouse = Warehouse(url, "facts", words)
    warehouse.upgrade()
    run_id = warehouse.start_run("collect", {})
    with pytest.raises(WarehouseError, match="can't be used") as caught, writing(writer(url)) as connection:
        connection.execute(text("DELETE FROM ops_run"))
        process_id = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with writer(url).begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:id)"), {"id": process_id})
        connection.execute(text("SELECT 1"))
    assert "METROETL_DATABASE_URL" in caught.value.way_out
    assert warehouse.query("SELECT run_id FROM ops_run")[1] == [(run_id,)]


@pytest.mark.postgres
def test_a_server_that_is_down_is_a_clear_error(words: Catalogue) -> None:
    with pytest.raises(WarehouseError, match="can't be used"):
        Warehouse("postgresql://metroetl@127.0.0.1:1/none", "facts", words).upgrade()
