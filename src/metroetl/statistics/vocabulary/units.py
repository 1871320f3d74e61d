"""Units as printed, and values in the unit of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from metroetl.statistics.vocabulary.wordlists import unit_words

_WORDS = unit_words()
_MULTIPLES = dict(sorted({**_WORDS.multiples, "": 1.0}.items(), key=lambda item: -len(item[0])))
COUNTS = frozenset(_WORDS.counts)
_BASES = frozenset((*_WORDS.money, *_WORDS.amounts, *_WORDS.counts))
_PER = frozenset(_WORDS.per)
_BARE = ("万亿", "亿", "万")  # 3155亿: the unit is understood
UNITS: tuple[str, ...] = tuple(
    sorted(
        {m + b for m in _MULTIPLES for b in (*_BASES, *_WORDS.multiples_only) if m or b in _BASES}
        | set(_WORDS.percent)
        | _PER
        | set(_BARE),
        key=len,
        reverse=True,
    )
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A multiple of a base: 万亿元 is 1e12 元."""

    factor: float
    base: str


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit | None:
    """Unit of a printed text; None where it isn't known."""
    if text in _WORDS.percent:
        return Unit(_WORDS.percent[text], "%")
    if text in _PER:
        return Unit(1.0, text)
    for multiple, factor in _MULTIPLES.items():
        base = text[len(multiple) :]
        if text.startswith(multiple) and (base in _BASES or (multiple and base in _WORDS.multiples_only)):
            return Unit(factor, _WORDS.same.get(base, base))
    return Unit(_MULTIPLES[text], "元") if text in ("万亿", "亿") else None


def convert(value: float, unit: str, target: str) -> float | None:
    """Value in the target unit; None where the two don't fit."""
    if unit == "" and "100" in target:
        return value
    given, wanted = parse_unit(unit), parse_unit(target)
    if given is None or wanted is None or given.base != wanted.base:
        return None
    return round(value * given.factor / wanted.factor, 10)


def is_percent(unit: str) -> bool:
    """True for units of growth, shares and rates."""
    return unit in ("%", "‰", "倍", "成")


def is_points(unit: str) -> bool:
    """True for percentage points."""
    return unit in _WORDS.points


def fits(unit: str, target: str) -> bool:
    """Whether a printed unit can be one of the catalogue's unit."""
    return convert(1.0, unit, target) is not None
