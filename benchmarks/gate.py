"""What the gate costs: on the demo, for 100,000 staged figures, for 100,000 rows of each table: `make bench-gate`.

Each measurement runs in a process of its own; seconds are wall time, and how much of it had a core is told; of each
table they are CPU seconds. The 100,000 figures are synthetic
(`benchmarks.world`): `steady` ones, of which nearly all pass, and `random` ones, of which most break a rule. PostgreSQL
is measured where `--postgres ADDRESS` names an empty server.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 3, 31)
PLACES = 60
STEPS = ("suites", "frames", "validate", "settle")
Numbers = dict[str, float]


def peak() -> float:
    """Largest resident memory of this process so far, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- each of these runs in a process of its own ----------------------------------------------------------------------


class Told(logging.Handler):
    """Keeps what the gate logs of itself at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the second argument of `gate %s: %s`."""
        if isinstance(record.args, tuple) and len(record.args) == 2 and isinstance(record.args[1], dict):
            self.results.append(record.args[1])


@contextmanager
def demo_home() -> Iterator[list[str]]:
    """A home of its own and the stand-in sites; gives the sources that are open."""
    from metroetl.cli.demo import _use_settings
    from metroetl.replica import Replica

    with tempfile.TemporaryDirectory() as folder, Replica(as_of=DAY) as replica:
        _use_settings(Path(folder), replica.host_map)
        yield replica.open_sources


def on_the_demo() -> Numbers:
    """The collect flow on the demo: its seconds from start to end, and those of the gate in it."""
    told = Told()
    logging.getLogger("metroetl.quality").addHandler(told)
    logging.getLogger("metroetl.quality").setLevel(logging.INFO)
    with demo_home() as sources:
        from flows.collect import collect_here
        from flows.parameters import CollectRequest

        summary = collect_here(CollectRequest(sources=sources))
    assert summary.finished_at is not None
    whole = (summary.finished_at - summary.started_at).total_seconds()
    (gate,) = told.results
    rows = sum(summary.gate.published.values())
    return {"rows": float(rows), "collect": whole, **gate["seconds"]}


def staged_rows(url: str, rows: int, figures: str) -> Numbers:
    """The gate over so many staged figures in an otherwise empty warehouse."""
    from benchmarks.warehouse import opened
    from benchmarks.world import World, observations, stage
    from metroetl.quality import run_gate

    warehouse = opened(url)
    world = World(rows, places=PLACES, steady=figures == "steady", first_year=1900)
    stage(warehouse, observations(world, warehouse.catalogue, batch="b1"), "b1", bodies=True)
    before, cpu, wall = peak(), time.process_time(), time.perf_counter()
    result = run_gate(warehouse, "run-b1")
    busy = (time.process_time() - cpu) / (time.perf_counter() - wall)
    return {
        "quarantined": float(result.quarantined),
        **result.seconds,
        "before": before,
        "peak": peak(),
        "busy": busy,
    }


def each_table(rows: int) -> dict[str, Numbers]:
    """CPU seconds of preparing and of validating so many rows of each table: the demo's own, again and again."""
    from metroetl.catalogue import catalogue
    from metroetl.quality.frames import prepare
    from metroetl.quality.past import load_past
    from metroetl.quality.suites import load_suites
    from metroetl.quality.validate import validate

    with demo_home() as sources:
        warehouse = staged_demo(sources)
        batches = warehouse.staged_batches()
        frames = warehouse.staging_frames([b.batch_id for b in batches])
        past = load_past(warehouse, batches)
    validate(prepare(frames, past, catalogue()), load_suites())  # GE is imported, its context made
    found = {}
    for table, suite in load_suites().items():
        if frames[table].empty:
            continue
        many = repeated(frames[table], rows)
        began = time.process_time()
        prepared = prepare({**frames, table: many}, past, catalogue())
        between = time.process_time()
        validate({table: prepared[table]}, {table: suite})
        found[table] = {
            "of": float(len(frames[table])),
            "rules": float(len(suite.rules)),
            "prepare": between - began,
            "validate": time.process_time() - between,
        }
    return found


