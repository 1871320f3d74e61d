"""Commands about the warehouse: init, upgrade, info, check, query."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from typing import Annotated

import typer

warehouse = typer.Typer(help="数据仓库 · The warehouse.", no_args_is_help=True)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(warehouse, name="warehouse")
    app.command("query")(query)


@warehouse.command("init")
@warehouse.command("upgrade")
def warehouse_upgrade() -> None:
    """建库或升级到当前版本 · Make the warehouse, or bring it up to date."""
    from metroetl.pipeline import open_warehouse

    print(json.dumps(open_warehouse().info(), ensure_ascii=False, indent=2, default=str))


@warehouse.command("info")
def warehouse_info() -> None:
    """版本、行数、最近运行 · Version, rows, latest run."""
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse

    print(json.dumps(Warehouse.open(settings()).info(), ensure_ascii=False, indent=2, default=str))


@warehouse.command("check")
def warehouse_check() -> None:
    """检查已入库的数据 · Rules on what is published: exit 1 if more than warnings, or a correction to be removed."""
    from metroetl.pipeline import open_warehouse
    from metroetl.quality.after import judge_published

    found = [f for one in judge_published(open_warehouse()) for f in one.findings()]
    for finding in found:
        print(finding)
    print(f"{len(found)} 项 · findings")
    raise typer.Exit(code=int(any(f.severity != "warning" or f.code == "COR-MENDED" for f in found)))


def query(
    sql: Annotated[str, typer.Argument(help="SELECT …")],
    as_of: Day = None,
    as_loaded: Day = None,
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
) -> None:
    """只读查询 · One SELECT, read-only; --as-of: as published on a day, --as-loaded: as loaded on a day."""
    from metroetl.cells import no_formula
    from metroetl.cli.show import show_table
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse

    columns, rows = Warehouse.open(settings()).query(
        sql, as_of=as_of.date() if as_of else None, as_loaded=as_loaded.date() if as_loaded else None
    )
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(map(no_formula, row) for row in rows)
    else:
        show_table("", columns, rows)
