"""What one page, one request, one row and one run cost, measured: the figures that benchmarks/growth.py works from.

`python -m benchmarks.growth_measure --postgres ADDRESS` (a new, empty database of a server on this machine, as its
superuser) writes benchmarks/growth.json. The replica's pages are collected into PostgreSQL, step by step; the sites
run in a process of their own. Seconds are of the processor; those of PostgreSQL are taken from its own process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.fetch import ROOT

FIGURES = Path(__file__).with_name("growth.json")
DAY = date(2025, 8, 31)
USUAL = 60_000  # bytes of a page as sites serve it
SOURCES, COPIES, RUNS = 2_000, 100, 5
Figures = dict[str, float]


def _serve(pipe: Connection) -> None:
    from metroetl.replica import Replica

    with Replica(DAY) as replica:
        pipe.send((replica.host_map, replica.open_sources))
        while pipe.recv():
            pipe.send(len(replica.log))


@contextmanager
def sites() -> Iterator[tuple[dict[str, str], list[str], Callable[[], int]]]:
    """The replica in a process of its own: its hosts, its sources, and what counts the requests that it answered."""
    ours, theirs = multiprocessing.Pipe()
    serving = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    serving.start()

    def asked() -> int:
        ours.send(True)
        return int(ours.recv())

    yield (*ours.recv(), asked)
    ours.send(False)
    serving.join()


class Clock:
    """Processor seconds of this process and of the PostgreSQL server since the last look."""

    def __init__(self, postmaster: int) -> None:
        self.postmaster = postmaster
        self._last = self._now()

    def _now(self) -> tuple[float, float]:
        fields = Path(f"/proc/{self.postmaster}/stat").read_text().rpartition(")")[2].split()
        return time.process_time(), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def lap(self) -> tuple[float, float]:
        """Seconds since the last lap: here, in the server."""
        now, last = self._now(), self._last
        self._last = now
        return now[0] - last[0], now[1] - last[1]


def collected(postgres: str) -> Figures:
    """Collect the replica's pages by the pipeline's own steps; seconds and bytes of each."""
    from metroetl import pipeline
    from metroetl.quality.suites import great_expectations
    from metroetl.settings import settings

    figures: Figures = {}
    with tempfile.TemporaryDirectory() as home, sites() as (hosts, ids, asked):
        os.environ |= {
            "METROETL_HOME": home, "METROETL_DATABASE_URL": postgres, "METROETL_POLITENESS": "false",
            "METROETL_HOST_MAP": json.dumps(hosts),
        }  # fmt: skip
        settings.cache_clear()
        warehouse = pipeline.open_warehouse()
        run_id = warehouse.start_run("collect", {})
        great_expectations()
        _, ((folder,),) = warehouse.query("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        clock = Clock(int((Path(folder) / "postmaster.pid").read_text().split()[0]))
        steps: dict[str, tuple[float, float]] = {}
        outcomes = [pipeline.harvest_source(run_id, i) for i in ids]
        steps["fetch"] = clock.lap()
        first = asked()
        staged = [pipeline.read_and_stage(run_id, i) for i in ids]
        steps["read"] = clock.lap()
        pipeline.pass_gate(run_id)
        steps["gate"] = clock.lap()
        for source_id in ids:
            pipeline.harvest_source(run_id, source_id)
        steps["again"] = clock.lap()
        pages = sum(o.outcomes.get("new", 0) for o in outcomes)
        figures |= {
            "replica_sources": len(ids), "replica_pages": pages,
            "replica_documents": sum(o.documents for o in staged), "requests_first": first,
            "requests_nothing_new_per_source": (asked() - first) / len(ids),
            "cpu_s_per_source_nothing_new": steps["again"][0] / len(ids),
            "db_cpu_s_per_source_nothing_new": steps["again"][1] / len(ids),
            "db_cpu_s_per_page": sum(steps[s][1] for s in ("fetch", "read", "gate")) / pages,
        }  # fmt: skip
        figures |= {f"cpu_s_per_page_{s}": steps[s][0] / pages for s in ("fetch", "read", "gate")}
        figures |= archived(Path(home)) | rows(postgres) | read_again(warehouse)
    return figures


def archived(home: Path) -> Figures:
    """Bytes of the archive a page of the replica: the body packed, and the facts beside it."""
    files = [f for f in (home / "archive").rglob("*") if f.is_file()]
    bodies = [f.stat().st_size for f in files if f.suffix == ".gz"]
    facts = [f.stat().st_size for f in files if f.suffix == ".json"]
    return {"archive_b_facts": sum(facts) / len(facts), "archive_b_replica_body": sum(bodies) / len(bodies)}


KEYS = {
    "raw_fetch": ("fetch_id", "url"), "raw_snapshot": ("snapshot_id", "url", "sha256"),
    "core_document": ("document_id", "document_key", "url", "sha256", "snapshot_id", "reading_id"),
}  # fmt: skip


def rows(postgres: str) -> Figures:
    """Bytes a row of the tables that grow with requests and pages, with indexes: 100 copies of what was collected."""
    import psycopg

    found: Figures = {}
    with psycopg.connect(postgres.replace("+psycopg", ""), autocommit=True) as connection:
        for name, keys in KEYS.items():
            new = ", ".join(f"'{key}', r.{key} || '-' || n" for key in keys)
            connection.execute(f"CREATE TABLE many_{name} (LIKE {name} INCLUDING ALL)")
            connection.execute(
                f"INSERT INTO many_{name} SELECT (jsonb_populate_record(r, jsonb_build_object({new}))).* "  # noqa: S608
                f"FROM {name} r, generate_series(1, {COPIES}) n"
            )
            size = f"SELECT pg_total_relation_size('many_{name}')::float / count(*) FROM many_{name}"  # noqa: S608
            found[f"b_per_{name}"] = connection.execute(size).fetchone()[0]  # type: ignore[index]
            connection.execute(f"DROP TABLE many_{name}")
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # type: ignore[index]  # noqa: S608
            for name in ("core_document", "core_observation", "core_statement", "ops_batch", "ops_check")
        }
        total = connection.execute("SELECT pg_total_relation_size('ops_check')").fetchone()[0]  # type: ignore[index]
    stated = counts["core_observation"] + counts["core_statement"]
    found["observations_per_statistics_page"] = stated / counts["core_document"]
    found["checks_per_batch"] = counts["ops_check"] / counts["ops_batch"]
    found["b_per_check"] = total / counts["ops_check"]
    return found


def read_again(warehouse: Any) -> Figures:
    """Seconds to read and extract the replica's pages as they are, padded to a usual size, and real pages of gov.cn."""
    from metroetl.catalogue import catalogue
    from metroetl.harvest import Archive
    from metroetl.settings import settings

    archive, known = Archive(settings().archive), catalogue().sources
    pages = [
        (s, archive.get(s.sha256))
        for source_id in sorted(known)
        for s in warehouse.archived(source_id)
        if s.role == "page" and known[source_id].family != "nbsdata"
    ]
    pages = [(s, data) for s, data in pages if b"</body>" in data]
    found: Figures = {"pages_read_again": len(pages)}
    found["kb_replica_page"] = sum(len(d) for _, d in pages) / len(pages) / 1000
    found["cpu_s_read_replica_page"], _ = timed(pages)
    found["cpu_s_read_60kb_page"], _ = timed([(s, padded(data)) for s, data in pages])
    return found


