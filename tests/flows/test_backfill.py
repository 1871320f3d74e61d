"""Backfill by year and source: within its years and its budget, resumable, never asking again for what is archived."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pydantic
import pytest

from flows.artifacts import summary_markdown
from flows.parameters import BackfillRequest
from tests import forked
from tests.flows.conftest import CleanContents, NewWorld, World

DAY, SINCE, SOURCE = date(2022, 6, 1), date(2021, 1, 1), "cdstats"


def articles(world: World) -> Counter[str]:
    """How often each page was asked for, lists and robots.txt left out."""
    lists = {row["url"] for row in world.ask("SELECT url FROM raw_fetch WHERE role = 'listing'")}
    return Counter(
        one.target
        for one in world.replica.log
        if one.target != "/robots.txt" and not any(url.endswith(one.target) for url in lists)
    )


def listed_years(world: World) -> set[str]:
    return {
        row["day"][:4]
        for row in world.ask("SELECT CAST(listed_on AS TEXT) AS day FROM raw_snapshot WHERE role = 'page'")
    }


def test_a_backfill_goes_on_within_its_budget_until_nothing_is_left(
    new_world: NewWorld, clean_contents: CleanContents
) -> None:
    world = new_world(DAY, SOURCE)
    first = world.backfill(sources=[SOURCE], year_from=2021, year_to=2022, budget=3)
    told = first.of(SOURCE)
    assert (first.state, told.outcomes["new"] >= 3, told.deeper) == ("Completed", True, False)
    request = BackfillRequest(sources=[SOURCE], year_from=2021, year_to=2022, budget=3)
    text = summary_markdown(first.summary, None, request.model_dump(mode="json"))
    assert f"还有 {told.left} 页" in text
    assert f"metroetl backfill --source {SOURCE} --year-from 2021 --year-to 2022" in text
    last = world.backfill(sources=[SOURCE], year_from=2021, year_to=2022, budget=told.left)
    assert last.of(SOURCE).left == 0 and "还没有取的" not in summary_markdown(last.summary)
    assert set(articles(world).values()) == {1}, "no page was asked for twice"
    assert world.contents() == clean_contents(DAY, SOURCE, since=SINCE)


def test_only_the_years_asked_for_are_taken(new_world: NewWorld) -> None:
    world = new_world(DAY, SOURCE)
    world.backfill(sources=[SOURCE], year_from=2020, year_to=2020)
    assert listed_years(world) == {"2020"}
    shallow = world.backfill(sources=[SOURCE], year_from=2018, year_to=2018, max_pages=1)
    assert shallow.of(SOURCE).deeper and "列表更深处还没有翻" in summary_markdown(shallow.summary)


def test_a_killed_backfill_goes_on_where_it_stopped(
    new_world: NewWorld, clean_contents: CleanContents, prefect_server: str, root: Path
) -> None:
    world = new_world(DAY, SOURCE)
    env = {**os.environ, **world.env, "PREFECT_API_URL": prefect_server}
    asked = ["backfill", "--source", SOURCE, "--year-from", "2021", "--year-to", "2022"]
    killed = forked.run("tests.flows.dying", "INSERT INTO raw_snapshot", "2", *asked, cwd=root, env=env)
    assert killed.returncode == -9, killed.stderr
    archived = {row["url"] for row in world.ask("SELECT url FROM raw_snapshot WHERE role <> 'listing'")}
    assert archived and world.one("SELECT COUNT(*) FROM core_document") == 0
    before = len(world.replica.log)
    run = world.backfill(sources=[SOURCE], year_from=2021, year_to=2022)
    assert run.state == "Completed"
    again = {one.target for one in world.replica.log[before:]}
    assert not {url for url in archived if any(url.endswith(target) for target in again if target != "/")}
    assert world.contents() == clean_contents(DAY, SOURCE, since=SINCE)


def test_years_in_the_wrong_order_are_refused_on_their_path() -> None:
    from prefect.utilities.callables import parameter_schema
    from prefect.utilities.schema_tools.validation import validate

    from flows.backfill import backfill

    with pytest.raises(pydantic.ValidationError) as told:
        BackfillRequest(year_from=2022, year_to=2020)
    assert told.value.errors()[0]["loc"] == ("year_to",)
    schema = parameter_schema(backfill).model_dump()
    (error,) = validate({"request": {"year_from": 2022, "year_to": 2020}}, schema)
    assert list(error.absolute_path) == ["request", "year_to"]
    assert validate({"request": {"year_from": 2020, "year_to": 2022}}, schema) == []
