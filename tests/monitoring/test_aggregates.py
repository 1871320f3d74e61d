"""What is computed of a circle agrees with what was published, or is refused by name."""

from __future__ import annotations

import pytest

from metroetl.monitoring import aggregates
from metroetl.monitoring.aggregates import compared_with, contributions, gap, growth, rank, share, total
from metroetl.monitoring.dispersion import dispersion
from metroetl.monitoring.figures import CircleFigures, Figure, Refused, earlier, load_figures
from metroetl.warehouse import Warehouse

CIRCLE = "AGG.CDMC"


@pytest.fixture(scope="module")
def chengdu(warehouse: Warehouse) -> CircleFigures:
    """All figures of the circle."""
    return load_figures(warehouse, "chengdu")


@pytest.mark.parametrize(
    ("quarter", "level", "rate", "computed", "of_province"),
    [
        ("2022-Q1", 6123.55, 5.2, 5.20, 48.1),
        ("2023-Q4", 27845.35, 6.1, 6.08, 46.3),
        ("2024-Q4", 29756.8, 5.9, 5.97, 46.0),
        ("2025-Q1", 7393.1, 6.2, 6.28, 48.5),
    ],
)
def test_computed_agrees_with_published(
    chengdu: CircleFigures, quarter: str, level: float, rate: float, computed: float, of_province: float
) -> None:
    sums, rates = total(chengdu, "GDP", quarter), growth(chengdu, "GDP", quarter)
    assert sums.published and sums.published.value == level and sums.best is sums.published
    assert sums.difference is not None and abs(sums.difference) <= 0.2
    assert rates.published and rates.published.value == rate
    assert isinstance(rates.computed, Figure) and rates.computed.value == pytest.approx(computed, abs=0.005)
    assert rates.difference is not None and abs(rates.difference) <= 0.1
    part = share(chengdu, CIRCLE, "510000", "GDP", quarter, "share_of_province")
    shown = part.computed if isinstance(part.computed, Figure) else part.published
    assert shown and shown.value == pytest.approx(of_province, abs=0.1)
    assert part.refused is None or part.refused.missing == ("四川省",)
    points = contributions(chengdu, "GDP", quarter)
    assert isinstance(points, dict) and list(points) == list(chengdu.cities)
    assert sum(f.value for f in points.values()) == pytest.approx(rates.computed.value)
    assert len(list(rates.computed.sources())) == 8, "each computed figure names what it rests on"


@pytest.mark.parametrize(("quarter", "rate"), [("2021-Q4", 8.6), ("2025-Q4", 5.8)])
def test_a_missing_city_is_named_and_nothing_is_computed(
    chengdu: CircleFigures, quarter: str, rate: float
) -> None:
    rates = growth(chengdu, "GDP", quarter)
    assert rates.best and rates.best.value == rate and rates.best.origin == "published"
    assert rates.refused and rates.refused.missing and rates.difference is None
    if quarter == "2025-Q4":
        assert rates.refused.missing == ("眉山市",)
        assert total(chengdu, "GDP", quarter).difference == pytest.approx(0.0, abs=0.2)
    assert isinstance(contributions(chengdu, "GDP", quarter), Refused)


def test_gaps_and_ranks(chengdu: CircleFigures) -> None:
    assert compared_with(chengdu) == (("510000", "全省"), ("000000", "全国"))
    ahead = gap(chengdu, CIRCLE, "510000", "GDP", "2025-Q1")
    assert isinstance(ahead, Figure) and ahead.value == pytest.approx(0.7) and ahead.unit == "百分点"
    refused = gap(chengdu, "510100", "510000", "FAI", "2025-Q1")
    assert isinstance(refused, Refused) and refused.missing == ("四川省",), "its scope is another: 不含农户"
    places = [rank(chengdu, c, lambda r: chengdu.growth(r, "GDP", "2025-Q1")) for c in chengdu.cities]
    assert places == [4, 2, 1, 3]


def test_single_quarters_and_two_year_averages(chengdu: CircleFigures) -> None:
    second = aggregates.single_quarter(chengdu, "510000", "GDP", "2020-Q2")
    assert isinstance(second, Figure) and second.measure == "level" and len(second.parts) == 2
    assert second.value == pytest.approx(second.parts[0].value - second.parts[1].value)
    first = aggregates.single_quarter(chengdu, CIRCLE, "GDP", "2025-Q1")
    assert isinstance(first, Figure) and first.value == 7393.1
    average = aggregates.two_year_average(chengdu, "510000", "GDP", "2021-Q1")
    assert isinstance(average, Figure) and average.text == "6.0", (
        "four quarters of 2020 and 2021: DOMAIN.md 4.8"
    )


def test_concentration(chengdu: CircleFigures) -> None:
    found = dispersion(chengdu, "GDP", "2024-Q4")
    assert isinstance(found.primacy2, Figure) and found.primacy2.value == pytest.approx(23511.3 / 3265.4)
    assert isinstance(found.primacy, Figure) and found.primacy.value == pytest.approx(79.0, abs=0.1)
    gone = dispersion(chengdu, "GDP", "2021-Q4")
    assert isinstance(gone.primacy, Refused) and gone.primacy.missing


def test_quarters_count_back_over_years() -> None:
    assert earlier("2025-Q1", 1) == "2024-Q4" and earlier("2025-Q1", years=2) == "2023-Q1"
    assert earlier("2024-Q4", 5) == "2023-Q3"
