"""Each target of a circle and its cities as of a quarter: reached, pace, trend, chance and light, together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from metroetl.monitoring.figures import CircleFigures, Figure, Refused, earlier
from metroetl.monitoring.targets.chance import Chance, chance
from metroetl.monitoring.targets.goals import Goal, goals_of
from metroetl.monitoring.targets.lights import Lit, Standing, item_standing, light_of
from metroetl.monitoring.targets.pace import Pace, Path, pace
from metroetl.monitoring.targets.rules import LightRules, chosen, light_rules
from metroetl.monitoring.targets.trend import Trend, trend

DEFAULT_LIGHTS = "yinchuan"


@dataclass(frozen=True, slots=True)
class GoalState:
    """A target as of a quarter. `reached` is the newest figure by then (its quarter may be earlier); `due` that the target's
    year is over; `met` None while nothing can be set against it, or before the end of a cumulative level's year.
    """

    goal: Goal
    reached: Figure | None
    due: bool
    met: bool | None
    pace: Pace | Refused
    trend: Trend | Refused
    chance: Chance | Refused
    lit: Lit

    @property
    def gap(self) -> float | None:
        """Figure less target, in the target's unit."""
        return None if self.reached is None else self.reached.value - self.goal.value

    @property
    def reached_pct(self) -> float | None:
        """A level as a share of what is wanted, per cent; None for growth."""
        if self.reached is None or self.goal.growth or self.goal.value <= 0:
            return None
        return self.reached.value / self.goal.value * 100


def goal_states(
    data: CircleFigures,
    goals: Iterable[Goal],
    quarter: str,
    *,
    lights: str = DEFAULT_LIGHTS,
    path: Path = "seasonal",
) -> list[GoalState]:
    """The states of a circle's targets of the catalogue's indicators as of a quarter; raises CatalogueError for a preset
    that isn't there."""
    rules = chosen(light_rules(), lights, "preset of lights")
    known = (goal for goal in goals_of(goals, data, quarter) if goal.indicator_code)
    return [goal_state(data, goal, quarter, rules, path) for goal in known]


def goal_state(
    data: CircleFigures, goal: Goal, quarter: str, rules: LightRules, path: Path = "seasonal"
) -> GoalState:
    """One target as of a quarter."""
    due = quarter >= f"{goal.year}-Q4"
    reached = _newest(data, goal, quarter)
    found = pace(data, goal, quarter, path)
    met = _met(goal, reached, due)
    return GoalState(
        goal, reached, due, met, found, trend(data, goal, quarter), chance(data, goal, quarter),
        light_of(_standing(goal, reached, found, due, met), rules),
    )  # fmt: skip


def _newest(data: CircleFigures, goal: Goal, quarter: str) -> Figure | None:
    """The figure of the quarter; else that of the last year's end, for what is published once a year or is wanted later."""
    if found := goal.reached(data, quarter):
        late = goal.year > int(quarter[:4]) and found.measure == "level_ytd" and not quarter.endswith("4")
        if not late:
            return found
    if goal.growth:
        return None
    ends = (f"{year}-Q4" for year in range(int(earlier(quarter, 4)[:4]), int(quarter[:4]) - 4, -1))
    return next((f for end in ends if (f := goal.reached(data, end))), None)


def _met(goal: Goal, reached: Figure | None, due: bool) -> bool | None:
    if reached is None:
        return None
    if due:
        return goal.met(reached) if reached.quarter == f"{goal.year}-Q4" else None
    if goal.growth:
        return goal.met(reached)
    return True if goal.floor and goal.met(reached) and reached.quarter[:4] <= str(goal.year) else None


def _standing(
    goal: Goal, reached: Figure | None, found: Pace | Refused, due: bool, met: bool | None
) -> Standing:
    """What the lights' rules judge: points behind time; for growth and what is due, behind the target as a share of it."""
    if isinstance(found, Pace):
        behind: float | None = -found.gap
    elif reached is None or goal.value <= 0 or (not due and not goal.growth):
        behind = None
    else:
        short = goal.value - reached.value if goal.floor else reached.value - goal.value
        behind = short / goal.value * 100
    if due and reached is not None and reached.quarter != f"{goal.year}-Q4":
        behind = None
    return Standing(behind=behind, overdue=None if met is None else due and not met)


def item_light(item: Mapping[str, Any], day: date, lights: str = DEFAULT_LIGHTS) -> Lit:
    """The light of a row of `mart_task_progress` on a day."""
    return light_of(item_standing(item, day), chosen(light_rules(), lights, "preset of lights"))
