"""What a figure of a table is (level, growth, share, rank, target …), and its unit."""

from __future__ import annotations

from collections.abc import Sequence

from metroetl.catalogue.models import Indicator
from metroetl.statistics.grammar.predicates import Predicate
from metroetl.statistics.tables.cells import Value
from metroetl.statistics.tables.labels import Label
from metroetl.statistics.vocabulary.units import fits, is_percent, is_points
from metroetl.statistics.vocabulary.words import Vocabulary

_INDEX = (20.0, 1000.0)
_IN_PERCENT = ("share", "completion", "contribution", "average")


def figure_unit(
    vocabulary: Vocabulary,
    label: Label,
    value: Value,
    said: Sequence[str],
    noted: Sequence[str],
    name: str,
    code: str | None,
) -> str:
    """The unit of a figure: the first of those that cell, heading and row say, else the fitting one of the note.

    Growth and shares are in per cent where nothing else is said; 倍 and ‰ only where the cell itself prints them.
    """
    if label.role in ("rank", "index"):
        return ""
    if label.growth or label.role in _IN_PERCENT:
        unit = said[0] if said else "%"
        amount = label.growth and not label.role and not is_percent(unit)
        return unit if is_points(unit) or amount or unit == value.unit else "%"
    if said:
        return said[0]
    if vocabulary.is_rate(name, code):
        return next((u for u in noted if is_percent(u)), "")
    amounts = [u for u in noted if not is_percent(u)]
    indicator = vocabulary.catalogue.indicators.get(code or "")
    if len(amounts) > 1:
        amounts = [u for u in amounts if indicator is not None and fits(u, indicator.unit)]
    if len(amounts) == 1:
        return amounts[0]
    return noted[0] if len(noted) == 1 else ""


def figure_family(
    vocabulary: Vocabulary, label: Label, value: Value, unit: str, name: str, code: str | None
) -> Predicate | None:
    """Kind and family of a figure; None where it isn't clear."""
    rate = vocabulary.is_rate(name, code) or vocabulary.is_ratio(code)
    found = _special(label, value, unit, rate) or _plain(vocabulary, label, value, unit, name, code, rate)
    if found is None or not found.family:
        return None
    if found.kind == "actual" and (value.near or label.role == "previous"):
        found.kind = "previous" if label.role == "previous" else "comparison"
    return found


def _special(label: Label, value: Value, unit: str, rate: bool) -> Predicate | None:
    """Figures that are no observations, as their heading says."""
    if label.role == "rank":
        whole = (
            value.digits.isdecimal() and not label.growth
        )  # the place in growth isn't that of the indicator
        return Predicate("rank", "rank", "table-rank") if whole else Predicate("rank", "", "")
    if label.role == "contribution":
        family = "contribution_pp" if is_points(unit) else "contribution_rate"
        return Predicate("contribution", family, "table-contribution")
    if label.role == "average":
        return Predicate("average", "yoy2_avg", "table-average")
    if label.role == "completion":
        return Predicate("comparison", "completion_rate", "table-completion")
    if label.role == "change":
        family = "mom" if is_percent(unit) else "pp_change" if is_points(unit) else "level"
        return Predicate("change", family, "table-change")
    if label.role == "target":
        grows = label.growth or (is_percent(unit) and not rate)
        return Predicate("target", "yoy" if grows else "rate" if rate else "level", "table-target")
    return None


def _plain(
    vocabulary: Vocabulary, label: Label, value: Value, unit: str, name: str, code: str | None, rate: bool
) -> Predicate | None:
    """Level, rate, growth, share, index or change in points."""
    if label.role == "unit_heading":
        return None
    if is_points(unit):
        if rate or label.role == "share":
            return Predicate("actual", "yoy_pp", "table", basis=label.basis)
        return Predicate("change", "pp_change", "table-change")
    if label.role == "share":
        return Predicate("actual", "share", "table", whole=label.whole)
    if label.growth or value.moves:
        return _growth(label, value, unit, rate)
    indicator = vocabulary.catalogue.indicators.get(code or "")
    if label.role == "index" or (not unit and _is_index(name, indicator)):
        return Predicate("actual", "index", "table") if _INDEX[0] < value.value < _INDEX[1] else None
    if is_percent(unit):
        sure = indicator is not None and indicator.unit in ("%", "‰")
        return Predicate("actual", "rate" if rate else "yoy", "table", guessed=not (rate or sure))
    return None if rate and unit else Predicate("actual", "level", "table")


def _growth(label: Label, value: Value, unit: str, rate: bool) -> Predicate | None:
    """Growth in per cent, a change in an amount; rates don't grow, and 持平 is growth under a heading of it only."""
    if not is_percent(unit):
        return None if value.flat else Predicate("change", "level", "table-change")
    if rate or (value.flat and not label.growth):
        return None
    return Predicate("actual", "yoy", "table", basis=label.basis)


def _is_index(name: str, indicator: Indicator | None) -> bool:
    return "指数" in name or (indicator is not None and "=100" in indicator.unit)
