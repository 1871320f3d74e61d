"""Where reading and extracting is done, by settings alone: threads of the run, or Dask on one machine or on many.

Harvesting stays with the run: sites are asked by those who keep their limits, a group of hosts after the other. What a
task archived is read as soon as it is through, some shards a task. A task costs 34 ms of Prefect, on Dask 0.2 s: so it
is never one a page, and many small sites share one. What fails in company is tried again in a task of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from prefect import task
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from metroetl import pipeline
from metroetl.catalogue import catalogue
from metroetl.errors import MetroError, RunnerError
from metroetl.runs import Failure, SourceOutcome
from metroetl.settings import Settings, settings

if TYPE_CHECKING:
    from metroetl.pipeline import Shard

T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger("metroetl.flows")
WAY_OUT = "Read the log of the source's task, then run the source again."
THREADS = 2
WAIT = "120 s"  # for the first worker
TASKS = 48  # of a run that ask sites: of more groups of hosts, several share one,
TOGETHER = 16  # but no more than these


class Harvest(NamedTuple):
    """What groups of hosts gave, what of it is to be read, and the groups that failed in company."""

    outcomes: list[SourceOutcome]
    shards: list[Shard]
    again: list[list[str]]


class Read(NamedTuple):
    """What shards gave, and those that failed in company."""

    outcomes: list[SourceOutcome]
    again: list[Shard]


Ask = Callable[[list[list[str]]], PrefectFuture[Harvest]]


def worth_retrying(task: Any, task_run: Any, state: State[Any]) -> bool:
    """What has no name may pass, and what a database said; another named error would only tell the same again."""
    error = state.result(raise_on_failure=False)
    return not isinstance(error, MetroError) or error.__cause__ is not None


RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": exponential_backoff(backoff_factor=5),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": worth_retrying,
}


def many(deed: str) -> dict[str, Any]:
    """Options of a task over `groups` or `shards`; runs are named by the first of them: `harvest-ziyang`, `read-ziyang-1+4`."""

    def name(parameters: dict[str, Any]) -> str:
        first, *more = parameters["groups"] if "groups" in parameters else parameters["shards"]
        ids = ",".join(first) if isinstance(first, list) else f"{first.source_id}-{first.part}"
        return f"{deed}-{ids}" + (f"+{len(more)}" if more else "")

    return {"task_run_name": name, **RETRIES}


def in_turn(items: Sequence[T], work: Callable[[T], R]) -> tuple[list[R], list[T]]:
    """What the work gave for each, and those that failed in company; one that is alone raises what it raised."""
    done, failed = [], []
    for item in items:
        try:
            done.append(work(item))
        except Exception:
            if len(items) == 1:
                raise
            log.exception("%s is tried again in a task of its own", item)
            failed.append(item)
    return done, failed


def harvested(
    groups: list[list[str]],
    ask: Callable[[list[str]], list[SourceOutcome]],
    to_read: Callable[[str], list[Shard]],
) -> Harvest:
    """Ask groups of hosts in turn; each is an independent matter."""
    done, again = in_turn(groups, lambda ids: (ask(ids), [shard for i in ids for shard in to_read(i)]))
    return Harvest([o for given, _ in done for o in given], [s for _, shards in done for s in shards], again)


@task(**many("read"))
def read(run_id: str, shards: list[Shard]) -> Read:
    """Read and stage shards; on Dask this is done by a worker, with settings of its own."""
    return Read(*in_turn(shards, lambda shard: pipeline.read_shard(run_id, shard)))


def harvesters() -> TaskRunner[Any]:
    """Threads of the run that ask the sites, a group of hosts each."""
    return ThreadPoolTaskRunner(max_workers=Settings().groups_at_once)


@contextmanager
def readers() -> Iterator[TaskRunner[Any]]:
    """What reads shards, as METROETL_RUNNER says; raises RunnerError if that can't be. The warehouse is kept open."""
    config = settings()
    runner = _dask(config) if config.runner == "dask" else ThreadPoolTaskRunner(config.workers or THREADS)
    with runner, pipeline.warehouse_kept_open():
        yield runner


