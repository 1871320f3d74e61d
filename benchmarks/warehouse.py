"""Loading and asking the warehouse, beside dlt and the engines' own bulk insert: `make bench-warehouse`.

Each measurement runs in a process of its own and in turn against the same machine; read the figures as ratios. The
world is synthetic (`benchmarks.world`). PostgreSQL is measured where `--postgres ADDRESS` names an empty server.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from benchmarks.world import World, core_rows, observations, stage

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[1]
BATCH = 250_000
ASK = "SELECT * FROM mart_circle_quarter WHERE circle_id = 'chengdu' AND quarter = '{quarter}'"
SERIES = (
    "SELECT quarter, region_name, value FROM mart_circle_quarter WHERE circle_id = 'chengdu'"
    " AND indicator_code = 'GDP' AND measure = 'level_ytd' AND role = 'city' ORDER BY quarter, sort_order"
)


def opened(url: str) -> Warehouse:
    """A synthetic warehouse with the project's own catalogue."""
    from metroetl.catalogue import catalogue
    from metroetl.warehouse import Warehouse

    warehouse = Warehouse(url, "synthetic", catalogue())
    warehouse.upgrade()
    return warehouse


def timed(work: Callable[[], Any]) -> float:
    """Seconds of the wall clock that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# --- loading: each of these runs in a process of its own ------------------------------------------------------------


def load_metroetl(url: str, rows: int) -> dict[str, float]:
    """Stage and settle new observations in batches; then the same once more."""
    from metroetl.warehouse.models import Decision

    warehouse = opened(url)
    taken = {}
    for turn in ("first", "again"):
        seconds = 0.0
        for part in range(0, rows, BATCH):
            batch, world = f"{turn}-{part}", World(min(rows, part + BATCH), part)
            found = list(observations(world, warehouse.catalogue, batch=batch))

            def load(found: list[Any] = found, batch: str = batch) -> None:
                stage(warehouse, iter(found), batch)
                warehouse.settle(Decision(run_id=f"run-{batch}", batches=warehouse.staged_batches()))

            seconds += timed(load)
        taken[turn] = seconds
    [(count,)] = warehouse.query("SELECT COUNT(*) FROM mart_observation_latest")[1]
    if count != rows:
        raise SystemExit(f"{count} figures in the mart, {rows} were loaded")
    return taken


def load_bulk(url: str, rows: int) -> dict[str, float]:
    """The engine's own bulk insert into core_observation: the same keys, checks and indexes, nothing else."""
    from metroetl.warehouse.load import add_bulk
    from metroetl.warehouse.tables import table

    warehouse = opened(url)
    prepare(warehouse)
    seconds = 0.0
    for snapshots, papers, figures in core_rows(observations(World(rows), warehouse.catalogue, batch="bulk"), chunk=1250):  # fmt: skip
        with warehouse._write() as connection:
            add_bulk(connection, table("raw_snapshot"), snapshots)
            add_bulk(connection, table("core_document"), papers)
        began = time.perf_counter()
        with warehouse._write() as connection:
            add_bulk(connection, table("core_observation"), figures)
        seconds += time.perf_counter() - began
    return {"first": seconds}


def prepare(warehouse: Warehouse) -> None:
    """What the rows of core point at."""
    from benchmarks.world import _batch, _run
    from metroetl.warehouse.keys import parse_period
    from metroetl.warehouse.load import add_new
    from metroetl.warehouse.tables import table

    names = [f"{y}{q}" for y in range(1990, 2026) for q in ("", "-Q1", "-Q2", "-Q3")]
    with warehouse._write() as connection:
        add_new(connection, table("ops_run"), [_run("bulk")])
        add_new(connection, table("ops_batch"), [_batch("bulk")])
        add_new(connection, table("dim_period"), [vars(p) for n in names if (p := parse_period(n))])


