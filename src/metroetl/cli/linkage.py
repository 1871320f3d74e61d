"""`metroetl linkage`: flows between places from an operator's file, and a circle's links."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metroetl.cli.quarters import quarter_of

if TYPE_CHECKING:
    from metroetl.monitoring.content import Section

group = typer.Typer(help="经济联系 · Economic linkage: invoice flows, gravity model.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="linkage")


@group.command("load")
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="流量 CSV · flows as CSV")],
    source: Annotated[str, typer.Option(help="提供单位，如 四川省税务局 · who gives them")],
    embargo: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="该日 0 时前不得用于报告 · not to be used before this day"),
    ] = None,
) -> None:
    """载入发票流量（始终为内部） · Load invoice flows, always internal; the same file again changes nothing."""
    from metroetl.monitoring.linkage import load_flows
    from metroetl.pipeline import open_warehouse

    found = load_flows(open_warehouse(), file, source, embargo.date() if embargo else None)
    for v in found.vintages:
        state = "已入库 loaded" if v.new else "已有，未变 unchanged"
        print(f"{v.period}  第{v.vintage}版 vintage {v.vintage}  {v.rows} 行 rows  {state}")
    print(f"联系指标 links: {found.links}")
    for where, refused in found.refused.items():
        print(f"! {where}: {refused.why}：{'、'.join(refused.missing)}")


@group.command("update")
def update() -> None:
    """按现有数据重算全部联系指标 · Derive all links anew, of flows and of published figures."""
    from metroetl.monitoring.linkage import update as derive
    from metroetl.pipeline import open_warehouse

    print(f"联系指标 links: {derive(open_warehouse())}")


@group.command("show")
def show(
    circle: Annotated[str, typer.Option(help="都市圈编号或名称 · a circle's id or name")] = "chengdu",
    quarter: Annotated[
        str | None, typer.Option(help="季度 2025-Q1，留空为最新 · the newest if left out")
    ] = None,
    internal: Annotated[bool, typer.Option("--internal", help="含发票流量 · with the invoice flows")] = False,
) -> None:
    """一个都市圈的经济联系 · A circle's links in a quarter; public ones unless --internal."""
    from metroetl.monitoring.calendar import circle_id
    from metroetl.monitoring.figures import latest_quarter, load_figures
    from metroetl.monitoring.linkage import section
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse

    warehouse = Warehouse.open(settings())
    known = circle_id(circle)
    asked = quarter_of(quarter) if quarter else latest_quarter(warehouse, known)
    found = section(load_figures(warehouse, known), warehouse, asked, internal=internal)
    if found:
        _print(found, asked)


def _print(found: Section, quarter: str) -> None:
    from metroetl.cli.show import show_table
    from metroetl.monitoring.content import Paragraph, Table

    print(f"{found.title} {quarter}")
    for block in found.blocks:
        if isinstance(block, Paragraph):
            print(block.text)
        elif isinstance(block, Table):
            show_table(block.title, block.header, [[cell.text for cell in row] for row in block.rows])
