"""Whose figure it is, where a figure is off: another place's, indicator's, period's, measure's, or its own misprinted.

Only figures that are further off than their slack are asked. An echo is a value that equals, as printed, one that is
known to stand beside it in a table; where the figures of a release changed places, each fits what another should be.
Each column is empty where there is no echo, and null where there was nothing to compare with.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metroetl.quality.limits import (
    ECHO_DIGITS,
    ECHO_MONTHS,
    ECHO_ROWS,
    EXCHANGED_PERCENT,
    FAR,
    FIT_ALONE,
    FIT_HEADER_PERCENT,
    FIT_HEADER_PP,
    FIT_OF_OFF,
    FIT_PERCENT,
    MIRROR_OF_OFF,
    MIRROR_PACE_PP,
    MISPRINT_PERCENT,
    SHARE_OF_ITSELF,
    regions_above,
)

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue

ECHOES = (
    "region_echo", "indicator_echo", "measure_echo", "period_echo", "year_echo", "span_echo", "digits_echo", "sign_echo",
)  # fmt: skip
_POOL = [
    "row", "region_code", "indicator_code", "measure_family", "measure", "variant", "at", "value_norm", "rounding",
]  # fmt: skip
_SPANS = (1, 3, 6, 9, 12)
# How many months before another place's or indicator's value may stand: beside it, or in last year's column (rates have
# too few digits for that).
_ASIDE = {"level": (0, 12), "yoy": (0,)}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, staged or known."""

    row: int
    region: str
    indicator: str
    family: str
    measure: str
    variant: str
    at: int
    value: float
    rounding: float
    expected: float = math.nan
    off: float = math.nan
    off_slack: float = math.nan
    tight: bool = False

    @property
    def is_off(self) -> bool:
        """Whether it is further from what is expected than its slack."""
        return abs(self.off) > self.off_slack

    @property
    def told(self) -> str:
        """The figure as a reason names it."""
        year, month = divmod(self.at - 1, 12)
        return f"{self.region} {self.indicator} {year}-{month + 1:02} {self.value:g}"


