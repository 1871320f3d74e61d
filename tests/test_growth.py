"""The growth page is what its figures and assumptions come to."""

from __future__ import annotations

from benchmarks import growth


def test_the_page_is_made_of_the_figures() -> None:
    assert f"{growth.BEGIN}\n\n{growth.text(growth.measured())}\n\n{growth.END}" in growth.PAGE.read_text(
        "utf-8"
    )


def test_more_pages_cost_more_and_shares_are_whole() -> None:
    floor, assumed, stress = growth.loads(growth.measured())
    assert floor.pages < assumed.pages < stress.pages
    assert floor.warehouse < assumed.warehouse < stress.warehouse
    assert floor.core_seconds < assumed.core_seconds < stress.core_seconds
    assert abs(sum(kind.share for kind in growth.KINDS) - 1) < 1e-9
