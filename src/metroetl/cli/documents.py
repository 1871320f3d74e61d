"""Commands about archived documents: list, versions, diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from metroetl.pipeline.versions import Look

documents = typer.Typer(
    help="文件与版本：网页改动、附件替换 · Archived documents and what changed in them.", no_args_is_help=True
)
ROLES = {"page": "网页 page", "attachment": "附件 file", "inbox": "收件箱 inbox"}
STATES = {"present": "在 present", "vanished": "已消失 vanished", "unreadable": "无法读取 unreadable"}
KINDS = {"fields": "信息 facts", "texts": "正文 text", "tables": "表格 tables", "files": "附件 files"}

Address = Annotated[str, typer.Argument(help="网页或附件的地址 · address of a page or file")]
Source = Annotated[str | None, typer.Option(help="来源编号 · source id")]


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(documents, name="documents")


@documents.command("list")
def documents_list(
    source: Source = None,
    changed: Annotated[bool, typer.Option("--changed", help="只列有变化的 · only what changed")] = False,
) -> None:
    """已存档的网页与附件，最近变化的在前 · Archived pages and files, the last changed first."""
    from metroetl.documents.lines import shown
    from metroetl.pipeline.versions import list_documents

    _, found = list_documents(source, changed=changed)
    for source_id, role, title, url, bodies, contents, files, at, state in found:
        told = [source_id, ROLES[role], f"存档 bodies {bodies}", f"内容 contents {contents}"]
        told += [f"附件替换 files replaced {files}"] if files else []
        told += [f"最近变化 changed {at[:16]} UTC"] if at else []
        print(shown(f"{title or '无标题 untitled'}\n  {url}"))
        print(f"  {' · '.join([*told, STATES[state]])}")
    print(f"共 in all: {len(found)}")


@documents.command("versions")
def documents_versions(address: Address, source: Source = None) -> None:
    """一个地址的各版本 · Every archived version of an address, and whether it says something else."""
    from metroetl.cli.show import show_table
    from metroetl.documents.compare.page import moment
    from metroetl.documents.lines import shown
    from metroetl.pipeline.versions import look_at_versions

    title, looks = look_at_versions(address.strip(), source)
    rows = []
    for look in looks:
        v = look.version
        facts = [v.number, moment(v.first_seen_at), moment(v.last_seen_at), v.seen, v.sha256[:12]]
        rows.append([*facts, f"{v.size:,}", _told(look)])
    columns = [
        "版本 version",
        "首次 first seen",
        "最近 last seen",
        "次数 times",
        "sha256",
        "字节 bytes",
        "变化 changed",
    ]
    show_table("", columns, rows)
    print(shown(f"{title}\n{address}"))
    if len(looks) > 1:
        print("→ `metroetl documents diff` 比较其中两个版本 compares two of them (--from, --to)")


@documents.command("diff")
def documents_diff(
    address: Address,
    old: Annotated[
        int | None, typer.Option("--from", min=1, help="原版本号 · version, the last but one")
    ] = None,
    new: Annotated[int | None, typer.Option("--to", min=1, help="新版本号 · version, the last")] = None,
    html: Annotated[Path | None, typer.Option(help="写入 HTML，不联网即可打开 · into a file")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    source: Source = None,
) -> None:
    """两个版本之间改了什么 · What changed between two versions: facts, text, numbers, tables, files."""
    from metroetl.pipeline.versions import compare_versions

    comparison = compare_versions(address.strip(), source, old=old, new=new)
    if html is not None:
        from metroetl.documents.compare.page import render_page

        html.write_text(render_page(comparison), encoding="utf-8")
    if as_json:
        print(comparison.model_dump_json(indent=2))
        return
    from metroetl.cli.changes import show_comparison

    show_comparison(comparison)
    if html is not None:
        print(html)


def _told(look: Look) -> str:
    """What a version changed, in a cell."""
    if look.error is not None:
        return f"无法读取 {look.error.code}"
    if look.changes is None:
        return "首次 first"
    if look.changes.rearranged:
        return "次序 order"
    return "，".join(t for k, t in KINDS.items() if getattr(look.changes, k)) or "无 none"