def add_echo_columns(frame: pd.DataFrame, facts: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The columns of ECHOES; facts as series.add_series_columns gives them."""
    import pandas as pd

    beyond = _beyond_limits(frame)
    compared = frame["off"].notna() | beyond
    far = frame[beyond | frame["off"].abs().gt(frame["off_slack"])].head(ECHO_ROWS)
    found: dict[str, dict[int, str]] = {name: {} for name in ECHOES}
    if not far.empty:
        known = _Known(frame, facts, far, regions_above(catalogue))
        for figure in known.asked:
            for name, told in _echoes(figure, known):
                found[name].setdefault(figure.row, told)
            for other in _exchanged(figure, known):
                found["region_echo"].setdefault(other.row, f"≈{figure.told}")
                found["region_echo"].setdefault(figure.row, f"≈{other.told}")
    columns = {
        name: pd.Series(
            [told.get(i, "") if is_compared else None for i, is_compared in compared.items()], index=frame.index, dtype=object
        )
        for name, told in found.items()
    }  # fmt: skip
    return frame.assign(**columns)


def _beyond_limits(frame: pd.DataFrame) -> pd.Series[bool]:
    """Rates that nobody can expect: they are asked about without an expectation."""
    rate = frame["measure_family"].eq("yoy") & frame["region_code"].notna() & frame["at"].notna()
    low, high = (frame[c].astype(float) for c in ("yoy_min", "yoy_max"))
    beyond: pd.Series[bool] = rate & (frame["value_norm"].lt(low) | frame["value_norm"].gt(high))
    return beyond


class _Known:
    """The figures of the release and of core around those that are asked about."""

    def __init__(
        self, frame: pd.DataFrame, facts: pd.DataFrame, far: pd.DataFrame, parents: Mapping[str, str | None]
    ) -> None:
        self._parents = parents
        self._places: dict[str, list[Figure]] = defaultdict(list)
        self._below: dict[tuple[str, str | None], list[Figure]] = defaultdict(list)
        self.asked: list[Figure] = []
        regions, indicators = set(far["region_code"]), set(far["indicator_code"])
        alike = facts["region_code"].isin(regions) | facts["indicator_code"].isin(indicators)
        indicators.add("GDP")
        near = facts["at"].between(far["at"].min() - ECHO_MONTHS, far["at"].max() + ECHO_MONTHS)
        expected = frame[["expected", "off", "off_slack"]].assign(tight=frame["basis"].isin(["print", "growth", "sum"]))
        pool = facts.loc[near & alike, _POOL].join(expected, on="row")
        chosen = set(far.index)
        for row, region, indicator, family, measure, variant, at, *numbers, tight in pool.itertuples(
            index=False, name=None
        ):
            figure = Figure(
                row, region, indicator, family, measure, variant, int(at), *map(float, numbers), tight is True
            )
            self._places[region].append(figure)
            self._below[indicator, parents.get(region)].append(figure)
            if row in chosen:
                self.asked.append(figure)

    def of_place(self, figure: Figure) -> Iterator[Figure]:
        """The other figures of its region."""
        return (o for o in self._places[figure.region] if o.row != figure.row or o.row < 0)

    def wholes(self, figure: Figure) -> Iterator[Figure]:
        """What it can be a share of: GDP of its region, its indicator in the region above."""
        at = (o for o in self._places[figure.region] if o.indicator == "GDP" and o.indicator != figure.indicator)
        above = self._places.get(self._parents.get(figure.region) or "", [])
        both = (*at, *(o for o in above if o.indicator == figure.indicator))
        yield from (o for o in both if o.at == figure.at and o.measure == figure.measure and o.value > 0)

    def of_others(self, figure: Figure) -> Iterator[Figure]:
        """Its indicator in the regions beside, above and below its own."""
        parent = self._parents.get(figure.region)
        if parent:
            yield from (o for o in self._below[figure.indicator, parent] if o.region != figure.region)
            yield from (o for o in self._places[parent] if o.indicator == figure.indicator)
        yield from self._below[figure.indicator, figure.region]


def _echoes(figure: Figure, known: _Known) -> Iterator[tuple[str, str]]:
    """The echoes of one figure by column."""
    telling = _digits(figure) >= ECHO_DIGITS[figure.family, figure.tight]
    for other in known.of_place(figure):
        name = _in_region(figure, other)
        if name and (telling or _tells_column(figure, name)) and _equal(figure, other):
            yield name, other.told
        elif name == "indicator_echo" and figure.tight and _fits(figure, other):
            yield name, f"≈{other.told}"
        elif name == "measure_echo" and _in_other_column(figure, other):
            yield name, f"≈{other.told}"
    for other in known.of_others(figure):
        if _in_indicator(figure, other):
            if telling and _equal(figure, other):
                yield "region_echo", other.told
            elif _fits(figure, other):
                yield "region_echo", f"≈{other.told}"
    if figure.family == "yoy":
        yield from _mirrored(figure, known)
        if figure.tight and (told := _turned_digits(figure)):
            yield "digits_echo", told
    if figure.family == "level":
        yield from _as_share(figure, known)
        yield from _of_span(figure, known)
        far = abs(figure.off) > max(2 * figure.off_slack, 0.0 if figure.tight else 30.0)
        if far and (told := misprint(figure.value, figure.expected, figure.rounding)):
            yield "digits_echo", told


def _tells_column(figure: Figure, name: str) -> bool:
    """Whether an equal value of the other measure tells: it has digits enough, or is out of all proportion."""
    far = math.isnan(figure.off) or abs(figure.off) > FAR
    return name == "measure_echo" and (_digits(figure) >= 3 or (far and _digits(figure) >= 2))


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


def _in_indicator(figure: Figure, other: Figure) -> bool:
    return (
        other.measure == figure.measure
        and other.variant == figure.variant
        and figure.at - other.at in _ASIDE[figure.family]
    )


def _equal(figure: Figure, other: Figure) -> bool:
    return abs(figure.value - other.value) <= min(figure.rounding, other.rounding) * 1.000001


def _exchanged(figure: Figure, known: _Known) -> Iterator[Figure]:
    """Levels of other places of its release with which it plainly changed places, though they are off by little."""
    if figure.family != "level" or abs(figure.off) < EXCHANGED_PERCENT or figure.row < 0:
        return
    for other in known.of_others(figure):
        if other.row < 0 or not _in_indicator(figure, other) or not abs(other.off) >= EXCHANGED_PERCENT:
            continue
        if figure.at == other.at and min(figure.value, other.value, figure.expected, other.expected) > 0:
            misses = _percent(figure.value, other.expected), _percent(other.value, figure.expected)
            if max(misses) <= FIT_PERCENT:
                yield other


def _fits(figure: Figure, other: Figure) -> bool:
    """Whether the figure is what another of its release should be, which is off too; rates must change places."""
    if not other.is_off or other.at != figure.at:
        return False
    if figure.family == "level":
        fit = max(FIT_PERCENT, other.off_slack if abs(figure.off) > FAR / 2 else 0.0)
        return figure.value > 0 < other.expected and _percent(figure.value, other.expected) <= fit
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
        abs(rate.value - level.expected) <= FIT_HEADER_PP and _percent(level.value, rate.expected) <= FIT_HEADER_PERCENT
    )


def _mirrored(figure: Figure, known: _Known) -> Iterator[tuple[str, str]]:
    """A rate of the opposite sign; by the pace of its series only where the place's other rates didn't turn too."""
    turned = figure.value * figure.expected < 0
    if not turned or abs(figure.value + figure.expected) > MIRROR_OF_OFF * abs(figure.off):
        return
    if abs(figure.off) <= 2 * figure.off_slack:
        return
    if not figure.tight:
        others = [o for o in known.of_place(figure) if o.family == "yoy" and o.at == figure.at and o.row >= 0]
        if abs(figure.off) < MIRROR_PACE_PP or any(o.value * o.expected < 0 and o.is_off for o in others):
            return
    yield "sign_echo", f"{-figure.value:g}"


def _as_share(figure: Figure, known: _Known) -> Iterator[tuple[str, str]]:
    """A level that is its own share of GDP, or of the region above, in per cent."""
    if not (0 < figure.value < 100 and figure.expected > 0):
        return
    for whole in known.wholes(figure):
        share = 100 * figure.expected / whole.value
        if share < 100 and abs(figure.value - share) <= max(1.0, SHARE_OF_ITSELF * share):
            yield "measure_echo", f"{figure.indicator}/{whole.told}"
            return


def _percent(a: float, b: float) -> float:
    return abs(math.log(a / b)) * 100


def _digits(figure: Figure) -> int:
    """How many digits the figure is printed with, without leading zeros."""
    units = round(abs(figure.value) / (2 * figure.rounding)) if figure.rounding else 0
    return len(str(units)) if units else 0


def _of_span(figure: Figure, known: _Known) -> Iterator[tuple[str, str]]:
    """Whether a cumulative level is that of another span of its year: a month, a quarter alone, a longer period."""
    months = (figure.at - 1) % 12 + 1
    if figure.measure != "level_ytd" or not figure.expected > 0 or figure.value <= 0:
        return
    before = {
        (o.at - 1) % 12 + 1: o.value
        for o in known.of_place(figure)
        if o.indicator == figure.indicator and o.measure == figure.measure and o.variant == figure.variant
        and figure.at - months - 12 < o.at <= figure.at - months
    }  # fmt: skip
    ratio = figure.value / figure.expected
    for span, share, slack in _shares(months, before):
        if abs(math.log(ratio / share)) <= slack:
            yield "span_echo", f"{span}: {ratio:.2f}"
            return


def _shares(months: int, before: dict[int, float]) -> Iterator[tuple[str, float, float]]:
    """Of other spans, the share of this one: as last year had it, else by the months."""
    whole = before.get(months)
    for other in _SPANS:
        if other == months:
            continue
        if whole and other in before:
            yield f"1—{other}", before[other] / whole, 0.06
        else:
            yield f"1—{other}", other / months, 0.12
    if months > 3:
        if whole and months - 3 in before and whole > before[months - 3]:
            yield "quarter", 1 - before[months - 3] / whole, 0.1
        else:
            yield "quarter", 3 / months, 0.25
    yield "month", 1 / months, 0.35


def misprint(value: float, expected: float, rounding: float) -> str:
    """How the expected value can have been misprinted as this one: digits transposed, dropped, doubled, misread."""
    if not (value > 0 and expected > 0 and rounding > 0) or _near(value, expected):
        return ""
    places = max(0, round(-math.log10(2 * rounding)))
    text = f"{value:.{places}f}"
    plain, point = text.replace(".", ""), len(text.partition(".")[0])
    for change, options in (
        ("transposed", _transpositions(plain)), ("doubled", _shorter(plain)), ("dropped", _longer(plain)),
        ("misread", _substitutions(plain)),
    ):  # fmt: skip
        for option in options:
            whole = option[: point + len(option) - len(plain)]
            number = float(f"{whole or 0}.{option[len(whole) :] or 0}")
            if _near(number, expected):
                return f"{change}: {number:g}"
    return ""


def _turned_digits(figure: Figure) -> str:
    """Two digits of a rate in each other's place: 1.6 for 6.1."""
    units = round(abs(figure.value) / (2 * figure.rounding)) if figure.rounding else 0
    for option in _transpositions(f"{units:02}"):
        number = math.copysign(int(option) * 2 * figure.rounding, figure.value)
        if option != f"{units:02}" and abs(number - figure.expected) <= FIT_ALONE * abs(figure.off):
            return f"transposed: {number:g}"
    return ""


def _near(a: float, b: float) -> bool:
    return a > 0 and _percent(a, b) <= MISPRINT_PERCENT


def _transpositions(plain: str) -> Sequence[str]:
    return [plain[:i] + plain[i + 1] + plain[i] + plain[i + 2 :] for i in range(min(len(plain) - 1, 4))]


def _substitutions(plain: str) -> Sequence[str]:
    return [plain[:i] + digit + plain[i + 1 :] for i in range(min(len(plain), 2)) for digit in "0123456789"]


def _shorter(plain: str) -> Sequence[str]:
    """Without one of two equal neighbours."""
    return [plain[:i] + plain[i + 1 :] for i in range(len(plain) - 1) if plain[i] == plain[i + 1]]


def _longer(plain: str) -> Sequence[str]:
    return [plain[:i] + digit + plain[i:] for i in range(min(len(plain), 4)) for digit in "0123456789"]
