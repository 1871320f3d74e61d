"""What should have run by now: the crons of `deployments/prefect.yaml`, compared with the runs that the warehouse has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from metroetl.resources import folder

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

RECORDED = ("collect", "backfill", "revisit", "replay")
"""Flows that note their runs in ops_run."""
_EARLY = timedelta(minutes=2)
_LOOK_BACK = timedelta(days=400)


@dataclass(frozen=True)
class Expected:
    """A deployment that is scheduled: the flow, what it is asked for, its crons with their time zones."""

    name: str
    flow: str
    request: Mapping[str, Any]
    crons: tuple[tuple[str, str], ...]

    @property
    def deployment(self) -> str:
        """Flow and name, as Prefect calls it."""
        return f"{self.flow}/{self.name}"

    def last_due(self, now: datetime) -> datetime | None:
        """The last time before `now` at which it should have started; None within the last 400 days."""
        return max(filter(None, (_before(cron, zone, now) for cron, zone in self.crons)), default=None)

    def is_run_by(self, flow: str, request: Mapping[str, Any]) -> bool:
        """Whether a run of that flow with that request does its work."""
        return flow == self.flow and all(request.get(name) == value for name, value in self.request.items())


@dataclass(frozen=True)
class Overdue:
    """A deployment that didn't start when it was due; `last` is when it last did."""

    deployment: str
    due: datetime
    last: datetime | None


def expected_runs(path: Path | None = None) -> list[Expected]:
    """The scheduled deployments of flows that note their runs; those that are paused are left out."""
    from ruamel.yaml import YAML

    spec = YAML(typ="safe").load((path or folder("deployments") / "prefect.yaml").read_text(encoding="utf-8"))
    found = []
    for deployment in spec["deployments"]:
        flow = deployment["entrypoint"].rsplit(".", 1)[-1].rsplit(":", 1)[-1]
        crons = tuple(
            (schedule["cron"], schedule.get("timezone", "UTC"))
            for schedule in deployment.get("schedules") or []
            if schedule.get("cron") and schedule.get("active", True)
        )
        if flow in RECORDED and crons and not deployment.get("paused"):
            request = (deployment.get("parameters") or {}).get("request") or {}
            found.append(Expected(deployment["name"], flow, request, crons))
    return found


def overdue_runs(
    warehouse: Warehouse, now: datetime, grace: timedelta, expected: Iterable[Expected] | None = None
) -> list[Overdue]:
    """Deployments whose last due time is more than `grace` ago and saw no run since.

    Nothing is expected from before the warehouse was made.
    """
    chosen = expected_runs() if expected is None else list(expected)
    runs = _runs(warehouse, now - _LOOK_BACK)
    began = _began(warehouse)
    found = []
    for one in chosen:
        due = one.last_due(now - grace)
        last = max((at for flow, request, at in runs if one.is_run_by(flow, request)), default=None)
        if due and due > began and (last is None or last < due - _EARLY):
            found.append(Overdue(one.deployment, due, last))
    return found


def _before(cron: str, zone: str, now: datetime) -> datetime | None:
    from cronsim import CronSim

    local = now.astimezone(ZoneInfo(zone))
    return next(
        (at.astimezone(UTC) for at in CronSim(cron, local, reverse=True) if at > local - _LOOK_BACK), None
    )


def _runs(warehouse: Warehouse, since: datetime) -> list[tuple[str, Mapping[str, Any], datetime]]:
    """Flow, request and start of the last run of each kind of request."""
    _, rows = warehouse.query(
        "SELECT flow, parameters, MAX(started_at) FROM ops_run WHERE started_at >= :since GROUP BY flow, parameters",
        {"since": as_text(since)},
    )
    return [(flow, json.loads(parameters), moment(at)) for flow, parameters, at in rows]


def _began(warehouse: Warehouse) -> datetime:
    """Since when this warehouse is."""
    [(first_run, last_upgrade)] = warehouse.query(
        "SELECT (SELECT MIN(started_at) FROM ops_run), (SELECT MIN(updated_at) FROM meta_contract)"
    )[1]
    return moment(first_run or last_upgrade)


def moment(text: str) -> datetime:
    """A moment as a query gives it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def as_text(at: datetime) -> str:
    """A moment as a parameter of a query, on both engines."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