def _dask(config: Settings) -> TaskRunner[Any]:
    """Dask at the address of the settings, or in processes of this machine that end with the run.

    Neither is asked for anything before there is something to read.
    """
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ModuleNotFoundError as error:
        raise RunnerError(
            "METROETL_RUNNER=dask needs Dask", way_out="Install it: pip install 'metroetl[dask]'"
        ) from error
    if not config.dask_address:
        own = {
            "n_workers": config.workers,
            "threads_per_worker": 1,
            "security": True,
            "dashboard_address": None,
        }
        return DaskTaskRunner(cluster_kwargs=own)
    if config.warehouse_url.startswith("sqlite"):
        raise RunnerError(
            "workers of other machines can't write into a SQLite file",
            way_out="Set METROETL_DATABASE_URL to PostgreSQL, or leave METROETL_DASK_ADDRESS unset.",
        )
    return DaskTaskRunner(address=config.dask_address)


def submit(runner: TaskRunner[Any], run_id: str, shards: list[Shard]) -> PrefectFuture[Read]:
    """Give shards to the readers; raises RunnerError if the scheduler or its workers don't answer."""
    try:
        if client := getattr(runner, "client", None):
            client.wait_for_workers(1, timeout=WAIT)
    except (OSError, TimeoutError) as error:
        raise RunnerError(
            f"no Dask worker is there: {error}",
            way_out="Start `dask scheduler` and `dask worker`, and check METROETL_DASK_ADDRESS.",
        ) from error
    future: PrefectFuture[Read] = runner.submit(read, {"run_id": run_id, "shards": shards})
    return future


def outcomes_of(
    run_id: str, groups: Sequence[list[str]], ask: Ask, runner: TaskRunner[Any]
) -> list[SourceOutcome]:
    """Outcomes of all groups of source ids, in order; what is archived is read as soon as its task is through.

    A group or a shard whose own task failed is told as failed, the others count.
    """
    found: dict[str, SourceOutcome] = {}
    reading: list[tuple[list[Shard], PrefectFuture[Read]]] = []
    waiting = _bundles(groups)
    while waiting:
        futures = [ask(bundle) for bundle in waiting]
        asked = {future.task_run_id: bundle for future, bundle in zip(futures, waiting, strict=True)}
        waiting = []
        for future in as_completed(futures):
            bundle = asked[future.task_run_id]
            try:
                harvest = future.result()
            except Exception as error:  # one sick source must not stop the others; it is named in the summary
                harvest = Harvest([_failed(i, error) for ids in bundle for i in ids], [], [])
            found |= {outcome.source_id: outcome for outcome in harvest.outcomes}
            reading += [(part, submit(runner, run_id, part)) for part in pipeline.packed(harvest.shards)]
            waiting += [[ids] for ids in harvest.again]
    for part, reader in reading:  # which grows
        try:
            done = reader.result()
        except Exception as error:
            done = Read([_failed(shard.source_id, error) for shard in part], [])
        for outcome in done.outcomes:
            found[outcome.source_id].add(outcome)
        reading += [([shard], submit(runner, run_id, [shard])) for shard in done.again]
    return [found[i] for ids in groups for i in ids]


def _bundles(groups: Sequence[list[str]]) -> list[list[list[str]]]:
    """Groups of hosts by tasks: one each, several where there are more than TASKS."""
    size = min(TOGETHER, -(-len(groups) // TASKS))
    return [list(groups[n : n + size]) for n in range(0, len(groups), size or 1)]


def _failed(source_id: str, error: Exception) -> SourceOutcome:
    failure = Failure(code="UNEXPECTED", detail=f"{type(error).__name__}: {error}", way_out=WAY_OUT)
    if isinstance(error, MetroError):
        failure = Failure(code=error.code, detail=error.message, way_out=error.way_out)
    return SourceOutcome(source_id=source_id, title=catalogue().title(source_id), failures=[failure])
