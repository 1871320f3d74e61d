"""Where reading and extracting is done, by settings alone: threads of the run, or Dask on one machine or on many.

Harvesting stays with the run, a task a group of hosts: sites are asked by those who keep their limits. What a group
archived is read as soon as the group is through, a task a shard (a task on Dask costs 0.2 s, so never one a page).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

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

# what a group of hosts gave, and what of it is to be read
Harvest: TypeAlias = "tuple[list[SourceOutcome], list[Shard]]"
WAY_OUT = "Read the log of the source's task, then run the source again."
THREADS = 2
WAIT = "120 s"  # for the first worker


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


@task(task_run_name="read-{shard.source_id}-{shard.part}", **RETRIES)
def read_shard(run_id: str, shard: Shard) -> SourceOutcome:
    """Read and stage one shard; on Dask this is done by a worker, with settings of its own."""
    return pipeline.read_shard(run_id, shard)


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


def submit(runner: TaskRunner[Any], run_id: str, shard: Shard) -> PrefectFuture[SourceOutcome]:
    """Give a shard to the readers; raises RunnerError if the scheduler or its workers don't answer."""
    try:
        if client := getattr(runner, "client", None):
            client.wait_for_workers(1, timeout=WAIT)
    except (OSError, TimeoutError) as error:
        raise RunnerError(
            f"no Dask worker is there: {error}",
            way_out="Start `dask scheduler` and `dask worker`, and check METROETL_DASK_ADDRESS.",
        ) from error
    future: PrefectFuture[SourceOutcome] = runner.submit(read_shard, {"run_id": run_id, "shard": shard})
    return future


def outcomes_of(
    run_id: str, groups: Mapping[str, PrefectFuture[Harvest]], runner: TaskRunner[Any]
) -> list[SourceOutcome]:
    """Outcomes of all groups (by ids, with commas), in order; what each archived is read as soon as it is through.

    A group or a shard whose task failed is told as failed, the others count.
    """
    ids_of = {future.task_run_id: ids for ids, future in groups.items()}
    harvested: dict[str, list[SourceOutcome]] = {}
    reading: list[tuple[SourceOutcome, PrefectFuture[SourceOutcome]]] = []
    for future in as_completed(list(groups.values())):
        ids = ids_of[future.task_run_id]
        try:
            outcomes, shards = future.result()
        except Exception as error:  # one sick source must not stop the others; it is named in the summary
            outcomes, shards = [_failed(source_id, error) for source_id in ids.split(",")], []
        harvested[ids] = outcomes
        of = {outcome.source_id: outcome for outcome in outcomes}
        reading += [(of[shard.source_id], submit(runner, run_id, shard)) for shard in shards]
    for outcome, read in reading:
        try:
            outcome.add(read.result())
        except Exception as error:
            outcome.add(_failed(outcome.source_id, error))
    return [outcome for ids in groups for outcome in harvested[ids]]


def _failed(source_id: str, error: Exception) -> SourceOutcome:
    failure = Failure(code="UNEXPECTED", detail=f"{type(error).__name__}: {error}", way_out=WAY_OUT)
    if isinstance(error, MetroError):
        failure = Failure(code=error.code, detail=error.message, way_out=error.way_out)
    return SourceOutcome(source_id=source_id, title=catalogue().title(source_id), failures=[failure])
