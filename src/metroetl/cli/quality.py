"""`metroetl quality rules`: every rule of the suites, with what it did so far."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

group = typer.Typer(help="校验规则 · The rules that judge.", no_args_is_help=True)

_ACTIVITY = """
SELECT rule_code, runs_judged, runs_fired, fired_pct, unexpected, last_fired_at, never_judged, never_fired, always_fires
FROM mart_rule_activity
"""
_COLUMNS = ("规则 rule", "表 table", "级别 severity", "负责 owner", "判断 judged", "触发 fired", "%", "最近触发 last fired", "理由 reason")  # fmt: skip


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.add_typer(group, name="quality")


@group.command("rules")
def quality_rules(
    silent: Annotated[bool, typer.Option("--silent", help="只列从未触发的 · that never fired")] = False,
    noisy: Annotated[bool, typer.Option("--noisy", help="只列总是触发的 · that always fire")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """规则及其触发情况 · All rules: runs in which they judged and fired, when last; also those that no run judged yet."""
    from metroetl.cli.show import show_table
    from metroetl.pipeline import open_warehouse

    columns, rows = open_warehouse().query(_ACTIVITY)
    known = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    found = [_entry(rule, known.get(rule["rule_code"], {})) for rule in _rules()]
    if silent or noisy:
        found = [e for e in found if (silent and e["never_fired"]) or (noisy and e["always_fires"])]
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    show_table("", _COLUMNS, [_cells(entry) for entry in found])
    print(f"{len(found)} 条 · rules")


def _rules() -> list[dict[str, Any]]:
    from metroetl.quality.after import rule_rows

    return rule_rows()


def _entry(rule: dict[str, Any], activity: dict[str, Any]) -> dict[str, Any]:
    none = {
        "runs_judged": 0,
        "runs_fired": 0,
        "fired_pct": None,
        "unexpected": 0,
        "last_fired_at": None,
        "never_judged": 1,
        "never_fired": 1,
        "always_fires": 0,
    }
    return {**rule, **none, **activity}


def _cells(entry: dict[str, Any]) -> list[Any]:
    share = "" if entry["fired_pct"] is None else f"{entry['fired_pct']:.0f}"
    last = (entry["last_fired_at"] or "")[:16]
    judged = entry["runs_judged"] or "从未 never"
    return [entry["rule_code"], entry["table_name"], entry["severity"], entry["owner"], judged, entry["runs_fired"], share, last, entry["reason_zh"]]  # fmt: skip
