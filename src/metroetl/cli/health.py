"""`metroetl health`: is all well; its exit code is for cron and monitoring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from metroetl.operations.health import HealthFinding

MARKS = {"error": "✗", "warning": "!"}


def register(app: typer.Typer) -> None:
    """Put the command into the app."""
    app.command("health")(health)


def health(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """是否一切正常；不写任何东西 · Is all well; nothing is written. Exit 0 healthy, 1 something to do, 2 usage."""
    from metroetl.operations.health import check_health
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse

    config = settings()
    found = check_health(Warehouse.open(config), config)
    if as_json:
        print(json.dumps([one.model_dump() for one in found], ensure_ascii=False, indent=2))
    else:
        _show(found)
    raise typer.Exit(1 if found else 0)


def _show(found: list[HealthFinding]) -> None:
    for one in found:
        rule = f" [{one.rule}]" if one.rule else ""
        print(f"{MARKS[one.severity]} {one.code} {one.subject}{rule}\n  {one.detail}\n  → {one.way_out}")
    print(f"{len(found)} 项待处理 · findings" if found else "一切正常 · all is well")
