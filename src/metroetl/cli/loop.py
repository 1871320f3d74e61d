"""Commands about check-up and response: what was found, which loops are open, who answers, what is verified."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metroetl.cli.quarters import quarter_of

if TYPE_CHECKING:
    from metroetl.monitoring.loop.loops import Loop

group = typer.Typer(help="体检—诊断—应对闭环 · Loops of check-up and response.", no_args_is_help=True)

Circle = Annotated[str, typer.Option(help="都市圈，编号或名称 · circle, by id or name")]
Id = Annotated[str, typer.Argument(help="闭环编号，可写开头 · the loop's id, or its beginning")]
Reason = Annotated[str, typer.Option(prompt="理由 reason", help="理由，留存 · why; it is kept")]


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="loop")


def _circle(name: str) -> str:
    from metroetl.monitoring.calendar import circle_id

    return circle_id(name)


@group.command("check")
def loop_check(
    circle: Circle = "chengdu",
    quarter: Annotated[str, typer.Option(help="季度，2025Q1；缺省为最新 · the latest if left out")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只判定，不登记 · judge only")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """按规则体检一个季度并登记闭环；重复执行不重复登记 · Check a quarter and carry its loops on."""
    from metroetl.monitoring.figures import latest_quarter, load_figures
    from metroetl.monitoring.loop import words
    from metroetl.monitoring.loop.lights import look_at
    from metroetl.monitoring.loop.response import Kept, check_up
    from metroetl.pipeline import open_warehouse

    warehouse, circle_id = open_warehouse(), _circle(circle)
    wanted = quarter_of(quarter) if quarter else latest_quarter(warehouse, circle_id)
    if dry_run:
        kept = Kept(look_at(warehouse, load_figures(warehouse, circle_id), wanted), ())
    else:
        kept = check_up(warehouse, circle_id, wanted)
    found = kept.checkup
    if as_json:
        print(json.dumps(_told(kept), ensure_ascii=False, indent=2))
        return
    for finding in found.findings:
        print(f"【{words.SEVERITY[finding.severity][0]}】{finding.text('zh')}  ({finding.rule.id})")
    lacks = list(dict.fromkeys(lack.text("zh") for n in found.unjudged for lack in n.lacks))
    for lack in lacks:
        print(f"？未判定 not judged: {lack}")
    print(
        f"{wanted}  判定 judged {found.rules - len(found.unjudged)}，发现 findings {len(found.findings)}，"
        f"未判定 not judged {len(found.unjudged)}"
    )
    if kept.stale:
        print(f"已体检至 {kept.stale}，较早季度只判定不登记 · a later quarter was checked: nothing is kept")
    elif not dry_run:
        print(f"登记 events {len(kept.events)} → metroetl loop list")


def _told(kept: Any) -> dict[str, Any]:
    found = kept.checkup
    return {
        "circle_id": found.circle_id,
        "quarter": found.quarter,
        "findings": [
            {
                **f.key._asdict(),
                "severity": f.severity,
                "value": f.value,
                "zh": f.text("zh"),
                "en": f.text("en"),
            }
            for f in found.findings
        ],
        "unjudged": [
            {**n.key._asdict(), "missing": n.missing, "why": [lack.text("zh") for lack in n.lacks]}
            for n in found.unjudged
        ],
        "passed": [p.key._asdict() for p in found.passed],
        "events": [{**e, "at": str(e["at"])} for e in kept.events],
    }


@group.command("list")
def loop_list(
    circle: Annotated[str | None, typer.Option(help="都市圈，缺省为全部 · all if left out")] = None,
    everything: Annotated[bool, typer.Option("--all", help="也含已结束的 · also those that ended")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """在办闭环 · Open loops: finding, state, owner, due quarter."""
    from metroetl.cli.show import show_table
    from metroetl.pipeline import open_warehouse

    rows = open_warehouse().records(
        "SELECT * FROM mart_loop WHERE (:circle = '' OR circle_id = :circle)"
        " AND (:everything = 1 OR state NOT IN ('verified', 'closed'))"
        " ORDER BY CASE severity WHEN 'alert' THEN 0 WHEN 'watch' THEN 1 ELSE 2 END, opened_quarter, loop_id",
        {"circle": _circle(circle) if circle else "", "everything": int(everything)},
    )
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    heads = ["编号 id", "程度", "状态 state", "发现 finding", "立项 opened", "责任单位 owner", "时限 due"]
    names = ["severity_zh", "state_zh", "finding_zh", "opened_quarter", "owner", "due_quarter"]
    show_table("", heads, ([row["loop_id"][:8], *(row[n] for n in names)] for row in rows))
    print(f"{len(rows)} 项闭环 · loops")


@group.command("show")
def loop_show(loop_id: Id, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """一项闭环的经过 · What happened to one loop, and what can be done next."""
    from metroetl.monitoring.loop import words
    from metroetl.monitoring.loop.loops import find_loop
    from metroetl.pipeline import open_warehouse

    warehouse = open_warehouse()
    loop = find_loop(warehouse, loop_id)
    sql = "SELECT * FROM mart_loop_event WHERE loop_id = :id ORDER BY ordinal"
    events = warehouse.records(sql, {"id": loop.loop_id})
    if as_json:
        print(json.dumps({**loop.row, "events": events}, ensure_ascii=False, indent=2, default=str))
        return
    print(f"{loop.loop_id}  {words.STATES[loop.state][0]} {loop.state}")
    print(f"{loop.row['rule_zh']} ({loop.row['rule_code']})  {words.place(loop.key.region, 'zh')}", end="  ")
    print(words.indicator(loop.key.indicator, "zh"))
    for e in events:
        told = [e["of_quarter"], e["kind_zh"], e["text_zh"]]
        told += [f"{name} {e[key]}" for name, key in _ANSWER.items() if e[key]]
        print(f"  {e['ordinal']:>2}  {'  '.join(str(t) for t in told)}  — {e['who']} {str(e['at'])[:16]}")
    if loop.state == "proposed":
        print(f'核验 verify:   metroetl loop verify {loop.loop_id[:8]} --reason "…"')
    elif not loop.ended:
        short = loop.loop_id[:8]
        print(f'应对 respond:  metroetl loop respond {short} --owner "…" --due 2025Q3 --note "…" [--item …]')
        print(f'关闭 close:    metroetl loop close {short} --reason "…"')


_ANSWER = {"责任单位": "owner", "时限": "due_quarter", "清单事项": "item_id"}


@group.command("respond")
def loop_respond(
    loop_id: Id,
    owner: Annotated[
        str, typer.Option(prompt="责任单位 owner", help="责任单位 · the unit that answers for it")
    ],
    due: Annotated[str, typer.Option(prompt="时限 due, 2025Q3", help="时限季度 · quarter, e.g. 2025Q3")],
    note: Annotated[str, typer.Option(prompt="措施 note", help="措施说明，留存 · what is done; it is kept")],
    item: Annotated[str | None, typer.Option(help="清单事项编号 · item of mart_task_progress")] = None,
) -> None:
    """登记应对：责任单位、时限、清单事项 · Tie a loop to a unit, a quarter and a list item."""
    from metroetl.monitoring.loop.response import respond
    from metroetl.pipeline import open_warehouse
    from metroetl.settings import settings

    quarter, who = quarter_of(due, "--due"), settings().decider
    _done(respond(open_warehouse(), loop_id, owner=owner, due_quarter=quarter, note=note, who=who, item=item))


@group.command("verify")
def loop_verify(loop_id: Id, reason: Reason) -> None:
    """核验恢复并销号 · Verify a proposed recovery: the loop ends. Who and why are kept."""
    from metroetl.monitoring.loop.response import verify
    from metroetl.pipeline import open_warehouse
    from metroetl.settings import settings

    _done(verify(open_warehouse(), loop_id, reason=reason, who=settings().decider))


@group.command("close")
def loop_close(loop_id: Id, reason: Reason) -> None:
    """不待恢复而关闭，说明理由 · End a loop without recovery, and say why."""
    from metroetl.monitoring.loop.response import close
    from metroetl.pipeline import open_warehouse
    from metroetl.settings import settings

    _done(close(open_warehouse(), loop_id, reason=reason, who=settings().decider))


def _done(loop: Loop) -> None:
    from metroetl.monitoring.loop.words import STATES

    last = loop.events[-1]
    print(f"{loop.loop_id}  {STATES[loop.state][0]} {loop.state} · {last['who']} · {last['text_zh']}")
