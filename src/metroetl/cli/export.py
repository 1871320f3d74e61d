"""`metroetl warehouse export` and `warehouse diff`: the warehouse's data for other tools, and what changed in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from metroetl.warehouse.difference import Difference
    from metroetl.warehouse.exports import Tell

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
ON_SCREEN, ON_PAGE = 20, 2_000


def register(warehouse: typer.Typer) -> None:
    """Put the commands into the group of the warehouse."""
    warehouse.command("export")(export)
    warehouse.command("diff")(diff)


def export(
    form: Annotated[
        str, typer.Option("--format", "-f", help="parquet | csv | sdmx | xlsx | duckdb", metavar="FORMAT")
    ],
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="文件、文件夹或 s3://bucket/prefix · a file, a folder or s3://…"),
    ],
    as_of: Day = None,
    as_loaded: Day = None,
    force: Annotated[
        bool, typer.Option("--force", help="替换先前的导出 · replace an earlier export")
    ] = False,
) -> None:
    """导出公开数据 · Export the public rows; --as-of: as published on a day, --as-loaded: as loaded on a day."""
    from metroetl.settings import settings
    from metroetl.warehouse.exports import export as write

    with _telling() as tell:
        stamp = write(
            settings().warehouse_url,
            form,
            output,
            as_of=as_of.date() if as_of else None,
            as_loaded=as_loaded.date() if as_loaded else None,
            force=force,
            tell=tell,
        )
    print(json.dumps(stamp.facts(), ensure_ascii=False, indent=2))


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="日期，或库文件、导出 · a day, or a file")],
    after: Annotated[str, typer.Argument(metavar="B", help="日期，或库文件、导出 · a day, or a file")],
    as_loaded: Annotated[
        bool, typer.Option("--as-loaded", help="日期按入库计 · days are days of loading")
    ] = False,
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="写入 HTML，不联网即可打开")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="每行一条变化 · a change a line, all of them")
    ] = False,
) -> None:
    """比较两个日期或两份数据 · What was added, removed, revised or restated between two days or two files."""
    from metroetl.settings import settings
    from metroetl.warehouse.difference import difference
    from metroetl.warehouse.difference_page import render_page

    limit = None if as_json else ON_PAGE if html else ON_SCREEN
    found = difference(settings().warehouse_url, before, after, as_loaded=as_loaded, limit=limit)
    if html:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(render_page(found), encoding="utf-8")
    if as_json:
        for change in found.changes:
            print(json.dumps(change, ensure_ascii=False, default=str))
        return
    _show(found)
    if html:
        print(html)


def _show(found: Difference) -> None:
    from metroetl.cli.show import show_table
    from metroetl.warehouse.difference_page import FIELDS, TITLES, moved, number

    print(f"{found.before.name} ({found.before.facts}) → {found.after.name} ({found.after.facts})")
    for kind, count in found.counts.items():
        print(f"{TITLES[kind][0]} {kind}: {count}")
    print(f"未变 unchanged: {found.unchanged}")
    for kind, count in found.counts.items():
        shown = [change for change in found.changes if change["kind"] == kind][:ON_SCREEN]
        if not shown:
            continue
        title = f"{TITLES[kind][0]} {kind}" + (f"：前 {len(shown)} / {count}" if count > len(shown) else "")
        rows = [
            [
                *(change[c] for c in ("region_name", "indicator_name", "measure", "period_label_zh")),
                number(change["before"]),
                number(change["after"]),
                moved(change) if kind == "revised" else "、".join(FIELDS[f] for f in change["fields"]),
                (change["after"] or change["before"])["publisher"],
            ]
            for change in shown
        ]
        heads = ["地区", "指标", "度量", "时期", "前 before", "后 after", "变化 change", "发布机构"]
        show_table(title, heads, rows)


@contextmanager
def _telling() -> Iterator[Tell]:
    """Progress on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from metroetl.warehouse.exports import Tell

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("…", total=None)

        class Shown(Tell):
            def tell(self, name: str, done: int) -> None:
                progress.update(task, description=f"{name} {done:,}")

        yield Shown()
