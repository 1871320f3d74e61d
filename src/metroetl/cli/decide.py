"""Commands about held batches: what waits for a person, and the decision, by the same flow as in the UI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from metroetl.quality.stopped import HeldBatch

group = typer.Typer(help="裁定被拦下的批次 · Decide on held batches.", no_args_is_help=True)

Batch = Annotated[str, typer.Argument(help="批次编号 · batch id")]
Reason = Annotated[str, typer.Option(prompt="理由 reason", help="理由，留存 · why; it is kept")]


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="decide")


@group.command("list")
def decide_list() -> None:
    """待裁定的批次，最早在前 · Batches that wait for a decision, oldest first."""
    from metroetl.cli.show import show_table
    from metroetl.pipeline import open_warehouse
    from metroetl.quality import held_batches
    from metroetl.quality.quarantine import age_days

    columns = [
        "天数 age",
        "批次 batch",
        "来源 source",
        "规则 rules",
        "文件 documents",
        "数字 figures",
        "陈述 statements",
        "规划 plans",
    ]
    rows = [
        [
            age_days(b.staged_at),
            b.batch_id,
            b.source_title,
            b.held_by,
            b.documents,
            b.observations,
            b.statements,
            b.plans,
        ]
        for b in held_batches(open_warehouse())
    ]
    show_table("", columns, rows)
    print(f"{len(rows)} 个批次待裁定 · batches wait")


@group.command("show")
def decide_show(batch_id: Batch, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """一个批次：规则、不合的行、网页、怎么办 · One batch: rules, rows that failed, pages, what to do."""
    from metroetl.documents.lines import shown
    from metroetl.quality.words import BATCH_STATES, VERDICTS, table_words

    batch = _batch(batch_id)
    if as_json:
        print(json.dumps(batch.model_dump(), ensure_ascii=False, indent=2))
        return
    print(
        f"{batch.source_title} ({batch.source_id})  {batch.batch_id}  {BATCH_STATES[batch.state]} {batch.state}"
    )
    print(f"文件 {batch.documents}  数字 {batch.observations}  陈述 {batch.statements}  规划 {batch.plans}")
    if batch.decided_by:
        print(f"{batch.decided_by} · {batch.decided_at} · {batch.decision_reason}")
    for rule in batch.rules:
        print(f"\n✗ {rule.code}  {VERDICTS[rule.verdict]}  {rule.reason_zh} · {rule.reason_en}")
        print(f"  {table_words(rule.table)}: {rule.unexpected} / {rule.evaluated} 行不合 rows failed")
        for row in rule.rows:
            before, value, after = (shown(part.replace("\n", " ")) for part in row.marked)
            sentence = f"{before}【{value}】{after}" if value else before
            print(f"  - {shown(row.what)}\n    “{sentence[:200]}”\n    {row.url}")
        if not rule.rows and rule.message:
            print("  " + shown(rule.message.replace("\n", "  ")))
        print("  怎么办：" + "\n  ".join(rule.advice))
    if batch.state == "held":
        print(f'\n批准入库:  metroetl decide approve {batch.batch_id} --reason "…"')
        print(f'驳回:      metroetl decide reject {batch.batch_id} --reason "…"')


@group.command("approve")
def decide_approve(batch_id: Batch, reason: Reason) -> None:
    """批准入库 · Publish a held batch; quarantined rows stay out. Who and why are kept."""
    _decide(batch_id, "approve", reason)


@group.command("reject")
def decide_reject(batch_id: Batch, reason: Reason) -> None:
    """驳回 · Close a held batch; nothing of it is published. Who and why are kept."""
    _decide(batch_id, "reject", reason)


def _batch(batch_id: str) -> HeldBatch:
    from metroetl.errors import WarehouseError
    from metroetl.pipeline import open_warehouse
    from metroetl.quality import held_batch

    batch = held_batch(open_warehouse(), batch_id)
    if batch is None:
        raise WarehouseError(
            f"no rule ever held a batch {batch_id}", way_out="`metroetl decide list` shows those that wait."
        )
    return batch


def _decide(batch_id: str, decision: str, reason: str) -> None:
    import pydantic

    from metroetl.cli.local import use_local_prefect
    from metroetl.errors import LoadConflict
    from metroetl.settings import settings

    if (state := _batch(batch_id).state) != "held":
        raise LoadConflict(
            f"batch {batch_id} is {state}; only a held batch is decided",
            way_out=f"`metroetl decide show {batch_id}` says who decided.",
        )
    use_local_prefect()
    from flows.decide import decide_here
    from flows.parameters import DecideRequest

    wanted = {"batch_id": batch_id, "decision": decision, "reason": reason, "decided_by": settings().decider}
    try:
        request = DecideRequest.model_validate(wanted)
    except pydantic.ValidationError as error:
        raise typer.BadParameter("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())) from None
    counts = decide_here(request)
    told = ", ".join(f"{name} {n}" for name, n in counts.items() if n)
    print(f"{decision} {batch_id} · {request.decided_by} · {reason}\n入库 published: {told or '0'}")
