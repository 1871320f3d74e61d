"""The quarterly report of one circle, from the marts."""

from __future__ import annotations

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

from flows.collect import RETRIES
from flows.parameters import MonitorRequest
from metroetl import pipeline


@task(task_run_name="report-{circle}-{quarter}", **RETRIES)
def report(circle: str, quarter: str | None) -> tuple[str, str]:
    """Write the report; gives its path and the quarter it is of."""
    return pipeline.write_quarterly_report(circle, quarter)


@flow(name="monitor", flow_run_name="monitor-{request.circle}-{request.quarter}")
def monitor(request: MonitorRequest = MonitorRequest()) -> str:
    """监测：生成一个都市圈一个季度的监测报告（单个 HTML 文件）。"""
    path, quarter = report(request.circle, request.quarter)
    create_markdown_artifact(
        key=f"report-{request.circle}-{quarter.lower()}",
        description=f"{request.circle} {quarter}",
        markdown=f"# 季度监测报告 {quarter}\n\n都市圈：{request.circle}\n\n文件：`{path}`\n",
    )
    return path
