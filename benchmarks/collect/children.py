"""Measurements in processes of their own: a home with its world, and what a process and its children used."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.collect.pages import Site

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Used:
    """What one command (or several at once) used, children included, and what its last line said."""

    cpu: float
    wall: float
    peak: float
    said: list[dict[str, Any]] = field(default_factory=list)
    pages: int = 0

    def add(self, following: Used) -> None:
        """What ran after."""
        self.cpu += following.cpu
        self.wall += following.wall
        self.peak = max(self.peak, following.peak)
        self.said += following.said

    @property
    def imports(self) -> float:
        return float(sum(said.get("imports", 0.0) for said in self.said))

    @property
    def work(self) -> float:
        """Processor seconds without the imports."""
        return self.cpu - self.imports


def run(commands: Sequence[Sequence[str]], env: dict[str, str]) -> Used:
    """Run Python modules at once, each in a process; their processor seconds, the wall time, the highest peak in MB."""
    began = time.perf_counter()
    started = [
        subprocess.Popen(  # noqa: S603  these modules
            [sys.executable, "-m", *command], cwd=ROOT, env=env, stdout=subprocess.PIPE
        )
        for command in commands
    ]
    used = Used(0.0, 0.0, 0.0)
    for process in started:
        assert process.stdout is not None
        out = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(commands[len(used.said)][:2])} ended with {process.returncode}")
        used.cpu += usage.ru_utime + usage.ru_stime
        used.peak = max(used.peak, usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024))
        used.said.append(json.loads(out.strip().splitlines()[-1]))
    used.wall = time.perf_counter() - began
    return used


def new_home(folder: Path, sites: Sequence[Site], port: int) -> dict[str, str]:
    """A home whose catalogue has these sites and whose warehouse is made; the environment for its processes."""
    sources = folder / "catalogue" / "sources"
    sources.mkdir(parents=True)
    for site in sites:
        (sources / f"{site.id}.yml").write_text(site.source(), encoding="utf-8")
    env = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("METROETL_", "PREFECT_"))
        },
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        "METROETL_HOME": str(folder),
        "METROETL_WORLD": "synthetic",
        "METROETL_POLITENESS": "false",
        "METROETL_HOST_MAP": json.dumps({site.host: f"http://127.0.0.1:{port}" for site in sites}),
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "DO_NOT_TRACK": "1",
    }
    made = [sys.executable, "-c", "from metroetl.pipeline import open_warehouse; open_warehouse()"]
    subprocess.run(made, cwd=ROOT, env=env, check=True)  # noqa: S603  our own line
    return env


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def prefect_server(env: dict[str, str]) -> Iterator[str]:
    """A Prefect server of its own on a free port; its API's address."""
    import httpx

    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    running = subprocess.Popen(  # noqa: S603  Prefect's own command
        command, env={**env, "PREFECT_API_URL": api}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(600):
            try:
                if httpx.get(f"{api}/health", timeout=2, trust_env=False).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield api
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(timeout=60)