def read_real() -> Figures:
    """Real pages of gov.cn: bytes, packed bytes, bytes of their text, and seconds to read and extract them."""
    from metroetl.harvest.models import Snapshot

    real = [p.read_bytes() for p in sorted(real_pages().glob("*.html"))]
    now = datetime.now(UTC)
    asked = [
        (Snapshot(sha256="0" * 64, source_id="gov_cn_policy", url=f"https://www.gov.cn/{n}.htm", role="page",
                  fetched_at=now, media_type="text/html"), data)
        for n, data in enumerate(real)
    ]  # fmt: skip
    seconds, text = timed(asked)
    return {
        "real_pages": len(real), "kb_real_page": sum(map(len, real)) / len(real) / 1000,
        "kb_real_page_packed": sum(len(gzip.compress(d)) for d in real) / len(real) / 1000,
        "cpu_s_read_real_page": seconds, "b_text_of_real_page": text,
    }  # fmt: skip


def real_pages() -> Path:
    """The folder of real pages of gov.cn beside the repo."""
    from tests.conftest import SHARED

    folder = SHARED / "corpus/pages/gov_cn_policy"
    if not folder.is_dir():
        raise SystemExit(f"{folder} is missing: set METROETL_SHARED")
    return folder


def padded(data: bytes) -> bytes:
    """The page with as much navigation and script around its article as makes it 60 KB."""
    link = '<li class="nav"><a href="/zwgk/{0}/index.html" title="栏目{0}" target="_blank">栏目{0}</a></li>'
    script = (
        "<script>function f{0}(a,b){{var s='<div class=x>'+a+'</div>';return s.length>{0}?b:s;}}</script>"
    )
    more: list[bytes] = []
    size = len(data)
    while size < USUAL:
        more.append((link + script).format(len(more)).encode())
        size += len(more[-1])
    head, _, rest = data.rpartition(b"</body>")
    return head + b"<ul>" + b"".join(more) + b"</ul></body>" + rest


