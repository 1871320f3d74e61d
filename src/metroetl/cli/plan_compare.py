"""`metroetl plans compare`: two plans, or the rounds of series, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from metroetl.plans.compare.layout import Report, Table

MARKS = {"new": "green", "gone": "red", "raised": "green", "lowered": "yellow"}


def register(plans: typer.Typer) -> None:
    """Put the command into the group of plans."""
    plans.command("compare")(compare)


def compare(
    one: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="前一份：文件或已存档地址；与 --rounds 连用时为系列编号 · file, address, or series",
        ),
    ],
    other: Annotated[
        str | None,
        typer.Argument(metavar="B", help="后一份，或另一系列 · the later plan, or another series"),
    ] = None,
    rounds: Annotated[
        bool, typer.Option("--rounds", help="比较系列的各轮次 · rounds of one or two series")
    ] = False,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            "--with", exists=True, dir_okay=False, help="另加的文件（与 --rounds 连用） · more documents"
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="写入 HTML，不联网即可打开")] = None,
    markdown: Annotated[Path | None, typer.Option(dir_okay=False, help="写入 Markdown")] = None,
    docx: Annotated[Path | None, typer.Option(dir_okay=False, help="写入 DOCX，简报体例")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """比较两份规划，或系列的各轮次 · Compare two plans, or the rounds of one or two series."""
    if not rounds and (other is None or also):
        raise typer.BadParameter("A B, or --rounds SERIES [SERIES] [--with FILE]")
    from metroetl.pipeline.plan_comparison import compare_series, compare_two

    if rounds:
        from metroetl.plans.compare.rounds_report import rounds_report

        found = compare_series([one, other] if other else [one], also or [])
        report, text = rounds_report(found), found.model_dump_json(indent=2)
    else:
        from metroetl.plans.compare.pair_report import pair_report

        pair = compare_two(one, other or "")
        report, text = pair_report(pair), pair.model_dump_json(indent=2)
    written = write(report, html, markdown, docx)
    if as_json:
        print(text)
        return
    show(report)
    for path in written:
        print(path)


def write(report: Report, html: Path | None, markdown: Path | None, docx: Path | None) -> list[Path]:
    """Write the report into the files that are named."""
    from metroetl.plans.compare.render import render_markdown, render_page
    from metroetl.plans.compare.word import write_word

    written = [path for path in (html, markdown, docx) if path is not None]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
    if html is not None:
        html.write_text(render_page(report), encoding="utf-8")
    if markdown is not None:
        markdown.write_text(render_markdown(report), encoding="utf-8")
    if docx is not None:
        write_word(report, docx)
    return written


def show(report: Report) -> None:
    """Print the report; pictures are in the page and the DOCX only."""
    from rich.console import Console
    from rich.text import Text

    from metroetl.plans.compare.layout import Heading, Paragraph, Quote, Table, clean

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 160)
    console.print(Text(clean(report.title), "bold"))
    for block in report.blocks:
        if isinstance(block, Heading):
            console.print(Text("\n" + clean(block.text), "bold cyan" if block.level == 1 else "bold"))
        elif isinstance(block, Paragraph):
            console.print(Text(clean(block.text)))
        elif isinstance(block, Quote):
            console.print(
                Text.assemble(("  │ ", "cyan"), clean(block.text), (f" {clean(block.where)}", "dim"))
            )
        elif isinstance(block, Table):
            _show_table(console, block)
    console.print(Text("\n资料来源", "bold cyan"))
    for number, (title, url) in enumerate(report.sources, 1):
        console.print(Text(clean(f"［{number}］{title} {url}")))


def _show_table(console: Console, block: Table) -> None:
    from rich.table import Table as Grid
    from rich.text import Text

    from metroetl.plans.compare.layout import clean

    grid = Grid(
        title=Text(block.caption, "dim"),
        title_justify="left",
        show_lines=any("\n" in c for r in block.rows for c in r),
    )
    for name in block.head:
        grid.add_column(Text(clean(name)), overflow="fold")
    for number, row in enumerate(block.rows):
        mark = block.marks[number] if block.marks else ""
        grid.add_row(*(Text(clean(cell)) for cell in row), style=MARKS.get(mark, ""))
    console.print(grid)
