"""Loops of check-up, diagnosis and response: what they are of, and what happened to them, append-only.

A loop keeps its id through quarters; its state is that of its last event. The tables are operations, not statements of
documents: a look at an earlier day doesn't change them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, Text, UniqueConstraint, insert
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime, one_of
from metroetl.warehouse.load import add_new

STATES = ("open", "responding", "proposed", "verified", "closed")
KINDS = ("opened", "found", "clear", "unjudged", "proposed", "reopened", "responded", "verified", "closed")
SEVERITIES = ("notice", "watch", "alert")


class OpsLoop(Table, table=True):
    """A loop: a rule, a place, an indicator of a circle, and the quarter in which it was opened."""

    __table_args__ = (
        UniqueConstraint(
            "circle_id", "rule_code", "region_code", "indicator_code", "opened_quarter", name="uq_ops_loop_of"
        ),
    )

    loop_id: str = Field(primary_key=True)
    circle_id: str = Field(foreign_key="dim_circle.circle_id")
    rule_code: str
    rule_zh: str
    rule_en: str
    region_code: str = Field(foreign_key="dim_region.region_code")
    indicator_code: str = Field(foreign_key="dim_indicator.indicator_code")
    opened_quarter: str
    opened_at: datetime = Field(sa_type=UtcDateTime)


class OpsLoopEvent(Table, table=True):
    """What happened to a loop, in order: a check-up's outcome for a quarter, or what a person decided, who and why.

    `state` is that of the loop after it; `clear_quarters` how many judged quarters there were without the finding since
    it was found last.
    """

    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("state", *STATES),
        one_of("severity", *SEVERITIES),
        Index(None, "quarter"),
    )

    loop_id: str = Field(foreign_key="ops_loop.loop_id", primary_key=True)
    ordinal: int = Field(primary_key=True)
    kind: str
    state: str
    quarter: str
    severity: str | None = None
    value: float | None = None
    text_zh: str = Field(sa_type=Text)
    text_en: str = Field(sa_type=Text)
    clear_quarters: int
    item_id: str | None = None
    owner: str | None = None
    due_quarter: str | None = None
    who: str
    at: datetime = Field(sa_type=UtcDateTime)


Row = Mapping[str, Any]
_LOOPS, _EVENTS = OpsLoop.metadata.tables["ops_loop"], OpsLoopEvent.metadata.tables["ops_loop_event"]


def add_loop_events(connection: Connection, loops: Sequence[Row], events: Sequence[Row]) -> None:
    """Add new loops and events; an event whose place another run took meanwhile is refused with all of them."""
    add_new(connection, _LOOPS, loops)
    if events:
        connection.execute(insert(_EVENTS), [dict(e) for e in events])
