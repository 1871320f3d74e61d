"""The genre's own phrases, made from figures: words can't say what the numbers don't."""

from __future__ import annotations


def change(value: float, decimals: int = 1) -> str:
    """Growth in per cent as the genre says it: 增长6.2%, 下降3.0%, 持平; never 增长-3.0%."""
    size = f"{abs(value):.{decimals}f}"
    if float(size) == 0:
        return "持平"
    return f"{'增长' if value > 0 else '下降'}{size}%"


def gap(points: float, whom: str) -> str:
    """Distance of a growth rate to another's in percentage points: 高于全省0.3个百分点, 与全省持平."""
    size = f"{abs(points):.1f}"
    if size == "0.0":
        return f"与{whom}持平"
    return f"{'高于' if points > 0 else '低于'}{whom}{size}个百分点"


def period(quarter: str) -> str:
    """A cumulative quarter in words: 2025-Q2 is 2025年上半年."""
    year, number = quarter.split("-Q")
    return f"{year}年" + {"1": "一季度", "2": "上半年", "3": "前三季度", "4": "全年"}[number]
