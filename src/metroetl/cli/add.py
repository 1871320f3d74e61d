"""`metroetl sources add`: look at a listing, show what would be taken, ask what can't be known, write the source."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from metroetl.pipeline.adding import Written
    from metroetl.pipeline.proposal import Examined

SHOWN = 8
ASKED = {
    "id": "编号 id",
    "publisher": "发布机构 publisher",
    "title": "名称 title",
    "regions": "地区代码，逗号分隔 region codes",
    "kinds": "内容 kinds: statistics, plans",
    "cron": "采集时间 cron (Asia/Shanghai)",
    "hosts": "允许访问的主机 hosts that may be fetched",
}


def add(
    url: Annotated[str, typer.Argument(help="列表页地址 · address of the listing")],
    source_id: Annotated[str | None, typer.Option("--id", help="编号：小写字母、数字、下划线")] = None,
    title: Annotated[str | None, typer.Option(help="名称，如 甲市统计局 数据发布")] = None,
    publisher: Annotated[str | None, typer.Option(help="发布机构")] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="地区代码（GB/T 2260），可多次 · repeatable")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="statistics | plans，可多次 · repeatable")] = None,
    cron: Annotated[str | None, typer.Option(help="采集时间，五段 cron，北京时间")] = None,
    host: Annotated[list[str] | None, typer.Option(help="另外允许访问的主机 · further hosts")] = None,
    family: Annotated[
        str | None, typer.Option(help="CMS 类型，留空自动识别 · recognised if left out")
    ] = None,
    option: Annotated[list[str] | None, typer.Option(help="该类型的选项 名=值 · NAME=VALUE")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不询问，直接写入 · ask nothing")] = False,
    own: Annotated[
        bool, typer.Option("--own", help="写入 METROETL_HOME，不写入代码库 · not into the checkout")
    ] = False,
) -> None:
    """添加一个来源：看一次列表，确认后写入目录 · Look at a listing once; write the source when you confirm."""
    from metroetl.catalogue.checks import FAMILY_OPTIONS
    from metroetl.pipeline.adding import write_source
    from metroetl.pipeline.proposal import examine, propose, watched_by

    if family is not None and family not in FAMILY_OPTIONS:
        raise typer.BadParameter(f"no such family: {family}; one of {', '.join(FAMILY_OPTIONS)}")
    print(f"查看 looking at {url} …", file=sys.stderr, flush=True)
    seen = examine(url, _options(option or []), family)
    _show(seen)
    if there := watched_by(seen):
        print(f"! 已有来源使用同一列表 the same list is already the source {', '.join(there)}")
    proposal = propose(seen)
    told: dict[str, Any] = {
        "id": source_id,
        "title": title,
        "publisher": publisher,
        "regions": region,
        "kinds": kind,
        "cron": cron,
        "hosts": [*proposal["hosts"], *host] if host else None,
    }
    if yes and seen.page_error is not None:
        raise seen.page_error
    if publisher and not proposal["publisher"]:
        proposal["title"] = f"{publisher} {proposal['title']}"
    for name, label in ASKED.items():
        _settle(proposal, name, label, told[name], ask=not yes)
    if not proposal["regions"] or not proposal["publisher"]:
        missing = "--region" if not proposal["regions"] else "--publisher"
        raise typer.BadParameter(f"the page doesn't say it; give {missing}")
    if not yes and not typer.confirm("写入目录？ Write it to the catalogue?", default=False):
        print("什么也没有写 · nothing was written")
        raise typer.Exit(1)
    written = write_source(proposal, seen, confirmed=not yes, own=own)
    _tell(written)


def _options(pairs: list[str]) -> dict[str, Any]:
    """Options of a family: texts, or lists and objects as JSON."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{pair!r} is not NAME=VALUE")
        try:
            found[name.strip()] = json.loads(value) if value[:1] in {"[", "{"} else value.strip()
        except ValueError as error:
            raise typer.BadParameter(f"{pair!r} holds no JSON: {error}") from None
    return found


def _settle(proposal: dict[str, Any], name: str, label: str, told: Any, *, ask: bool) -> None:
    """Put what was told into the proposal; what wasn't is asked for, with the proposal as default."""
    holder, key = (proposal["cadence"], "cron") if name == "cron" else (proposal, name)
    default = holder[key]
    if told is None and ask:
        shown = ",".join(default) if isinstance(default, list) else default
        answer = typer.prompt(label, default=shown or None)
        told = (
            [t.strip() for t in answer.replace("，", ",").split(",") if t.strip()]
            if isinstance(default, list)
            else answer.strip()
        )
    if told is not None:
        holder[key] = told


def _show(seen: Examined) -> None:
    from metroetl.cli.show import show_table

    look, page = seen.look, seen.look.page
    pages = page.pages if page.pages is not None else "未说明 unstated"
    print(f"列表 list: {look.list}")
    print(
        f"类型 family: {look.family_seen}   页数 pages: {pages}   条目 items: {look.items}   robots.txt: {look.robots}"
    )
    rows = [[n.listed_on, n.title, n.url] for n in page.notices[:SHOWN]]
    rows += [[s.due_on, s.title, ""] for s in page.scheduled[:SHOWN]]
    show_table("", ["日期 date", "标题 title", "链接 link"], rows)
    print("主机 hosts: " + ", ".join(f"{name} ({count})" for name, count in seen.hosts.items()))
    if seen.document is not None:
        document = seen.document
        print(
            f"读一页 one page: {document.title}   {document.published_on or '日期不明 no date'}   {len(document.text)} 字"
        )
        for attachment in document.attachments[:SHOWN]:
            print(f"  附件 attachment: {attachment.name} {attachment.url}")
    elif seen.page_error is not None:
        error = seen.page_error
        print(f"✗ 一页未能读取 a page could not be read: {error.code}: {error.message}\n  → {error.way_out}")
    else:
        print("✗ 没有同一主机上的页面可看 · no page on the list's own host to look at")


def _tell(written: Written) -> None:
    """What was written and what comes next."""
    source = written.source
    print("已写入 written:")
    for file in written.files:
        print(f"  {file}")
    print("目录可加载，示例页读取无误 · the catalogue loads and the examples are read as expected")
    print("下一步 next:")
    print(f"  metroetl sources check {source.id} --live   # 再看一次真实站点 · ask the site again")
    if written.in_checkout:
        print("  python -m pytest tests/pages tests/catalogue -q   # 通用测试 · the generic test covers it")
    print(f"  metroetl run --source {source.id} --dry-run   # 看有什么新内容 · what is new")
    print(f"  metroetl run --source {source.id}   # 采集 · collect")
