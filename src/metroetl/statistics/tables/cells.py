"""What a cell of a table states: one number with its sign and unit, a second one in brackets, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from metroetl.statistics.vocabulary.units import UNITS

UNIT_SET = frozenset(UNITS)
NOTE_MARKS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⑴⑵⑶⑷⑸¹²³⁴⁵⁶⁷⁸⁹*＊†‡★☆※"
YEAR = re.compile(r"(?:19|20)\d\d(?: ?年度?)?")
_LONGEST = 48
_EMPTY = re.compile(r"[-—―─/\\.…×xX*\s]*|N/?A|n\.?a\.?|无|空|不适用|(?:暂)?未(?:公布|发布|提供)|暂无")
_FLAT = re.compile(r"(?:同比|与上年(?:同期)?|与去年(?:同期)?|比上年(?:同期)?)?(?:持平|无变化)")
_NUMBER = re.compile(
    r"(?P<near>约|近|超过|超|突破|逾|不足|大于|小于|[<>≥≤])?"
    r"(?P<word>同比)?(?:(?P<up>增长|上升|提高|增加|上涨|增|升|涨)|(?P<down>下降|降低|减少|下跌|降|减|跌))?了?"
    r"(?P<mark>[-+↑↓])?(?P<number>\d{1,15}(?:,\d{3}){0,5}(?:\.\d{1,8})?)(?P<unit>[^\d()+.,-][^\d()+.,]{0,11})?"
)
_SECOND = re.compile(r"(?P<first>[^()]{1,30})\((?P<second>[^()]{1,16})\)")
_NOTE = re.compile(r"\((?:注\d{0,2}|\d)\)$")
_BLANK = re.compile(r"\s")
_POINT = re.compile(r"\s?([.,])\s?")
_DIGITS = re.compile(r"\d[\d ,.]{0,40}(?<! )")
_GROUPS = re.compile(r"\d{1,3}(?:[ ,]\d{3}){1,5}(?:\.\d{1,8})?|\d(?: \d){2,9}(?:\.\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Value:
    """A number of a cell: digits as printed, the unit and direction that the cell itself gives (if any).

    `flat` is 持平; `near` is a bound or an approximation; `second` is the number in brackets behind it.
    """

    digits: str
    unit: str = ""
    value: float = 0.0
    moves: bool = False
    flat: bool = False
    near: bool = False
    second: Value | None = None


def is_empty(text: str) -> bool:
    """Whether a cell says that there is no value: blank, a dash, dots."""
    return len(text) < _LONGEST and _EMPTY.fullmatch(text.strip()) is not None


def is_year(text: str) -> bool:
    """Whether a cell is a bare year: 2024, 2024年."""
    return len(text) < 9 and YEAR.fullmatch(text.strip()) is not None


def strip_notes(text: str) -> str:
    """A text without footnote marks at its ends: 地区生产总值①, *12.3, 5.2(注1)."""
    text = text.strip().strip(NOTE_MARKS).strip()
    return _NOTE.sub("", text).strip()


def read_value(text: str) -> Value | None:
    """The value of a cell of uniform text; None for labels, empty marks and what isn't surely one number."""
    if len(text) > _LONGEST or not (any(map(str.isdecimal, text)) or "平" in text or "变化" in text):
        return None
    text = text.strip()
    if _FLAT.fullmatch(text):
        return Value("0", "%", flat=True, moves=True)
    match = _SECOND.fullmatch(text)
    if match is None:
        return _one(strip_notes(text))
    first, second = _one(match["first"]), _one(match["second"])
    if first is None or (second is None and strip_notes(text) == text):
        return None
    return replace(first, second=second)


def _one(text: str) -> Value | None:
    match = _NUMBER.fullmatch(_close_up(text.strip().strip(NOTE_MARKS)))
    if match is None:
        return None
    unit = match["unit"] or ""
    if unit and unit not in UNIT_SET:
        return None
    digits = match["number"].replace(",", "")
    falls = match["mark"] in ("-", "↓") or match["down"] is not None
    moves = any((match["up"], match["down"], match["word"])) or match["mark"] in ("↑", "↓")
    return Value(
        digits, unit, -float(digits) if falls else float(digits), moves, near=match["near"] is not None
    )


def _close_up(text: str) -> str:
    """Blanks out, where they stand between word, number and unit or group the digits; else they part numbers."""
    if not _BLANK.search(text):
        return text
    text = _POINT.sub(r"\1", text)
    digits = _DIGITS.search(text)
    if digits is not None and " " in digits.group() and not _GROUPS.fullmatch(digits.group()):
        return text
    return _BLANK.sub("", text)
