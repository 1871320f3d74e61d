"""Which flow runs the schedules of deployments/prefect.yaml start on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim
from ruamel.yaml import YAML

from benchmarks.timelapse.places import CAST, ELSE, PLACES
from metroetl.resources import folder

BEIJING = ZoneInfo("Asia/Shanghai")
FLOWS = {"collect", "revisit"}  # the others write reports or look after the machine


@dataclass(frozen=True, order=True)
class Firing:
    """A schedule's moment, and the deployment (`flow/name`) that it starts."""

    at: datetime
    deployment: str


@dataclass(frozen=True)
class Deployment:
    """A deployment that schedules start: its crons, and the sources of this world that it asks."""

    crons: tuple[str, ...]
    asks: frozenset[str]

    def on(self, start: datetime) -> datetime | None:
        """The last of its moments on the day that begins."""
        end = start + timedelta(days=1)
        moments = [m for cron in self.crons for m in _until(CronSim(cron, start - timedelta(seconds=1)), end)]
        return max(moments, default=None)


def firings(day: date) -> list[Firing]:
    """The runs of a day in their order: one of a deployment (the last of its moments), and none where another one of
    the day asks for all of its sources too."""
    start = datetime.combine(day, time(), BEIJING)
    found = {name: at for name, of in deployments().items() if (at := of.on(start))}
    wanted = {n for n in found if not any(_covers(other, n) for other in found if other != n)}
    return sorted(Firing(at, name) for name, at in found.items() if name in wanted)


def cast_file(target: Path, wanted: set[str]) -> Path:
    """The wanted deployments of deployments/prefect.yaml for this world: its own sources in place of the real ones,
    schedules asleep, for the days are not the machine's."""
    told = _told()
    told.pop("definitions", None)
    told["deployments"] = [d for d in told["deployments"] if _name(d) in wanted]
    for deployment in told["deployments"]:
        request = (deployment.get("parameters") or {}).get("request") or {}
        if request.get("sources"):
            request["sources"] = _cast(request["sources"])
        for schedule in deployment.get("schedules", ()):
            schedule["active"] = False
    with target.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(told, file)
    return target


@cache
def deployments() -> Mapping[str, Deployment]:
    """The deployments of deployments/prefect.yaml that collect and have a schedule."""
    found = {}
    for deployment in _told()["deployments"]:
        crons = tuple(s["cron"] for s in deployment.get("schedules", ()))
        if crons and _name(deployment).split("/")[0] in FLOWS:
            found[_name(deployment)] = Deployment(crons, _asks(deployment))
    return found


def _told() -> dict[str, Any]:
    path = folder("deployments") / "prefect.yaml"
    told: dict[str, Any] = YAML(typ="safe").load(path.read_text("utf-8"))
    return told


def _name(deployment: Mapping[str, Any]) -> str:
    return f"{deployment['entrypoint'].rsplit('.', 1)[1]}/{deployment['name']}"


def _asks(deployment: Mapping[str, Any]) -> frozenset[str]:
    request = (deployment.get("parameters") or {}).get("request") or {}
    kinds = request.get("kinds") or ["statistics", "plans"]
    return frozenset(_cast(request.get("sources") or [])) or frozenset(
        i for i, place in PLACES.items() if place.kind in kinds
    )


def _cast(sources: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(i for source in sources for i in CAST.get(source, ELSE)))


def _covers(other: str, name: str) -> bool:
    """Whether one deployment asks all that another does; of two that ask the same, the first by name."""
    if other.split("/")[0] != name.split("/")[0]:
        return False
    theirs, mine = deployments()[other].asks, deployments()[name].asks
    return mine < theirs or (mine == theirs and other < name)


def _until(moments: Iterator[datetime], end: datetime) -> Iterator[datetime]:
    return takewhile(lambda moment: moment < end, moments)