def timed(pages: list[tuple[Any, bytes]]) -> tuple[float, float]:
    """Processor seconds a page to read it and to extract figures and plans (the best of two rounds); bytes of text."""
    from metroetl.catalogue import catalogue
    from metroetl.documents import read_document
    from metroetl.plans import read_plan
    from metroetl.statistics import extract_statistics

    words, rounds, text = catalogue(), [], 0
    for _ in range(2):
        began, text = time.process_time(), 0
        for snapshot, data in pages:
            document = read_document(data, snapshot, words.sources.get(snapshot.source_id))
            read_plan(document, words)
            extract_statistics(document, words)
            text += len(document.text.encode())
        rounds.append((time.process_time() - began) / len(pages))
    return min(rounds), text / len(pages)


def catalogue_files() -> Figures:
    """Seconds that a source's file adds to the loading of the catalogue, which every process does once."""
    from metroetl.catalogue.load import FOLDER, load

    text = (FOLDER / "sources" / "ziyang.yml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        own = Path(name) / "sources"
        own.mkdir()
        began = time.process_time()
        load()
        alone = time.process_time() - began
        for n in range(SOURCES):
            (own / f"s{n}.yml").write_text(text.replace("id: ziyang", f"id: s{n}"), encoding="utf-8")
        began = time.process_time()
        load(own=Path(name))
        return {"cpu_s_per_source_file": (time.process_time() - began - alone) / SOURCES}


def started() -> Figures:
    """Seconds of the imports of a run's process."""
    import resource
    import subprocess
    import sys

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import flows.collect, great_expectations"], cwd=ROOT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu_s_to_start": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def orchestrated() -> Figures:
    """What Prefect keeps and takes of a run that finds nothing new, in a data folder of its own."""
    import sqlite3

    with tempfile.TemporaryDirectory() as home, sites() as (hosts, ids, _):
        os.environ |= {
            "METROETL_HOME": home, "METROETL_HOST_MAP": json.dumps(hosts), "METROETL_POLITENESS": "false",
            "METROETL_DATABASE_URL": "", "PREFECT_HOME": f"{home}/prefect",
        }  # fmt: skip
        from metroetl.cli.local import use_local_prefect
        from metroetl.settings import settings

        settings.cache_clear()
        use_local_prefect()
        from flows.collect import collect_here
        from flows.parameters import CollectRequest

        few = ids[:8]
        collect_here(CollectRequest(sources=few))
        with sqlite3.connect(f"{home}/prefect/prefect.db") as before:
            before.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (tasks,) = before.execute("SELECT count(*) FROM task_run").fetchone()
        size = (Path(home) / "prefect" / "prefect.db").stat().st_size
        began = time.process_time()
        for _ in range(RUNS):
            collect_here(CollectRequest(sources=few))
        seconds = time.process_time() - began
        time.sleep(5)  # the server writes events down a little later
        with sqlite3.connect(f"{home}/prefect/prefect.db") as after:
            after.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (more,) = after.execute("SELECT count(*) FROM task_run").fetchone()
        grown = (Path(home) / "prefect" / "prefect.db").stat().st_size - size
    return {
        "prefect_b_per_task": grown / (more - tasks), "prefect_tasks_per_run": (more - tasks) / RUNS,
        "cpu_s_per_run_nothing_new": seconds / RUNS,
    }  # fmt: skip


PARTS = {"catalogue": catalogue_files, "orchestrated": orchestrated, "real": read_real, "start": started}


def main() -> None:
    """Measure, each part in a process of its own, and write the figures."""
    parser = argparse.ArgumentParser(prog="make bench-growth", description=__doc__)
    parser.add_argument("--postgres", required=True)
    parser.add_argument("--part", choices=["collected", *PARTS])
    given = parser.parse_args()
    real_pages()
    if given.part:
        done = collected(given.postgres) if given.part == "collected" else PARTS[given.part]()
        Path(os.environ["GROWTH_OUT"]).write_text(json.dumps(done))
        return
    figures: dict[str, Any] = {"measured_on": f"{datetime.now(UTC):%Y-%m-%d}", "cores": os.cpu_count()}
    for part in (*PARTS, "collected"):
        figures |= in_child(part, given.postgres)
        print(part, figures, flush=True)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def in_child(part: str, postgres: str) -> Figures:
    """One part, in a new process."""
    import subprocess
    import sys

    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out.json"
        command = [sys.executable, "-m", "benchmarks.growth_measure", "--postgres", postgres, "--part", part]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"GROWTH_OUT": str(out)}, check=True)  # noqa: S603
        figures: Figures = json.loads(out.read_text())
        return figures


if __name__ == "__main__":
    main()
