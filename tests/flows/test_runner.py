"""Small sites share a task; what fails in company is tried again in a task of its own, and the others count."""

from __future__ import annotations

import sys
from datetime import date

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, FlowRunFilterName
from prefect.client.schemas.sorting import FlowRunSort

from flows import runner
from metroetl import pipeline
from metroetl.errors import RunnerError
from metroetl.pipeline import shards
from tests.flows.conftest import NewWorld

DAY, SINCE = date(2022, 3, 1), date(2021, 10, 1)
SOURCES, SICK = ("ziyang", "meishan", "deyang", "cdstats"), "meishan"


def names_of_tasks() -> set[str]:
    """Names of the task runs of the newest run of `collect`."""
    with get_client(sync_client=True) as client:
        (newest,) = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(name=FlowRunFilterName(like_="collect")),
            sort=FlowRunSort.START_TIME_DESC,
            limit=1,
        )
        tasks = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[newest.id])))
    return {task.name for task in tasks}


def test_a_source_that_fails_in_company_is_tried_again_alone(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, sick = new_world(DAY, *SOURCES), new_world(DAY, *SOURCES)
    expected = {s.source_id: s for s in whole.collect(since=SINCE).summary.sources}

    of_collect = sys.modules["flows.collect"]
    monkeypatch.setattr(runner, "TASKS", 1)
    monkeypatch.setattr(of_collect, "harvest", of_collect.harvest.with_options(retry_delay_seconds=0))
    agenda = sick.home / "agenda" / f"{SICK}.jsonl"
    agenda.mkdir(parents=True)
    run = sick.collect(since=SINCE)
    assert run.state == "SourcesFailed"
    found = {s.source_id: s for s in run.summary.sources}
    assert list(found) == list(expected)
    (failure,) = found.pop(SICK).failures
    assert failure.code == "UNEXPECTED" and "IsADirectoryError" in failure.detail
    for source_id, outcome in found.items():
        same = expected[source_id].model_dump(exclude={"batch_id"})
        assert outcome.model_dump(exclude={"batch_id"}) == same and outcome.documents > 0
    assert {f"harvest-{SICK}"} == {
        n for n in names_of_tasks() if n.startswith("harvest-") and not n.endswith("+4")
    }

    agenda.rmdir()
    assert sick.collect(since=SINCE).summary.exit_code == 0
    assert sick.contents() == whole.contents()


def test_a_shard_that_fails_in_company_waits_for_a_task_of_its_own(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = new_world(DAY, "ziyang", "meishan")
    with world.here():
        run_id = pipeline.open_warehouse().start_run("collect", {})
        for source_id in ("ziyang", "meishan"):
            pipeline.harvest_source(run_id, source_id)
        good, other = (shard for i in ("ziyang", "meishan") for shard in pipeline.pending_shards(i))
        assert [[good, other]] == list(pipeline.packed([good, other]))
        monkeypatch.setattr(shards, "PAGES", 1)
        assert [[good], [other]] == list(pipeline.packed([good, other]))

        strange = other.model_copy(update={"version": "0.0.1"})
        read = runner.read.fn(run_id, [strange, good])
        assert [o.source_id for o in read.outcomes] == ["ziyang"] and read.outcomes[0].documents > 0
        assert read.again == [strange]
        with pytest.raises(RunnerError):
            runner.read.fn(run_id, read.again)


@pytest.mark.parametrize(("groups", "tasks"), [(0, 0), (1, 1), (48, 48), (49, 25), (200, 40), (13_508, 845)])
def test_tasks_are_few(groups: int, tasks: int) -> None:
    made = runner._bundles([[str(n)] for n in range(groups)])
    assert len(made) == tasks
    assert [ids for bundle in made for ids in bundle] == [[str(n)] for n in range(groups)]
