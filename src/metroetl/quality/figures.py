"""Single figures that are off, and what is known around them: the release they stand in, the region's other series, its
neighbours."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from metroetl.quality.limits import ECHO_MONTHS

if TYPE_CHECKING:
    import pandas as pd

_POOL = [
    "row", "region_code", "indicator_code", "measure_family", "measure", "variant", "at", "value_norm", "rounding",
]  # fmt: skip
_Key = tuple[str | None, str, str, str, int]  # region (or the one above), indicator, measure, variant, month


class Figure(NamedTuple):
    """One figure, staged or known (its row is -1)."""

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
    exact: bool = False

    @property
    def is_off(self) -> bool:
        """Whether it is further from what is expected than its slack."""
        return abs(self.off) > self.off_slack

    @property
    def digits(self) -> int:
        """How many digits it is printed with, without leading zeros."""
        units = round(abs(self.value) / (2 * self.rounding)) if self.rounding else 0
        return len(str(units)) if units else 0

    @property
    def told(self) -> str:
        """The figure as a reason names it."""
        year, month = divmod(self.at - 1, 12)
        return f"{self.region} {self.indicator} {year}-{month + 1:02} {self.value:g}"


class Known:
    """The figures of the release and of core around those that are asked about, found by what can stand beside one."""

    def __init__(
        self, frame: pd.DataFrame, facts: pd.DataFrame, far: pd.DataFrame, parents: Mapping[str, str | None]
    ) -> None:
        self._parents = parents
        self._at: dict[tuple[str, int], list[Figure]] = defaultdict(list)
        self._series: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        self._own: dict[_Key, list[Figure]] = defaultdict(list)
        self._below: dict[_Key, list[Figure]] = defaultdict(list)
        self.asked: list[Figure] = []
        chosen = set(far.index)
        for values in _pool(frame, facts, far):
            figure = Figure(*values)
            fact = figure.indicator, figure.measure, figure.variant, figure.at
            self._at[figure.region, figure.at].append(figure)
            self._series[figure.region, figure.indicator].append(figure)
            self._own[figure.region, *fact].append(figure)
            self._below[parents.get(figure.region), *fact].append(figure)
            if figure.row in chosen:
                self.asked.append(figure)

    def beside(self, figure: Figure) -> Iterator[Figure]:
        """The other figures of its region and month."""
        return (o for o in self._at[figure.region, figure.at] if o.row != figure.row or o.row < 0)

    def of_place(self, figure: Figure) -> Iterator[Figure]:
        """The other figures of its region: of its month, of last year's, and those of its own indicator."""
        yield from self.beside(figure)
        yield from self._at.get((figure.region, figure.at - 12), ())
        yield from (o for o in self.of_series(figure) if o.at not in (figure.at, figure.at - 12))

    def of_series(self, figure: Figure) -> list[Figure]:
        """All figures of its region and indicator."""
        return self._series[figure.region, figure.indicator]

    def wholes(self, figure: Figure) -> Iterator[Figure]:
        """What it can be a share of: GDP of its region, its indicator in the region above."""
        at = (o for o in self.beside(figure) if o.indicator == "GDP" and o.indicator != figure.indicator)
        above = self._at.get((self._parents.get(figure.region) or "", figure.at), ())
        both = (*at, *(o for o in above if o.indicator == figure.indicator))
        yield from (o for o in both if o.measure == figure.measure and o.value > 0)

    def of_others(self, figure: Figure, months: int = 0) -> Iterator[Figure]:
        """The same fact so many months before in the regions beside, above and below its own."""
        fact = figure.indicator, figure.measure, figure.variant, figure.at - months
        parent = self._parents.get(figure.region)
        if parent:
            yield from (o for o in self._below.get((parent, *fact), ()) if o.region != figure.region)
            yield from self._own.get((parent, *fact), ())
        yield from self._below.get((figure.region, *fact), ())


def _pool(frame: pd.DataFrame, facts: pd.DataFrame, far: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """The fields of the figures that share region or indicator with one that is asked about, and are near in time."""
    regions, indicators = set(far["region_code"]), set(far["indicator_code"])
    alike = facts["region_code"].isin(regions) | facts["indicator_code"].isin(indicators)
    near = facts["at"].between(far["at"].min() - ECHO_MONTHS, far["at"].max() + ECHO_MONTHS)
    expected = frame[["expected", "off", "off_slack"]].assign(
        tight=frame["basis"].isin(["print", "growth", "sum"]), exact=frame["basis"].eq("print")
    )
    pool = facts.loc[near & alike, _POOL].join(expected, on="row").astype({"at": int})
    for name in ("tight", "exact"):
        pool[name] = pool[name].eq(True)
    return zip(*(pool[name].tolist() for name in pool), strict=True)


def percent(a: float, b: float) -> float:
    """How far two positive values are apart, in per cent (of their logarithms)."""
    return abs(math.log(a / b)) * 100
