"""Keys made of content, periods named by their text: the same input gives the same key on every machine."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

_PERIOD = re.compile(r"([0-9]{4})(?:-Q([1-4])|-M(0[1-9]|1[0-2])|-([0-9]{2})-([0-9]{2}))?")
_YTD = {1: "一季度", 2: "上半年", 3: "前三季度", 4: "全年"}
_QUARTERS = {1: "一季度", 2: "二季度", 3: "三季度", 4: "四季度"}


def digest(*parts: object) -> str:
    """24 hexadecimal digits (96 bits) of the parts: two of ten million collide with a chance of 1e-15."""
    return blake2b(
        "\x1f".join("" if p is None else str(p) for p in parts).encode(), digest_size=12
    ).hexdigest()


@dataclass(frozen=True)
class Period:
    """A period by its name: 2025, 2025-Q2, 2025-M08 or an ISO day."""

    period: str
    frequency: str
    year: int
    quarter: str | None
    period_start: date
    period_end: date
    label_zh: str
    label_ytd_zh: str
    label_en: str


def frequency_of(period: str) -> str:
    """A, Q, M or D; empty if it is no period."""
    found = _PERIOD.fullmatch(period)
    if not found:
        return ""
    return "Q" if found[2] else "M" if found[3] else "D" if found[4] else "A"


def parse_period(period: str) -> Period | None:
    """The period of a name; None if the name is none."""
    found = _PERIOD.fullmatch(period)
    if not found:
        return None
    year = int(found[1])
    if found[2]:
        return _quarter(period, year, int(found[2]))
    if found[3]:
        return _month(period, year, int(found[3]))
    try:
        return _day(period, date(year, int(found[4]), int(found[5]))) if found[4] else _year(period, year)
    except ValueError:
        return None


def _year(name: str, year: int) -> Period:
    label = f"{year}年"
    return Period(
        name, "A", year, f"{year}-Q4", date(year, 1, 1), date(year, 12, 31), label, label, str(year)
    )


def _quarter(name: str, year: int, n: int) -> Period:
    start, end = date(year, 3 * n - 2, 1), _last_day(year, 3 * n)
    return Period(
        name, "Q", year, name, start, end, f"{year}年{_QUARTERS[n]}", f"{year}年{_YTD[n]}", f"Q{n} {year}"
    )


def _month(name: str, year: int, n: int) -> Period:
    quarter = f"{year}-Q{n // 3}" if n % 3 == 0 else None
    ytd = f"{year}年1—{n}月" if n > 1 else f"{year}年1月"
    english = f"{calendar.month_abbr[n]} {year}"
    return Period(
        name, "M", year, quarter, date(year, n, 1), _last_day(year, n), f"{year}年{n}月", ytd, english
    )


def _day(name: str, day: date) -> Period:
    quarter = (
        f"{day.year}-Q{day.month // 3}"
        if day.month % 3 == 0 and day == _last_day(day.year, day.month)
        else None
    )
    label = f"{day.year}年{day.month}月{day.day}日"
    return Period(name, "D", day.year, quarter, day, day, label, label, day.isoformat())


def _last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
