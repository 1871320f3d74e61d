"""Commands about quarantine: what waits, why, and the decision to release or reject it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from metroetl.quality.stopped import StoppedRow
    from metroetl.warehouse import Warehouse

quarantine = typer.Typer(help="隔离区 · Rows that a rule stopped.", no_args_is_help=True)

Rule = Annotated[str | None, typer.Option(help="规则代码 · rule code, e.g. OBS-SCALE")]
SourceId = Annotated[str | None, typer.Option(help="来源编号 · source id")]
Ids = Annotated[list[str] | None, typer.Argument(help="隔离编号或行编号，可写开头 · ids, or their beginning")]
Reason = Annotated[str, typer.Option(prompt="理由 reason", help="理由，留存 · why; it is kept")]
Yes = Annotated[bool, typer.Option("--yes", help="不再询问 · don't ask")]
COLUMNS = ("age_days", "source_id", "table_name", "rule_code", "reason_zh", "quote", "url", "row_id")
HEADS = (
    "天数 age",
    "来源 source",
    "表 table",
    "规则 rule",
    "理由 reason",
    "原句 quote",
    "网页 page",
    "行 row",
)


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def quarantine_list(
    rule: Rule = None,
    source: SourceId = None,
    table: Annotated[str | None, typer.Option(help="表 · e.g. staging_observation")] = None,
    older_than: Annotated[
        int | None, typer.Option(min=0, help="至少等了多少天 · waiting for so many days")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多行数 · most rows")] = 200,
    everything: Annotated[bool, typer.Option("--all", help="也含已处理的 · also what was decided")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """隔离的行，最新在前 · Quarantined rows, newest first, with their age in days."""
    from metroetl.cli.show import show_table
    from metroetl.pipeline import open_warehouse
    from metroetl.quality import list_quarantine

    columns, rows = list_quarantine(
        open_warehouse(), everything=everything, rule=rule, source=source, table=table, older_than=older_than
    )
    found = [dict(zip(columns, row, strict=True)) for row in rows[:limit]]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    shown = (*COLUMNS, "state") if everything else COLUMNS
    heads = (*HEADS, "状态 state") if everything else HEADS
    show_table("", heads, ([row[name] for name in shown] for row in found))
    more = f"，前 {limit} 行 shown" if len(rows) > limit else ""
    print(f"{len(rows)} 项 entries{more}")


@quarantine.command("show")
def quarantine_show(
    row_id: Annotated[str, typer.Argument(help="隔离编号或行编号，可写开头 · an id, or its beginning")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """一行：规则、理由、原句、存档、同一数字的历史、怎么办 · One row: rules, sentence, snapshot, history, what to do."""
    from metroetl.pipeline import open_warehouse
    from metroetl.quality import show_quarantine
    from metroetl.quality.quarantine import series_around, stopped_row

    warehouse = open_warehouse()
    entries = show_quarantine(warehouse, row_id)
    if as_json:
        print(json.dumps(entries, ensure_ascii=False, indent=2, default=str))
        return
    rows = stopped_row(warehouse, entries[0]["row_id"])
    _show(entries, rows, series_around(warehouse, entries[0]["row_json"]))


def _show(entries: list[dict[str, Any]], rows: list[StoppedRow], series: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.text import Text

    from metroetl.cli.show import show_table
    from metroetl.documents.lines import shown
    from metroetl.quality.words import ROW_STATES, advice, table_words

    console = Console(highlight=False, soft_wrap=True)
    first, row = entries[0], rows[0]
    before, value, after = (shown(part) for part in row.marked)
    console.print(Text(f"{table_words(row.table)}  {shown(row.what)}", "bold"))
    console.print(Text.assemble("  “", before, (f"【{value}】" if value else "", "bold reverse"), after, "”"))
    told = {
        "网页 page": row.url,
        "存档 snapshot": f"{row.sha256}  {first['fetched_at'] or ''}",
        "来源 source": f"{row.source_title} ({row.source_id})",
        "批次 batch": first["batch_id"] or "",
        "自 since": first["created_at"],
        "行 row": row.row_id,
    }
    for name, what in told.items():
        console.print(Text.assemble((f"  {name}  ", "dim"), shown(str(what))))
    for entry, known in zip(entries, rows, strict=True):
        console.print(
            Text(f"\n✗ {entry['rule_code']}  {shown(entry['reason_zh'])} · {shown(entry['reason_en'])}")
        )
        console.print(
            Text(f"  隔离编号 {entry['quarantine_id']}  {ROW_STATES[entry['state']]} {entry['state']}")
        )
        if entry["decided_by"]:
            decided = f"{entry['decided_by']} · {entry['decided_at']} · {entry['decision_reason']}"
            console.print(Text(f"  {shown(decided)}"))
        else:
            console.print(Text("  怎么办：" + "\n  ".join(advice(known.owner))))
    if series:
        columns = ["period", "value", "unit", "published_on", "source_id", "quote"]
        show_table(
            "\n库中同一系列 the same series in core", columns, ([r[c] for c in columns] for r in series)
        )
    _say_next(first, row)


def _say_next(entry: dict[str, Any], row: StoppedRow) -> None:
    print(f"\n读出了什么 what was read:  metroetl explain --snapshot {row.sha256} -o page.html")
    if entry["state"] != "open":
        return
    if row.table == "raw_snapshot":
        print("修正后 after a fix:  replay, or metroetl inbox add FILE")
        return
    print(f'放行 release:  metroetl quarantine release {row.row_id} --reason "…"')
    print(f'驳回 reject:   metroetl quarantine reject {row.row_id} --reason "…"')


@quarantine.command("release")
def quarantine_release(
    ids: Ids = None, rule: Rule = None, source: SourceId = None, *, reason: Reason, yes: Yes = False
) -> None:
    """放行并入库 · Publish rows in spite of their rules; who and why are kept."""
    from metroetl.quality import release_quarantine

    _decide("放行 release", release_quarantine, ids or [], rule, source, reason, yes)


@quarantine.command("reject")
def quarantine_reject(
    ids: Ids = None, rule: Rule = None, source: SourceId = None, *, reason: Reason, yes: Yes = False
) -> None:
    """驳回 · Close rows as wrong: the same content stays out; who and why are kept."""
    from metroetl.quality import reject_quarantine

    _decide("驳回 reject", reject_quarantine, ids or [], rule, source, reason, yes)


def _decide(
    what: str,
    act: Callable[..., object],
    ids: list[str],
    rule: str | None,
    source: str | None,
    reason: str,
    yes: bool,
) -> None:
    """Decide each row by itself; those that can't be decided are told, and the exit code is 1."""
    from metroetl.errors import WarehouseError
    from metroetl.pipeline import open_warehouse
    from metroetl.quality.quarantine import still_open
    from metroetl.settings import settings

    if not reason.strip():
        raise typer.BadParameter(
            "理由不能为空 · the reason is kept, so there must be one", param_hint="--reason"
        )
    warehouse = open_warehouse()
    chosen = _chosen(warehouse, ids, rule, source)
    if not ids and chosen and not yes:
        typer.confirm(f"{what}: {len(chosen)} 行 rows?", abort=True)
    who, done, failed = settings().decider, 0, 0
    for row_id in still_open(warehouse, chosen):
        try:
            act(warehouse, row_id, reason=reason.strip(), who=who)
            done += 1
        except WarehouseError as error:
            failed += 1
            print(f"✗ {row_id}: {error.message} → {error.way_out}", file=sys.stderr)
    print(f"{what}: {done} 行 rows · {who} · {reason}")
    raise typer.Exit(int(bool(failed)))


def _chosen(warehouse: Warehouse, ids: list[str], rule: str | None, source: str | None) -> list[str]:
    from metroetl.quality.quarantine import choose_rows, find_open

    if bool(ids) == bool(rule or source):
        raise typer.BadParameter("编号，或 --rule／--source · ids, or --rule and --source")
    if ids:
        return [find_open(warehouse, row_id) for row_id in ids]
    chosen, others = choose_rows(warehouse, rule=rule, source=source)
    if others:
        print(
            f"{len(others)} 行还被其他规则拦下，未选 · other rules stop these too, name their ids: {' '.join(others[:10])}"
        )
    return chosen
