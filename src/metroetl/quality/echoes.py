"""Whose figure it is, where a figure is off: another place's, indicator's, period's, measure's, or its own misprinted.

Only figures that are further off than their slack are asked. An echo is a value that equals, as printed, one that is
known to stand beside it in a table; where the figures of a release changed places, each fits what another should be.
Each column is empty where there is no echo, and null where there was nothing to compare with.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from metroetl.quality.figures import Figure, Known, percent
from metroetl.quality.limits import (
    ECHO_DIGITS,
    ECHO_ROWS,
    EXCHANGED_PERCENT,
    EXCHANGED_PP,
    FAR,
    FIT_ALONE,
    FIT_HEADER_PERCENT,
    FIT_HEADER_PP,
    FIT_OF_OFF,
    FIT_PERCENT,
    MIRROR_OF_OFF,
    MIRROR_PACE_PP,
    regions_above,
)
from metroetl.quality.misprints import as_share, misprint, of_span, turned_digits

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue

ECHOES = (
    "region_echo", "indicator_echo", "measure_echo", "period_echo", "year_echo", "span_echo", "digits_echo", "sign_echo",
)  # fmt: skip
# How many months before another place's or indicator's value may stand: beside it, or in last year's column (rates have
# too few digits for that).
_ASIDE = {"level": (0, 12), "yoy": (0,)}


def add_echo_columns(frame: pd.DataFrame, facts: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The columns of ECHOES; facts as series.add_series_columns gives them."""
    import pandas as pd

    beyond = _beyond_limits(frame)
    compared = frame["off"].notna() | beyond
    growth = frame["measure_family"].eq("yoy") & frame["off"].abs().ge(EXCHANGED_PP)
    far = frame[beyond | growth | frame["off"].abs().gt(frame["off_slack"])].head(ECHO_ROWS)
    found: dict[str, dict[int, str]] = {name: {} for name in ECHOES}
    if not far.empty:
        known = Known(frame, facts, far, regions_above(catalogue))
        answers: dict[Figure, list[tuple[str, str]]] = {}  # what several documents state alike is asked once
        for figure in known.asked:
            alike = figure._replace(row=0)
            if alike not in answers:
                asked_for = figure.is_off or math.isnan(figure.off)
                answers[alike] = list(_echoes(figure, known)) if asked_for else []
            for name, told in answers[alike]:
                found[name].setdefault(figure.row, told)
            for other in _exchanged(figure, known):
                found["region_echo"].setdefault(other.row, f"≈{figure.told}")
                found["region_echo"].setdefault(figure.row, f"≈{other.told}")
    asked = [number if is_compared else None for number, is_compared in enumerate(compared)]
    columns = {
        name: pd.Series(
            [None if n is None else told.get(n, "") for n in asked], index=frame.index, dtype=object
        )
        for name, told in found.items()
    }
    return frame.assign(**columns)


def _echoes(figure: Figure, known: Known) -> Iterator[tuple[str, str]]:
    """The echoes of one figure by column."""
    telling = figure.digits >= ECHO_DIGITS[figure.family, figure.tight]
    for other in known.of_place(figure):
        name = _in_region(figure, other)
        if not name:
            continue
        if (telling or _tells_column(figure, name)) and _equal(figure, other):
            yield name, other.told
        elif _moved(figure, other, name):
            yield name, f"≈{other.told}"
    for months in _ASIDE[figure.family]:
        for other in known.of_others(figure, months):
            if telling and _equal(figure, other):
                yield "region_echo", other.told
            elif _fits(figure, other):
                yield "region_echo", f"≈{other.told}"
    yield from _own(figure, known)


def _own(figure: Figure, known: Known) -> Iterator[tuple[str, str]]:
    """What is wrong with it of itself: its sign, its digits, the span that it counts; it is its own share."""
    if figure.family == "yoy":
        yield from _mirrored(figure, known)
        if figure.tight and (told := turned_digits(figure)):
            yield "digits_echo", told
        return
    yield from as_share(figure, known)
    yield from of_span(figure, known)
    far = abs(figure.off) > max(2 * figure.off_slack, 0.0 if figure.tight else 30.0)
    if far and (told := misprint(figure)):
        yield "digits_echo", told


def _moved(figure: Figure, other: Figure, name: str) -> bool:
    """Whether it is what another figure of its release and region should be."""
    if name == "indicator_echo":
        return figure.tight and _fits(figure, other)
    return name == "measure_echo" and _in_other_column(figure, other)


