"""`prefect.yaml` against the catalogue: every source is asked, every release window has its runs, queues and limits are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cronsim import CronSim
from ruamel.yaml import YAML

from flows.deploy import POOL, QUEUES
from metroetl.catalogue import catalogue
from metroetl.catalogue.models import ReleaseWindow, Source
from metroetl.resources import folder

BEIJING = "Asia/Shanghai"
YEARS = (2027, 2028)  # one of 365 days, one of 366
MONTHS = {"M": 1, "Q": 3, "A": 12}

Deployment = dict[str, Any]


@pytest.fixture(scope="module")
def deployments() -> list[Deployment]:
    """The deployments as the file has them."""
    text = (folder("deployments") / "prefect.yaml").read_text(encoding="utf-8")
    found: list[Deployment] = YAML(typ="safe").load(text)["deployments"]
    return found


def sources_of(deployment: Deployment) -> list[Source]:
    """Enabled sources that a scheduled run of a deployment asks."""
    if deployment["entrypoint"] != "flows.collect.collect" or not deployment.get("schedules"):
        return []
    request = deployment.get("parameters", {}).get("request", {})
    known, kinds = catalogue().sources, request.get("kinds", ["statistics", "plans"])
    chosen = [known[i] for i in request.get("sources", known)]
    return [s for s in chosen if s.enabled and set(s.kinds) & set(kinds)]


def level_of(code: str) -> str:
    """nation, province, city or circle, as the windows name them."""
    level = catalogue().region(code).level
    return {"prefecture": "city", "aggregate": "circle"}.get(level, level)


def run_days(deployment: Deployment) -> set[date]:
    """Days in Beijing on which a deployment's schedules start a run, from the first of YEARS on, until all that is due is out."""
    days = set()
    for schedule in deployment["schedules"]:
        days_of = " ".join(["0", "0", *schedule["cron"].split()[2:]])  # each of its days once
        for at in CronSim(days_of, datetime(YEARS[0] - 1, 12, 31)):
            if at.year > YEARS[-1] + 2:
                break
            days.add(at.date())
    return days


def due_days(window: ReleaseWindow) -> Iterator[date]:
    """Days on which a figure of the periods of YEARS may come out."""
    step = MONTHS[window.frequency]
    for year in YEARS:
        for month in range(step, 13, step):
            if window.frequency == "M" and month in window.skip_months:
                continue
            end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            yield from (end + timedelta(days=n) for n in range(window.first_day, window.last_day + 1))


def test_every_enabled_source_is_asked_by_a_schedule(deployments: list[Deployment]) -> None:
    asked = {source.id for deployment in deployments for source in sources_of(deployment)}
    assert asked == {source.id for source in catalogue().sources.values() if source.enabled}


def test_no_schedule_names_a_source_that_is_off(deployments: list[Deployment]) -> None:
    for deployment in deployments:
        for source_id in deployment.get("parameters", {}).get("request", {}).get("sources", []):
            assert catalogue().sources[source_id].enabled, f"{deployment['name']} asks {source_id}"


@pytest.mark.parametrize("window", catalogue().release_windows, ids=lambda window: window.id)
def test_every_day_of_a_release_window_has_a_run(
    window: ReleaseWindow, deployments: list[Deployment]
) -> None:
    days: dict[str, set[date]] = {}
    for deployment in deployments:
        asked = [s for s in sources_of(deployment) if "statistics" in s.kinds]
        for code in {code for source in asked for code in source.regions if level_of(code) == window.level}:
            days.setdefault(code, set()).update(run_days(deployment))
    due = set(due_days(window))
    assert due and days
    assert {code: sorted(due - found) for code, found in days.items() if due - found} == {}


def test_schedules_are_of_beijing_and_start_at_moments_of_their_own(deployments: list[Deployment]) -> None:
    schedules = [schedule for deployment in deployments for schedule in deployment.get("schedules", [])]
    assert {schedule["timezone"] for schedule in schedules} == {BEIJING}
    crons = [schedule["cron"] for schedule in schedules]
    assert len(set(crons)) == len(crons)
    for deployment in deployments:
        slugs = [schedule["slug"] for schedule in deployment.get("schedules", [])]
        assert len(set(slugs)) == len(slugs), deployment["name"]


def test_every_deployment_has_a_queue_a_limit_and_a_flow(deployments: list[Deployment], root: Path) -> None:
    for deployment in deployments:
        assert deployment["work_pool"]["name"] == POOL
        assert deployment["work_pool"]["work_queue_name"] in QUEUES, deployment["name"]
        assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}
        assert deployment["description"] and deployment["tags"]
        module, _, name = deployment["entrypoint"].rpartition(".")
        code = root.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        assert f'@flow(name="{name}"' in code and f"def {name}(" in code, deployment["name"]
        assert name in deployment["tags"], deployment["name"]
    assert {d["work_pool"]["work_queue_name"] for d in deployments} == set(QUEUES)


def test_what_a_person_triggers_goes_first(deployments: list[Deployment]) -> None:
    assert next(iter(QUEUES)) == "by-hand"
    for deployment in deployments:
        by_hand = deployment["work_pool"]["work_queue_name"] == "by-hand"
        assert by_hand == (not deployment.get("schedules")), deployment["name"]


def test_hosts_of_a_group_are_asked_in_its_queue(deployments: list[Deployment]) -> None:
    """A worker that takes one queue asks the hosts of one group; what goes over the whole catalogue has its own."""
    groups: dict[str, set[str]] = {}
    for deployment in deployments:
        queue = deployment["work_pool"]["work_queue_name"]
        if queue != "catalogue":
            groups.setdefault(queue, set()).update(h for s in sources_of(deployment) for h in s.hosts)
    hosts = [host for group in groups.values() for host in group]
    assert len(hosts) == len(set(hosts)) and {"nation", "sichuan", "delta"} <= groups.keys()
