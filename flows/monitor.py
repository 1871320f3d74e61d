"""The quarterly report of one circle, from the marts."""

from __future__ import annotations

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from flows.collect import RETRIES
from flows.parameters import MonitorRequest
from metroetl import pipeline


@task(task_run_name="report-{circle}", **RETRIES)
def report(circle: str, quarter: str | None) -> tuple[str, str]:
    """Write the report; gives its path and the quarter it is of."""
    return pipeline.write_quarterly_report(circle, quarter)


def run_name() -> str:
    """What the run is, for the list of runs: circle and quarter."""
    request = MonitorRequest.model_validate(flow_run.parameters.get("request") or {})
    return f"monitor-{request.circle}-{request.quarter or 'newest'}"


@flow(name="monitor", flow_run_name=run_name)
def monitor(request: MonitorRequest = MonitorRequest()) -> str:
    """监测：生成一个都市圈一个季度的监测报告（单个 HTML 文件）。"""
    path, quarter = report(request.circle, request.quarter)
    create_markdown_artifact(
        key=f"report-{request.circle}-{quarter}".lower().replace("_", "-"),
        description=f"{request.circle} {quarter}",
        markdown=f"# 季度监测报告 {quarter}\n\n都市圈：{request.circle}\n\n文件：`{path}`\n",
    )
    return path
