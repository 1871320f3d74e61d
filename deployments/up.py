"""`make up`: a Prefect server, a worker and everything that is deployed on it, on this machine, bound to 127.0.0.1.

For one person's machine and for trying; for a team see docs/how-to/compose.md and systemd.md. METROETL_UI_HOST binds it
elsewhere, only with PREFECT_SERVER_API_AUTH_STRING. Stops everything on Ctrl-C or TERM.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from metroetl.errors import MetroError, ServerOpen
from metroetl.operations.retention import server_settings
from metroetl.resources import folder
from metroetl.settings import settings

LOOPBACK = "127.0.0.1"
ANY = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - how this machine reaches a server that listens everywhere


def chosen_host() -> str:
    """The address to listen on; raises ServerOpen where others could reach it and no password is asked."""
    host = os.environ.get("METROETL_UI_HOST") or LOOPBACK
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not here and not os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        raise ServerOpen(f"METROETL_UI_HOST={host} opens the Prefect server to others, without a password")
    return host


def base_url(host: str, port: int) -> str:
    """Address of the server for programs on this machine."""
    host = ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def environment(host: str, port: int) -> dict[str, str]:
    """The environment of server, worker and deploy: one server and password, no tracking, the old UI (it asks no other host)."""
    api = f"{base_url(host, port)}/api"
    logs = {"PREFECT_LOGGING_SETTINGS_PATH": str(folder("deployments") / "logging.yml")}
    made = {
        **server_settings(settings()),
        **(logs if settings().log == "json" else {}),
        "PREFECT_WORKER_QUERY_SECONDS": "5",  # a person waits for it; Prefect's own is 10
        **os.environ,
        "PREFECT_HOME": os.environ.get("PREFECT_HOME", str((settings().home / "prefect").absolute())),
        "PREFECT_API_URL": api,
        "PREFECT_UI_URL": os.environ.get("PREFECT_UI_URL", base_url(host, port)),
        "PREFECT_UI_API_URL": os.environ.get("PREFECT_UI_API_URL", api),
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # with the default of 5 s the server may close a connection just as a form is sent over it
        "PREFECT_SERVER_API_KEEPALIVE_TIMEOUT": "75",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "metroetl",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "60",
        "METROETL_HOME": str(settings().home.absolute()),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    if password := os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        made["PREFECT_API_AUTH_STRING"] = password
    return made


def prefect(*arguments: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a prefect command in its own process group, without standard input."""
    command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
    return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, start_new_session=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process with its group (a worker's runs are in it): TERM, and KILL for what is left after 45 s.

    A worker itself gives its runs 30 s.
    """
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=45)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


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
    """Work pool, queues, deployments, limits, notifications and automations; safe to run again."""
    if subprocess.run([sys.executable, "-m", "flows.deploy"], env=env, stdin=subprocess.DEVNULL).returncode:
        raise SystemExit("not everything could be deployed: read the log above")


def main() -> None:
    """Start, deploy, wait for a signal, stop."""
    port = int(os.environ.get("METROETL_UI_PORT", "4200"))
    try:
        host = chosen_host()
    except MetroError as error:
        raise SystemExit(str(error)) from None
    env = environment(host, port)
    settings().home.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    running = [prefect("server", "start", "--host", host, "--port", str(port), env=env)]
    try:
        wait_for_server(env["PREFECT_API_URL"], running[0])
        deploy_all(env)
        running.append(prefect("worker", "start", "--pool", "metroetl", "--type", "process", env=env))
        print(f"\nPrefect UI: {base_url(host, port)}   (Ctrl-C stops server and worker)\n", flush=True)
        while all(process.poll() is None for process in running):
            time.sleep(1)
        raise SystemExit("server or worker stopped: read the log above")
    except KeyboardInterrupt:
        pass
    finally:
        for process in reversed(running):
            stop(process)


if __name__ == "__main__":
    main()
