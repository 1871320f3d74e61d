"""Runs that never told how they ended: who runs them, whether that process is still there, and their end."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from metroetl.operations.logs import about
from metroetl.warehouse.engine import dump_json
from metroetl.warehouse.tables import table

CRASHED = "crashed"


@dataclass(frozen=True)
class Unfinished:
    """A run in the state `running`."""

    run_id: str
    flow: str
    started_at: datetime
    host: str = ""
    process: int = 0
    flow_run_id: str = ""

    @property
    def is_here(self) -> bool:
        """Whether its process runs on this host."""
        return self.host == socket.gethostname() and bool(self.process) and not self.gone

    @property
    def gone(self) -> bool:
        """Whether its process ran on this host and is no more; False where that can't be known."""
        if self.host != socket.gethostname() or not self.process:
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # another account's: it is there
            return False
        return False

    def hours(self, now: datetime) -> float:
        """How long it has been running."""
        return (now - self.started_at).total_seconds() / 3600


def whoever_runs() -> dict[str, str | int]:
    """This process, as a run that begins tells of it."""
    known = about()
    of_flow = {"flow_run_id": known["flow_run_id"]} if "flow_run_id" in known else {}
    return {"host": socket.gethostname(), "process": os.getpid(), **of_flow}


def unfinished_runs(connection: Connection) -> list[Unfinished]:
    """All runs in the state `running`, oldest first."""
    runs = table("ops_run")
    rows = connection.execute(select(runs).where(runs.c.state == "running").order_by(runs.c.started_at))
    return [Unfinished(row.run_id, row.flow, row.started_at, **_who(row.summary)) for row in rows]


def _who(summary: str) -> dict[str, Any]:
    said = json.loads(summary or "{}")
    return {name: said[name] for name in ("host", "process", "flow_run_id") if name in said}


def close_run(connection: Connection, run_id: str, reason: str) -> bool:
    """Put a run that is still `running` into the state `crashed`; its summary says why."""
    runs = table("ops_run")
    row = connection.execute(select(runs).where(runs.c.run_id == run_id, runs.c.state == "running")).first()
    if row is None:
        return False
    summary = dump_json({"run_id": run_id, "flow": row.flow, "crashed": reason, **_who(row.summary)})
    values = {"state": CRASHED, "finished_at": datetime.now(UTC), "summary": summary}
    connection.execute(update(runs).where(runs.c.run_id == run_id).values(values))
    return True
