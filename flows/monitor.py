"""The quarterly report of one circle, and the alerts of all circles' plans, from the marts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.links import file_words
from flows.names import run_name
from flows.parameters import CIRCLES, MonitorForm, MonitorRequest
from flows.ping import pinged
from flows.runner import RETRIES
from metroetl import pipeline

if TYPE_CHECKING:
    from metroetl.monitoring.report import Written
    from metroetl.monitoring.update import Updated


@task(task_run_name="report-{circle}", **RETRIES)
def report(circle: str, request: MonitorRequest) -> Written:
    """Write the report; gives its files, the quarter it is of and its lead in words."""
    from metroetl.monitoring.report import FORMATS

    return pipeline.write_quarterly_report(
        circle,
        request.quarter,
        formats=request.formats or FORMATS,
        language=request.language,
        as_of=request.as_of,
    )


@task(task_run_name="keep-{circle}", **RETRIES)
def keep(circle: str, quarter: str | None) -> Updated:
    """Keep indices, links and the loops of the check-up in the warehouse."""
    return pipeline.update_monitoring(circle, quarter)


@task(task_run_name="plan-alerts", **RETRIES)
def plan_alerts() -> list[dict[str, Any]]:
    """Rounds of all circles' plans that end without a successor, or were followed late, as rows of a table."""
    return pipeline.plan_alerts()


@pinged
@flow(name="monitor", flow_run_name=run_name)
def monitor(request: MonitorForm = MonitorRequest()) -> list[str]:
    """监测：生成一个都市圈一个季度的监测报告（网页、表格、简报），并列出各都市圈规划的到期提醒。"""
    if alerts := plan_alerts():
        create_table_artifact(
            key="plan-alerts", table=alerts, description=f"规划到期提醒 plan alerts: {len(alerts)}"
        )
    if request.as_of is None:
        keep(request.circle, request.quarter)
    written = report(request.circle, request)
    create_markdown_artifact(
        key=f"report-{request.circle}-{written.quarter}".lower().replace("_", "-"),
        description=f"{CIRCLES[request.circle]} {written.quarter}",
        markdown=told(request.circle, written),
    )
    return [str(path) for path in written.files]


def told(circle: str, written: Written) -> str:
    """The page of the run: the report's lead, its files, its warnings."""
    files = "\n".join(f"- {file_words(str(path), path.name)}" for path in written.files)
    warned = "".join(f"\n> {text}\n" for text in written.warnings)
    return f"# 季度监测报告 {written.quarter}\n\n都市圈：{CIRCLES[circle]}\n\n{written.lead}\n\n文件：\n\n{files}\n{warned}"
