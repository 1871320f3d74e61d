"""Prefect flows: thin. A task's body is a call or two into `metroetl.pipeline`; business logic lives there.

Every process that imports a flow logs without secrets, and its records know the flow run.
"""

from __future__ import annotations

import sys

from metroetl.operations.logs import protect


def _of_prefect() -> dict[str, str]:
    """The flow run that runs here, where Prefect is in use."""
    context = sys.modules.get("prefect.context")
    if context is None:
        return {}
    task, flow = context.TaskRunContext.get(), context.FlowRunContext.get()
    found = task.task_run.flow_run_id if task else flow.flow_run.id if flow and flow.flow_run else None
    return {"flow_run_id": str(found)} if found else {}


protect(_of_prefect)