def staged_demo(sources: list[str]) -> Any:
    """A warehouse in which the demo's pages wait for the gate."""
    from metroetl import pipeline

    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run("benchmark", {})
    for source_id in sources:
        outcome = pipeline.harvest_source(run_id, source_id)
        pipeline.read_and_stage(run_id, source_id, outcome)
    return warehouse


def repeated(frame: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The rows again and again, each with an id and a document of its own copy."""
    import pandas as pd

    copies = pd.concat([frame] * (rows // len(frame) + 1), ignore_index=True).iloc[:rows]
    number = (copies.index // len(frame)).astype(str)
    marked = [c for c in ("row_id", "document_row_id", "content_hash", "document_key") if c in copies]
    return copies.assign(**{c: copies[c] + "-" + number for c in marked})


# --- and these tell --------------------------------------------------------------------------------------------------


def child(*arguments: str) -> Any:
    """What a measurement in a process of its own printed last."""
    command = [sys.executable, "-m", "benchmarks.gate", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def tell_demo(turns: int) -> None:
    runs = sorted((child("one-demo") for _ in range(turns)), key=lambda r: r["collect"])
    run = runs[len(runs) // 2]
    cost = sum(run[step] for step in STEPS)
    print(f"\ndemo: {run['rows']:,.0f} rows published, median of {turns} runs (by the whole run)")
    print("| collect run | GE's import | suites | frames | validate | settle | gate / run without import |")
    print("|---|---|---|---|---|---|---|")
    told = " | ".join(f"{run[step]:.2f} s" for step in ("collect", "import", *STEPS))
    print(f"| {told} | {100 * cost / (run['collect'] - run['import']):.0f} % |", flush=True)


def tell_rows(postgres: str) -> None:
    print(
        "\n| engine | figures | rows | quarantined | frames | validate | settle | of that on a core | peak memory |"
    )
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for engine in ("sqlite", *(["postgresql"] if postgres else [])):
        for figures, rows in (("steady", 100_000), ("random", 100_000), ("steady", 400_000)):
            run = at(engine, postgres, rows, figures)
            told = " | ".join(f"{run[step]:.2f} s" for step in STEPS[1:])
            print(
                f"| {engine} | {figures} | {rows:,} | {run['quarantined']:,.0f} | {told} | {100 * run['busy']:.0f} % | {run['peak']:,.0f} MB |",
                flush=True,
            )


def at(engine: str, postgres: str, rows: int, figures: str) -> Numbers:
    from benchmarks.warehouse import drop_database, new_database

    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/warehouse.db"
            return child("one-rows", "--url", url, "--rows", str(rows), "--figures", figures)  # type: ignore[no-any-return]
    url = new_database(postgres)
    try:
        return child("one-rows", "--url", url, "--rows", str(rows), "--figures", figures)  # type: ignore[no-any-return]
    finally:
        drop_database(postgres, url)


def tell_tables(rows: int) -> None:
    print(f"\n| table, {rows:,} rows | of the demo's | rules | columns made, CPU | validate, CPU |")
    print("|---|---|---|---|---|")
    for table, run in child("one-tables", "--rows", str(rows)).items():
        print(
            f"| {table} | {run['of']:,.0f} | {run['rules']:.0f} | {run['prepare']:.2f} s | {run['validate']:.2f} s |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", "demo", "rows", "tables", "one-demo", "one-rows", "one-tables"), default="all")  # fmt: skip
    parser.add_argument("--postgres", default="", help="address of a database on the server to measure on")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--url", default="")
    parser.add_argument("--figures", default="steady")
    given = parser.parse_args()
    ways: dict[str, Callable[[], Any]] = {
        "one-demo": on_the_demo,
        "one-rows": lambda: staged_rows(given.url, given.rows, given.figures),
        "one-tables": lambda: each_table(given.rows),
    }
    if given.what in ways:
        print(json.dumps(ways[given.what]()))
        return
    if given.what in ("all", "demo"):
        tell_demo(given.turns)
    if given.what in ("all", "rows"):
        tell_rows(given.postgres)
    if given.what in ("all", "tables"):
        tell_tables(given.rows)


if __name__ == "__main__":
    main()
