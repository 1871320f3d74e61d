"""A running `make up` with its stand-in sites and `metroetl serve`, and an operator's browser at its forms."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from metroetl.replica import Faults, Replica

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class Server:
    """A running `make up`: its addresses, its API, its warehouse, the sites that it reads."""

    def __init__(self, port: int, site: str, home: Path, replica: Replica) -> None:
        self.url, self.site, self.home, self.replica = f"http://127.0.0.1:{port}", site, home, replica
        self.api = httpx.Client(base_url=f"{self.url}/api", timeout=60, trust_env=False)
        self._ids: dict[str, str] = {}

    def deployments(self) -> dict[str, dict[str, Any]]:
        """Deployments by flow/name."""
        flows = {f["id"]: f["name"] for f in self.post("/flows/filter", {})}
        return {f"{flows[d['flow_id']]}/{d['name']}": d for d in self.post("/deployments/filter", {})}

    def id_of(self, deployment: str) -> str:
        """Id of a deployment, which stays."""
        if deployment not in self._ids:
            self._ids |= {name: found["id"] for name, found in self.deployments().items()}
        return self._ids[deployment]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """JSON answer of a POST that must succeed."""
        answer = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def ask(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query on the warehouse."""
        from metroetl.warehouse import Warehouse

        return Warehouse(f"sqlite:///{self.home / 'warehouse.db'}").query(sql, parameters=parameters)[1]

    def runs(self, deployment: str) -> list[dict[str, Any]]:
        """Runs of a deployment that a person triggered, oldest first."""
        body = {"deployments": {"id": {"any_": [self.id_of(deployment)]}}}
        found = [r for r in self.post("/flow_runs/filter", body) if not r["auto_scheduled"]]
        return sorted(found, key=lambda run: str(run["created"]))

    def wait_for(self, what: Callable[[], Any], seconds: float = 240) -> Any:
        """Poll until `what` gives something."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := what():
                return found
            time.sleep(1)
        raise AssertionError(f"waited {seconds} s in vain")

    def finished(self, run_id: str) -> dict[str, Any]:
        """A run in its final state."""

        def ended() -> dict[str, Any] | None:
            run: dict[str, Any] = self.api.get(f"/flow_runs/{run_id}").json()
            return run if run["state"]["type"] in FINAL else None

        run: dict[str, Any] = self.wait_for(ended)
        return run

    @contextmanager
    def paused(self, run_id: str) -> Iterator[None]:
        """The process of a run stands still, so that what happens beside it doesn't depend on its speed."""
        found = self.wait_for(lambda: self.api.get(f"/flow_runs/{run_id}").json()["infrastructure_pid"])
        pid = int(found.rsplit(":", 1)[-1])
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def artifacts(self, run_id: str) -> dict[str, str]:
        """Ids of a run's artifacts by key."""
        found = self.post("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run_id]}}})
        return {a["key"]: a["id"] for a in found}


class Operator:
    """A person at the Prefect UI."""

    def __init__(self, server: Server, page: Page) -> None:
        self.server, self.page = server, page

    def open_form(self, deployment: str) -> None:
        """The form of a deployment."""
        found = self.server.id_of(deployment)
        self.page.goto(f"{self.server.url}/deployments/deployment/{found}/run")
        self.page.get_by_role("button", name="Submit").wait_for()
        self.page.wait_for_timeout(1000)

    def field(self, title: str) -> Locator:
        """One field of the form, by its title."""
        label = self.page.get_by_text(title).first
        return self.page.locator(".schema-form-property").filter(has=label).last

    def choose(self, title: str, *options: str) -> None:
        """Choose options of a select, by what they begin with."""
        for option in options:
            found = self.page.locator(".p-select-option", has_text=option).first
            if not found.is_visible():
                self.field(title).locator(".p-select-button__icon").click()
            found.click()
        self.page.get_by_text("Parameters", exact=True).first.click()  # closes the select
        self.page.locator(".p-select-option").first.wait_for(state="hidden")

    def fill(self, title: str, text: str) -> None:
        """Write into a field."""
        self.field(title).locator("textarea, input").first.fill(text)

    def submit(self, deployment: str) -> str:
        """Send the form and leave its page, which would follow the run; the id of the run that it made."""
        before = {run["id"] for run in self.server.runs(deployment)}
        self.page.get_by_role("button", name="Submit").click()
        made = self.server.wait_for(
            lambda: [r for r in self.server.runs(deployment) if r["id"] not in before]
        )
        self.page.goto("about:blank")
        return str(made[-1]["id"])

    def read(self, run_id: str, key: str) -> Locator:
        """Open an artifact of a run; its text."""
        self.page.goto(f"{self.server.url}/artifacts/artifact/{self.server.artifacts(run_id)[key]}")
        shown = self.page.locator(".artifact-data-view")
        shown.wait_for(timeout=60_000)
        self.page.wait_for_timeout(500)
        return shown

    def follow(self, words: str) -> None:
        """Click a link, which opens a tab; go on there."""
        with self.page.expect_popup() as popup:
            self.page.get_by_role("link", name=words).first.click()
        self.page = popup.value
        self.page.get_by_role("button", name="Submit").wait_for(timeout=60_000)
        self.page.wait_for_timeout(1000)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running_server(home: Path, root: Path, as_of: date, **faults: str) -> Iterator[Server]:
    """`python -m deployments.up` against stand-in sites, as `make up` runs it, with `metroetl serve` beside it."""
    port, site_port = free_port(), free_port()
    broken = Faults({source_id: [fault] for source_id, fault in faults.items()})
    with Replica(as_of=as_of, faults=broken) as replica, (home / "up.log").open("wb") as log:
        server = Server(port, f"http://127.0.0.1:{site_port}", home / "data", replica)
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "METROETL_"))},
            "PREFECT_HOME": str(home / "prefect"),
            "METROETL_HOME": str(server.home),
            "METROETL_HOST_MAP": json.dumps(replica.host_map),
            "METROETL_POLITENESS": "false",
            "METROETL_UI_PORT": str(port),
            "METROETL_SITE_URL": server.site,
            "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "3",  # of each deployment; else a hundred days are written
        }
        commands = (
            ["-m", "deployments.up"],
            ["-m", "metroetl", "serve", "--port", str(site_port), "--prefect", server.url],
        )
        running = [
            subprocess.Popen(
                [sys.executable, *command],
                cwd=root,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            for command in commands
        ]
        try:
            server.wait_for(lambda: running[0].poll() is not None or _ready(server), 300)
            assert all(p.poll() is None for p in running), (home / "up.log").read_text()
            yield server
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            for process in running:
                process.wait(60)


def _ready(server: Server) -> bool:
    try:
        workers = server.post("/work_pools/metroetl/workers/filter", {})
    except (httpx.HTTPError, AssertionError):
        return False
    return any(w["status"] == "ONLINE" for w in workers)
