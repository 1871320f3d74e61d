"""What monitoring keeps in the warehouse for those who read by SQL: indices, links, and the loops of a check-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from metroetl.monitoring.figures import CircleFigures
    from metroetl.monitoring.loop.found import TargetLight
    from metroetl.warehouse import Warehouse


@dataclass(frozen=True)
class Updated:
    """Rows kept of indices and links; findings of the check-up, and how many events its loops got."""

    indices: int
    links: int
    findings: int
    events: int


def update_monitoring(warehouse: Warehouse, circle: str, quarter: str) -> Updated:
    """Derive indices and links anew and check a circle's quarter; the same again changes nothing."""
    from metroetl.monitoring.figures import load_figures
    from metroetl.monitoring.index.store import keep_indices
    from metroetl.monitoring.linkage import update
    from metroetl.monitoring.loop.response import check_up

    indices = sum(keep_indices(warehouse).values())
    links = update(warehouse)
    lights = target_lights(load_figures(warehouse, circle), warehouse, quarter)
    kept = check_up(warehouse, circle, quarter, lights=lights)
    return Updated(indices, links, len(kept.checkup.findings), len(kept.events))


def target_lights(
    data: CircleFigures, warehouse: Warehouse, quarter: str, *, as_of: date | None = None
) -> list[TargetLight]:
    """The lights of the circle's targets, as the check-up asks for them."""
    from metroetl.monitoring.loop.found import TargetLight
    from metroetl.monitoring.targets import goal_states, load_goals
    from metroetl.monitoring.targets.words import title_of

    return [
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
