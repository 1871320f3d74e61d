"""The timeline's bars, gaps and words."""

from __future__ import annotations

from datetime import date
from typing import Any

from metroetl.monitoring.calendar import PlanCalendar, alert_words, bars, gaps, lane

ROUND: dict[str, Any] = {
    "series_title": "甲都市圈三年行动计划", "circle_name": "甲都市圈", "origin": "curated", "status": "issued", "stage": None,
    "round": 1, "period_start": 2023, "period_end": 2025, "expires_on": "2025-12-31", "issued_on": "2023-02-01",
}  # fmt: skip
ALERT: dict[str, Any] = ROUND | {
    "alert": "no_successor", "level": "3", "months_left": 2, "days_left": 40, "days_late": None, "in_preparation": 0,
    "successor_issued_on": None,
}  # fmt: skip
DAY = date(2025, 11, 21)


def test_a_round_is_a_bar_from_its_first_to_its_last_year() -> None:
    unknown = ROUND | {"period_start": None, "origin": "extracted"}
    silent = unknown | {"issued_on": None}
    endless = ROUND | {"expires_on": None}
    found = bars(PlanCalendar(DAY, [ROUND, unknown, silent, endless], []))
    assert [(b["start"], b["end"], b["kind"]) for b in found] == [
        ("2023-01-01", "2025-12-31", "整理"),
        ("2023-01-01", "2025-12-31", "提取"),
        ("2024-01-01", "2025-12-31", "提取"),
    ]
    assert found[0]["opacity"] > found[1]["opacity"]


def test_a_gap_runs_to_the_successor_or_to_the_day() -> None:
    overdue = ALERT | {"level": "overdue", "expires_on": "2024-12-31"}
    late = ALERT | {"alert": "successor_late", "level": "late", "successor_issued_on": "2026-03-01"}
    found = gaps(PlanCalendar(DAY, [], [ALERT, overdue, late]))
    assert [(g["start"], g["end"], g["label"]) for g in found] == [
        ("2025-12-31", "2025-12-31", "▲"),
        ("2024-12-31", "2025-11-21", ""),
        ("2025-12-31", "2026-03-01", ""),
    ]


def test_an_alert_says_what_it_knows() -> None:
    assert alert_words(ALERT) == "2025-12-31 到期，剩 2 个月，未见后续"
    assert alert_words(ALERT | {"in_preparation": 1}).endswith("未见后续，后续在编")
    assert "已过 40 天" in alert_words(ALERT | {"level": "overdue", "days_left": -40})
    late = ALERT | {"alert": "successor_late", "successor_issued_on": "2026-03-01", "days_late": 60}
    assert alert_words(late) == "2025-12-31 到期，下一轮 2026-03-01 印发，迟 60 天"


def test_a_line_names_its_circle_once() -> None:
    assert lane(ROUND) == "甲都市圈三年行动计划"
    assert lane(ROUND | {"series_title": "甲乙同城化规划"}) == "甲都市圈 · 甲乙同城化规划"
