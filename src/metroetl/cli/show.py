"""What the commands print: summaries and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from metroetl.runs import ReleaseNews, RunSummary

STATES = {
    "held": "有批次被拦下 · a batch is held",
    "checks_failed": "已入库数据未通过检查 · a check of what is published failed",
    "sources_failed": "有来源未能读取 · some source failed",
    "announced": "有新内容，未取 · new items, not fetched",
    "nothing_new": "没有新内容 · nothing new",
    "loaded": "已入库 · loaded",
}
NARROWEST = 8  # characters of a column that can still be read


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as a table, or one below the other where they have too many columns for the width.

    None is empty, and brackets in the data are no markup.
    """
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, 140)
    if len(columns) * NARROWEST > console.width:
        _show_records(console, columns, rows)
        return
    table = Table(title=title or None, title_justify="left")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    console.print(table)


def _show_records(console: Console, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    number = 0
    for number, row in enumerate(rows, start=1):
        table = Table(title=f"[{number}]", title_justify="left", show_header=False, box=None)
        for name, cell in zip(columns, row, strict=True):
            table.add_row(name, _cell(cell))
        console.print(table)
    console.print(f"{number} 行 · rows")


def _cell(value: Any) -> Text:
    return Text("" if value is None else str(value))


def show_releases(releases: Sequence[ReleaseNews]) -> None:
    """Print the plans that a run announces, each with its link."""
    for r in releases:
        known = [r.state, r.period, "、".join(r.issuers), r.doc_number]
        print(f"★ {r.title}   {' · '.join(str(k) for k in known if k)}\n  {r.url}")


def show_summary(summary: RunSummary) -> None:
    """Print what a run did, source by source, then the gate."""
    rows = []
    for s in summary.sources:
        failed = Counter(f.code for f in s.failures)
        unchanged = s.outcomes.get("unchanged", 0)
        fetched = s.outcomes.get("new", 0) + s.outcomes.get("changed", 0)
        told = " ".join(f"{code} {n}" for code, n in failed.items())
        rows.append(
            [s.title, s.announced, fetched, unchanged, s.vanished, told, s.documents, s.statements, s.plans]
        )
    columns = [
        "来源 source",
        "新发布 announced",
        "取得 fetched",
        "未变 unchanged",
        "消失 vanished",
        "失败 failed",
        "文档 documents",
        "数据 figures",
        "规划 plans",
    ]
    show_table("", columns, rows)
    gate = summary.gate
    published = ", ".join(f"{table} {n}" for table, n in gate.published.items() if n) or "0"
    print(f"{STATES[summary.state]}   run {summary.run_id}")
    print(f"入库 published: {published}\n隔离 quarantined: {gate.quarantined}   批次 batches: {gate.batches}")
    for batch, codes in gate.held.items():
        print(f"拦下 held: {batch} ({', '.join(codes)}) → metroetl decide show {batch}, or deployment decide")
    show_releases(summary.releases)
    for failure in summary.not_told:
        print(f"未通知 not told: {failure}")
    for finding in summary.findings[:12]:
        print(f"{'✗' if finding.severity != 'warning' else '!'} {finding}")
    if len(summary.findings) > 12:
        print(f"… {len(summary.findings) - 12} more findings")
    failures = [f for s in summary.sources for f in s.failures]
    for failure in failures[:12]:
        print(f"✗ {failure}")
    if len(failures) > 12:
        print(f"… {len(failures) - 12} more in raw_fetch and ops_quarantine")
    if summary.validation_page:
        print(f"校验页 validation page: {summary.validation_page}")
