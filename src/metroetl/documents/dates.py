"""Days as Chinese pages print them, in Arabic or Chinese numerals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

ZERO = "〇○◯零oO0"
DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | dict.fromkeys(ZERO, 0)
MONTH, DAY = "(1[0-2]|0?[1-9])", "(3[01]|[12][0-9]|0?[1-9])"
YEAR = "(?<![0-9])((?:19|20)[0-9]{2})"
FORMS = (
    re.compile(rf"{YEAR}\s{{0,3}}年\s{{0,3}}{MONTH}\s{{0,3}}月\s{{0,3}}{DAY}\s{{0,3}}日"),
    re.compile(rf"{YEAR}(?P<separator>[./-]){MONTH}(?P=separator){DAY}(?![0-9月])"),
    re.compile(
        rf"([一二三四五六七八九{ZERO}]{{4}})\s?年\s?([一二三四五六七八九十]{{1,3}})\s?月\s?([一二三四五六七八九十廿卅]{{1,3}})\s?日"
    ),
)
IN_URL = re.compile(
    r"/t((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})_"
    r"|/((?:19|20)[0-9]{2})[/-]([0-9]{1,2})[/-]([0-9]{1,2})/"
    r"|/((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})/"
)


def find_days(text: str) -> Iterator[tuple[date, str]]:
    """Every whole day in a text, in order, with what it was read from (full-width forms as ASCII).

    "2023年1-9月" and "2024年9月" are periods, not days.
    """
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    matches = sorted((m for form in FORMS for m in form.finditer(text)), key=lambda m: m.start())
    for match in matches:
        year, month, day = (g for g in match.groups() if g not in {".", "/", "-"})
        found = _day(_digits(year), _number(month), _number(day))
        if found is not None:
            yield found, match.group()


def first_day(text: str) -> date | None:
    """The first whole day in a text."""
    return next((day for day, _ in find_days(text)), None)


def day_in_url(url: str) -> date | None:
    """The day in an address (`/202609/t20260916_1.html`, `/2026/9/16/`, `/2026-05/25/`, `/20260916/`)."""
    match = IN_URL.search(url)
    return _day(*(int(g) for g in match.groups() if g)) if match else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _digits(year: str) -> int:
    return int(year) if year.isdecimal() else int("".join(str(DIGITS[c]) for c in year))


def _number(text: str) -> int:
    """A month or day: 9, 09, 九, 十二, 二十七, 廿三, 三十一; 0 for what is no numeral."""
    if text.isdecimal():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.partition("十")
    if not ten:
        return DIGITS.get(text, 0)
    return 10 * (DIGITS.get(tens, 0) if tens else 1) + DIGITS.get(ones, 0)
