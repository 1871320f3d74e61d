"""Periods by their names, keys by their content."""

from __future__ import annotations

from datetime import date

import pytest

from metroetl.warehouse.keys import digest, frequency_of, parse_period


@pytest.mark.parametrize(
    ("name", "frequency", "quarter", "start", "end", "label", "label_ytd"),
    [
        ("2025", "A", "2025-Q4", date(2025, 1, 1), date(2025, 12, 31), "2025年", "2025年"),
        ("2025-Q1", "Q", "2025-Q1", date(2025, 1, 1), date(2025, 3, 31), "2025年一季度", "2025年一季度"),
        ("2025-Q2", "Q", "2025-Q2", date(2025, 4, 1), date(2025, 6, 30), "2025年二季度", "2025年上半年"),
        ("2025-Q3", "Q", "2025-Q3", date(2025, 7, 1), date(2025, 9, 30), "2025年三季度", "2025年前三季度"),
        ("2025-Q4", "Q", "2025-Q4", date(2025, 10, 1), date(2025, 12, 31), "2025年四季度", "2025年全年"),
        ("2025-M02", "M", None, date(2025, 2, 1), date(2025, 2, 28), "2025年2月", "2025年1—2月"),
        ("2024-M12", "M", "2024-Q4", date(2024, 12, 1), date(2024, 12, 31), "2024年12月", "2024年1—12月"),
        ("2020-11-01", "D", None, date(2020, 11, 1), date(2020, 11, 1), "2020年11月1日", "2020年11月1日"),
        ("2024-12-31", "D", "2024-Q4", date(2024, 12, 31), date(2024, 12, 31), "2024年12月31日", "2024年12月31日"),
    ],
)  # fmt: skip
def test_a_period_is_known_by_its_name(
    name: str, frequency: str, quarter: str | None, start: date, end: date, label: str, label_ytd: str
) -> None:
    period = parse_period(name)
    assert period is not None
    assert (period.frequency, period.quarter, period.period_start, period.period_end) == (
        frequency,
        quarter,
        start,
        end,
    )
    assert (period.label_zh, period.label_ytd_zh, frequency_of(name)) == (label, label_ytd, frequency)


@pytest.mark.parametrize(
    "name", ["", "2025Q1", "2025-Q5", "2025-M13", "2025-02-30", "25", "２０２５", "2025-Q1 "]
)
def test_anything_else_is_no_period(name: str) -> None:
    assert parse_period(name) is None


def test_keys_tell_content_apart() -> None:
    assert digest("a", "b") == digest("a", "b")
    assert len({digest("ab"), digest("a", "b"), digest("b", "a"), digest("a", None, "b")}) == 4
