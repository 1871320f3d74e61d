"""The processes of the time-lapse: Prefect's server and the worker, each of which can be killed and started again."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import stamina

from benchmarks.postgres import free_port

START = 900.0  # seconds; the machine may be busy


class Machine:
    """A process in a group of its own, its words in a log."""

    def __init__(self, name: str, command: list[str], env: Mapping[str, str], home: Path) -> None:
        self.name, self.command, self.env = name, command, dict(env)
        self._log = home / f"{name}.log"
        self.process: subprocess.Popen[str] | None = None
        self.starts = 0

    def start(self, *, talks: bool = False) -> subprocess.Popen[str]:
        """Start it; what it says goes to its log, but for the output of one that `talks`."""
        self.starts += 1
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                text=True,
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else log,
                stderr=log,
                start_new_session=True,
            )
        return self.process

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Kill -9, with all its children."""
        self.stop(signal.SIGKILL)

    def stop(self, sent: int = signal.SIGTERM) -> None:
        """Stop it with a signal, by force after a while."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, sent)
            self.process.wait(20)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


class Server(Machine):
    """The Prefect server on its SQLite file, always at the same port."""

    def __init__(self, env: Mapping[str, str], home: Path) -> None:
        port = free_port()
        self.api = f"http://127.0.0.1:{port}/api"
        command = [
            sys.executable, "-m", "prefect", "--no-prompt", "server", "start", "--host", "127.0.0.1", "--port", str(port),
        ]  # fmt: skip
        super().__init__("server", command, env, home)
        self.client = httpx.Client(base_url=self.api, timeout=60, trust_env=False)

    def up(self) -> None:
        """Start it, and wait until it answers."""
        process, deadline = self.start(), time.monotonic() + START
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if self.client.get("/health", timeout=2).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError(f"the Prefect server doesn't come up: see {self._log}")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """JSON answer of a POST."""
        return self._asked("POST", path, json=body)

    def state(self, run: str) -> dict[str, Any]:
        """A flow run's state."""
        found: dict[str, Any] = self._asked("GET", f"/flow_runs/{run}")["state"]
        return found

    @stamina.retry(on=httpx.HTTPError, attempts=20, timeout=120)
    def _asked(self, method: str, path: str, **more: Any) -> Any:
        """Asked again where it is busy: its SQLite says 503 then."""
        answer = self.client.request(method, path, **more)
        answer.raise_for_status()
        return answer.json()

    def deployments(self) -> dict[str, str]:
        """Ids by flow/name."""
        flows = {f["id"]: f["name"] for f in self.post("/flows/filter", {})}
        return {f"{flows[d['flow_id']]}/{d['name']}": d["id"] for d in self.post("/deployments/filter", {})}

    def trigger(self, deployment_id: str, tag: str) -> str:
        """A flow run of a deployment with its own parameters, as its schedule makes one."""
        body = {"tags": [tag], "state": {"type": "SCHEDULED"}}
        return str(self.post(f"/deployments/{deployment_id}/create_flow_run", body)["id"])

    def reap(self) -> int:
        """Runs whose worker is dead are crashed: a reaper's work, for nobody else tells of them."""
        body = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}}
        hanging = self.post("/flow_runs/filter", body)
        for run in hanging:
            state = {"type": "CRASHED", "message": "the worker is gone"}
            self.post(f"/flow_runs/{run['id']}/set_state", {"state": state})
        return len(hanging)


class Worker(Machine):
    """The process that runs flow runs (see `runner`); one order at a time."""

    def __init__(self, env: Mapping[str, str], home: Path) -> None:
        super().__init__("worker", [sys.executable, "-m", "benchmarks.timelapse.runner"], env, home)
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()

    def up(self) -> None:
        """Start it, and wait until it is ready."""
        self._told = queue.Queue()
        process = self.start(talks=True)
        threading.Thread(target=self._listen, args=(process, self._told), daemon=True).start()
        if "ready" not in self._told.get(timeout=START):
            raise RuntimeError(f"the worker doesn't come up: see {self._log}")

    @staticmethod
    def _listen(process: subprocess.Popen[str], told: queue.Queue[dict[str, Any]]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                told.put(json.loads(line))
        told.put({"died": process.wait()})

    def order(self, flow_run: str, clock: str, **more: Any) -> None:
        """Give it a run."""
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(json.dumps({"flow_run": str(UUID(flow_run)), "clock": clock, **more}) + "\n")
        self.process.stdin.flush()

    def told(self, seconds: float) -> dict[str, Any] | None:
        """What it says of the run, `died` if it is dead; None if it is still at work after so long."""
        try:
            return self._told.get(timeout=seconds)
        except queue.Empty:
            return None
