"""What monitoring keeps in the warehouse for those who read by SQL: indices, links, and the loops of a check-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    from metroetl.monitoring.index.store import keep_indices
    from metroetl.monitoring.linkage import update
    from metroetl.monitoring.loop.response import check_up

    indices = sum(keep_indices(warehouse).values())
    links = update(warehouse)
    kept = check_up(warehouse, circle, quarter)
    return Updated(indices, links, len(kept.checkup.findings), len(kept.events))