def _beyond_limits(frame: pd.DataFrame) -> pd.Series[bool]:
    """Rates that nobody can expect: they are asked about without an expectation."""
    rate = frame["measure_family"].eq("yoy") & frame["region_code"].notna() & frame["at"].notna()
    low, high = (frame[c].astype(float) for c in ("yoy_min", "yoy_max"))
    beyond: pd.Series[bool] = rate & (frame["value_norm"].lt(low) | frame["value_norm"].gt(high))
    return beyond


def _tells_column(figure: Figure, name: str) -> bool:
    """Whether an equal value of the other measure tells: it has digits enough, or is out of all proportion."""
    far = math.isnan(figure.off) or abs(figure.off) > FAR
    return name == "measure_echo" and (figure.digits >= 3 or (far and figure.digits >= 2))


def _in_region(figure: Figure, other: Figure) -> str:
    """What an equal value of the same region would mean; empty where it means nothing."""
    distance = figure.at - other.at
    if other.indicator != figure.indicator:
        alike = other.family == figure.family and other.variant == figure.variant
        return "indicator_echo" if alike and distance in _ASIDE[figure.family] else ""
    if other.family != figure.family:
        return "measure_echo" if distance == 0 else ""
    if other.measure != figure.measure or distance == 0:
        return ""
    if distance == 12:
        return "year_echo"
    return "period_echo" if figure.family == "level" or abs(distance) == 3 else ""


def _equal(figure: Figure, other: Figure) -> bool:
    """As the figure is printed: the other may be known from a finer print."""
    return abs(figure.value - other.value) <= figure.rounding * 1.000001


def _exchanged(figure: Figure, known: Known) -> Iterator[Figure]:
    """Figures of other places of its release with which it plainly changed places, though they are off by little.

    Levels; rates where levels or prints tell what they should be.
    """
    level = figure.family == "level"
    least = EXCHANGED_PERCENT if level else EXCHANGED_PP
    if figure.row < 0 or not abs(figure.off) >= least or not (level or figure.tight):
        return
    for other in known.of_others(figure):
        if other.row < 0 or not abs(other.off) >= least:
            continue
        if level and min(figure.value, other.value, figure.expected, other.expected) > 0:
            misses = percent(figure.value, other.expected), percent(other.value, figure.expected)
            if max(misses) <= FIT_PERCENT:
                yield other
        elif not level and other.tight:
            misses = abs(figure.value - other.expected), abs(other.value - figure.expected)
            if max(misses) <= FIT_ALONE * min(abs(figure.off), abs(other.off)):
                yield other


def _fits(figure: Figure, other: Figure) -> bool:
    """Whether the figure is what another of its release should be, which is off too; rates must change places."""
    if not other.is_off or other.at != figure.at:
        return False
    if figure.family == "level":
        fit = max(FIT_PERCENT, other.off_slack if abs(figure.off) > FAR / 2 else 0.0)
        return figure.value > 0 < other.expected and percent(figure.value, other.expected) <= fit
    miss, off = abs(figure.value - other.expected), abs(figure.off)
    if figure.tight and other.tight and miss <= FIT_ALONE * off:
        return True
    return miss <= FIT_OF_OFF * off and abs(other.value - figure.expected) <= FIT_OF_OFF * abs(other.off)


def _in_other_column(figure: Figure, other: Figure) -> bool:
    """Whether level and rate stand in each other's place."""
    if not (figure.is_off and other.is_off):
        return False
    rate, level = (figure, other) if figure.family == "level" else (other, figure)
    # named by what they are printed as: `rate` is where the level should be
    if rate.family != "level" or not (level.value > 0 < rate.expected):
        return False
    return (
        abs(rate.value - level.expected) <= FIT_HEADER_PP
        and percent(level.value, rate.expected) <= FIT_HEADER_PERCENT
    )


def _mirrored(figure: Figure, known: Known) -> Iterator[tuple[str, str]]:
    """A rate of the opposite sign; by the pace of its series only where the place's other rates didn't turn too."""
    turned = figure.value * figure.expected < 0
    if not turned or abs(figure.value + figure.expected) > MIRROR_OF_OFF * abs(figure.off):
        return
    if abs(figure.off) <= 2 * figure.off_slack:
        return
    if not figure.tight:
        others = (o for o in known.beside(figure) if o.family == "yoy" and o.row >= 0)
        if abs(figure.off) < MIRROR_PACE_PP or any(o.value * o.expected < 0 and o.is_off for o in others):
            return
    yield "sign_echo", f"{-figure.value:g}"
