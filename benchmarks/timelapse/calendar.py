"""Which flow runs the schedules of deployments/prefect.yaml start on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from ruamel.yaml import YAML

from benchmarks.timelapse.places import CAST, PLACES
from metroetl.resources import folder

BEIJING = ZoneInfo("Asia/Shanghai")
IDLE = {"monitor"}  # writes reports of real circles; nothing of it enters the warehouse's figures


@dataclass(frozen=True, order=True)
class Firing:
    """A schedule's moment, and the deployment (`flow/name`) that it starts."""

    at: datetime
    deployment: str


@cache
def prefect_file() -> Path:
    """deployments/prefect.yaml of this checkout."""
    return folder("deployments") / "prefect.yaml"


def cast_file(target: Path, wanted: set[str]) -> Path:
    """The wanted deployments (`flow/name`) for this world: its own sources in place of the real ones, schedules asleep,
    for the days are not the machine's."""
    yaml = YAML(typ="safe")
    told = yaml.load(prefect_file().read_text("utf-8"))
    told.pop("definitions")
    told["deployments"] = [d for d in told["deployments"] if _name(d) in wanted]
    for deployment in told["deployments"]:
        request = (deployment.get("parameters") or {}).get("request") or {}
        if request.get("sources"):
            request["sources"] = CAST[deployment["name"]]
        for schedule in deployment.get("schedules", ()):
            schedule["active"] = False
    with target.open("w", encoding="utf-8") as file:
        yaml.dump(told, file)
    return target


def firings(day: date) -> list[Firing]:
    """The runs of a day in their order: one of a deployment (the last of its moments), and none where another one of
    the day asks for all of its sources too."""
    start = datetime.combine(day, time(), BEIJING)
    found: dict[str, datetime] = {}
    for name, crons in _schedules().items():
        if moments := sorted({m for cron in crons for m in _moments(cron, start)}):
            found[name] = moments[-1]
    wanted = {n for n in found if not any(_covers(other, n) for other in found if other != n)}
    return sorted(Firing(at, name) for name, at in found.items() if name in wanted)


def _covers(other: str, name: str) -> bool:
    """Whether one deployment asks all that another does; of two that ask the same, the first by name."""
    if other.split("/")[0] != name.split("/")[0]:
        return False
    theirs, mine = _asked(other), _asked(name)
    return mine < theirs or (mine == theirs and other < name)


def _asked(name: str) -> frozenset[str]:
    """The sources that a deployment asks."""
    deployment = name.split("/")[1]
    kinds = {"bulletins": {"statistics"}, "plans": {"plans"}}.get(deployment, {"statistics", "plans"})
    return frozenset(CAST.get(deployment, [i for i, place in PLACES.items() if place.kind in kinds]))


def _moments(cron: str, start: datetime) -> list[datetime]:
    moments: list[datetime] = []
    for moment in CronSim(cron, start - timedelta(seconds=1)):
        if moment >= start + timedelta(days=1):
            return moments
        moments.append(moment)
    return moments


@cache
def _schedules() -> Mapping[str, list[str]]:
    """Crons by deployment."""
    told: dict[str, Any] = YAML(typ="safe").load(prefect_file().read_text("utf-8"))
    found = {}
    for deployment in told["deployments"]:
        crons = [s["cron"] for s in deployment.get("schedules", ())]
        if crons and deployment["name"] not in IDLE:
            found[_name(deployment)] = crons
    return found


def _name(deployment: Mapping[str, Any]) -> str:
    return f"{deployment['entrypoint'].rsplit('.', 1)[1]}/{deployment['name']}"
