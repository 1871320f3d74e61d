"""Titles and dates as lists print them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from html import unescape
from zoneinfo import ZoneInfo

from metroetl.documents.dates import day_in_url, find_days

BEIJING = ZoneInfo("Asia/Shanghai")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
BULLET = re.compile(r"^[·•▪■◆◇●○>»\s-]{1,6}|^\[(?:置顶|热点|图文)\]\s{0,3}")
LABELLED = re.compile(r"(?:标题|名称)[：:]\s{0,3}([^\n\r]{2,300})")
AROUND = re.compile(
    r"[\s()\[\]（）【】〔〕|:：]|(?:发布|公开|更新|发文|成文|生成)?(?:时间|日期)|\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?"
)
SHORT_YEAR = re.compile(r"(\d{2})([-./])(\d{1,2})\2(\d{1,2})")
NO_YEAR = re.compile(r"(\d{1,2})[-./月](\d{1,2})日?")
SPLIT = re.compile(
    r"(\d{1,2})\s{1,3}((?:19|20)\d{2})\s?[-./年]\s?(\d{1,2})月?|((?:19|20)\d{2})\s?[-./年]\s?(\d{1,2})月?\s{1,3}(\d{1,2})"
)


def clean_title(text: str | None) -> str:
    """A title without tags, bullets and doubled blanks; of a labelled tooltip (标题：… 发布日期：…) the title."""
    if not text or text.strip().lower() in {"null", "undefined"}:
        return ""
    text = TAG.sub("", unescape(text))
    labelled = LABELLED.search(text)
    text = labelled.group(1) if labelled else text
    return BULLET.sub("", " ".join(text.split())).strip()


def dates_alone(text: str, url: str = "") -> list[date]:
    """Days of a text that holds nothing but a date, with brackets, a label or a time at most.

    A date without a year takes that of the address if month and day fit it.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) > 60:
        return []
    found = list(find_days(plain))
    for _, printed in found:
        plain = plain.replace(printed, "", 1)
    if found:
        return [] if AROUND.sub("", plain) else [day for day, _ in found]
    plain = AROUND.sub("", plain)
    if match := SHORT_YEAR.fullmatch(plain):
        return _days(f"20{match.group(1)}", match.group(3), match.group(4))
    if match := NO_YEAR.fullmatch(plain):
        named = day_in_url(url)
        return _days(str(named.year), *match.groups()) if named and named.month == int(match.group(1)) else []
    return []


def date_among(text: str) -> date | None:
    """The last day in a row's text beside its title; day and month may stand apart (`19 2026-06`)."""
    text = unicodedata.normalize("NFKC", text)
    found = [day for day, _ in find_days(text)]
    if found:
        return found[-1]
    if match := SPLIT.search(text):
        day, year, month, year2, month2, day2 = match.groups()
        return next(iter(_days(year or year2, month or month2, day or day2)), None)
    return None


def date_of(value: object) -> date | None:
    """The day of a JSON field: a printed date, or seconds or milliseconds since 1970 (Beijing time)."""
    if isinstance(value, str) and value.isdecimal() and len(value) >= 10:
        value = int(value)
    if isinstance(value, int | float) and value > 10**8:
        seconds = value / 1000 if value > 10**11 else value
        return datetime.fromtimestamp(seconds, BEIJING).date()
    return next((day for day, _ in find_days(str(value))), None) if value else None


def _days(year: str, month: str, day: str) -> list[date]:
    try:
        return [date(int(year), int(month), int(day))]
    except ValueError:
        return []
