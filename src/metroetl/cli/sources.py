"""Commands about sources: list, show, check; and reading one listing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

sources = typer.Typer(help="来源 · The sources that are watched.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(sources, name="sources")
    app.command("listing")(listing)


@sources.command("list")
def sources_list() -> None:
    """全部来源 · All sources of the catalogue."""
    from metroetl.catalogue import catalogue
    from metroetl.cli.show import show_table

    rows = [
        [s.id, s.title, s.family, "+".join(s.kinds), "yes" if s.enabled else f"no: {s.reason}", s.verified]
        for s in catalogue().sources.values()
    ]
    show_table("", ["id", "来源", "family", "kinds", "enabled", "verified"], rows)


@sources.command("show")
def sources_show(source_id: str) -> None:
    """一个来源的全部设置 · Everything about one source."""
    from metroetl.pipeline import choose_sources

    source = choose_sources([source_id])[0]
    print(json.dumps(source.model_dump(mode="json"), ensure_ascii=False, indent=2))


@sources.command("check")
def sources_check(
    source_id: Annotated[list[str] | None, typer.Argument(help="来源编号，留空为全部启用的")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """读一次列表，看来源是否正常 · Read each listing once: reachable or which barrier, items, newest date."""
    from metroetl.cli.show import show_table
    from metroetl.pipeline import check_source, choose_sources

    found = [check_source(s) for s in choose_sources(source_id or [])]
    if as_json:
        print(json.dumps([f.model_dump(mode="json") for f in found], ensure_ascii=False, indent=2))
    else:
        columns = ["id", "outcome", "items", "newest", "seconds", "detail"]
        show_table(
            "", columns, [[f.source_id, f.outcome, f.items, f.newest, f.seconds, f.detail] for f in found]
        )
    raise typer.Exit(0 if all(f.outcome == "listed" for f in found) else 1)


def listing(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    url: Annotated[str, typer.Option(help="列表页地址，用于还原相对链接 · address of the page")],
    family: Annotated[
        str | None, typer.Option(help="CMS 类型，留空自动识别 · recognised if left out")
    ] = None,
) -> None:
    """读一个保存的列表页 · What a saved list page announces, one JSON line an item."""
    from metroetl.harvest import parse_listing

    page = parse_listing(file.read_bytes(), url, family)
    typer.echo(f"family {page.family}, {len(page.notices)} items, {page.pages or '?'} pages", err=True)
    for notice in page.notices:
        print(json.dumps(notice.model_dump(mode="json", exclude={"source_id"}), ensure_ascii=False))
