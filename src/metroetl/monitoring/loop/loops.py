"""Loops read from what happened to them: one object a loop, folded from its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metroetl.errors import WarehouseError
from metroetl.monitoring.figures import earlier
from metroetl.monitoring.loop.found import Key

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

Row = Mapping[str, Any]
CHECKED = frozenset({"opened", "found", "reopened", "clear", "unjudged", "proposed"})
FOUND = frozenset({"opened", "found", "reopened"})
ENDED = frozenset({"verified", "closed"})
_LOOPS = """
SELECT loop_id, circle_id, rule_code, rule_zh, rule_en, region_code, indicator_code, opened_quarter, opened_at
FROM mart_loop WHERE :circle = '' OR circle_id = :circle ORDER BY opened_at, loop_id
"""
_EVENTS = """
SELECT loop_id, ordinal, kind, state, of_quarter AS quarter, severity, value, text_zh, text_en, clear_quarters, item_id,
  owner, due_quarter, who, at
FROM mart_loop_event WHERE :circle = '' OR circle_id = :circle ORDER BY loop_id, ordinal
"""


@dataclass
class Loop:
    """A loop and its events in order; everything else is read off them."""

    row: Row
    events: list[Row] = field(default_factory=list)

    @property
    def loop_id(self) -> str:
        """Its key, the same through quarters."""
        return str(self.row["loop_id"])

    @property
    def key(self) -> Key:
        """Rule, place, indicator."""
        return Key(self.row["rule_code"], self.row["region_code"], self.row["indicator_code"])

    @property
    def state(self) -> str:
        """That of the last event."""
        return str(self.events[-1]["state"])

    @property
    def ended(self) -> bool:
        """Whether a person ended it."""
        return self.state in ENDED

    @property
    def checked(self) -> Row:
        """The outcome of the last check-up; it was opened by one."""
        return [e for e in self.events if e["kind"] in CHECKED][-1]

    @property
    def found(self) -> Row:
        """The last finding."""
        return [e for e in self.events if e["kind"] in FOUND][-1]

    @property
    def response(self) -> Row | None:
        """The last response since it was opened or opened again."""
        found = None
        for event in self.events:
            if event["kind"] == "responded":
                found = event
            elif event["kind"] == "reopened":
                found = None
        return found

    def outcome(self, quarter: str) -> Row | None:
        """The last outcome of a quarter's check-up; a proposal stands for the clear quarter that brought it."""
        of = [e for e in self.events if e["kind"] in CHECKED and e["quarter"] == quarter]
        return of[-1] if of else None

    def clear_before(self, quarter: str) -> int:
        """Judged quarters without the finding before a quarter, since the last one with it."""
        count = 0
        quarters = sorted({e["quarter"] for e in self.events if e["kind"] in CHECKED}, reverse=True)
        for known in (q for q in quarters if q < quarter):
            outcome = self.outcome(known)
            if outcome is None or outcome["kind"] in FOUND:
                break
            count += outcome["kind"] != "unjudged"
        return count


def read_loops(warehouse: Warehouse, circle_id: str = "") -> list[Loop]:
    """Loops of a circle (of all), oldest first."""
    asked = {"circle": circle_id}
    found = {row["loop_id"]: Loop(row) for row in warehouse.records(_LOOPS, asked)}
    for event in warehouse.records(_EVENTS, asked):
        if event["loop_id"] in found:
            found[event["loop_id"]].events.append(event)
    return list(found.values())


def find_loop(warehouse: Warehouse, loop_id: str) -> Loop:
    """The loop of an id or of its beginning; raises WarehouseError for none or several."""
    found = [loop for loop in read_loops(warehouse) if loop.loop_id.startswith(loop_id)]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} loops begin with {loop_id}" if found else f"there is no loop {loop_id}"
    raise WarehouseError(what, way_out="`metroetl loop list --all` shows their ids.")


def by_key(loops: list[Loop]) -> dict[Key, list[Loop]]:
    """Loops by rule, place and indicator, oldest first."""
    found: dict[Key, list[Loop]] = {}
    for loop in loops:
        found.setdefault(loop.key, []).append(loop)
    return found


def quarters_between(first: str, last: str) -> int:
    """How many quarters lie between: 1 from 2024-Q4 to 2025-Q1."""
    number = 0
    while earlier(last, number) > first:
        number += 1
    return number


def last_checked(loops: list[Loop]) -> str:
    """The newest quarter that any of the loops was checked for; empty where there is none."""
    return max((str(e["quarter"]) for loop in loops for e in loop.events if e["kind"] in CHECKED), default="")


def open_loops(loops: list[Loop], quarter: str) -> Iterator[Loop]:
    """Those that were opened by a quarter and are not ended."""
    return (loop for loop in loops if not loop.ended and loop.row["opened_quarter"] <= quarter)
