"""Which cells of a matrix aren't shown: those of too few firms, and those that would give one of them away.

Rule (the project's own, after the usual practice of statistical offices: Hundepool et al., Statistical Disclosure
Control, 2012, ch. 4). Primary: a flow of fewer than three firms, or of an unknown number. Then, as long as somebody who
knows every total that is shown, every other cell, and that no flow is negative can narrow a primary cell down to less
than ±20 % of its value (found by linear programming), one more cell of the shortest line that gives it away is hidden:
the smallest that isn't smaller than it, else the largest. Where no such cell is left, the line's total is withheld, and
with it all that is computed from it. What turns out not to be needed is shown again, largest first. A flow to or from
the outside can't hide behind another, so its total goes at once. Not covered: a firm that knows its own sales, and what
an earlier vintage has shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from metroetl.monitoring.linkage.matrix import OUTSIDE, Matrix, Pair

FEWEST_FIRMS = 3
PROTECTION = 0.2

Total = tuple[str, str]
"""What is summed, and of which city: ('sold_inside', '510100')."""

TRADED: Total = ("traded", "")
"""All flows between different cities of the circle."""


def totals_of(matrix: Matrix) -> dict[Total, list[Pair]]:
    """Every sum that is shown or follows from what is shown, with its cells."""
    found: dict[Total, list[Pair]] = {}
    for city in matrix.cities:
        found["sold_inside", city] = matrix.row(city)
        found["bought_inside", city] = matrix.column(city)
        if city in matrix.sells_out:
            found["sold", city] = [*matrix.row(city), (city, OUTSIDE)]
        if city in matrix.buys_in:
            found["bought", city] = [*matrix.column(city), (OUTSIDE, city)]
    found[TRADED] = [(i, j) for i, j in matrix.inner if i != j]
    return found


@dataclass
class Suppression:
    """Cells of too few firms (`primary`), further ones (`complementary`), and totals that aren't shown."""

    matrix: Matrix
    primary: set[Pair] = field(default_factory=set)
    complementary: set[Pair] = field(default_factory=set)
    withheld: set[Total] = field(default_factory=set)

    @cached_property
    def totals(self) -> dict[Total, list[Pair]]:
        """The sums of the matrix."""
        return totals_of(self.matrix)

    @property
    def hidden(self) -> set[Pair]:
        """All cells that aren't shown."""
        return self.primary | self.complementary

    def has(self, *totals: Total) -> bool:
        """Whether the matrix has what all these totals are of."""
        return all(total in self.totals for total in totals)

    def sum(self, total: Total) -> float:
        """A total in 亿元, shown or not."""
        return sum(self.matrix.amount(p) for p in self.totals[total])

    def why(self, *pairs: Pair, totals: tuple[Total, ...] = ()) -> str:
        """Why a single cell (or what is computed of cells and totals) isn't shown; empty if it is."""
        if len(pairs) == 1 and not totals:
            return (
                "primary" if pairs[0] in self.primary else "complementary" if pairs[0] in self.hidden else ""
            )
        return "derived" if self.hidden & set(pairs) or self.withheld & set(totals) else ""

    def lines(self) -> Iterator[tuple[Total, list[Pair]]]:
        """Totals that are shown and have hidden cells, with these."""
        for total, pairs in self.totals.items():
            if total not in self.withheld and (hidden := [p for p in pairs if p in self.hidden]):
                yield total, hidden


def suppress(matrix: Matrix) -> Suppression:
    """Hide what the rule above hides."""
    found = Suppression(matrix)
    found.primary = {p for p, c in matrix.cells.items() if _too_few(c.amount, c.firms)}
    for i, j in found.primary:
        if j == OUTSIDE:
            found.withheld.add(("sold", i))
        if i == OUTSIDE:
            found.withheld.add(("bought", j))
    for pair in sorted(found.primary, key=lambda p: (-matrix.amount(p), p)):
        while not protected(found, pair):
            _hide_one_more(found, pair)
    _show_what_is_not_needed(found)
    return found


def _too_few(amount: float, firms: int | None) -> bool:
    """No firm and no sale is a plain zero, which tells of nobody."""
    return firms is None or (firms < FEWEST_FIRMS and (firms > 0 or amount > 0))


def protected(found: Suppression, pair: Pair) -> bool:
    """Whether what is shown leaves the hidden cell's value open by ±20 % at least."""
    value = found.matrix.amount(pair)
    low, high = bounds(found, pair)
    slack = 1e-9 * max(1.0, value)
    if value == 0:
        return high > slack
    return low <= value * (1 - PROTECTION) + slack and high >= value * (1 + PROTECTION) - slack


def bounds(found: Suppression, pair: Pair) -> tuple[float, float]:
    """The least and the most that a hidden cell can be, for one who knows all that is shown; no upper bound is inf."""
    from scipy.optimize import linprog

    cells = sorted(found.hidden)
    lines = list(found.lines())
    if not any(pair in hidden for _, hidden in lines):
        return 0.0, float("inf")
    matrix = [[1.0 if c in hidden else 0.0 for c in cells] for _, hidden in lines]
    sums = [sum(found.matrix.amount(p) for p in hidden) for _, hidden in lines]
    scale = max(sums) or 1.0  # the solver's tolerance is absolute
    objective = [1.0 if c == pair else 0.0 for c in cells]
    ends = []
    for sign in (1, -1):
        answer = linprog(
            [sign * x for x in objective], A_eq=matrix, b_eq=[s / scale for s in sums], method="highs"
        )
        ends.append(sign * answer.fun * scale if answer.success else sign * float("-inf"))
    return ends[0], ends[1]


def _show_what_is_not_needed(found: Suppression) -> None:
    """Show each further cell again, largest first, if the others protect every primary cell without it."""
    for pair in sorted(found.complementary, key=lambda p: (-found.matrix.amount(p), p)):
        found.complementary.remove(pair)
        nearest = sorted(found.primary, key=lambda p: (p[0] != pair[0] and p[1] != pair[1], p))
        if not all(protected(found, p) for p in nearest):
            found.complementary.add(pair)


def _hide_one_more(found: Suppression, pair: Pair) -> None:
    value = found.matrix.amount(pair)
    lines = sorted(
        (len(hidden), total) for total, hidden in found.lines() if pair in hidden
    )  # the line with the fewest hidden cells tells most
    for _, total in lines:
        candidates = sorted(
            (found.matrix.amount(p), p)
            for p in found.totals[total]
            if p not in found.hidden and OUTSIDE not in p and found.matrix.amount(p) > 0
        )
        if candidates:
            chosen = next((c for c in candidates if c[0] >= value), candidates[-1])
            found.complementary.add(chosen[1])
            return
    if lines:
        found.withheld.add(lines[0][1])
