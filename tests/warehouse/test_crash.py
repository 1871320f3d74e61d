"""Runs that are killed, that meet, and that are read meanwhile: core stays whole, and the next run takes up."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from metroetl.catalogue import Catalogue
from metroetl.warehouse import Warehouse
from tests.forked import FORK, start
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.loader import FIGURES, load, load_and_die, pages

KILLS = 8  # on each engine
PAGES = 4
READERS = 20


def counts(desk: Desk) -> tuple[int, int, int]:
    return (
        desk.one("SELECT COUNT(*) FROM core_document"),
        desk.one("SELECT COUNT(*) FROM core_observation"),
        desk.one("SELECT COUNT(*) FROM mart_lineage"),
    )


def test_a_load_that_is_killed_at_any_point_changes_nothing_and_is_taken_up(desk: Desk) -> None:
    """Killed at moments spread evenly over the statements and commits that a whole one sends."""
    moments = FORK.Value("i", 0)
    start(load_and_die, desk.warehouse.url, 0, PAGES, 0, moments).join()
    whole = moments.value
    expected = (PAGES, PAGES * FIGURES, PAGES * FIGURES)
    assert counts(desk) == expected
    died = set()
    for n in range(1, KILLS + 1):
        moments.value = 0
        process = start(
            load_and_die, desk.warehouse.url, n * PAGES, PAGES, 1 + whole * n // (KILLS + 1), moments
        )
        process.join()
        assert process.exitcode == -9, n
        after = tuple(b + w for b, w in zip(expected, (PAGES, PAGES * FIGURES, PAGES * FIGURES), strict=True))
        assert counts(desk) in (expected, after), n
        died.add(how_far(desk, n * PAGES))
        take_up(desk, n * PAGES)
        expected = after
        assert counts(desk) == expected, n
    assert len(died) > 2, died  # before, amid and after
    assert desk.warehouse.pending() == []
    assert desk.one("SELECT COUNT(*) FROM staging_observation") == 0


def how_far(desk: Desk, first: int) -> str:
    """archived, staged or read: how far the pages of a round went that was killed."""
    url = f"https://city.example.cn/{first + PAGES - 1}.html"
    return "".join(
        state for (state,) in desk.rows("SELECT state FROM raw_snapshot WHERE url = :url", url=url)
    )


def take_up(desk: Desk, first: int) -> None:
    """What the next run does: pages that aren't archived are fetched, all that wait are read, batches are settled."""
    known = {url for (url,) in desk.rows("SELECT url FROM raw_snapshot WHERE state <> 'pending'")}
    numbers = [n for n in range(first, first + PAGES) if f"https://city.example.cn/{n}.html" not in known]
    desk.new_run()
    if numbers:
        desk.stage(*(reading for n in numbers for reading in pages(desk, n, 1)))
    desk.settle()


def test_two_processes_load_at_once_and_everything_is_there_once(desk: Desk) -> None:
    """Pages of their own, and pages that both have."""
    processes = [start(load, desk.warehouse.url, first, PAGES) for first in (0, PAGES // 2, 100)]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    desk.settle()
    documents = PAGES + PAGES // 2 + PAGES
    assert counts(desk) == (documents, documents * FIGURES, documents * FIGURES)
    assert desk.one("SELECT COUNT(*) FROM ops_batch WHERE state NOT IN ('published', 'replayed')") == 0


def test_runs_at_once_in_one_process_load_everything_once(
    database_url: str, warehouse: Warehouse, words: Catalogue
) -> None:
    def run(source_id: str) -> int:
        desk = Desk(Warehouse(database_url, "facts", words))
        for n in range(3):
            figures = [gdp(100.0 + i, f"{2000 + i}") for i in range(20)]
            desk.stage(
                desk.read(f"https://{source_id}.example.cn/{n}", f"页{n}", figures, source_id=source_id)
            )
            desk.settle()
        return 3

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, ["city", "province", "media", "city"])) == [3] * 4
    desk = Desk(warehouse)
    desk.settle()
    assert desk.one("SELECT COUNT(*) FROM core_observation") == 3 * 3 * 20
    assert desk.one("SELECT COUNT(*) FROM core_document") == 3 * 3
    assert desk.one("SELECT COUNT(*) FROM ops_batch WHERE state NOT IN ('published', 'replayed')") == 0


def test_twenty_readers_see_no_error_and_no_half_load(desk: Desk) -> None:
    desk.load(desk.read("https://city.example.cn/a", "一季度", [gdp(5930.3)]))
    go, loaded = FORK.Event(), threading.Event()
    process = start(load, desk.warehouse.url, 100, 4 * PAGES, go)  # before there are other threads

    def look(_: int) -> set[tuple[int, ...]]:
        seen = set()
        while not (done := loaded.is_set()) or not seen:
            ask = "SELECT (SELECT COUNT(*) FROM core_observation), (SELECT COUNT(*) FROM core_document)"
            seen.add(desk.one(ask))
            time.sleep(0.1)
            if done:
                break
        return seen

    with ThreadPoolExecutor(READERS) as pool:
        readers = pool.map(look, range(READERS))
        go.set()
        process.join()
        loaded.set()
        seen = set().union(*readers)
    assert process.exitcode == 0
    whole = (1 + 4 * PAGES * FIGURES, 1 + 4 * PAGES)
    assert seen <= {(1, 1), whole}
    assert (1, 1) in seen
    assert desk.one("SELECT COUNT(*) FROM core_observation") == whole[0]
