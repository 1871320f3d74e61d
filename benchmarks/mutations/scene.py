"""What a corruption works on: the pages of one clean batch, and what was published before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Literal

from benchmarks.mutations.worlds import Page
from metroetl.warehouse.keys import parse_period

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.statistics.models import Statement

Form = Literal["publisher", "reader"]
MARK = "mutant"
MATERIAL_PP = 0.5
Fact = tuple[str, str, str, str]


@dataclass
class Scene:
    """Pages to corrupt, in place; `marked` are the keys of pages that are wrong as a whole."""

    catalogue: Catalogue
    pages: list[Page]
    history: Sequence[Page]
    dice: Random
    marked: set[str] = field(default_factory=set)

    @cached_property
    def known(self) -> dict[Fact, float]:
        """Every fact published before or in this batch, its newest value."""
        found: dict[Fact, float] = {}
        for page in [*self.history, *self.pages]:
            found.update((fact(s), s.value) for s in page.statements)
        return found

    def family(self, s: Statement) -> str:
        return self.catalogue.measures[s.measure].family

    def levels(self) -> list[Statement]:
        """Levels of series that were published before."""
        return [s for s in self.all() if self.family(s) == "level" and s.value > 0 and self._is_known(s)]

    def rates(self) -> list[Statement]:
        """Growth of series that were published before."""
        return [s for s in self.all() if self.family(s) == "yoy" and self._is_known(s)]

    def _is_known(self, s: Statement) -> bool:
        """Whether core has its level of a year ago, or a print of it: a figure alone can't be told wrong by anybody."""
        level = f"level_{s.measure.rpartition('_')[2]}"
        key = (s.region_code or "", s.indicator_code or "")
        return (*key, level, moved(s.period, 1)) in self.before_now or fact(s) in self.before_now

    @cached_property
    def before_now(self) -> frozenset[Fact]:
        """The facts of the history."""
        return frozenset(fact(s) for page in self.history for s in page.statements)

    def flows(self) -> list[Statement]:
        return [s for s in self.levels() if s.measure == "level_ytd"]

    def all(self) -> list[Statement]:
        return [s for page in self.pages for s in page.statements]

    def page_of(self, s: Statement) -> Page:
        return next(p for p in self.pages if any(s is other for other in p.statements))

    def pick(self, found: Iterable[Statement]) -> Statement | None:
        """One of them, or None."""
        options = list(found)
        return self.dice.choice(options) if options else None

    def before(self, s: Statement, years: int = 0, quarters: int = 0, **other: str) -> float | None:
        """The value of the same fact so much earlier, of another region, indicator or measure if told."""
        period = moved(s.period, years, quarters)
        if period is None:
            return None
        key = (
            other.get("region", s.region_code or ""), other.get("indicator", s.indicator_code or ""),
            other.get("measure", s.measure), period,
        )  # fmt: skip
        return self.known.get(key)


def fact(s: Statement) -> Fact:
    """What identifies a figure."""
    return s.region_code or "", s.indicator_code or "", s.measure, s.period


def moved(period: str, years: int, quarters: int = 0) -> str | None:
    """A period so many years and quarters earlier; None where a quarter can't be moved."""
    year, _, part = period.partition("-")
    if not quarters:
        return f"{int(year) - years}" + (f"-{part}" if part else "")
    if part.startswith("M"):
        return None
    number = (int(year) - years) * 4 + (int(part[1:]) if part else 4) - 1 - quarters
    return name_of(*divmod(number, 4))


def name_of(year: int, quarter: int) -> str:
    """A cumulative quarter by its name: 2024-Q3; the fourth is the year."""
    return f"{year}" if quarter == 3 else f"{year}-Q{quarter + 1}"


def say(s: Statement, value: float, decimals: int | None = None, *, silent: bool = False) -> None:
    """Another value, in the sentence too unless `silent` (then only the reader has it)."""
    places = s.decimals if decimals is None else decimals
    text = f"{abs(value):.{places}f}"
    if value < 0 and s.row is not None:
        text = f"-{text}"
    if not silent:
        words = s.quote.removesuffix(s.unit).rstrip() if s.row is None else s.quote
        words = words.removesuffix(s.value_text)
        if s.row is None and s.measure.startswith("yoy"):
            words = re.sub("(增长|下降)$", "下降" if value < 0 else "增长", words)
        s.quote = words + text + (s.unit if s.row is None else "")
    factor = s.value_norm / s.value if s.value_norm and s.value else 1.0
    s.value_text, s.decimals = text, places
    s.value = float(f"{value:.{places}f}")
    s.value_norm = s.value * factor
    mark(s)


def mark(s: Statement) -> None:
    """Say that this figure is wrong now."""
    s.rule = MARK


def as_period(s: Statement, period: str) -> None:
    """The figure under another period."""
    found = parse_period(period)
    if found is None:
        raise ValueError(period)
    s.period, s.period_end = period, found.period_end
    s.period_start = (
        s.period_start.replace(year=found.year) if s.measure.endswith("ytd") else found.period_start
    )
    if s.measure.endswith("eop"):
        s.period_start = found.period_end
    mark(s)


def pairs(
    found: Sequence[Statement], same: Callable[[Statement], object], differ: Callable[[Statement], object]
) -> Iterator[tuple[Statement, Statement]]:
    """Pairs that share `same` and differ in `differ` and plainly in their value."""
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            if same(a) == same(b) and differ(a) != differ(b) and apart(a, b.value):
                yield a, b


def apart(s: Statement, value: float) -> bool:
    """Whether another value is plainly another: half a point of a rate, three of the last printed place of a level."""
    return abs(s.value - value) >= (MATERIAL_PP if s.measure.startswith("yoy") else 3 * 10.0**-s.decimals)
