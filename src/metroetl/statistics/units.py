"""Units as printed, and values in the unit of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

_MULTIPLES = {
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "亿": 1e8, "千万": 1e7, "百万": 1e6, "十万": 1e5, "万": 1e4, "千": 1e3, "": 1.0,
}  # fmt: skip
_MONEY = ("元", "美元", "欧元", "港元")
_AMOUNTS = (
    "人次", "人", "户", "吨标准煤", "吨标煤", "吨公里", "人公里", "吨", "千瓦时", "千瓦", "度", "斤", "公斤", "平方米", "平方公里", "立方米",
    "m²", "m2", "公里", "米", "辆", "件", "台", "套", "头只", "头", "只", "块", "列", "架次", "架", "艘", "标箱", "标准箱", "TEU", "公顷", "亩",
    "箱次", "箱", "盏", "股", "羽", "匹",
)  # fmt: skip
COUNTS = frozenset(
    ("家", "个", "项", "座", "条", "例", "宗", "所", "名", "批", "场", "次", "份", "片", "支", "部", "张", "班", "种")
)  # fmt: skip
_BASES = frozenset((*_MONEY, *_AMOUNTS, *COUNTS))
PERCENT = ("%", "个百分点", "百分点", "‰", "个千分点", "倍", "成", "个基点")
_PER = (
    "吨标准煤/万元", "千克标准煤/万元", "微克/立方米", "毫克/立方米", "克/立方米", "元/吨", "元/公斤", "元/平方米", "元/桶", "万人次/日",
)  # fmt: skip
_SAME = {"m²": "平方米", "m2": "平方米", "标准箱": "标箱", "度": "千瓦时", "吨标煤": "吨标准煤"}
UNITS: tuple[str, ...] = tuple(
    sorted(
        {m + b for m in _MULTIPLES for b in _BASES} | set(PERCENT) | set(_PER) | {"万亿", "亿", "万"},
        key=len,
        reverse=True,
    )
)
_IN_PERCENT = {
    "%": 1.0,
    "个百分点": 1.0,
    "百分点": 1.0,
    "‰": 0.1,
    "个千分点": 0.1,
    "倍": 100.0,
    "成": 10.0,
    "个基点": 0.01,
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A multiple of a base: 万亿元 is 1e12 元."""

    factor: float
    base: str


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit | None:
    """Unit of a printed text; None where it isn't known."""
    if text in _IN_PERCENT:
        return Unit(_IN_PERCENT[text], "%")
    if text in _PER:
        return Unit(1.0, text)
    for multiple in sorted(_MULTIPLES, key=len, reverse=True):
        base = text[len(multiple) :]
        if text.startswith(multiple) and base in _BASES:
            return Unit(_MULTIPLES[multiple], _SAME.get(base, base))
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
    return unit in ("个百分点", "百分点", "个千分点", "个基点")


def fits(unit: str, target: str) -> bool:
    """Whether a printed unit can be one of the catalogue's unit."""
    return convert(1.0, unit, target) is not None
