"""The matrix of a circle's flows: its cities in their fixed order, and everything outside as one more place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

OUTSIDE = "_O"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """A flow in 亿元 and its firms, None where they aren't known: then it counts as too few."""

    amount: float
    firms: int | None


@dataclass(frozen=True)
class Matrix:
    """Flows by (seller, buyer) among the cities and between each and the outside; a pair that isn't given is absent."""

    cities: tuple[str, ...]
    cells: dict[Pair, Cell]

    @property
    def inner(self) -> Iterator[Pair]:
        """Every pair of cities, each with itself too."""
        return ((i, j) for i in self.cities for j in self.cities)

    @property
    def absent(self) -> list[Pair]:
        """Pairs of cities that aren't given: nothing is computed without them, for absent isn't 0."""
        return [pair for pair in self.inner if pair not in self.cells]

    def amount(self, pair: Pair) -> float:
        """亿元; KeyError for an absent pair."""
        return self.cells[pair].amount

    def row(self, city: str) -> list[Pair]:
        """What a city sells within the circle."""
        return [(city, j) for j in self.cities]

    def column(self, city: str) -> list[Pair]:
        """What a city buys within the circle."""
        return [(i, city) for i in self.cities]

    @property
    def sells_out(self) -> list[str]:
        """Cities whose sales to the outside are given."""
        return [c for c in self.cities if (c, OUTSIDE) in self.cells]

    @property
    def buys_in(self) -> list[str]:
        """Cities whose purchases from the outside are given."""
        return [c for c in self.cities if (OUTSIDE, c) in self.cells]


def matrix_of(cities: Sequence[str], rows: Iterable[dict[str, Any]]) -> Matrix:
    """Add up rows (seller_code, buyer_code, industry, amount, firms) into a circle's matrix.

    A pair's total (industry empty) counts as given, else its industries are added up; so are places outside. Firms
    unknown in one part are unknown in the sum.
    """
    own = set(cities)
    by_pair: dict[Pair, dict[str, Cell]] = defaultdict(dict)
    for row in rows:
        by_pair[row["seller_code"], row["buyer_code"]][row["industry"]] = Cell(row["amount"], row["firms"])
    cells: dict[Pair, list[Cell]] = defaultdict(list)
    for (seller, buyer), parts in by_pair.items():
        pair = (seller if seller in own else OUTSIDE, buyer if buyer in own else OUTSIDE)
        if pair != (OUTSIDE, OUTSIDE):
            cells[pair] += [parts[""]] if "" in parts else parts.values()
    return Matrix(tuple(cities), {pair: _sum(parts) for pair, parts in cells.items()})


def _sum(parts: Sequence[Cell]) -> Cell:
    firms = [p.firms for p in parts]
    known = [f for f in firms if f is not None]
    return Cell(sum(p.amount for p in parts), sum(known) if len(known) == len(firms) else None)
