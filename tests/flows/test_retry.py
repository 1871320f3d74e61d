"""Retry: just what failed in a run is asked again; what can't be helped is left alone; the summary says what is mended."""

from __future__ import annotations

from datetime import date

import pytest

from flows.artifacts import summary_markdown
from metroetl.errors import NothingToRetry, RunUnfinished, RunUnknown
from metroetl.pipeline import plan_retry
from metroetl.settings import settings
from metroetl.warehouse import Warehouse
from tests.flows.conftest import CleanContents, NewWorld, Run, World

DAY, SINCE = date(2022, 5, 20), date(2022, 1, 1)
WELL, DOWN, PAGES, CHALLENGED = "deyang", "ziyang", "cdstats", "meishan"


def became(run: Run) -> dict[str, str]:
    return {f"{r.source_id} {r.code}": r.became for r in run.summary.retried}


def asked_since(world: World, mark: int) -> list[str]:
    return [one.target for one in world.replica.log[mark:] if one.target != "/robots.txt"]


def test_only_what_failed_is_asked_again(new_world: NewWorld, clean_contents: CleanContents) -> None:
    faults = {DOWN: "down", PAGES: "soft_404", CHALLENGED: "ruishu"}
    world = new_world(DAY, WELL, *faults, faults=faults)
    red = world.collect(since=SINCE)
    assert red.state == "SourcesFailed"
    failed = {failure.url for failure in red.of(PAGES).failures}
    text = summary_markdown(red.summary)
    assert f"metroetl retry {red.summary.run_id}" in text
    for source_id in (DOWN, PAGES):
        world.replica.set_faults(source_id)
    mark = len(world.replica.log)
    retried = world.retry()
    assert (retried.state, retried.summary.retry_of) == ("Completed", red.summary.run_id)
    assert became(retried) == {
        f"{DOWN} HOST_DOWN": "mended",
        f"{PAGES} SOFT_NOT_FOUND": "mended",
        f"{CHALLENGED} BOT_CHALLENGE": "left",
    }
    hosts = {one.host for one in world.replica.log[mark:]}
    assert not hosts & {
        *world.replica.sites[WELL].source.hosts,
        *world.replica.sites[CHALLENGED].source.hosts,
    }
    own = [
        one.target for one in world.replica.log[mark:] if one.host in world.replica.sites[PAGES].source.hosts
    ]
    pages = [target for target in own if any(url.endswith(target) for url in failed)]
    assert len(pages) == len(failed) and not any("index" in target for target in own), "no listing was asked"
    told = summary_markdown(retried.summary)
    assert "已补上 mended" in told and "不再请求，由人处理 left alone：1" in told and "仍失败" not in told
    assert world.contents() == clean_contents(DAY, WELL, DOWN, PAGES, since=SINCE)
    with world.here():
        with pytest.raises(NothingToRetry):
            plan_retry()
        once_more = plan_retry(red.summary.run_id)
    assert {one.became for one in once_more.settled} == {"mended", "left"} and once_more.parts == []


def test_a_damaged_file_is_asked_again_until_it_is_whole(new_world: NewWorld) -> None:
    day, since = date(2021, 8, 10), date(2021, 8, 1)
    world = new_world(day, PAGES, faults={PAGES: "truncated_pdf"})
    red = world.collect(since=since)
    assert [failure.code for failure in red.of(PAGES).failures] == ["UNREADABLE"]
    still = world.retry()
    assert (still.state, became(still)) == ("SourcesFailed", {f"{PAGES} UNREADABLE": "remains"})
    world.replica.set_faults(PAGES)
    mark = len(world.replica.log)
    mended = world.retry()
    assert mended.summary.retry_of == still.summary.run_id
    assert (mended.state, became(mended)) == ("Completed", {f"{PAGES} UNREADABLE": "mended"})
    (asked,) = asked_since(world, mark)
    assert asked.endswith(".pdf")
    assert world.one("SELECT state FROM ops_quarantine") == "replayed"


def test_a_run_that_is_unknown_unfinished_or_well_says_so(new_world: NewWorld) -> None:
    world = new_world(DAY, WELL)
    run = world.collect(since=SINCE)
    nothing = world.retry()
    assert nothing.state == "NothingToRetry" and isinstance(nothing.result, NothingToRetry)
    with world.here():
        with pytest.raises(RunUnknown):
            plan_retry("20220101T000000-collect-000000")
        with pytest.raises(NothingToRetry):
            plan_retry(run.summary.run_id)
        unfinished = Warehouse.open(settings()).start_run("collect", {})
        with pytest.raises(RunUnfinished):
            plan_retry(unfinished)
