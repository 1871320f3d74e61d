"""`metroetl quality anomalies`: what a run brought that is unusual in its own series, with the history drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from metroetl.quality.anomaly_report import Anomaly


def register(group: typer.Typer) -> None:
    """Put the command into the group `quality`."""
    group.command("anomalies")(anomalies)


def anomalies(
    run: Annotated[
        str | None, typer.Option(help="运行编号，缺省为最近一次 · run id, else the latest")
    ] = None,
    latest: Annotated[bool, typer.Option("--latest", help="最近一次运行 · the latest run (default)")] = False,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="画成网页 · the histories drawn, one HTML file")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """异常数字：与本序列历史相比反常的数字，仅提示 · Figures unusual in their own series, told as warnings."""
    if run and latest:
        raise typer.BadParameter("--run or --latest")
    from metroetl.pipeline.steps import open_existing
    from metroetl.quality.anomaly_report import find_anomalies, latest_run

    warehouse = open_existing()
    run_id = run or latest_run(warehouse)
    found = find_anomalies(warehouse, run_id)
    if as_json:
        print(_json(found))
    else:
        print(f"运行 run {run_id}: {len(found)} 个异常数字 unusual figures")
        show(found)
    if html:
        from metroetl.quality.anomaly_page import write_anomaly_page

        path = write_anomaly_page(found, run_id, html)
        if not as_json:
            print(f"\n{path}")


def _json(found: Sequence[Anomaly]) -> str:
    import json
    from dataclasses import asdict

    return json.dumps([asdict(a) for a in found], ensure_ascii=False, indent=2, default=str)


def show(found: Sequence[Anomaly]) -> None:
    """A line of history, the sentence and where it stands, an anomaly."""
    from rich.console import Console
    from rich.text import Text

    from metroetl.documents.lines import shown
    from metroetl.quality.anomaly_chart import sparkline
    from metroetl.quality.anomaly_page import PLACES

    console = Console(highlight=False)
    for anomaly in found:
        line, at = sparkline(anomaly.history, anomaly.period_end)
        value = f"  {anomaly.value:,.6g} {shown(anomaly.unit)}  "
        drawn = (line[:at], (line[at], "bold red"), line[at + 1 :])
        console.print(Text.assemble("\n", (shown(anomaly.title), "bold"), value, *drawn), soft_wrap=True)
        console.print(Text(f"  {anomaly.words}", "red"), soft_wrap=True)
        console.print(
            Text(f"  {PLACES[anomaly.place]} {anomaly.row_id}  {shown(anomaly.url)}", "dim"), soft_wrap=True
        )
