"""Runs one flow run of a deployment as a worker's process does, and kills itself (SIGKILL) at a database statement."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event


def main(flow_run_id: str, beginning: str) -> None:
    """Run it; nothing of it knows."""
    from prefect.client.orchestration import get_client
    from prefect.flow_engine import run_flow
    from prefect.states import Pending

    from flows.collect import collect

    @event.listens_for(Engine, "before_cursor_execute")
    def die(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(beginning):
            os.kill(os.getpid(), signal.SIGKILL)

    with get_client(sync_client=True) as client:
        client.set_flow_run_state(flow_run_id, Pending())
        flow_run = client.read_flow_run(flow_run_id)  # type: ignore[arg-type]
    run_flow(collect, flow_run=flow_run, parameters=collect.validate_parameters(flow_run.parameters))


if __name__ == "__main__":
    main(*sys.argv[1:])
