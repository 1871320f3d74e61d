"""Words say what the numbers say."""

from __future__ import annotations

import pytest

from metroetl.monitoring import phrases


@pytest.mark.parametrize(
    ("value", "said"),
    [(6.2, "增长6.2%"), (-3.0, "下降3.0%"), (0.0, "持平"), (-0.04, "持平"), (0.05, "增长0.1%")],
)
def test_change(value: float, said: str) -> None:
    assert phrases.change(value) == said


@pytest.mark.parametrize(
    ("points", "said"), [(0.3, "高于全省0.3个百分点"), (-1.2, "低于全省1.2个百分点"), (0.04, "与全省持平")]
)
def test_gap(points: float, said: str) -> None:
    assert phrases.gap(points, "全省") == said


@pytest.mark.parametrize(
    ("quarter", "said"),
    [
        ("2025-Q1", "2025年一季度"),
        ("2025-Q2", "2025年上半年"),
        ("2025-Q3", "2025年前三季度"),
        ("2025-Q4", "2025年全年"),
    ],
)
def test_period(quarter: str, said: str) -> None:
    assert phrases.period(quarter) == said
