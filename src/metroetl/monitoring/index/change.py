"""What each indicator gave to a change of the score: w·Δd, which sum to it exactly.

Arithmetic mean: w̄·Δd with the mean of both weights, which are the same while the same indicators are covered. Geometric:
L(S₁, S₀)·w̄·Δln d with the logarithmic mean L, additive too. What is left where coverage changed is named so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from metroetl.monitoring.index.definitions import Item
from metroetl.monitoring.index.score import Score, Scored


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a score in its own unit; `coverage` is what came from other indicators being covered, not from values."""

    before: Score
    after: Score
    total: float
    items: tuple[tuple[Item, float], ...]
    coverage: float

    def of(self, key: str) -> float | None:
        """What an indicator gave; None where one of the two scores lacks it."""
        return next((value for item, value in self.items if item.key == key), None)

    def rate(self, value: float) -> float | None:
        """贡献率, per cent of the change; None where nothing changed."""
        return value / self.total * 100 if abs(self.total) > 1e-9 else None

    def dimension(self, key: str) -> float:
        """What the indicators of a dimension gave."""
        return sum(value for item, value in self.items if item.dimension == key)


def change(before: Score, after: Score) -> Change | None:
    """From one score to another of the same edition (of two years, or of two places); None where one isn't there."""
    if before.value is None or after.value is None:
        return None
    factor = _log_mean(after.value, before.value) if before.edition.aggregation == "geometric" else 1.0
    items = []
    for old, new in zip(before.items, after.items, strict=True):
        if old.d is not None and new.d is not None:
            items.append((new.item, factor * (old.weight + new.weight) / 2 * _step(before, old, new)))
    total = after.value - before.value
    return Change(before, after, total, tuple(items), total - sum(v for _, v in items))


def _step(score: Score, old: Scored, new: Scored) -> float:
    assert old.d is not None and new.d is not None
    return math.log(new.d / old.d) if score.edition.aggregation == "geometric" else new.d - old.d


def _log_mean(a: float, b: float) -> float:
    return a if math.isclose(a, b, rel_tol=1e-12) else (a - b) / math.log(a / b)
