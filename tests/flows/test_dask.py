"""The same flow, read by workers in processes of their own: by settings alone, and with the same warehouse."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metroetl import pipeline
from metroetl.catalogue.load import FOLDER, load
from metroetl.errors import MetroError, RunnerError
from metroetl.pipeline import shards
from tests import forked
from tests.flows.conftest import NewWorld, Run, World

FIRST, THEN, SINCE = date(2022, 3, 1), date(2022, 5, 1), date(2021, 10, 1)
SOURCES = ("deyang", "meishan", "ziyang", "cdstats", "tjj_sc", "tjj_sh")
DASK = {"METROETL_RUNNER": "dask"}


@dataclass
class Cluster:
    """A Dask scheduler and its workers, each a process of this machine."""

    file: Path
    root: Path
    running: dict[str, forked.Running] = field(default_factory=dict)

    def start(self, name: str, env: dict[str, str], *command: str) -> None:
        """Start `dask scheduler` or `dask worker`."""
        arguments = (*command, "--scheduler-file", str(self.file), "--no-dashboard")
        self.running[name] = forked.begin("dask", *arguments, cwd=self.root, env=os.environ | env)

    def start_worker(self, name: str, env: dict[str, str]) -> None:
        """A worker with settings of its own, for one shard at once."""
        self.start(
            name, env, "worker", "--name", name, "--nthreads", "1", "--no-nanny", "--memory-limit", "0"
        )

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        import json

        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.file.exists() and (text := self.file.read_text()):
                return str(json.loads(text)["address"])
            time.sleep(0.05)
        raise TimeoutError("the scheduler doesn't start")

    def stop(self) -> None:
        """End every process."""
        for process in self.running.values():
            if process.alive:
                process.kill()
            process.finish()


@pytest.fixture
def cluster(tmp_path: Path, root: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "scheduler.json", root)
    try:
        made.start("scheduler", {}, "scheduler", "--host", "127.0.0.1", "--port", "0")
        yield made
    finally:
        made.stop()


@contextmanager
def watched(cluster: Cluster, kill: str | None = None) -> Iterator[set[str]]:
    """Names of the workers that had something to read meanwhile; one of them is killed as soon as it has."""
    from distributed import Client

    seen: set[str] = set()
    over = threading.Event()

    def watch(client: Client, names: dict[str, str]) -> None:
        while not over.wait(0.03):
            busy = {names[address] for address, keys in client.processing().items() if keys}
            if kill in busy - seen:
                cluster.running[kill].kill()
            seen.update(busy)

    with Client(cluster.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout="200 s")
        names = {address: w["id"] for address, w in client.scheduler_info()["workers"].items()}
        watching = threading.Thread(target=watch, args=(client, names))
        watching.start()
        try:
            yield seen
        finally:
            over.set()
            watching.join()


def told(run: Run) -> dict[str, Any]:
    """What a run says of its sources, but for the ids of its batches."""
    return {s.source_id: s.model_dump(exclude={"batch_id"}) for s in run.summary.sources}


@pytest.mark.postgres
@pytest.mark.timeout(900)  # eight processes on whatever machine
def test_two_workers_make_the_warehouse_that_threads_make(
    new_world: NewWorld, new_postgres: Callable[[], str], cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "PAGES", 3)
    address = {"METROETL_DATABASE_URL": new_postgres(), "METROETL_DASK_ADDRESS": cluster.address}
    threads, many = new_world(FIRST, *SOURCES), new_world(FIRST, *SOURCES, **address, **DASK)
    for name in ("one", "two"):
        cluster.start_worker(name, many.env)

    with watched(cluster) as seen:
        run = many.collect(since=SINCE)
    assert seen == {"one", "two"}
    assert told(run) == told(threads.collect(since=SINCE))
    assert many.contents() == threads.contents()
    before = many.sizes()["core_document"]
    assert before > 10

    for world in (threads, many):
        world.replica.set_clock(THEN)
    with watched(cluster, kill="two") as seen:
        run = many.collect(since=SINCE)
    assert "two" in seen and cluster.running["two"].process.exitcode == -signal.SIGKILL
    assert told(run) == told(threads.collect(since=SINCE))
    assert many.contents() == threads.contents()
    assert many.sizes() == threads.sizes() and many.sizes()["core_document"] > before
    assert not (many.home / "warehouse.db").exists()


def test_processes_of_this_machine_read_into_sqlite(new_world: NewWorld) -> None:
    sources = ("ziyang", "meishan")
    threads = new_world(THEN, *sources)
    processes = new_world(THEN, *sources, METROETL_WORKERS="2", **DASK)
    assert told(processes.collect(since=SINCE)) == told(threads.collect(since=SINCE))
    assert processes.contents() == threads.contents() and processes.sizes()["core_document"] > 0


def refused(world: World) -> str:
    """The way out of the error with which a run ends before it asks anybody."""
    error = world.collect().result
    assert isinstance(error, RunnerError) and world.replica.log == []
    return error.way_out


def test_settings_that_cannot_be_are_refused_with_the_way_out(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = new_world(FIRST, "ziyang", METROETL_DASK_ADDRESS="tcp://127.0.0.1:1", **DASK)
    assert "PostgreSQL" in refused(remote)
    monkeypatch.setitem(sys.modules, "prefect_dask.task_runners", None)  # as where the extra isn't installed
    assert "pip install 'metroetl[dask]'" in refused(new_world(FIRST, "ziyang", **DASK))


def test_a_worker_of_another_installation_reads_nothing(new_world: NewWorld) -> None:
    world = new_world(FIRST, "ziyang")
    with world.here():
        run_id = pipeline.open_warehouse().start_run("collect", {})
        pipeline.harvest_source(run_id, "ziyang")
        (shard,) = pipeline.pending_shards("ziyang")
        others = {
            "version": "0.0.1",
            "words": "0" * 24,
            "witness": "0" * 64,
            "snapshot_ids": [*shard.snapshot_ids, "0" * 24],
        }
        for name, value in others.items():
            with pytest.raises(RunnerError) as error:
                pipeline.read_shard(run_id, shard.model_copy(update={name: value}))
            assert isinstance(error.value, MetroError) and "worker" in error.value.way_out, name
        assert world.one("SELECT COUNT(*) FROM staging_document") == 0

        own = world.home / "catalogue" / "sources"
        own.mkdir(parents=True)
        text = (FOLDER / "sources" / "ziyang.yml").read_text(encoding="utf-8")
        (own / "more.yml").write_text(text.replace("id: ziyang", "id: more"), encoding="utf-8")
        now = load(own=own.parent)
        later = shard.model_copy(update={"words": now.digest})  # by a run that began after the source came
        assert pipeline.read_shard(run_id, later).documents == len(shard.snapshot_ids) > 0
        assert "more" in pipeline.choose_sources(["more"])[0].id  # the process took the new file up
        with pytest.raises(RunnerError):
            pipeline.read_shard(run_id, shard)  # listed by the old catalogue
