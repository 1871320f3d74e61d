"""Commands of the inbox: files that a person saved or received."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metroetl.cli.local import use_local_prefect

if TYPE_CHECKING:
    from metroetl.pipeline.told import Told

inbox = typer.Typer(
    help="收件箱：人工保存或收到的文件 · Files that a person saved or received.", no_args_is_help=True
)
EARLIER = """
SELECT s.fetched_at, s.name, s.url, s.access, s.state, d.title, d.published_on, d.publisher, MIN(q.rule_code) AS code
FROM raw_snapshot AS s
LEFT JOIN core_document AS d ON d.snapshot_id = s.snapshot_id
LEFT JOIN ops_quarantine AS q ON q.row_id = s.snapshot_id AND q.state = 'open'
WHERE s.source_id = 'inbox'
GROUP BY s.snapshot_id, s.fetched_at, s.name, s.url, s.access, s.state, d.title, d.published_on, d.publisher
ORDER BY s.fetched_at DESC, s.name
"""
STATES = {
    "pending": "已存档，待读取 archived",
    "staged": "待校验 staged",
    "read": "已入库 loaded",
    "unreadable": "无法读取 unreadable",
    "rejected": "已驳回 rejected",
}


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(inbox, name="inbox")


@inbox.command("add")
def inbox_add(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="文件 · files")],
    publisher: Annotated[str | None, typer.Option(help="发布机构 · who published it")] = None,
    published: Annotated[str | None, typer.Option(help="发布日期 2025-04-18 · day of publication")] = None,
    url: Annotated[str | None, typer.Option(help="原文地址 · where it was published")] = None,
    region: Annotated[str | None, typer.Option(help="地区代码 · code of the region")] = None,
    public: Annotated[
        bool, typer.Option("--public", help="可公开；默认内部 · may be shown to all; internal unless told")
    ] = False,
) -> None:
    """把文件放入收件箱并入库 · Archive files, then take them the whole way."""
    if url is not None and len(files) > 1:
        raise typer.BadParameter("--url is the address of one file")
    options: dict[str, Any] = {
        "publisher": publisher,
        "published_on": published,
        "url": url,
        "region": region,
    }
    told = [_told(path, {k: v for k, v in options.items() if v}, public) for path in files]
    use_local_prefect()
    from flows.collect import collect_here
    from flows.parameters import CollectRequest
    from metroetl import pipeline
    from metroetl.catalogue.models import INBOX
    from metroetl.cli.show import show_summary

    added = [s for path, facts in zip(files, told, strict=True) for s in pipeline.add_to_inbox([path], facts)]
    print(f"{len(added)} of {len(files)} files are new")
    summary = collect_here(CollectRequest(sources=[INBOX]))
    show_summary(summary)
    raise typer.Exit(summary.exit_code)


def _told(path: Path, options: dict[str, Any], public: bool) -> Told:
    """What is told of a file: by its sidecars, over them by the options; a person at the screen is asked for what
    neither they nor the file say."""
    from metroetl.pipeline.told import make_told, told_of

    beside = told_of(path).model_dump(exclude_defaults=True)
    found = beside | options | ({"access": "public"} if public else {})
    if sys.stdin.isatty():
        found |= _asked(path, found)
    return make_told(found, path.name)


def _asked(path: Path, found: dict[str, Any]) -> dict[str, Any]:
    from metroetl.documents.folder import read_file

    says = read_file(path, f"inbox:{path.name}")
    answers: dict[str, str] = {}
    for key, label in (("publisher", "发布机构 publisher"), ("published_on", "发布日期 day of publication")):
        if not found.get(key) and not says.get(key):
            answer = typer.prompt(
                f"{path.name}: {label} (可留空 may be empty)", default="", show_default=False
            )
            answers |= {key: answer.strip()} if answer.strip() else {}
    return answers


@inbox.command("list")
def inbox_list(limit: Annotated[int, typer.Option(help="以前的文件数 · earlier files")] = 20) -> None:
    """收件箱里有什么，以前的文件怎样了 · What lies in the inbox, and what became of earlier files."""
    from metroetl.cli.show import show_table
    from metroetl.pipeline.inbox import inbox_folder, rejected_files, waiting_files

    print(f"文件夹 folder: {inbox_folder().absolute()}")
    waiting = [
        [w.name, w.path.stat().st_size, "" if w.settled else "正在写入 being written"]
        for w in waiting_files()
    ]
    if waiting:
        show_table("待处理 waiting", ["文件 file", "字节 bytes", ""], waiting)
    if rejected := rejected_files():
        show_table("未能存档 rejected", ["文件 file", "原因 reason"], list(rejected.items()))
    show_table(
        "以前的文件 earlier",
        [
            "时间 when",
            "文件 file",
            "状态 state",
            "标题 title",
            "发布日期 published",
            "发布机构 publisher",
            "access",
        ],
        _earlier(limit),
    )


def _earlier(limit: int) -> list[list[Any]]:
    from metroetl.errors import MetroError
    from metroetl.settings import settings
    from metroetl.warehouse import Warehouse

    try:
        _, rows = Warehouse.open(settings()).query(EARLIER)
    except MetroError:
        return []  # no warehouse yet: nothing was taken in
    return [
        [
            str(at)[:16],
            name or url,
            f"{STATES.get(state, state)} {code or ''}".strip(),
            title,
            day,
            publisher,
            access,
        ]
        for at, name, url, access, state, title, day, publisher, code in rows[:limit]
    ]
