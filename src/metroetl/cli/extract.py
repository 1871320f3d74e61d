"""Commands that read files and texts, without network and warehouse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

extract = typer.Typer(help="抽取 · Extract from texts, one JSON a line.", no_args_is_help=True)

Input = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSONL")]
Output = Annotated[Path, typer.Option("-o", "--output", help="JSONL")]


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.command("read")(read)
    app.add_typer(extract, name="extract")


def read(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="文件或目录 · files or folders")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="JSONL；留空输出到屏幕")] = None,
) -> None:
    """读文件：标题、文号、日期、正文、附件 · What saved pages and files say."""
    from metroetl.documents import read_folder

    lines = (json.dumps(record, ensure_ascii=False) for path in paths for record in read_folder(path))
    if output is None:
        for line in lines:
            print(line)
        return
    with output.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(line + "\n")


@extract.command("statistics")
def extract_statistics(source: Input, output: Output) -> None:
    """统计数据 · Statements about numbers (input: id, title, publisher, date, url, region, text)."""
    from metroetl.catalogue import catalogue
    from metroetl.statistics import extract_lines

    extract_lines(source, output, catalogue())


@extract.command("plan")
def extract_plan(source: Input, output: Output) -> None:
    """规划计划 · What a document says of plans (input: id, title, url, text)."""
    from metroetl.catalogue import catalogue
    from metroetl.plans import extract_lines

    extract_lines(source, output, catalogue())
