"""`metroetl retention`: what takes room, how fast it grows, what is kept how long."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from metroetl.operations.disk import Disk
    from metroetl.operations.retention import Retained
    from metroetl.settings import Settings


def register(app: typer.Typer) -> None:
    """Put the command into the app."""
    app.command("retention")(retention)


def retention(
    apply: Annotated[bool, typer.Option("--apply", help="执行 · do it; else only told")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """占用、年增长与保留期；--apply 归并与删除到期的 · What takes room and grows; fold and delete what is past its time."""
    from dataclasses import asdict

    from metroetl.operations.disk import disk_use
    from metroetl.operations.retention import retain
    from metroetl.pipeline import open_warehouse
    from metroetl.settings import settings

    config, warehouse = settings(), open_warehouse()
    done = retain(warehouse, config, apply=apply)
    disk = disk_use(warehouse, config, datetime.now(UTC))
    if as_json:
        told = {"disk": {**asdict(disk), "year": disk.year}, "retention": done.model_dump()}
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    _show_disk(disk)
    _show(done, config)


def _show_disk(disk: Disk) -> None:
    from metroetl.cli.show import show_table
    from metroetl.operations.disk import in_words

    rows = [
        [part.title, in_words(part.bytes), "未知 unknown" if part.year is None else in_words(part.year)]
        for part in disk.parts
    ]
    show_table("", ["部分 part", "占用 bytes", "年增长 a year"], rows)
    left = disk.days_left
    full = f"，约 {left / 365:.1f} 年后写满 · full in {left / 365:.1f} years" if left is not None else ""
    print(f"剩余 free: {in_words(disk.free)} / {in_words(disk.total)}{full}")


def _show(done: Retained, config: Settings) -> None:
    from metroetl.operations.disk import in_words

    did, would = ("已归并 folded", "已删除 deleted"), ("可归并 to fold", "可删除 to delete")
    folded, deleted = did if done.applied else would
    print(
        f"{folded}: {sum(done.fetches.values())} 次无更新访问 attempts"
        f"（{config.keep_fetches_days} 天以前 older than days, METROETL_KEEP_FETCHES_DAYS）\n"
        f"{deleted}: {done.pages} 个校验页文件 files of validation pages, {in_words(done.page_bytes)}"
        f"（{config.keep_pages_days} 天以前 older than days, METROETL_KEEP_PAGES_DAYS）"
    )
