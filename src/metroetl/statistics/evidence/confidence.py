"""Confidence from evidence: how a statement was found, and whether it fits the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from metroetl.catalogue.models import Indicator
from metroetl.statistics.models import Statement
from metroetl.statistics.vocabulary.units import fits, is_percent

THRESHOLD = 0.8
_UNIT_MISFIT = 0.6
_OUT_OF_RANGE = 0.6
_GUESSED = 0.7
_NO_INDICATOR = 0.9
_DOUBT = re.compile(r"(?:table:)?(\w{1,20})[^()\n]{0,40} (\d(?:\.\d{1,6})?)")


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


def doubts(evidence: Iterable[str]) -> dict[str, float]:
    """The lowest weight by what it is about: name, place, period, predicate, unit, growth, indicator."""
    found: dict[str, float] = {}
    for line in evidence:
        if match := _DOUBT.fullmatch(line):
            found[match[1]] = min(found.get(match[1], 1.0), float(match[2]))
    return found


def reweigh(
    statement: Statement, support: Mapping[str, Mapping[str, float]], against: Mapping[str, float]
) -> None:
    """Add evidence from the release's other statements, in place, and weigh anew.

    `support` tells for each evidence how well it settles what a doubt is about (1 settles it); `against` are weights.
    What lowered the confidence before stays to be seen, also where it is settled. A statement held back for another
    reason than its confidence stays so.
    """
    held = statement.confidence >= THRESHOLD and not statement.publish
    own = doubts(statement.evidence)
    confidence = statement.confidence
    for about, weight in own.items():
        settled = max((known.get(about, 0.0) for known in support.values()), default=0.0)
        confidence *= max(weight, settled) / weight if weight else 1.0
    for weight in against.values():
        confidence *= weight
    statement.confidence = round(min(confidence, 1.0), 3)
    statement.publish = statement.confidence >= THRESHOLD and not held
    statement.evidence = [*statement.evidence, *support, *(f"{name} {w:g}" for name, w in against.items())]


def _against(indicator: Indicator, family: str, value: float, unit: str) -> dict[str, float]:
    if (
        family == "level"
        and indicator.unit not in ("%",)
        and not fits(unit, indicator.unit.replace("亿元", "亿美元") if "美元" in unit else indicator.unit)
    ):
        return {"unit:misfit": _UNIT_MISFIT}
    if family == "yoy" and is_percent(unit):
        percent = value * (100 if unit == "倍" else 1)
        low, high = indicator.yoy_min, indicator.yoy_max
        if (low is not None and percent < low) or (high is not None and percent > high):
            return {"growth:out of range": _OUT_OF_RANGE}
    return {}
