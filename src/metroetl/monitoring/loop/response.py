"""The response (应对): findings open loops, persons answer and verify. Every step is an event that stays.

A loop's id is that of circle, rule, place, indicator and the quarter of opening. It stays open until a person verifies
its recovery (proposed after the rule's number of clear quarters, or once its list item is done), or closes it saying why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from metroetl.errors import LoadConflict, WarehouseError
from metroetl.monitoring.figures import load_figures
from metroetl.monitoring.loop.found import CheckUp, Finding, NotJudged, Outcome
from metroetl.monitoring.loop.lights import look_at
from metroetl.monitoring.loop.loops import (
    FOUND,
    Loop,
    by_key,
    find_loop,
    last_checked,
    quarters_between,
    read_loops,
)

if TYPE_CHECKING:
    from metroetl.monitoring.loop.rules import CheckRule
    from metroetl.warehouse import Warehouse

PROGRAM = "metroetl"
Event = dict[str, Any]

_ITEM = """
SELECT COALESCE(item_key, item_id) AS item, name, MAX(state) AS state FROM mart_task_progress
WHERE item_id = :item OR item_key = :item GROUP BY COALESCE(item_key, item_id), name
"""


@dataclass(frozen=True)
class Kept:
    """A check-up and what it wrote: events by kind; `stale` where a later quarter was checked before, so nothing was."""

    checkup: CheckUp
    events: tuple[Event, ...]
    stale: str = ""


def check_up(
    warehouse: Warehouse,
    circle: str,
    quarter: str,
    *,
    rules: Iterable[CheckRule] | None = None,
) -> Kept:
    """Check a circle's quarter by the rules (the catalogue's) and carry its loops on; the same again adds nothing.

    Raises WarehouseError for an unknown circle. A quarter before the last one checked is judged, and not kept.
    """
    checkup = look_at(warehouse, load_figures(warehouse, circle), quarter, rules=rules)
    loops = read_loops(warehouse, circle)
    if (newest := last_checked(loops)) > quarter:
        return Kept(checkup, (), newest)
    now = datetime.now(UTC)
    new, events = _carry_on(checkup, by_key(loops), _done_items(warehouse, loops), now)
    if events:
        warehouse.add_loop_events(new, events)
    return Kept(checkup, tuple(events))


def _carry_on(
    checkup: CheckUp, known: dict[Any, list[Loop]], done: set[str], now: datetime
) -> tuple[list[Event], list[Event]]:
    new: list[Event] = []
    events: list[Event] = []
    outcomes: tuple[Outcome, ...] = (*checkup.findings, *checkup.unjudged, *checkup.passed)
    for outcome in outcomes:
        loops = known.get(outcome.key, [])
        if isinstance(outcome, Finding):
            loop = _loop_for(outcome, loops)
            if loop is None:
                row = _opened(checkup.circle_id, outcome, now)
                new.append(row)
                loop = Loop(row)
            events += _found(loop, outcome, now)
        elif loops and not loops[-1].ended:
            events += _not_found(loops[-1], outcome, done, now)
    return new, events


def _loop_for(finding: Finding, loops: list[Loop]) -> Loop | None:
    """The loop that a finding belongs to: the last one, unless it ended too long ago."""
    if not loops:
        return None
    last = loops[-1]
    if not last.ended:
        return last
    age = quarters_between(last.checked["quarter"], finding.quarter)
    return last if age <= finding.rule.reopens_within else None


def _opened(circle_id: str, finding: Finding, now: datetime) -> Event:
    from metroetl.warehouse.keys import digest

    return {
        "loop_id": digest(circle_id, *finding.key, finding.quarter),
        "circle_id": circle_id,
        "rule_code": finding.rule.id,
        "rule_zh": finding.rule.name_zh,
        "rule_en": finding.rule.name_en,
        "region_code": finding.region,
        "indicator_code": finding.indicator,
        "opened_quarter": finding.quarter,
        "opened_at": now,
    }


def _found(loop: Loop, finding: Finding, now: datetime) -> list[Event]:
    before = loop.outcome(finding.quarter)
    told = finding.text("zh"), finding.text("en")
    same = before and (before["severity"], before["text_zh"]) == (finding.severity, told[0])
    if before and before["kind"] in FOUND and (loop.ended or same):
        return []
    kind = "found" if loop.events and not loop.ended else "reopened" if loop.events else "opened"
    state = "responding" if kind == "found" and loop.response else "open"
    return [
        _event(loop, kind, state, finding.quarter, told, PROGRAM, now)
        | {"severity": finding.severity, "value": finding.value}
    ]


def _not_found(loop: Loop, outcome: Outcome, done: set[str], now: datetime) -> list[Event]:
    """A quarter without the finding, or without the figures to judge it; recovery is proposed when it is due."""
    quarter, before = outcome.quarter, loop.outcome(outcome.quarter)
    clear = loop.clear_before(quarter) + (not isinstance(outcome, NotJudged))
    item = loop.response["item_id"] if loop.response else None
    if isinstance(outcome, NotJudged):
        kind = "unjudged"
        told = tuple("；".join(lack.text(lang) for lack in outcome.lacks) for lang in ("zh", "en"))
    else:
        kind = "clear"
        told = (f"本季未出现，已连续{clear}个季度", f"not found, {clear} judged quarters in a row")
    proposed = None
    if kind == "clear" and clear >= outcome.rule.recovers_after:
        proposed = (f"{told[0]}，建议核验销号", f"{told[1]}: recovery to be verified")
    elif item in done:
        proposed = ("所依托的清单事项已完成，建议核验销号", "its list item is done: to be verified")
    if proposed:
        kind, told = "proposed", proposed
    if before and (before["kind"], before["text_zh"]) == (kind, told[0]):
        return []
    state = "proposed" if proposed else "responding" if loop.response else "open"
    if kind == "unjudged":
        state = loop.state
    return [_event(loop, kind, state, quarter, (told[0], told[1]), PROGRAM, now) | {"clear_quarters": clear}]


def _event(
    loop: Loop, kind: str, state: str, quarter: str, told: tuple[str, str], who: str, now: datetime
) -> Event:
    return {
        "loop_id": loop.loop_id,
        "ordinal": len(loop.events) + 1,
        "kind": kind,
        "state": state,
        "quarter": quarter,
        "severity": None,
        "value": None,
        "text_zh": told[0],
        "text_en": told[1],
        "clear_quarters": 0,
        "item_id": None,
        "owner": None,
        "due_quarter": None,
        "who": who,
        "at": now,
    }


def _done_items(warehouse: Warehouse, loops: list[Loop]) -> set[str]:
    wanted = {loop.response["item_id"] for loop in loops if loop.response and loop.response["item_id"]}
    return {item for item in wanted if any(r["state"] == "done" for r in _items(warehouse, item))}


def _items(warehouse: Warehouse, item: str) -> list[dict[str, Any]]:
    return warehouse.records(_ITEM, {"item": item})


# --- persons -------------------------------------------------------------------------------------------------------


def respond(
    warehouse: Warehouse,
    loop_id: str,
    *,
    owner: str,
    due_quarter: str,
    note: str,
    who: str,
    item: str | None = None,
) -> Loop:
    """Tie a loop to a unit, a quarter and (if told) an item of a list; again to change it, for all answers are kept.

    Raises WarehouseError for an unknown loop or item, LoadConflict for a loop that was ended.
    """
    loop = _living(find_loop(warehouse, loop_id))
    found = _items(warehouse, item) if item else []
    if item and not found:
        raise WarehouseError(
            f"no item {item} is in a list",
            way_out='`metroetl query "SELECT item_key, item_id, name FROM mart_task_progress"` shows them.',
        )
    state = "proposed" if loop.state == "proposed" else "responding"
    event = _decided(loop, "responded", state, note, who) | {
        "owner": owner.strip(),
        "due_quarter": due_quarter,
        "item_id": found[0]["item"] if found else None,
    }
    return _add(warehouse, loop, event)


def verify(warehouse: Warehouse, loop_id: str, *, reason: str, who: str) -> Loop:
    """Verify a proposed recovery, which ends the loop. Raises LoadConflict while none is proposed."""
    loop = _living(find_loop(warehouse, loop_id))
    if loop.state != "proposed":
        raise LoadConflict(
            f"no recovery of loop {loop.loop_id} is proposed: it is {loop.state}",
            way_out="The check-up proposes it once the figures have recovered or its item is done; "
            "`metroetl loop close` ends it without, with a reason.",
        )
    return _add(warehouse, loop, _decided(loop, "verified", "verified", reason, who))


def close(warehouse: Warehouse, loop_id: str, *, reason: str, who: str) -> Loop:
    """End a loop without recovery, and say why; if the finding is there next quarter, it opens again."""
    loop = _living(find_loop(warehouse, loop_id))
    return _add(warehouse, loop, _decided(loop, "closed", "closed", reason, who))


def _living(loop: Loop) -> Loop:
    if loop.ended:
        raise LoadConflict(
            f"loop {loop.loop_id} is {loop.state} already",
            way_out=f"`metroetl loop show {loop.loop_id}` says who ended it and why.",
        )
    return loop


def _decided(loop: Loop, kind: str, state: str, words: str, who: str) -> Event:
    if not words.strip():
        raise WarehouseError("the reason is kept, so there must be one", way_out="Say why.")
    last = loop.events[-1]
    event = _event(loop, kind, state, loop.checked["quarter"], (words.strip(),) * 2, who, datetime.now(UTC))
    return event | {"clear_quarters": last["clear_quarters"]}


def _add(warehouse: Warehouse, loop: Loop, event: Event) -> Loop:
    warehouse.add_loop_events([], [event])
    loop.events.append(event)
    return loop
