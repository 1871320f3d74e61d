"""Lights (红黄绿灯) of targets and list items, by the rules of a preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from metroetl.monitoring.targets.rules import Light, LightRules, Limits

WORDS: Mapping[str, tuple[str, str]] = {
    "green": ("绿灯", "green"),
    "yellow": ("黄灯", "yellow"),
    "red": ("红灯", "red"),
    "blue": ("蓝灯", "blue"),
    "grey": ("无法判定", "can't be told"),
}
UNKNOWN = "缺进度，无法判定"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a target or an item; None is unknown, and never meets a condition.

    `behind`: percentage points below 序时进度 (negative is ahead). `start_late`, `entry_late`: whole months since the
    planned month while it is not started or entered, 0 within it. `due_in_days`: until the due day, while not done.
    """

    behind: float | None = None
    start_late: int | None = None
    entry_late: int | None = None
    due_in_days: int | None = None
    done: bool | None = None
    done_this_month: bool | None = None
    caught_up: bool | None = None
    overdue: bool | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Lit:
    """A light, the rule's note on why, whether the office's rule itself says so, and the preset."""

    light: Light
    note: str
    stated: bool
    rules: str

    def word(self, language: str = "zh") -> str:
        """绿灯, 黄灯 …; the word is always shown beside a colour."""
        return WORDS[self.light][language == "en"]


def light_of(standing: Standing, rules: LightRules) -> Lit:
    """The light of the first rule whose conditions are all met; grey where none is."""
    for rule in rules.rules:
        wanted = {name: value for name, value in rule.when if value is not None}
        if wanted and all(_met(condition, getattr(standing, name)) for name, condition in wanted.items()):
            return Lit(rule.light, rule.note, rule.stated, rules.id)
    return Lit("grey", UNKNOWN, True, rules.id)


def _met(condition: Any, fact: Any) -> bool:
    if fact is None:
        return False
    if isinstance(condition, Limits):
        return condition.hold(fact)
    if isinstance(condition, list):
        return fact in condition
    return bool(fact == condition)


def months_late(planned: date, today: date) -> int:
    """Whole months since the planned month was over: 0 within it and before, 1 in the month after it."""
    return max(0, (today.year - planned.year) * 12 + today.month - planned.month)


def item_standing(item: Mapping[str, Any], today: date) -> Standing:
    """What a row of `mart_task_progress` tells of a list item on a day: its milestone's quarter, its latest report.

    The planned month of a start is the last one of the milestone's quarter; a share done (`percent`) is set against
    the share of the list's year that is over at the milestone's end.
    """
    due = _day(item.get("due_to"))
    state, percent = item.get("state"), item.get("percent")
    done = None if state is None else state == "done"
    open_ = not done
    return Standing(
        behind=_behind(due, percent, today),
        start_late=months_late(due, today) if due and state == "not_started" else None,
        due_in_days=(due - today).days if due and open_ and due >= today else None,
        done=done,
        overdue=None if due is None else open_ and due < today,
        state=state,
    )


def _behind(due: date | None, percent: float | None, today: date) -> float | None:
    """Points below the even share of the year by now, at most what is due by the milestone."""
    if due is None or percent is None:
        return None
    day = min(due, today)
    days = (date(due.year, 12, 31) - date(due.year, 1, 1)).days + 1
    over = (day - date(due.year, 1, 1)).days + 1
    return max(0.0, min(100.0, over / days * 100)) - percent


def _day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    return date.fromisoformat(str(value)[:10])
