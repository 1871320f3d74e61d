"""What is computed from a circle's figures agrees with what was published, or is refused by name."""

from __future__ import annotations

import pytest

from metroetl.catalogue import catalogue
from metroetl.errors import WarehouseError
from metroetl.monitoring.circle import laspeyres_growth, latest_quarter, load_quarter, missing, sum_of_levels
from metroetl.warehouse import Warehouse

CIRCLE = "AGG.CDMC"
CITIES = catalogue().circles["chengdu"].order


@pytest.mark.parametrize(
    ("quarter", "level", "growth", "computed"),
    [
        ("2022-Q1", 6123.55, 5.2, 5.20),
        ("2023-Q4", 27845.35, 6.1, 6.08),
        ("2024-Q4", 29756.8, 5.9, 5.97),
        ("2025-Q1", 7393.1, 6.2, 6.28),
    ],
)
def test_sum_and_laspeyres_growth(
    warehouse: Warehouse, quarter: str, level: float, growth: float, computed: float
) -> None:
    data = load_quarter(warehouse, "chengdu", quarter)
    published, rate = data.level(CIRCLE, "GDP"), data.growth(CIRCLE, "GDP")
    assert published and rate
    assert (published.value, rate.value) == (level, growth)
    total, weighted = sum_of_levels(data, CITIES, "GDP"), laspeyres_growth(data, CITIES, "GDP")
    assert total and weighted
    assert total.value == pytest.approx(level, abs=0.2)
    assert weighted.value == pytest.approx(computed, abs=0.005)
    assert weighted.value == pytest.approx(growth, abs=0.1)


def test_a_missing_growth_is_named_and_nothing_is_computed(warehouse: Warehouse) -> None:
    data = load_quarter(warehouse, "chengdu", "2025-Q4")
    assert data.growth(CIRCLE, "GDP")
    assert laspeyres_growth(data, CITIES, "GDP") is None
    assert missing(CITIES, [c for c in CITIES if data.growth(c, "GDP")]) == ["眉山市"]


def test_a_missing_level_is_named_and_nothing_is_summed(warehouse: Warehouse) -> None:
    data = load_quarter(warehouse, "chengdu", "2021-Q4")
    assert data.level(CIRCLE, "GDP")
    assert sum_of_levels(data, CITIES, "GDP") is None
    assert missing(CITIES, [c for c in CITIES if data.level(c, "GDP")])


def test_the_newest_quarter_is_the_newest_that_the_circle_published(warehouse: Warehouse) -> None:
    assert latest_quarter(warehouse, "chengdu") == "2025-Q4"


def test_a_quarter_without_figures_says_what_to_do(warehouse: Warehouse) -> None:
    with pytest.raises(WarehouseError, match="2011-Q1") as error:
        load_quarter(warehouse, "chengdu", "2011-Q1")
    assert "metroetl" in error.value.way_out
