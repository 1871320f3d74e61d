"""Commands for the keeper of the catalogue."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from metroetl.statistics.gaps import Gap, Mention
    from metroetl.warehouse import Warehouse

group = typer.Typer(help="目录 · What the catalogue knows, and what it lacks.", no_args_is_help=True)

QUOTE = 60
LOADED = """
SELECT s.indicator, s.region, d.url, COALESCE(s.published_on, s.loaded_at), s.quote
FROM core_statement AS s JOIN core_document AS d ON d.document_id = s.document_id
WHERE s.indicator_code IS NULL AND s.withdrawn_at IS NULL
"""
STOPPED = """
SELECT row_id, row_json, created_at FROM ops_quarantine
WHERE state = 'open' AND table_name IN ('staging_observation', 'staging_statement')
"""
WAITING = """
SELECT s.indicator, s.region, s.url, COALESCE(s.published_on, b.staged_at), s.quote
FROM {table} AS s JOIN ops_batch AS b ON b.batch_id = s.batch_id
WHERE s.indicator_code IS NULL AND b.state IN ('staged', 'held')
"""


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="catalogue")


@group.callback()
def catalogue() -> None:
    """Keeps `gaps` a command of the group while it is the only one."""


@group.command("gaps")
def catalogue_gaps(
    files: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, dir_okay=False, help="文件；留空查数据仓库 · files, else the warehouse"),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多几行 · rows of the table")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="全部，JSON")] = False,
) -> None:
    """目录中没有的指标名称 · Indicator names that were read and that the catalogue lacks, most frequent first."""
    from dataclasses import asdict

    from metroetl import catalogue as room
    from metroetl.statistics.gaps import find_gaps

    unreadable: list[Path] = []
    mentions = list(_in_files(files, unreadable) if files else _in_warehouse())
    gaps = find_gaps(mentions, room.catalogue())
    if as_json:
        print(json.dumps([asdict(gap) for gap in gaps], ensure_ascii=False, indent=2))
    else:
        _show(gaps, limit)
        print(f"{len(gaps)} 个名称 names · {len(mentions)} 条记录 statements")
    if unreadable:
        raise typer.Exit(1)


def _show(gaps: Sequence[Gap], limit: int) -> None:
    from metroetl.cli.show import show_table

    columns = [
        "指标名称 name",
        "记录",
        "地区",
        "文档",
        "最近 last seen",
        "相近的目录名称 nearest",
        "例 example",
    ]
    show_table("", columns, [_row(gap) for gap in gaps[:limit]])
    if len(gaps) > limit:
        print(f"… {len(gaps) - limit} more: --limit, --json")


def _row(gap: Gap) -> list[Any]:
    from metroetl.documents.lines import shown

    name = " / ".join(gap.forms[:3]) + ("（词表已列 listed）" if gap.listed else "")
    nearest = "、".join(f"{name}({code})" for name, code in gap.nearest)
    quote = shown(" ".join(gap.quote.split())[-QUOTE:])
    return [shown(name), gap.statements, len(gap.regions), gap.documents, gap.last_seen, nearest, quote]


def _in_files(files: Sequence[Path], unreadable: list[Path]) -> Iterator[Mention]:
    """Statements without a code in files; one that can't be read is told and noted, the others go on."""
    from metroetl.catalogue import catalogue as words
    from metroetl.documents.folder import document_of_person
    from metroetl.errors import DocumentError
    from metroetl.statistics import extract_statistics
    from metroetl.statistics.gaps import Mention

    for file in files:
        try:
            document = document_of_person(file)
        except DocumentError as error:
            print(f"{file}: {error}", file=sys.stderr)
            unreadable.append(file)
            continue
        seen = document.published_on.isoformat() if document.published_on else ""
        for s in extract_statistics(document, words()):
            if s.indicator_code is None:
                yield Mention(s.indicator, s.region, str(file), seen, s.quote)


def _in_warehouse() -> Iterator[Mention]:
    """Statements without a code: loaded, waiting in a batch, or stopped by a rule."""
    from metroetl.settings import settings
    from metroetl.statistics.gaps import Mention
    from metroetl.warehouse import Warehouse

    warehouse = Warehouse.open(settings())
    waiting = [WAITING.format(table=table) for table in ("staging_observation", "staging_statement")]
    for sql in (LOADED, *waiting):
        for name, region, url, seen, quote in warehouse.query(sql)[1]:
            yield Mention(name, region, url, str(seen or "")[:10], quote)
    yield from _stopped(warehouse)


def _stopped(warehouse: Warehouse) -> Iterator[Mention]:
    from metroetl.statistics.gaps import Mention

    rows = {row_id: (json.loads(row), str(at)[:10]) for row_id, row, at in warehouse.query(STOPPED)[1]}
    for row, at in rows.values():
        if row["indicator_code"] is None:
            seen = row["published_on"] or at
            yield Mention(row["indicator"], row["region"], row["url"], str(seen)[:10], row["quote"])
