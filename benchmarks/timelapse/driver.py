"""Steps the days: the sites' clock, the runs that the schedules start, and what is killed meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.postgres import Postgres
from benchmarks.timelapse.calendar import BEIJING, Firing, cast_file, firings
from benchmarks.timelapse.disk import Disk
from benchmarks.timelapse.machines import Machine, Server, Worker
from benchmarks.timelapse.mishaps import REDESIGNED, Kill, Mishaps
from benchmarks.timelapse.places import write_source
from benchmarks.timelapse.sites import Sites
from benchmarks.timelapse.world import QUIET, World

PATIENCE = 900.0  # seconds that a run may take before its worker is killed
IDLE = ("SCHEDULER", "TRIGGERS", "LATE_RUNS", "FOREMAN")  # services for which nothing is there to do
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True)
class Ran:
    """One flow run as the driver saw it."""

    day: date
    deployment: str
    state: str
    killed: str = ""
    asked: tuple[int, int] = (0, 0)  # first and last entry of the ledger, as a slice
    summary: dict[str, Any] | None = None
    cpu: float = 0.0
    seconds: float = 0.0


@dataclass
class Lapse:
    """Everything that happened."""

    ran: list[Ran] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


class Driver:
    """Runs a world's days. `home` is METROETL_HOME, with the catalogue already in it."""

    def __init__(self, world: World, mishaps: Mishaps, home: Path, postgres: Postgres | None) -> None:
        self.world, self.mishaps, self.home, self.postgres = world, mishaps, home, postgres
        self._every = 1 if world.scale < 1 else 10  # days between lines of progress
        self.lapse = Lapse()
        self.dice = Random(f"driver/{world.seed}")
        self._usual = 2.0  # seconds that a run takes, as it goes
        self._reload = False

    def run(self) -> Lapse:
        """All days, then everything is stopped; the warehouse stays."""
        began = time.monotonic()
        with ExitStack() as stack:
            self.sites = stack.enter_context(Sites(self.world, self.mishaps, self._moment(self.world.first)))
            self.disk = stack.enter_context(Disk(self.home / "archive", self.world.days))
            self.env = self.environment()
            self.server = Server(self.env, self.home)
            self.worker = Worker(self.env | {"PREFECT_API_URL": self.server.api}, self.home)
            stack.callback(self.server.stop)
            stack.callback(self.worker.kill)
            self.server.up()
            self._deploy()
            self.worker.up()
            for number in range(self.world.days):
                self._day(self.world.first + timedelta(days=number))
                self.lapse.seconds = time.monotonic() - began
                self._tell(number)
        return self.lapse

    def environment(self) -> dict[str, str]:
        """The environment of server and worker."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "METROETL_"))}
        return kept | {
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
            "METROETL_HOME": str(self.home),
            "METROETL_WORLD": "synthetic",
            "METROETL_HOST_MAP": json.dumps(self.sites.host_map),
            "METROETL_POLITENESS": "false",
            "METROETL_TIMEOUT_SECONDS": "1",
            "METROETL_RETRIES": "2",
            "METROETL_DATABASE_URL": os.environ.get("METROETL_DATABASE_URL", ""),
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_ENABLED": "false",
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "DO_NOT_TRACK": "1",
            **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in IDLE},
        }

    def _deploy(self) -> None:
        """The deployments that the days need, by the command that an operator gives."""
        self.server.post("/work_pools/", {"name": "metroetl", "type": "process"})
        days = (self.world.first + timedelta(days=n) for n in range(self.world.days))
        file = cast_file(self.home / "prefect.yaml", {f.deployment for day in days for f in firings(day)})
        command = [
            sys.executable,
            "-m",
            "prefect",
            "--no-prompt",
            "deploy",
            "--all",
            "--prefect-file",
            str(file),
        ]
        env = self.env | {"PREFECT_API_URL": self.server.api}
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"prefect deploy: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        self.deployments = self.server.deployments()

    # --- a day ---

    def _day(self, day: date) -> None:
        quiet = day > self.world.last - QUIET
        if day == self.mishaps.redesigned_on:
            self.sites.redesign(REDESIGNED)
            self.lapse.happened["site redesigned"] += 1
        if day == self.mishaps.answered_on:
            write_source(self.home, REDESIGNED)
            self._reload = True
        self.sites.step(self._moment(day), broken=not quiet)
        due = self._due(day)
        at = {self.dice.randrange(len(due)): self.mishaps.kills.get(day)} if due and not quiet else {}
        hours = 0 if quiet else self.mishaps.clock_hours.get(day, 0)
        self.lapse.happened["days with the machine's clock off"] += bool(hours)
        full = day in self.mishaps.disk_full
        if full:
            self.disk.fill()
            self.lapse.happened["disk full"] += 1
        if day in self.mishaps.real_worker:
            self._by_prefect(day, due)
        else:
            for number, firing in enumerate(due):
                self._fire(firing, hours, at.get(number))
        if full:
            self.disk.free()

    def _due(self, day: date) -> list[Firing]:
        """The day's runs; a short lapse looks for plans on every third day."""
        skip = self.world.scale < 1 and (day - self.world.first).days % 3
        return [f for f in firings(day) if not skip or f.deployment != "collect/plans"]

    def _fire(self, firing: Firing, hours: int, kill: Kill | None) -> None:
        """One run; what is killed meanwhile is started again, and what the dead left is told to the server."""
        began, asked = time.monotonic(), len(self.sites.ledger.entries)
        self.sites.at = firing.at
        clock = firing.at.astimezone(UTC) + timedelta(hours=hours)
        run = self.server.trigger(self.deployments[firing.deployment], f"day:{firing.at:%Y-%m-%d}")
        self.worker.order(run, clock.isoformat(), reload=self._reload)
        self._reload = False
        told = None
        if kill:
            self.lapse.happened[f"{kill} killed"] += 1
            told = self.worker.told(self.dice.uniform(0.05, 1.0) * self._usual)
            if told is None:
                self.lapse.happened[f"{kill} killed in the middle of a run"] += 1
            self._kill(kill)
        told = told or self.worker.told(PATIENCE) or {"died": "hung"}
        if "died" in told or not self.worker.alive:
            self.worker.kill()
            self.lapse.happened["runs that the reaper crashed"] += self.server.reap()
            self.worker.up()
        seconds = time.monotonic() - began
        if not kill:
            self._usual = 0.9 * self._usual + 0.1 * seconds
        state = "killed" if "died" in told else str(told.get("state") or told.get("error"))
        self.lapse.ran.append(
            Ran(
                day=firing.at.date(),
                deployment=firing.deployment,
                state=state,
                killed=kill or "",
                asked=(asked, len(self.sites.ledger.entries)),
                summary=told.get("summary"),
                cpu=told.get("cpu", 0.0),
                seconds=seconds,
            )
        )

    def _kill(self, what: Kill) -> None:
        if what == "worker":
            self.worker.kill()
        elif what == "server":
            self.server.kill()
            time.sleep(self.dice.uniform(0.0, 1.0))
            self.server.up()
        elif self.postgres:
            self.postgres.stop()
            time.sleep(self.dice.uniform(0.0, 2.0))
            self.postgres.start()

    def _by_prefect(self, day: date, due: list[Firing]) -> None:
        """A day through Prefect's own worker, a process a run."""
        clock = self._moment(day).isoformat()
        env = self.env | {"PREFECT_API_URL": self.server.api, "METROETL_CLOCK": clock}
        command = [
            sys.executable,
            "-m",
            "prefect",
            "worker",
            "start",
            "--pool",
            "metroetl",
            "--type",
            "process",
        ]
        worker = Machine("prefect-worker", command, env, self.home)
        worker.start()
        try:
            for firing in due:
                self.sites.at = firing.at
                run = self.server.trigger(self.deployments[firing.deployment], f"day:{day}")
                state = self._ended(run)
                self.lapse.ran.append(Ran(day, firing.deployment, state))
                self.lapse.happened["runs by Prefect's own worker"] += 1
        finally:
            worker.stop()

    def _ended(self, run: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            state = self.server.state(run)
            if state["type"] in ENDED:
                return str(state["name"])
            time.sleep(0.5)
        return "hung"

    @staticmethod
    def _moment(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 8, 20, tzinfo=BEIJING)

    def _tell(self, number: int) -> None:
        if (number + 1) % self._every == 0:
            day = self.world.first + timedelta(days=number)
            states = ", ".join(f"{n} {s}" for s, n in Counter(r.state for r in self.lapse.ran).most_common())
            print(f"{day} ({number + 1}/{self.world.days}) {self.lapse.seconds:.0f} s: {states}", flush=True)


def states(ran: list[Ran]) -> Iterator[tuple[str, int]]:
    """Runs by state."""
    yield from Counter(r.state for r in ran).most_common()
