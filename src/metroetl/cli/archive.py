"""Commands about the archive: info, verify, prune, export and import as WARC."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from metroetl.harvest.store import Stored
    from metroetl.pipeline.archive import Volume

archive = typer.Typer(help="存档 · The archive of everything as it was served.", no_args_is_help=True)

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(archive, name="archive")


@archive.command("info")
def archive_info() -> None:
    """份数、字节、压缩比，按来源与月份 · Bodies, bytes, compression; by source and role, by month."""
    from metroetl.cli.show import show_table
    from metroetl.pipeline.archive import take_inventory

    found = take_inventory()
    volumes = ["份数 bodies", "存储 stored", "原始 unpacked", "压缩比 ratio"]
    print(f"{found.address}\n事实 facts: {found.facts['files']} ({_bytes(found.facts['bytes'])})")
    rows = [[*place, *_volume(volume)] for place, volume in sorted(found.by_source.items())]
    show_table("", ["来源 source", "role", *volumes], [*rows, ["全部 all", "", *_volume(found.total)]])
    months = [[month, *_volume(volume)] for month, volume in sorted(found.by_month.items())]
    show_table("", ["月份 month", *volumes], months)


@archive.command("verify")
def archive_verify() -> None:
    """逐份核对校验值 · Read every body, check its hash, look for what is missing. Exit 1 if anything is wrong."""
    from metroetl.pipeline.archive import verify

    found = verify()
    print(f"核对 read: {found.bodies} 份 bodies, {found.facts} 条事实 facts")
    if found.pruned:
        print(f"已清理的旧列表 superseded list pages, pruned: {found.pruned}")
    for title, lines in (("损坏 damaged", found.damaged), ("缺失 missing", found.missing)):
        print(f"{title}: {len(lines)}")
        _list(lines)
    if not found.good:
        print("→ 导入含有它们的 WARC；或删除损坏的文件，由 revisit 重取缺失的")
        print(
            "→ import a WARC that has them; or delete what is damaged: `metroetl revisit` fetches what is missing"
        )
        raise typer.Exit(1)


@archive.command("prune")
def archive_prune(
    keep_days: Annotated[
        int, typer.Option(min=1, help="旧列表页保留天数 · days for which superseded list pages stay")
    ] = 90,
    yes: Annotated[
        bool, typer.Option("--yes/--dry-run", help="真的删除；否则只列出 · drop them, else only show")
    ] = False,
) -> None:
    """清理无主文件与旧列表页，从不删除任何版本 · Drop what nothing refers to and old list pages; never a version."""
    from metroetl.cli.show import show_table
    from metroetl.pipeline.archive import find_prunable, prune

    found = find_prunable(keep_days)
    kinds: list[tuple[str, list[Stored]]] = [
        ("无主 orphans: nothing refers to them", found.orphans),
        ("残留 leftovers of killed runs", found.leftovers),
        (f"{keep_days} 天前的旧列表 superseded list pages", found.listings),
    ]
    rows = [[title, len(files), _bytes(sum(f.size for f in files))] for title, files in kinds]
    show_table("", ["可清理 prunable", "文件 files", "字节 bytes"], rows)
    if not yes:
        print("未删除 nothing was dropped: --yes 执行")
        return
    prune(found)
    print(f"已删除 dropped: {len(list(found))}")


@archive.command("export")
def archive_export(
    out: Annotated[Path, typer.Argument(help="OUT.warc.gz")],
    source: Annotated[list[str] | None, typer.Option(help="来源编号，可多次 · source id, repeatable")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="取得日期不早于 · fetched since")
    ] = None,
    public_only: Annotated[
        bool, typer.Option("--public-only", help="不含内部材料 · without internal files")
    ] = False,
) -> None:
    """导出为 WARC · Write snapshots with their facts as WARC. Exit 1 if some could not be read."""
    from metroetl.pipeline.warc import export_warc

    done = export_warc(out, source or [], since.date() if since else None, public_only=public_only)
    print(f"导出 exported: {done.snapshots} → {out} ({_bytes(out.stat().st_size)})")
    if done.internal:
        print(f"其中内部 internal, not for passing on: {done.internal}")
    if done.unreadable:
        print(f"未能读取 unreadable: {len(done.unreadable)}")
        _list(done.unreadable)
        raise typer.Exit(1)


@archive.command("import")
def archive_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="IN.warc.gz")],
    source: Annotated[
        str | None, typer.Option(help="多个来源共用主机时指明 · whose pages, where sources share a host")
    ] = None,
) -> None:
    """导入 WARC（本项目的或其他工具的） · Take a WARC file in; what is here already stays as it is."""
    from metroetl.pipeline.warc import import_warc

    done = import_warc(file, source)
    print(f"导入 taken: {done.snapshots}，其中新的 new: {done.new}")
    for source_id, number in sorted(done.sources.items()):
        print(f"  {source_id} {number}")
    if done.internal:
        print(f"其中内部 internal: {done.internal}")
    for reason, urls in sorted(done.left.items()):
        print(f"未取 left out ({reason}): {len(urls)}")
        _list(urls, 3)
    if done.new:
        print("→ 下一次 `metroetl run` 读取 · the next `metroetl run` reads them")


def _volume(volume: Volume) -> list[str]:
    ratio = f"{volume.unpacked / volume.stored:.1f}" if volume.stored else ""
    return [str(volume.bodies), _bytes(volume.stored), _bytes(volume.unpacked), ratio]


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _list(lines: list[str], most: int = SHOWN) -> None:
    for line in lines[:most]:
        print(f"  {line}")
    if len(lines) > most:
        print(f"  … {len(lines) - most}")
