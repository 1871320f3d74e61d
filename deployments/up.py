"""`make up`: a Prefect server, a worker and all deployments on this machine, bound to 127.0.0.1.

For one person's machine and for trying; a server for a team is in docs/how-to. Stops everything on Ctrl-C or TERM.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from metroetl.resources import folder
from metroetl.settings import settings

HOST = "127.0.0.1"


def environment(port: int) -> dict[str, str]:
    """The environment of server, worker and deploy: one server address, no tracking, the old UI (it asks no other host)."""
    api = f"http://{HOST}:{port}/api"
    return {
        **os.environ,
        "PREFECT_HOME": os.environ.get("PREFECT_HOME", str((settings().home / "prefect").absolute())),
        "PREFECT_API_URL": api,
        "PREFECT_UI_API_URL": api,
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # with the default of 5 s the server may close a connection just as a form is sent over it
        "PREFECT_SERVER_API_KEEPALIVE_TIMEOUT": "75",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "metroetl",
        "METROETL_HOME": str(settings().home.absolute()),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def prefect(*arguments: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a prefect command in its own process group, without standard input."""
    command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
    return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, start_new_session=True)


def wait_for_server(api: str, server: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Until the server answers; SystemExit if it stops or takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(
                f"the Prefect server stopped with {server.returncode}: is the port taken? Set METROETL_UI_PORT"
            )
        try:
            if httpx.get(f"{api}/health", timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise SystemExit("the Prefect server did not answer in time: read its log above")


def deploy_all(env: dict[str, str]) -> None:
    """Make the work pool, every deployment and the limits of every host; safe to run again."""
    pool = prefect("work-pool", "create", "metroetl", "--type", "process", "--overwrite", env=env)
    if pool.wait():
        raise SystemExit("the work pool could not be made: read the log above")
    deploy = prefect(
        "deploy", "--all", "--prefect-file", str(folder("deployments") / "prefect.yaml"), env=env
    )
    if deploy.wait():
        raise SystemExit("the deployments could not be made: read the log above")
    limits = subprocess.Popen([sys.executable, "-m", "flows.limits"], env=env, stdin=subprocess.DEVNULL)
    if limits.wait():
        raise SystemExit("the limits of the hosts could not be made: read the log above")


def main() -> None:
    """Start, deploy, wait for a signal, stop."""
    port = int(os.environ.get("METROETL_UI_PORT", "4200"))
    env = environment(port)
    settings().home.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    running = [prefect("server", "start", "--host", HOST, "--port", str(port), env=env)]
    try:
        wait_for_server(env["PREFECT_API_URL"], running[0])
        deploy_all(env)
        running.append(prefect("worker", "start", "--pool", "metroetl", "--type", "process", env=env))
        print(f"\nPrefect UI: http://{HOST}:{port}   (Ctrl-C stops server and worker)\n", flush=True)
        while all(process.poll() is None for process in running):
            time.sleep(1)
        raise SystemExit("server or worker stopped: read the log above")
    except KeyboardInterrupt:
        pass
    finally:
        for process in reversed(running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=30)


if __name__ == "__main__":
    main()
