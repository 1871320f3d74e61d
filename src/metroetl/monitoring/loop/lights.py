"""The check-up with what it asks of the targets: their lights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from metroetl.monitoring.figures import CircleFigures
from metroetl.monitoring.loop.checkup import examine
from metroetl.monitoring.loop.found import CheckUp, TargetLight
from metroetl.monitoring.targets import goal_states, load_goals
from metroetl.monitoring.targets.words import title_of

if TYPE_CHECKING:
    from datetime import date

    from metroetl.monitoring.loop.rules import CheckRule
    from metroetl.warehouse import Warehouse


def look_at(
    warehouse: Warehouse,
    data: CircleFigures,
    quarter: str,
    *,
    as_of: date | None = None,
    rules: Iterable[CheckRule] | None = None,
) -> CheckUp:
    """Judge a circle's quarter by the rules (the catalogue's), the lights of its targets too. Nothing is written."""
    lights = [
        TargetLight(
            state.goal.region_code,
            state.goal.indicator_code or "",
            state.lit.light,
            f"{title_of(state.goal, 'zh')}：{state.lit.word()}",
            f"{title_of(state.goal, 'en')}: {state.lit.word('en')}",
            (state.reached,) if state.reached else (),
        )
        for state in goal_states(data, load_goals(warehouse, as_of=as_of), quarter)
    ]
    return examine(data, quarter, lights, rules)
