"""Targets: progress against time, required against actual rate, the chance to meet them, lights, assessment."""

from metroetl.monitoring.targets.assessment import Score, assess
from metroetl.monitoring.targets.goals import Goal, load_goals
from metroetl.monitoring.targets.lights import Lit
from metroetl.monitoring.targets.section import section
from metroetl.monitoring.targets.state import GoalState, goal_states, item_light

__all__ = [
    "Goal",
    "GoalState",
    "Lit",
    "Score",
    "assess",
    "goal_states",
    "item_light",
    "load_goals",
    "section",
]
