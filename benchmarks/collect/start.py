"""How soon it starts: `make bench-start`. Processor seconds of `metroetl --help` and of what a run's process imports, and
the seconds of a flow run from the API.

Server, worker and the deployments are those of `make up`. A run is created through the API, as the UI does; the clock runs
from PENDING (the worker has taken it) to RUNNING, and to the first request that a site gets. Each turn is told at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.collect.__main__ import sites_of, world
from benchmarks.collect.children import ROOT, free_port, new_home

DEPLOYMENT = "collect/collect"  # what a person triggers: no schedule comes between
DEADLINE = 300
ENDS = ("COMPLETED", "FAILED", "CRASHED")


def of_imports() -> None:
    """Best of five: what it takes beside what Python itself takes."""
    program = str(Path(sys.executable).parent / "metroetl")
    engine = "import prefect.engine, prefect.flow_engine"
    for name, command in (
        ("python -c pass", [sys.executable, "-c", "pass"]),
        ("metroetl --help", [program, "--help"]),
        ("imports of Prefect's engine", [sys.executable, "-c", engine]),
        ("the same and the flow", [sys.executable, "-c", f"{engine}, flows.collect"]),
    ):
        print(f"{name:34} {min(_cpu(command) for _ in range(5)):.2f} s CPU", flush=True)


def _cpu(command: Sequence[str]) -> float:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603  our own commands
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


@contextmanager
def installation(home: dict[str, str], port: int) -> Iterator[dict[str, str]]:
    """Server, deployments and a worker, as `make up` starts them."""
    env = {**home, "METROETL_UI_PORT": str(port)}
    running = subprocess.Popen(
        [sys.executable, "-m", "deployments.up"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield env
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(timeout=90)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)


def of_flow(turns: int) -> None:
    """Seconds from PENDING to RUNNING and to the first request, of several runs one after the other."""
    import httpx

    sites = sites_of(1)
    with world(sites, 10) as (folder, served):
        port = free_port()
        api = f"http://127.0.0.1:{port}/api"
        home = new_home(folder / "home", sites, served.port)
        with installation(home, port), httpx.Client(base_url=api, timeout=30, trust_env=False) as client:
            deployment = _until(lambda: _deployment(client))
            found = []
            for turn in range(turns):
                found.append(_one(client, deployment, sites[0].id, served))
                running, asking = found[-1]
                told = f"turn {turn + 1}: RUNNING after {running:.1f} s, first request after {asking:.1f} s"
                print(f"{told}, load {os.getloadavg()[0]:.1f}", flush=True)
    for name, seconds in zip(("RUNNING", "first request"), zip(*found, strict=True), strict=True):
        middle, best, worst = statistics.median(seconds), min(seconds), max(seconds)
        print(f"from PENDING to {name:18} median {middle:.1f} s, {best:.1f} to {worst:.1f} s", flush=True)


def _deployment(client: Any) -> str | None:
    """The deployment's id once a worker looks after its pool."""
    answer = client.get(f"/deployments/name/{DEPLOYMENT}")
    workers = client.post("/work_pools/metroetl/workers/filter", json={})
    ready = answer.is_success and workers.is_success and workers.json()
    return str(answer.json()["id"]) if ready else None


def _one(client: Any, deployment: str, source_id: str, served: Any) -> tuple[float, float]:
    before = served.asked
    request = {"parameters": {"request": {"sources": [source_id]}}, "state": {"type": "SCHEDULED"}}
    run = _until(lambda: _told(client.post(f"/deployments/{deployment}/create_flow_run", json=request)))
    first = _until(lambda: time.time() if served.asked > before else None, 0.02)
    states = _until(lambda: _states(client, run["id"]))
    _until(lambda: (_told(client.get(f"/flow_runs/{run['id']}")) or {}).get("state_type") in ENDS)
    return states["RUNNING"] - states["PENDING"], first - states["PENDING"]


def _told(answer: Any) -> Any:
    """What the server says; None while its SQLite is too busy to say anything (503)."""
    return None if answer.status_code == 503 else answer.raise_for_status().json()


def _states(client: Any, run_id: str) -> dict[str, float] | None:
    """When the run came into each state, once it is RUNNING."""
    found = _told(client.get("/flow_run_states/", params={"flow_run_id": run_id})) or []
    at = {s["type"]: datetime.fromisoformat(s["timestamp"].replace("Z", "+00:00")).timestamp() for s in found}
    return at if "RUNNING" in at else None


def _until(look: Any, pause: float = 0.2) -> Any:
    """What `look` finds, within DEADLINE; a server that isn't there yet or is too busy to answer is asked again."""
    import httpx

    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if found := look():
                return found
        time.sleep(pause)
    raise SystemExit(f"not within {DEADLINE} s: {look}")


def main() -> None:
    """All."""
    parser = argparse.ArgumentParser(prog="make bench-start", description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    of_imports()
    of_flow(given.turns)


if __name__ == "__main__":
    main()
