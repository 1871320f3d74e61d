"""What a misprinted number can be, where core holds what no share can be taken of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from metroetl.quality.figures import Figure
from metroetl.quality.misprints import of_span

HALF = 2024 * 12 + 6


def level(at: int, value: float, expected: float = float("nan")) -> Figure:
    return Figure(0, "510100", "TRADE_BAL", "level", "level_ytd", "", at, value, 0.05, expected)


@pytest.mark.parametrize(("before", "told"), [(27.0, ["1—3: 0.27"]), (-27.0, []), (0.0, [])])
def test_a_negative_figure_of_last_year_is_no_measure(before: float, told: list[str]) -> None:
    known = SimpleNamespace(of_series=lambda _: [level(HALF - 12, 100.0), level(HALF - 15, before)])
    found = list(of_span(level(HALF, 29.7, 110.0), cast(Any, known)))
    assert [text for _, text in found] == told
