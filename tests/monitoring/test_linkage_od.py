"""Measures of flows by hand, and what is hidden of them so that nobody can compute it back. All flows are invented."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from metroetl.monitoring.figures import Refused
from metroetl.monitoring.linkage.matrix import OUTSIDE, Cell, Matrix, matrix_of
from metroetl.monitoring.linkage.od import Link, Linkage, linkage
from metroetl.monitoring.linkage.suppression import PROTECTION

A, B, C, D = "510100", "510600", "511400", "512000"
CITIES = (A, B, C)
AMOUNTS = {
    A: {A: 100, B: 20, C: 10, OUTSIDE: 70},
    B: {A: 30, B: 40, C: 5, OUTSIDE: 25},
    C: {A: 15, B: 5, C: 20, OUTSIDE: 10},
    OUTSIDE: {A: 55, B: 35, C: 15},
}


def invented(firms: dict[tuple[str, str], int | None] | None = None, times: float = 1.0) -> Matrix:
    few = firms or {}
    return Matrix(
        CITIES,
        {(i, j): Cell(v * times, few.get((i, j), 50)) for i, row in AMOUNTS.items() for j, v in row.items()},
    )


def computed(matrix: Matrix, before: Matrix | None = None) -> Linkage:
    found = linkage(matrix, before)
    assert isinstance(found, Linkage)
    return found


def value(found: Linkage, measure: str, i: str = "", j: str = "") -> float | None:
    link = found.get(measure, i, j)
    assert link is not None, (measure, i, j)
    return link.value


def test_the_measures_are_those_computed_by_hand() -> None:
    found = computed(invented())
    assert value(found, "inner_trade") == 85
    assert value(found, "circle_share") == pytest.approx(100 * 85 / 350)
    assert [value(found, "sales", c) for c in CITIES] == [200, 100, 50]
    assert [value(found, "purchases", c) for c in CITIES] == [200, 100, 50]
    assert [value(found, "local_supply", c) for c in CITIES] == pytest.approx([72.5, 65, 70])
    assert [value(found, "net_sales", c) for c in CITIES] == [-15, 10, 5]
    assert value(found, "net_flow", A, B) == -10 and value(found, "net_flow", B, A) == 10
    assert value(found, "closeness", A, B) == pytest.approx(50 / 300)
    assert found.get("closeness", B, A) is None, "one for both directions"
    assert value(found, "intensity", A, B) == pytest.approx(20 * 245 / (130 * 65))
    ranks = {(x.from_code, x.to_code): x.rank for x in found.links if x.measure == "flow" and x.rank}
    assert ranks == {(B, A): 1, (A, B): 2, (C, A): 3, (A, C): 4, (B, C): 5, (C, B): 5}
    assert found.refused.keys() == {"flow_yoy"}


def test_flows_as_large_as_sizes_let_expect_have_intensity_one() -> None:
    size = {A: 4.0, B: 2.0, C: 1.0}
    cells = {(i, j): Cell(size[i] * size[j], 9) for i, j in product(CITIES, repeat=2)}
    found = computed(Matrix(CITIES, cells))
    assert {round(x.value, 9) for x in found.links if x.measure == "intensity" and x.value} == {1.0}
    assert found.refused["circle_share"].missing == ("成都市", "德阳市", "眉山市")
    assert found.get("closeness", A, B) is None and found.get("local_supply", A) is None


def test_growth_is_of_the_same_flow_a_year_before() -> None:
    found = computed(invented(times=1.1), invented())
    assert {round(x.value, 6) for x in found.links if x.measure == "flow_yoy" and x.value} == {10.0}
    assert value(found, "inner_trade_yoy") == pytest.approx(10)
    hidden = computed(invented(times=1.1), invented({(A, B): 1}))
    link = hidden.get("flow_yoy", A, B)
    assert link and link.suppressed == "derived" and link.value is None


def test_a_pair_that_is_not_given_is_named() -> None:
    cells = {pair: cell for pair, cell in invented().cells.items() if pair != (B, C)}
    found = linkage(Matrix(CITIES, cells))
    assert isinstance(found, Refused) and found.missing == ("德阳市→眉山市",)


def test_rows_add_up_over_industries_and_places_outside() -> None:
    def row(seller: str, buyer: str, industry: str, amount: float, firms: int | None) -> dict[str, Any]:
        return {
            "seller_code": seller, "buyer_code": buyer, "industry": industry, "amount": amount, "firms": firms
        }  # fmt: skip

    found = matrix_of(
        (A, B),
        [
            row(A, B, "C36", 2, 2), row(A, B, "I", 3, 2), row(B, A, "", 9, 7), row(B, A, "C", 4, 1),
            row(A, D, "", 1, 4), row(A, "500000", "", 2, None), row(D, "500000", "", 99, 9),
        ],
    )  # fmt: skip
    assert found.cells == {(A, B): Cell(5, 4), (B, A): Cell(9, 7), (A, OUTSIDE): Cell(3, None)}


# --- suppression ----------------------------------------------------------------------------------------------------


def test_fewer_than_three_firms_are_hidden_and_so_is_what_gives_them_away() -> None:
    found = computed(invented({(A, C): 2}))
    hidden = {
        (x.from_code, x.to_code): x.suppressed for x in found.links if x.measure == "flow" and x.suppressed
    }
    assert hidden.pop((A, C)) == "primary"
    assert set(hidden.values()) == {"complementary"} and len(hidden) >= 3, "a cycle at least"
    for measure in ("flow", "net_flow", "intensity"):
        link = found.get(measure, A, C)
        assert link and link.value is None and link.obs_status == "Q" and link.rank is None
    assert value(found, "inner_trade") == 85, "totals stay"


def test_a_flow_of_nobody_is_a_plain_zero_and_an_unknown_number_counts_as_few() -> None:
    cells = invented().cells | {(A, C): Cell(0.0, 0)}
    assert not computed(Matrix(CITIES, cells)).suppression.hidden
    assert (A, C) in computed(invented({(A, C): None})).suppression.primary


def test_a_hidden_flow_to_the_outside_takes_its_total_along() -> None:
    found = computed(invented({(B, OUTSIDE): 1}))
    assert value(found, "sales", B) is None and value(found, "circle_share") is None
    assert value(found, "closeness", A, B) is None and value(found, "closeness", A, C) is not None
    assert not found.suppression.complementary


Equation = tuple[dict[tuple[str, str], float], float]


def known(found: Linkage) -> Iterator[Equation]:
    """What somebody learns from the links alone, as linear equations over the flows."""
    for x in found.links:
        if x.value is not None and (terms := terms_of(found, x)):
            yield terms, x.value
        if x.measure == "local_supply" and x.value and (bought := value(found, "purchases", x.from_code)):
            yield dict.fromkeys(found.matrix.column(x.from_code), 1.0), x.value * bought / 100
    if any(x.measure == "intensity" and x.value is not None for x in found.links):
        for c in found.matrix.cities:  # enough of them give the sums inside away
            for pairs in (found.matrix.row(c), found.matrix.column(c)):
                yield dict.fromkeys(pairs, 1.0), sum(found.matrix.amount(p) for p in pairs)


def terms_of(found: Linkage, link: Link) -> dict[tuple[str, str], float]:
    i, j = link.from_code, link.to_code
    row, column = dict.fromkeys(found.matrix.row(i), 1.0), dict.fromkeys(found.matrix.column(i), 1.0)
    return {
        "flow": {(i, j): 1.0},
        "net_flow": {(i, j): 1.0, (j, i): -1.0},
        "sales": row | {(i, OUTSIDE): 1.0},
        "purchases": column | {(OUTSIDE, i): 1.0},
        "inner_trade": {p: 1.0 for p in found.matrix.inner if p[0] != p[1]},
        "net_sales": {p: row.get(p, 0.0) - column.get(p, 0.0) for p in row.keys() | column.keys()},
    }.get(link.measure, {})


def attack(found: Linkage, pair: tuple[str, str]) -> tuple[float, float]:
    """The least and the most that a hidden flow can be for somebody who has all the links."""
    cells = sorted(found.matrix.cells)
    equations = list(known(found))
    left = [[terms.get(c, 0.0) for c in cells] for terms, _ in equations]
    right = [total for _, total in equations]
    ends = []
    for sign in (1.0, -1.0):
        goal = [sign * (c == pair) for c in cells]
        answer = linprog(goal, A_eq=left, b_eq=right, method="highs")
        assert answer.status in (0, 3), answer.message
        ends.append(sign * answer.fun if answer.status == 0 else float("inf"))
    return ends[0], ends[1]


amounts = st.integers(min_value=0, max_value=400)
few = st.sampled_from([0, 1, 2, None, 3, 40, 40, 40, 40, 40])


@given(st.lists(st.tuples(amounts, few), min_size=24, max_size=24))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nobody_narrows_a_hidden_flow_down(drawn: list[tuple[int, int | None]]) -> None:
    cities = (A, B, C, D)
    pairs = [p for p in product((*cities, OUTSIDE), repeat=2) if p != (OUTSIDE, OUTSIDE)]
    found = computed(Matrix(cities, {p: Cell(float(v), f) for p, (v, f) in zip(pairs, drawn, strict=True)}))
    for pair in found.suppression.primary:
        amount = found.matrix.amount(pair)
        low, high = attack(found, pair)
        assert low <= amount * (1 - PROTECTION) + 1e-3, (pair, amount, low)
        assert high >= amount * (1 + PROTECTION) - 1e-3 and high > low, (pair, amount, high)


@given(st.lists(st.integers(min_value=1, max_value=400), min_size=16, max_size=16))
@settings(max_examples=25, deadline=None)
def test_shares_and_net_flows_add_up(drawn: list[int]) -> None:
    cities = (A, B, C, D)
    found = computed(
        Matrix(cities, {p: Cell(float(v), 9) for p, v in zip(product(cities, repeat=2), drawn, strict=True)})
    )
    assert sum(value(found, "net_sales", c) or 0 for c in cities) == pytest.approx(0, abs=1e-9)
    total = sum(drawn)
    sold = {c: sum(found.matrix.amount(p) for p in found.matrix.row(c)) for c in cities}
    bought = {c: sum(found.matrix.amount(p) for p in found.matrix.column(c)) for c in cities}
    expected = sum(
        (value(found, "intensity", i, j) or 0) * sold[i] * bought[j] / total
        for i, j in product(cities, repeat=2)
    )
    assert expected == pytest.approx(total), "intensities, weighted by what sizes let expect, give the whole"
