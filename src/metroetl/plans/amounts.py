"""Amounts in a clause: number, unit as printed, comparator; percentages written as 一半 too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from metroetl.plans.words import alternation

Comparator = Literal[">=", "<=", "=", "about"]

_AFTER = r"(?P<after>及?以上|以内|以下|左右|上下|之内|或以上)?"
_BEFORE = (
    (
        re.compile(
            r"(?:不低于|不少于|不小于|至少|不得低于|高于|最低|力争突破|不短于|大于|超|多于|逾|≥|＞|>)$"
        ),
        ">=",
    ),
    (re.compile(r"(?:超过|突破|超|大于|高于|逾)$"), ">="),
    (
        re.compile(r"(?:不超过|不高于|控制在|不多于|不大于|不得超过|低于|小于|压减至|限制在|控制到|≤|＜|<)$"),
        "<=",
    ),
    (re.compile(r"(?:约|大约|接近|近|约为)$"), "about"),
)
_STRICT = re.compile(r"(?<!不)(?:超过|突破|大于|高于|超|逾|低于|小于)$")
_SHARED_BY = re.compile(r"(不低于|不少于|不超过|不高于|超过|高于|低于)[\u3400-\u9fff]{2,24}的$")
_HALF = re.compile(r"(?P<number>一半|半数|一倍|两倍)(?P<after>以上|左右)?")
_WORDS = {"一倍": (1.0, "倍"), "两倍": (2.0, "倍")}


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount with its range in the clause; `end` is behind 以上 or 左右."""

    value: float
    unit: str
    comparator: Comparator
    strict: bool
    start: int
    end: int


@cache
def _pattern() -> re.Pattern[str]:
    units = alternation("units", "units")
    return re.compile(
        r"(?<![\d.+\-—–·a-zA-Z“])(?P<number>\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?)(?P<plus>余|多)?"
        rf"(?P<unit>(?:万亿|千亿|百亿|亿|千万|百万|万|千|百)?(?:{units})|万亿|亿|万)(?P<unit_over>/(?:{units}|万人|千人))?{_AFTER}"
    )


def read_amounts(clause: str) -> Iterator[Amount]:
    """Every amount of a clause, in order; days of the month, years and ordinals are none."""
    matches = [*_pattern().finditer(clause), *_HALF.finditer(clause)]
    for found in sorted(matches, key=re.Match.start):
        before = clause[: found.start()]
        if before.endswith("第") or _is_day(clause, found):
            continue
        half = found.re is _HALF
        if half:
            value, unit = _WORDS.get(found["number"], (50.0, "%"))
        else:
            value, unit = float(found["number"].replace(",", "")), found["unit"] + (found["unit_over"] or "")
        after = found["after"] or ("以上" if not half and found["plus"] else "")
        comparator, strict = _comparator(_SHARED_BY.sub(r"\1", before[-40:]), after)
        yield Amount(value, unit, comparator, strict, found.start(), found.end())


def _is_day(clause: str, found: re.Match[str]) -> bool:
    if found.re is _HALF:
        return False
    unit = found["unit"]
    if unit == "年" and len(found["number"]) == 4:
        return True
    return unit == "日" and clause[max(0, found.start() - 1) : found.start()] == "月"


def _comparator(before: str, after: str) -> tuple[Comparator, bool]:
    if after in ("左右", "上下"):
        return "about", False
    if after in ("以内", "以下", "之内"):
        return "<=", False
    strict = bool(_STRICT.search(before))
    if "以上" in after:
        return ">=", strict
    return _by_lead(before, strict)


def _by_lead(before: str, strict: bool) -> tuple[Comparator, bool]:
    for pattern, comparator in _BEFORE:
        if pattern.search(before):
            if re.search(r"不(?:超过|高于|大于|多于)$|不得超过$", before):
                return "<=", False
            if re.search(r"不(?:低于|小于)$", before):
                return ">=", False
            if comparator == ">=":
                return ">=", strict
            return ("<=", strict) if comparator == "<=" else ("about", False)
    return "=", False
