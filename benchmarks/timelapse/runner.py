"""The worker of the time-lapse: one process that runs the flow runs it is given, one line of JSON each, until it is killed.

It does what `prefect worker` does (take the run, load its flow from the deployment's entrypoint, run it with the
deployment's parameters), but keeps its imports: a process a run costs six seconds, and two years have two thousand.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from typing import Any
from uuid import UUID


def main() -> None:
    """Say that it is ready, then run what comes."""
    import flows.backfill
    import flows.collect
    import flows.replay
    import flows.revisit  # noqa: F401  imported before the first run, not in it
    import metroetl.quality

    metroetl.quality.rules_version()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    print(json.dumps({"ready": os.getpid()}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(run(order)), flush=True)


def run(order: dict[str, Any]) -> dict[str, Any]:
    """One flow run at a moment of the world: its state, its summary, and the CPU seconds that it took."""
    from metroetl.catalogue.load import reload
    from metroetl.settings import settings

    os.environ["METROETL_CLOCK"] = order["clock"]
    settings.cache_clear()
    if order.get("reload"):
        reload()
    limit = order.get("file_limit") or resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    began = sum(os.times()[:2])
    try:
        told = execute(UUID(order["flow_run"]))
    except BaseException as error:  # the engine's way to say that a run was aborted is an exit
        told = {"error": f"{type(error).__name__}: {error}"}
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return {**told, "cpu": sum(os.times()[:2]) - began}


def execute(flow_run_id: UUID) -> dict[str, Any]:
    """Take the run as a worker does (PENDING, if its limit lets), then run it as the engine does."""
    from prefect.client.orchestration import get_client
    from prefect.flow_engine import load_flow, load_flow_run, run_flow
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.states import Pending

    from metroetl.runs import RedRun, RunSummary

    with get_client(sync_client=True) as client:
        taken: Any = client.set_flow_run_state(flow_run_id, Pending())
    if taken.state is None or not taken.state.is_pending():
        return {"state": taken.state.name if taken.state else "refused", "taken": False}
    flow_run = load_flow_run(flow_run_id)
    flow = load_flow(flow_run)
    # with heartbeats a run waits up to a second for their thread to end; the driver itself tells of the dead
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        state: Any = run_flow(flow, flow_run=flow_run, return_type="state")
    result = state.result(raise_on_failure=False)
    result = result.summary if isinstance(result, RedRun) else result
    summary = result.model_dump(mode="json") if isinstance(result, RunSummary) else None
    return {
        "state": state.name,
        "type": state.type.value,
        "taken": True,
        "summary": summary,
        "said": None if summary else str(result)[:500],
    }


if __name__ == "__main__":
    main()
