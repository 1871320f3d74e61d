"""Commands about sources: list, show, add, check; and reading one listing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metroetl.cli.add import add

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metroetl.runs import SourceCheck

sources = typer.Typer(help="来源 · The sources that are watched.", no_args_is_help=True)
ROBOTS = {
    "allowed": "允许 allowed",
    "disallowed": "禁止 disallowed",
    "none": "无 none",
    "html": "网页 html",
    "unreachable": "未知 unknown",
}


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(sources, name="sources")
    app.command("listing")(listing)


sources.command("add")(add)


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
    live: Annotated[
        bool, typer.Option("--live", help="访问站点，结果入库 · ask the sites, store what they say")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """检查来源：示例页能否读对；--live 看站点能否访问 · Are examples read right; with --live: are the sites reachable."""
    from metroetl.pipeline import check_examples, check_sources

    found = check_sources(source_id or [], progress=_progress) if live else check_examples(source_id or [])
    if as_json:
        print(json.dumps([f.model_dump(mode="json") for f in found], ensure_ascii=False, indent=2))
    else:
        _show(found, live)
    raise typer.Exit(0 if all(f.ok for f in found) else 1)


def _progress(found: SourceCheck) -> None:
    mark = "✓" if found.ok else "✗"
    print(f"{mark} {found.source_id} {found.outcome} {found.seconds:.1f} s", file=sys.stderr, flush=True)


def _show(found: Sequence[SourceCheck], live: bool) -> None:
    from metroetl.catalogue import catalogue
    from metroetl.cli.show import show_table

    words = catalogue()
    columns = [
        "来源 source",
        "结果 outcome",
        "类型 family",
        "条目 items",
        "最新 newest",
        "迟 late",
        "robots",
        "秒 s",
        "说明 detail",
    ]
    rows = []
    for check in found:
        name = f"{words.sources[check.source_id].title} {check.source_id}"
        rows.append([name, *_cells(check), check.detail])
    show_table("", columns, rows)
    for check in found:
        if not check.ok:
            print(f"✗ {check.source_id}: {check.outcome}: {check.detail}\n  → {check.way_out}")
    if stood_in := [check.source_id for check in found if live and not check.live]:
        print(f"! 由替身应答，不是真实站点 answered by stand-ins, not the sites: {', '.join(stood_in)}")
    good = sum(check.ok for check in found)
    what = "可以读取 can be read" if live else "示例无误 have examples that are read as expected"
    print(f"{good}/{len(found)} {what}")
    if not live:
        print("真实站点 the sites themselves: metroetl sources check --live")


def _cells(check: SourceCheck) -> list[Any]:
    family = check.family_declared or ""
    if check.family_seen and check.family_seen != check.family_declared:
        family = f"{family} → {check.family_seen}?"
    late = (
        ""
        if check.days_late is None
        else "按时 in time"
        if check.days_late == 0
        else f"{check.days_late} 天 days"
    )
    robots = ROBOTS.get(check.robots or "", "")
    return [check.outcome, family, check.items, check.newest, late, robots, f"{check.seconds:.1f}"]


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
