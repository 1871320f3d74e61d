"""Print what a collect costs: `python -m benchmarks.collect beside|flow|growth|memory`, all in one synthetic world.

`beside` is the whole way of 2,000 pages of 200 sites beside Scrapy, in one and in two processes, and the run after it,
which finds nothing new. `flow` is the same work by direct calls and by the flow, against a running Prefect server.
`growth` fits processor seconds over the pages, `memory` compares the peaks of 2,000 and 20,000 pages.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.collect.children import Used, new_home, prefect_server, run
from benchmarks.collect.pages import Site, write_world
from benchmarks.collect.serve import Served, server

AN_ARTICLE = 10  # new articles a site
WORK, SPIDER = "benchmarks.collect.work", "benchmarks.collect.spider"


def sites_of(count: int) -> list[Site]:
    """So many sites, each of a prefecture of the catalogue."""
    from metroetl.catalogue import catalogue

    regions = [r.code for r in catalogue().regions.values() if r.level == "prefecture" and r.valid_to is None]
    return [Site(n, regions[n]) for n in range(count)]


@contextmanager
def world(sites: Sequence[Site], articles: int) -> Iterator[tuple[Path, Served]]:
    """A folder, and the sites served."""
    with tempfile.TemporaryDirectory(prefix="bench-collect-") as folder:
        write_world(Path(folder) / "sites", sites, articles)
        with server(Path(folder) / "sites") as served:
            yield Path(folder), served


def show(name: str, used: Used, pages: int, than: float | None = None) -> float:
    """One line; the processor milliseconds a page without imports."""
    a_page = 1000 * used.work / pages
    beside = f"   {a_page / than:.2f} × Scrapy's" if than else ""
    print(
        f"{name:34} {a_page:7.1f} ms CPU a page ({1000 * used.cpu / pages:.1f} with imports), wall {used.wall:6.1f} s,"
        f" {pages / used.wall:5.0f} pages/s, peak {used.peak:4.0f} MB{beside}",
        flush=True,
    )
    return a_page


def crawl(folder: Path, served: Served, sites: Sequence[Site], processes: int) -> Used:
    """Scrapy over the sites; each line of its output is a page."""
    parts = [sites[n::processes] for n in range(processes)]
    files = [folder / f"out-{processes}-{n}.jsonl" for n in range(processes)]
    used = run(
        [
            [SPIDER, str(served.port), str(file), *(s.host for s in part)]
            for file, part in zip(files, parts, strict=True)
        ],
        dict(os.environ),
    )
    used.pages = sum(1 for file in files for _ in file.open("rb"))
    return used


def collect(env: dict[str, str], sites: Sequence[Site], processes: int = 1) -> Used:
    """The whole way; with several processes each harvests and reads a part, one passes the gate for all."""
    ids = [s.id for s in sites]
    if processes == 1:
        return run([[WORK, "collect", "1", *ids]], env)
    used = run([[WORK, "stage", "1", *ids[n::processes]] for n in range(processes)], env)
    used.add(run([[WORK, "gate", "1"]], env))
    return used


def beside(pages: int) -> None:
    """Scrapy and the whole way, turn by turn, and the run after."""
    sites = sites_of(pages // AN_ARTICLE)
    with world(sites, AN_ARTICLE) as (folder, served):
        for processes in (1, 2):
            spider = crawl(folder, served, sites, processes)
            assert spider.pages == pages, spider
            than = show(f"Scrapy, {processes} process(es)", spider, pages)
            env = new_home(folder / f"home{processes}", sites, served.port)
            before = served.asked
            ours = collect(env, sites, processes)
            assert sum(said["documents"] for said in ours.said) == pages, ours.said
            show(f"MetroETL, {processes} process(es)", ours, pages, than)
            if processes == 1:
                print(f"{'':34} {ours.said[-1]['published']}, {served.asked - before} requests", flush=True)
                first, home = ours, env
        before = served.asked
        again = collect(home, sites)
        show("MetroETL again, nothing new", again, pages)
        print(
            f"{'':34} {(served.asked - before) / len(sites):.2f} requests a source, "
            f"{100 * again.said[-1]['seconds'] / first.said[-1]['seconds']:.1f} % of the first run's time, "
            f"{100 * again.work / first.work:.1f} % of its CPU",
            flush=True,
        )


def by_flow(pages: int) -> None:
    """The same work, four sources at once, by direct calls and by the flow, twice each in the order A B B A, for the
    machine's pace changes by more than they differ; the server runs already."""
    sites = sites_of(pages // AN_ARTICLE)
    ids = [s.id for s in sites]
    seconds: dict[str, float] = {"direct calls": 0.0, "flow": 0.0}
    with world(sites, AN_ARTICLE) as (folder, served):
        for turn, name in enumerate(("direct calls", "flow", "flow", "direct calls")):
            env = new_home(folder / f"home{turn}", sites, served.port)
            if name == "flow":
                with prefect_server(env) as api:
                    used = run([[WORK, "flow", "4", *ids]], {**env, "PREFECT_API_URL": api})
            else:
                used = run([[WORK, "collect", "4", *ids]], env)
            show(f"{name}, 4 threads", used, pages)
            seconds[name] += used.said[-1]["seconds"]
    direct, through = seconds.values()
    print(f"{'':34} Prefect's share of the wall time: {100 * (through - direct) / through:.1f} %", flush=True)


def growth(pages: int) -> None:
    """Processor seconds of runs of several sizes, with the straight line through them."""
    sizes = [pages // 4, pages // 2, pages, 2 * pages]
    found = [_of_size(size).work for size in sizes]
    line = statistics.linear_regression(sizes, found)
    fit = statistics.correlation(sizes, found) ** 2
    print(f"{1000 * line.slope:.1f} ms CPU a page + {line.intercept:.1f} s, R² {fit:.4f}", flush=True)


def memory(pages: int) -> None:
    """The peaks of a run and of one with ten times the pages."""
    small, large = (_of_size(size).peak for size in (pages, 10 * pages))
    print(f"peak of {10 * pages} pages: {large / small:.2f} × that of {pages}", flush=True)


def _of_size(pages: int) -> Used:
    sites = sites_of(max(1, pages // 100))
    with world(sites, 100) as (folder, served):
        used = collect(new_home(folder / "home", sites, served.port), sites)
    show(f"MetroETL, {pages} pages", used, pages)
    return used


PARTS: dict[str, Callable[[int], None]] = {
    "beside": beside,
    "flow": by_flow,
    "growth": growth,
    "memory": memory,
}


def main() -> None:
    """One part, or several."""
    parser = argparse.ArgumentParser(prog="make bench-collect", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["beside"])
    parser.add_argument("--pages", type=int, default=2_000)
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    for part in given.parts:
        PARTS[part](given.pages)


if __name__ == "__main__":
    main()
