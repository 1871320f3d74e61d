"""`metroetl trace`: where a figure comes from, back to the archived page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from metroetl.pipeline.trace import Trace


def register(app: typer.Typer) -> None:
    """Put the command into the app."""
    app.command("trace")(trace)


def trace(
    observation_id: Annotated[str | None, typer.Argument(help="mart_* 视图中的 observation_id")] = None,
    region: Annotated[str | None, typer.Option(help="代码或名称 · code or name")] = None,
    indicator: Annotated[str | None, typer.Option(help="代码或名称 · code or name")] = None,
    period: Annotated[str | None, typer.Option(help="2025Q1 | 2025 | 2025M08")] = None,
    measure: Annotated[
        str | None, typer.Option(help="度量代码，缺省为水平值 · the level if left out")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至某日所知 · as published by a day")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", dir_okay=False, help="HTML：存档页，原句标出 · the archived page, marked"),
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open", help="在浏览器中打开该页 · show that page in the browser")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """溯源：数字从哪份文件、哪次取得、哪次运行而来 · From a figure to document, snapshot, fetch and run."""
    named = (region, indicator, period)
    if (observation_id is None) == (None in named) or (observation_id and any((*named, measure))):
        raise typer.BadParameter("OBSERVATION_ID, or --region, --indicator and --period")
    from metroetl.pipeline.steps import open_existing
    from metroetl.pipeline.trace import find_figure
    from metroetl.pipeline.trace import trace as find_trace

    day = as_of.date() if as_of else None
    warehouse = open_existing()
    wanted = observation_id or find_figure(
        warehouse,
        region=str(region),
        indicator=str(indicator),
        period=str(period),
        measure=measure,
        as_of=day,
    )
    found = find_trace(warehouse, wanted, as_of=day)
    if as_json:
        print(_json(found))
    else:
        show(found)
    if page or open_page:
        from metroetl.pipeline.trace_page import write_page

        html = write_page(warehouse, found)
        target = page or _page_of(wanted)
        target.write_text(html, encoding="utf-8")
        if not as_json:
            print(f"\n{target}")
        if open_page:
            typer.launch(f"{target.absolute().as_uri()}#figure")


def _page_of(observation_id: str) -> Path:
    from metroetl.settings import settings

    folder = settings().home / "traces"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{observation_id}.html"


def _json(found: Trace) -> str:
    import json
    from dataclasses import asdict

    return json.dumps(asdict(found), ensure_ascii=False, indent=2)


def show(found: Trace) -> None:
    """Print the chain, then all prints of the fact."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from metroetl.documents.lines import shown
    from metroetl.pipeline.trace_text import PRINT_COLUMNS, decisions_of, facts_of, heading_of, prints_of

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    console.print(Text(shown(heading_of(found.figure)), "bold"))
    words = [
        (shown(found.before), ""),
        ("【", "dim"),
        (shown(found.quote), "bold reverse"),
        ("】", "dim"),
        (shown(found.after), ""),
    ]
    console.print(Text("  ").append_text(Text.assemble(*words)))
    chain = Table(box=None, padding=(0, 1), show_header=False)
    chain.add_column(no_wrap=True)
    chain.add_column(overflow="fold")
    for zh, en, told in (*facts_of(found.figure), *decisions_of(found)):
        chain.add_row(Text(zh).append(f" {en}", "dim"), Text(shown(told)))
    console.print(chain)
    prints = Table(title=Text("历次公布 all prints of this fact"), title_justify="left")
    for name in PRINT_COLUMNS:
        prints.add_column(name, overflow="fold")
    for row in prints_of(found):
        prints.add_row(*(Text(shown(cell)) for cell in row))
    console.print(prints)
