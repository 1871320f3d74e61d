"""Confidence from evidence: how a statement was found, and whether it fits the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from metroetl.catalogue.models import Indicator
from metroetl.statistics.units import fits, is_percent

THRESHOLD = 0.8
_UNIT_MISFIT = 0.6
_OUT_OF_RANGE = 0.6
_GUESSED = 0.7
_NO_INDICATOR = 0.9


def weigh(
    weights: Mapping[str, float],
    indicator: Indicator | None,
    family: str,
    value: float,
    unit: str,
    guessed: bool,
) -> tuple[float, list[str]]:
    """Confidence between 0 and 1 and the evidence that lowered it, as `name weight`."""
    found = {k: w for k, w in weights.items() if w < 1.0}
    if guessed:
        found["predicate:guessed"] = _GUESSED
    if indicator is None:
        found["indicator:unknown"] = _NO_INDICATOR
    else:
        found.update(_against(indicator, family, value, unit))
    confidence = 1.0
    for weight in found.values():
        confidence *= weight
    return round(confidence, 3), [f"{k} {w:g}" for k, w in found.items()]


def _against(indicator: Indicator, family: str, value: float, unit: str) -> dict[str, float]:
    if family == "level" and indicator.unit not in ("%",) and not fits(unit, indicator.unit):
        return {"unit:misfit": _UNIT_MISFIT}
    if family == "yoy" and is_percent(unit):
        percent = value * (100 if unit == "倍" else 1)
        low, high = indicator.yoy_min, indicator.yoy_max
        if (low is not None and percent < low) or (high is not None and percent > high):
            return {"growth:out of range": _OUT_OF_RANGE}
    return {}
