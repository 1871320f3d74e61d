"""A comparison of two versions, printed: removed in red and struck, added in green, with marks where colours are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from metroetl.documents.compare import labels
from metroetl.documents.compare.page import moment
from metroetl.documents.lines import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metroetl.documents.compare.models import (
        Comparison,
        FileChange,
        Piece,
        TableChange,
        TextChange,
        ValueChange,
    )

GONE, NEW = "red strike", "green"
AROUND = 30  # same characters shown on either side of a change
ROWS = 40  # rows of one table that are shown


def show_comparison(comparison: Comparison) -> None:
    """Print what changed: head and counts first, then facts, files, text and tables."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 140)
    changes = comparison.changes
    _show_head(console, comparison)
    if changes.is_empty:
        console.print(Text(f"\n{labels.NO_CHANGE}", "bold"))
        console.print(Text("→ `metroetl documents versions` 指出何时有变 tells in which version it changed"))
    if changes.rearranged:
        console.print(Text(f"\n{labels.REARRANGED}", "bold"))
    _show_values(console, "信息 facts", changes.fields)
    if changes.files:
        console.print(Text("\n附件 files", "bold"))
        for file in changes.files:
            console.print(_file(file), soft_wrap=True)
    if changes.texts:
        console.print(Text("\n正文 text", "bold"))
        for text in changes.texts:
            _show_text(console, text)
    if changes.tables:
        console.print(Text("\n表格 tables", "bold"))
        for table in changes.tables:
            _show_table(console, table)


def _show_head(console: Console, comparison: Comparison) -> None:
    console.print(Text(shown(comparison.title) or "无标题 untitled", "bold"))
    console.print(Text(shown(f"{comparison.source_id} · {comparison.url}"), "dim"), soft_wrap=True)
    for name, v in (("原 old", comparison.old), ("新 new", comparison.new)):
        when = f"{moment(v.first_seen_at)} – {moment(v.last_seen_at)}"
        console.print(Text(f"{name}: 版本 {v.number}   {when}   {v.sha256[:12]}   {v.size:,} B", "dim"))
    told = [f"{labels.COUNTS[k]} {n}" for k, n in comparison.changes.counts.items() if n]
    if told:
        console.print(Text(" · ".join(told)), soft_wrap=True)


def _show_values(console: Console, title: str, values: Iterable[ValueChange]) -> None:
    rows = [Text.assemble("  ", f"{labels.FIELDS[v.name]}: ", _value(v.old, v.new)) for v in values]
    if rows and title:
        console.print(Text(f"\n{title}", "bold"))
    for row in rows:
        console.print(row, soft_wrap=True)


def _value(old: str | None, new: str | None) -> Text:
    """Old → new; only one of them where the other side has nothing."""
    text = Text()
    if old:
        text.append(shown(old), GONE)
    if old or not new:
        text.append(" → ")
    elif not old:
        text.append("+ ")
    text.append(shown(new) if new else "无 none", NEW if new else "dim")
    return text


def _file(file: FileChange) -> Text:
    text = Text(f"  {labels.FILES[file.kind]}: ", "cyan")
    text.append(shown(file.name), "bold")
    if file.old_url == file.new_url:
        text.append(shown(f"   {file.new_url}"), "dim")
    else:
        text.append("   ").append(_value(file.old_url, file.new_url))
    sums = [s[:12] if s else None for s in (file.old_sha256, file.new_sha256)]
    if any(sums) and sums[0] != sums[1]:
        text.append("   sha256 ").append(_value(*sums))
    return text


def _show_text(console: Console, change: TextChange) -> None:
    places = " → ".join(str(p) for p in dict.fromkeys((change.old_place, change.new_place)) if p)
    text = Text.assemble((f"  {labels.TEXTS[change.kind]} 第{places}段: ", "cyan"))
    if change.kind == "changed":
        text.append(_pieces(change.pieces))
    elif change.kind == "moved":
        text.append(_cut(shown(change.new or ""), first=True))
    else:
        gone = change.kind == "removed"
        text.append(shown(change.old or change.new or ""), GONE if gone else NEW)
    console.print(text, soft_wrap=True)
    for number in change.numbers:
        name = shown(number.name) or "数字 number"
        console.print(
            Text.assemble("      ", (f"{name} ", "bold"), _value(number.old, number.new)), soft_wrap=True
        )


def _pieces(pieces: list[Piece]) -> Text:
    """A changed paragraph; what stayed is cut to what stands beside a change."""
    text = Text()
    for place, piece in enumerate(pieces):
        if piece.op == "removed":
            text.append(f"[-{shown(piece.text)}-]", GONE)
        elif piece.op == "added":
            text.append(f"{{+{shown(piece.text)}+}}", NEW)
        else:
            text.append(_cut(shown(piece.text), first=place == 0, last=place == len(pieces) - 1))
    return text


def _cut(text: str, *, first: bool = False, last: bool = False) -> str:
    """Its begin and end; only the end before the first change, only the begin behind the last."""
    if len(text) <= 2 * AROUND + 1:
        return text
    return f"{'' if first and not last else text[:AROUND]}…{'' if last and not first else text[-AROUND:]}"


def _show_table(console: Console, change: TableChange) -> None:
    title = shown(change.caption) or "无题表格 untitled"
    console.print(
        Text(f"  {labels.TABLES[change.kind]} 第{change.new_place or change.old_place}表: {title}", "cyan")
    )
    _show_values(console, "", change.facts)
    if change.kind == "changed":
        for column in change.columns:
            console.print(Text.assemble(f"    列 column {column.name}: ", _value(column.old, column.new)))
    if change.cells:
        table = Table(box=None, padding=(0, 1), header_style="dim")
        for name in ("   行 row", "列 column", "原 → 新 old → new"):
            table.add_column(name, overflow="fold")
        for cell in change.cells[:ROWS]:
            head = shown(cell.column) or f"第{cell.number}列"
            old, new = cell.old or "空 blank", cell.new or "空 blank"
            table.add_row(Text(f"   {shown(cell.row)}"), Text(head), _value(old, new))
        console.print(table)
        _show_rest(console, len(change.cells))
    for row in change.rows[:ROWS]:
        style = {"removed": GONE, "added": NEW}.get(row.kind, "")
        cells = " | ".join(shown(c) for c in row.cells)
        console.print(
            Text.assemble((f"    {labels.TEXTS[row.kind]}: ", "cyan"), (cells, style)), soft_wrap=True
        )
    _show_rest(console, len(change.rows))


def _show_rest(console: Console, number: int) -> None:
    if number > ROWS:
        console.print(
            Text(f"    … 另有 {number - ROWS} 处，见 --html 或 --json · more in --html, --json", "dim")
        )
