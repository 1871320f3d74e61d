"""The check-up with what it asks of the targets: their lights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from metroetl.monitoring.content import Language
from metroetl.monitoring.figures import CircleFigures
from metroetl.monitoring.loop.checkup import examine
from metroetl.monitoring.loop.found import CheckUp, TargetLight
from metroetl.monitoring.phrases import phrases
from metroetl.monitoring.targets import goal_states, load_goals
from metroetl.monitoring.targets.state import GoalState
from metroetl.monitoring.targets.words import title_of, wanted

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
            _why(state, "zh"),
            _why(state, "en"),
            (state.reached, state.goal.figure) if state.reached else (),
        )
        for state in goal_states(data, load_goals(warehouse, as_of=as_of), quarter)
    ]
    return examine(data, quarter, lights, rules)


def _why(state: GoalState, language: Language) -> str:
    """固定资产投资增速2.2%，2025年不低于5.0%; what can't be told says so."""
    title, figure, say = title_of(state.goal, language), state.reached, phrases(language)
    if figure is None or state.lit.light == "grey":
        return f"{title}：{state.lit.word()}" if language == "zh" else f"{title}: {state.lit.word('en')}"
    value = say.quantity(figure.value, figure.decimals, figure.unit)
    gap, comma = ("", "，") if language == "zh" else (" ", ", ")
    return f"{title}{gap}{value}{comma}{wanted(state.goal, language)}"
