"""Single figures that are off, and what is known around them: the release they stand in, the region's other series, its
neighbours."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metroetl.quality.limits import ECHO_MONTHS

if TYPE_CHECKING:
    import pandas as pd

_POOL = [
    "row", "region_code", "indicator_code", "measure_family", "measure", "variant", "at", "value_norm", "rounding",
]  # fmt: skip


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
        near = facts["at"].between(far["at"].min() - ECHO_MONTHS, far["at"].max() + ECHO_MONTHS)
        expected = frame[["expected", "off", "off_slack"]].assign(
            tight=frame["basis"].isin(["print", "growth", "sum"])
        )
        pool = facts.loc[near & alike, _POOL].join(expected, on="row").astype({"at": int})
        pool["tight"] = pool["tight"].eq(True)
        chosen = set(far.index)
        for values in pool.itertuples(index=False, name=None):
            figure = Figure(*values)
            self._places[figure.region].append(figure)
            self._below[figure.indicator, parents.get(figure.region)].append(figure)
            if figure.row in chosen:
                self.asked.append(figure)

    def of_place(self, figure: Figure) -> Iterator[Figure]:
        """The other figures of its region."""
        return (o for o in self._places[figure.region] if o.row != figure.row or o.row < 0)

    def wholes(self, figure: Figure) -> Iterator[Figure]:
        """What it can be a share of: GDP of its region, its indicator in the region above."""
        at = (
            o for o in self._places[figure.region] if o.indicator == "GDP" and o.indicator != figure.indicator
        )
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


def percent(a: float, b: float) -> float:
    """How far two positive values are apart, in per cent (of their logarithms)."""
    return abs(math.log(a / b)) * 100
