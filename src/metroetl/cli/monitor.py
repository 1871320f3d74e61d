"""The quarterly report of a circle, as files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metroetl.cli.quarters import quarter_of

if TYPE_CHECKING:
    from metroetl.monitoring.report import Format

Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="只用这一天及以前公布的数据 · as published by that day"),
]


def register(app: typer.Typer) -> None:
    """Put the command into the app."""
    app.command("monitor")(monitor)


def monitor(
    circle: Annotated[str, typer.Option(help="都市圈编号或名称 · circle")] = "chengdu",
    quarter: Annotated[str | None, typer.Option(help="2025Q1；留空取最近 · newest if left out")] = None,
    formats: Annotated[
        str, typer.Option("--format", help="逗号分隔 · comma-separated: html,xlsx,docx")
    ] = "html,xlsx,docx",
    output: Annotated[
        Path | None, typer.Option(help="输出目录，默认数据目录下 reports · folder of the files")
    ] = None,
    lang: Annotated[str, typer.Option(help="语言 · language: zh | en")] = "zh",
    as_of: Day = None,
    two_year: Annotated[
        bool, typer.Option("--two-year", help="加两年平均增速 · two-year averages too")
    ] = False,
    boundaries: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="自备的 GeoJSON 边界，以区划代码为键 · your own boundaries, keyed by code",
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="简报名称（红头）· name of the bulletin")] = "",
    issue: Annotated[str, typer.Option(help="期号 · issue, such as 2025年第12期（总第290期）")] = "",
    office: Annotated[str, typer.Option(help="编发单位 · the office that edits it")] = "",
) -> None:
    """监测报告：一个都市圈一个季度，网页、表格和简报 · The quarterly report of a circle: page, workbook, bulletin."""
    from metroetl import pipeline
    from metroetl.monitoring.calendar import circle_id
    from metroetl.monitoring.report import Masthead

    if lang not in ("zh", "en"):
        raise typer.BadParameter("zh | en", param_hint="--lang")
    written = pipeline.write_quarterly_report(
        circle_id(circle),
        quarter_of(quarter) if quarter else None,
        formats=chosen(formats),
        folder=output,
        language="en" if lang == "en" else "zh",
        as_of=as_of.date() if as_of else None,
        two_year=two_year,
        boundaries=boundaries,
        masthead=Masthead(name, issue, office),
    )
    for warning in written.warnings:
        typer.echo(f"! {warning}", err=True)
    typer.echo(written.lead)
    for path in written.files:
        typer.echo(str(path))


def chosen(formats: str) -> list[Format]:
    """The formats of a comma-separated list; raises BadParameter for any other."""
    from metroetl.monitoring.report import FORMATS

    asked = [part.strip().lower() for part in formats.split(",") if part.strip()]
    if not asked or any(part not in FORMATS for part in asked):
        raise typer.BadParameter(f"choose of {', '.join(FORMATS)}", param_hint="--format")
    return [kind for kind in FORMATS if kind in asked]
