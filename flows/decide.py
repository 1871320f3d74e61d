"""A person's decision on a held batch."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.artifacts import KINDS_ZH
from flows.links import cell
from flows.names import DECISIONS, run_name
from flows.parameters import DecideForm, DecideRequest
from metroetl import pipeline


@flow(name="decide", flow_run_name=run_name)
def decide(request: DecideForm) -> State[dict[str, int]]:
    """裁定：批准或驳回被拦下的批次；决定与理由留存。"""
    counts = pipeline.decide_batch(
        request.batch_id, approve=request.decision == "approve", reason=request.reason, who=request.decided_by
    )
    done = DECISIONS[request.decision]
    rows = "、".join(f"{KINDS_ZH[kind]} {n}" for kind, n in counts.items() if n and kind in KINDS_ZH)
    create_markdown_artifact(
        key="decision",
        description=f"{done} {request.batch_id}",
        markdown=f"# {done}\n\n- 批次：`{request.batch_id}`\n- 决定人：{cell(request.decided_by)}\n"
        f"- 理由：{cell(request.reason)}\n- 新入库：{rows or '无'}\n",
    )
    return Completed(name="Approved" if request.decision == "approve" else "Rejected", data=counts)


def decide_here(request: DecideRequest) -> dict[str, int]:
    """Run the flow in this process, for the command line; counts of new rows in core."""
    state: State[Any] = decide(request, return_state=True)
    counts: dict[str, int] = state.result()
    return counts
