"""Commands that do the work: demo, run, replica."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from metroetl.cli.local import use_local_prefect

replica = typer.Typer(help="仿真站点 · Stand-ins for the real sites on localhost.", no_args_is_help=True)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日期 YYYY-MM-DD · a day")]


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.command("demo")(demo)
    app.command("run")(run)
    app.command("revisit")(revisit)
    app.add_typer(replica, name="replica")


def demo(
    as_of: Day = None,
    home: Annotated[Path, typer.Option(help="数据目录 · folder of archive, warehouse and report")] = Path(
        "data/demo"
    ),
) -> None:
    """演示：启动仿真站点，跑完整条管道 · The whole way once, against stand-in sites with published figures."""
    from metroetl.cli.demo import run_demo

    raise typer.Exit(run_demo(as_of.date() if as_of else None, home))


def run(
    source: Annotated[list[str] | None, typer.Option(help="来源编号，可多次 · source id, repeatable")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="statistics | plans")] = None,
    since: Day = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看不取 · look, store nothing")] = False,
) -> None:
    """采集：取新页面，校验并入库 · Collect what is new. Exit 0 done, 1 a source failed, 2 usage, 3 a batch was held, 4 a check of what is published failed."""
    import pydantic

    use_local_prefect()
    from flows.collect import collect_here
    from flows.parameters import CollectRequest
    from metroetl.cli.show import show_summary

    wanted = {"sources": source or [], "kinds": kind or ["statistics", "plans"], "dry_run": dry_run}
    try:
        request = CollectRequest.model_validate({**wanted, "since": since.date() if since else None})
    except pydantic.ValidationError as error:
        raise typer.BadParameter("; ".join(e["msg"] for e in error.errors())) from None
    summary = collect_here(request)
    show_summary(summary)
    raise typer.Exit(summary.exit_code)


def revisit(
    source: Annotated[list[str] | None, typer.Option(help="来源编号，可多次 · source id, repeatable")] = None,
    months: Annotated[int, typer.Option(help="最近多少个月 · pages of the last months")] = 18,
    budget: Annotated[int, typer.Option(help="每个主机的请求上限 · most requests a host")] = 300,
) -> None:
    """复查：再次请求已存档的页面 · Ask again for known pages: edits in place, replaced files, vanished pages."""
    import pydantic

    use_local_prefect()
    from flows.parameters import RevisitRequest
    from flows.revisit import revisit_here
    from metroetl.cli.show import show_summary

    wanted = {"sources": source or [], "months": months, "budget": budget}
    try:
        request = RevisitRequest.model_validate(wanted)
    except pydantic.ValidationError as error:
        raise typer.BadParameter("; ".join(e["msg"] for e in error.errors())) from None
    summary = revisit_here(request)
    show_summary(summary)
    raise typer.Exit(summary.exit_code)


@replica.command("serve")
def replica_serve(
    as_of: Day = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="来源:故障，可多次，见 docs/reference/traps.md · source:fault, repeatable"),
    ] = None,
) -> None:
    """在本机端口上提供仿真站点，可令其出故障 · Serve the stand-ins until interrupted, broken where wanted."""
    from datetime import date

    from metroetl.replica import Faults, serve

    broken: dict[str, list[str]] = {}
    for pair in fault or []:
        source_id, _, name = pair.partition(":")
        broken.setdefault(source_id, []).append(name)
    serve(as_of.date() if as_of else date.today(), faults=Faults(broken))  # noqa: DTZ011  the operator's own day