def load_dlt(url: str, rows: int, disposition: str) -> dict[str, float]:
    """The same rows by dlt into a table of its own, with types given; merge by key, or append without one."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["DLT_DATA_DIR"] = tempfile.mkdtemp(prefix="dlt-")
    import dlt

    from benchmarks.world import core_observation
    from metroetl.catalogue import catalogue
    from metroetl.warehouse.tables import table

    columns = {c.name for c in table("core_observation").columns}
    found = [
        {k: v for k, v in core_observation(row, row).items() if k in columns and v is not None}
        for row in observations(World(rows), catalogue(), batch="dlt")
    ]
    sqlite = url.startswith("sqlite")
    to = (
        dlt.destinations.sqlalchemy(credentials=url) if sqlite else dlt.destinations.postgres(credentials=url)
    )
    pipeline = dlt.pipeline("bench", destination=to, dataset_name="main" if sqlite else "dlt")
    return {
        "first": timed(
            lambda: pipeline.run(
                found,
                table_name="dlt_observation",
                write_disposition=disposition,  # type: ignore[arg-type]
                primary_key="observation_id",
            )
        )
    }


def compare_loads(rows: int, postgres: str) -> list[str]:
    """A table of all ways on each engine."""
    lines = [f"{rows:,} observations", "| engine | way | seconds | rows/s | times |", "|---|---|---|---|---|"]
    for engine in ("sqlite", *(["postgresql"] if postgres else [])):
        took = {
            way: apart(engine, way, rows, postgres) for way in ("metroetl", "bulk", "dlt-merge", "dlt-append")
        }
        ours = took["metroetl"]["first"]
        for way, seconds in took.items():
            first = seconds["first"]
            lines.append(f"| {engine} | {way} | {first:.1f} | {rows / first:,.0f} | {first / ours:.2f} |")
        again = took["metroetl"]["again"]
        lines.append(
            f"| {engine} | metroetl, the same again | {again:.1f} | {rows / again:,.0f} | {again / ours:.2f} |"
        )
    return lines


def apart(engine: str, way: str, rows: int, postgres: str) -> dict[str, float]:
    """One measurement, in a process and a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/warehouse.db" if engine == "sqlite" else new_database(postgres)
        command = [
            sys.executable,
            "-m",
            "benchmarks.warehouse",
            "one",
            "--way",
            way,
            "--rows",
            str(rows),
            "--url",
            url,
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        if engine != "sqlite":
            drop_database(postgres, url)
    if done.returncode:
        raise SystemExit(f"{engine} {way}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(engine, way, found, file=sys.stderr, flush=True)
    return found


def new_database(server: str) -> str:
    """An empty database on the server; its address."""
    import psycopg

    name = f"bench_{os.urandom(4).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.rsplit("/", 1)[0] + f"/{name}"


def drop_database(server: str, url: str) -> None:
    """Drop what `new_database` made."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')


# --- asking ---------------------------------------------------------------------------------------------------------


def build(url: str, rows: int, revisions: int = 0) -> Warehouse:
    """A warehouse with so many observations, loaded without the gate; the states derived as after a load."""
    from sqlalchemy import text

    from metroetl.warehouse.load import add_bulk
    from metroetl.warehouse.tables import table
    from metroetl.warehouse.vintages import _insert as insert_states
    from metroetl.warehouse.vintages import states_sql

    warehouse = opened(url)
    prepare(warehouse)
    given = observations(World(rows), warehouse.catalogue, batch="bulk")
    for done, (snapshots, papers, figures) in enumerate(core_rows(given, chunk=2500)):
        with warehouse._write() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                connection.connection.cursor().execute("PRAGMA defer_foreign_keys = ON")
            add_bulk(connection, table("raw_snapshot"), snapshots)
            add_bulk(connection, table("core_document"), papers)
            add_bulk(connection, table("core_observation"), figures)
        print(f"\r{(done + 1) * 500_000:,}", end="", file=sys.stderr, flush=True)
    with warehouse._write() as connection:
        insert_states(connection, states_sql(lone=True))  # one print each
    with warehouse._write() as connection:
        connection.execute(text("ANALYZE"))
    if revisions:
        revise(url, revisions)
    return warehouse


def ask_marts(url: str, rows: int, times: int = 40) -> list[str]:
    """Milliseconds of a circle's quarter, of a series, as of a day, and bytes a row."""
    return asked(build(url, rows, rows // 100), rows, times)


def asked(warehouse: Warehouse, rows: int, times: int) -> list[str]:
    """The questions of `ask_marts`, of a warehouse with so many observations."""
    from datetime import date

    quarters = [f"{2024 - n // 4}-Q{4 - n % 4}" for n in range(times)]
    ways: dict[str, Callable[[str], Any]] = {
        "mart_circle_quarter, one circle and quarter": lambda q: warehouse.query(ASK.format(quarter=q)),
        "the same as of 2025-06-30": lambda q: warehouse.query(
            ASK.format(quarter=q), as_of=date(2025, 6, 30)
        ),
        "one series of its cities, all quarters": lambda q: warehouse.query(SERIES),
        "mart_circle_quarter in an open session": in_session(warehouse),
    }
    lines = [
        f"{rows:,} observations, {warehouse.url.partition(':')[0]}",
        "| question | rows | median ms | 95th ms |",
        "|---|---|---|---|",
    ]
    for name, ask in ways.items():
        found = len(ask(quarters[0])[1])
        taken = [1000 * timed(lambda ask=ask, q=q: ask(q)) for q in quarters]  # type: ignore[misc]
        lines.append(f"| {name} | {found:,} | {median(taken):.1f} | {quantiles(taken, n=20)[-1]:.1f} |")
    lines.append(
        f"{size_of(warehouse) / rows:,.0f} bytes an observation, with states, documents and all indexes"
    )
    return lines


def in_session(warehouse: Warehouse) -> Callable[[str], Any]:
    """Asks in a session that stays open, as a BI tool's does; all rows are fetched."""
    connection = warehouse._reader.connect()

    def ask(quarter: str) -> tuple[None, Any]:
        return None, connection.exec_driver_sql(ASK.format(quarter=quarter)).all()

    return ask


def size_of(warehouse: Warehouse) -> int:
    """Bytes of the whole database."""
    if warehouse.url.startswith("sqlite"):
        return Path(warehouse.url.removeprefix("sqlite:///")).stat().st_size
    [(size,)] = warehouse.query("SELECT pg_database_size(current_database())")[1]
    return int(size)


def ask_while_loading(url: str, rows: int, readers: int = 20) -> list[str]:
    """Milliseconds of 20 readers in a quiet database and during a load."""
    from metroetl.warehouse.models import Decision

    warehouse = build(url, rows)
    stop = threading.Event()

    def read(taken: list[float]) -> None:
        while not stop.is_set():
            taken.append(1000 * timed(lambda: warehouse.query(ASK.format(quarter="2024-Q4"))))
            time.sleep(0.1)

    def during(work: Callable[[], Any]) -> list[float]:
        stop.clear()
        taken: list[list[float]] = [[] for _ in range(readers)]
        threads = [threading.Thread(target=read, args=(part,)) for part in taken]
        for thread in threads:
            thread.start()
        work()
        stop.set()
        for thread in threads:
            thread.join()
        return [value for part in taken for value in part]

    quiet = during(lambda: time.sleep(10))
    found = list(observations(World(rows), warehouse.catalogue, batch="later", revised=True))
    began = time.perf_counter()
    loader = subprocess.Popen([sys.executable, "-m", "benchmarks.warehouse", "one", "--way", "revise", "--rows", str(min(rows, 200_000)), "--url", url], cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603  # fmt: skip
    busy = during(loader.wait)
    del found, Decision
    return [
        f"{readers} readers, {rows:,} observations, {url.partition(':')[0]}: median {median(quiet):.0f} ms quiet,"
        f" {median(busy):.0f} ms while {min(rows, 200_000):,} revisions load ({time.perf_counter() - began:.0f} s),"
        f" no error in {len(busy)} answers"
    ]


def revise(url: str, rows: int) -> dict[str, float]:
    """A load of revisions of what is there."""
    from metroetl.warehouse.models import Decision

    warehouse = opened(url)
    given = observations(World(rows), warehouse.catalogue, batch="later", revised=True)

    def load() -> None:
        stage(warehouse, given, "later")
        warehouse.settle(Decision(run_id="run-later", batches=warehouse.staged_batches()))

    return {"first": timed(load)}


WAYS: dict[str, Callable[[str, int], dict[str, float]]] = {
    "metroetl": load_metroetl,
    "bulk": load_bulk,
    "dlt-merge": lambda url, rows: load_dlt(url, rows, "merge"),
    "dlt-append": lambda url, rows: load_dlt(url, rows, "append"),
    "revise": revise,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("load", "marts", "readers", "one"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--postgres", default="", help="address of a database on the server to measure on")
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--url")
    given = parser.parse_args()
    if given.what == "one":
        print(json.dumps(WAYS[given.way](given.url, given.rows)))
        return
    if given.what == "load":
        print("\n".join(compare_loads(given.rows, given.postgres)))
        return
    ask = ask_marts if given.what == "marts" else ask_while_loading
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(ask(f"sqlite:///{folder}/warehouse.db", given.rows)), flush=True)
    if given.postgres:
        url = new_database(given.postgres)
        print("\n".join(ask(url, given.rows)))
        drop_database(given.postgres, url)


if __name__ == "__main__":
    main()
