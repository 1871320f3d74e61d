"""Targets of two plans side by side: added, dropped, raised, lowered, same."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence

from metroetl.plans.compare.matching import Pair, greedy
from metroetl.plans.compare.models import TargetChange, TargetKind, TargetValue
from metroetl.plans.models import Target

LIKE = 80.0  # names so alike (per cent) are the same indicator where the unit is the same
_SCALE = {
    "万亿": 1e12,
    "千亿": 1e11,
    "亿": 1e8,
    "千万": 1e7,
    "百万": 1e6,
    "万": 1e4,
    "千": 1e3,
    "百": 1e2,
    "": 1.0,
}
_UNIT = re.compile(r"(?P<scale>万亿|千亿|亿|千万|百万|万|千|百)?(?P<base>.+)")
_SHOWN = {"元": ("亿元", 1e8), "斤": ("亿斤", 1e8)}
_SAME_BASE = {
    "公里": "公里", "千米": "公里", "km": "公里", "KM": "公里", "%": "%", "％": "%", "个百分点": "百分点",
    "平方千米": "平方公里", "km²": "平方公里", "m²": "平方米", "人次": "人次", "公斤": "公斤", "千克": "公斤",
}  # fmt: skip
_WHOLE_UNITS = ("千米", "千克", "百分点", "千瓦", "千瓦时")
_ASIDE = re.compile(
    r"我国|全国|全省|全市|全区域|区域|都市圈|四市|年均|力争|预期|总体|总量|规模|水平|累计|基本|[（(][^（）()]*[)）]|[^\w]"
)
_NAMES = (
    ("国内生产总值", "地区生产总值"),
    ("GDP", "地区生产总值"),
    ("增长率", "增长"),
    ("增速", "增长"),
    ("增幅", "增长"),
    ("涨幅", "上涨"),
)


def normal(value: float, unit: str) -> tuple[float, str]:
    """Value and unit in one scale a kind: money in 亿元, grain in 亿斤, all else without 万 and 亿."""
    unit = unit.strip()
    scale, base = "", unit
    if not unit.startswith(_WHOLE_UNITS) and (found := _UNIT.fullmatch(unit)):
        scale, base = found["scale"] or "", found["base"]
    plain = value * _SCALE[scale]
    base = _SAME_BASE.get(base, base)
    shown, by = _SHOWN.get(base, (base, 1.0))
    return float(f"{plain / by:.12g}"), shown


def name_of(indicator: str) -> str:
    """An indicator's name for comparing: without places and marks, growth and GDP in one word."""
    name = indicator
    for printed, one in _NAMES:
        name = name.replace(printed, one)
    return _ASIDE.sub("", name) or indicator


def value_of(target: Target) -> TargetValue:
    """A target with its value in the base unit."""
    value, unit = normal(target.value, target.unit)
    return TargetValue(
        indicator=target.indicator,
        value=target.value,
        unit=target.unit,
        normal_value=value,
        normal_unit=unit,
        comparator=target.comparator,
        by_year=target.by_year,
        binding=target.binding,
        span=target.span,
        quote=target.quote,
    )


def compare_targets(
    old: Sequence[Target], new: Sequence[Target], ends: tuple[int | None, int | None] = (None, None)
) -> list[TargetChange]:
    """Each target with its successor, in the new plan's order, then those dropped.

    They belong together by the catalogue's code or by name, with the same kind of unit; of an indicator with several
    years, those for the ends of both plans' periods (`ends`) first, then the same year, then in the order of years.
    """
    scores: dict[Pair, float] = {}
    groups: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, targets in enumerate((old, new)):
        for n, target in enumerate(targets):
            groups[value_of(target).normal_unit][side].append(n)
    for firsts, seconds in groups.values():
        for i in firsts:
            for j in seconds:
                if like := _likeness(old[i], new[j]):
                    scores[i, j] = like + _year_bonus(old[i], new[j], ends)
    pairs = greedy(scores)
    back = {j: i for i, j in pairs}
    changes = [_change(old[back[j]] if j in back else None, target) for j, target in enumerate(new)]
    matched = {i for i, _ in pairs}
    return changes + [_change(target, None) for i, target in enumerate(old) if i not in matched]


def _likeness(one: Target, other: Target) -> float:
    """0 where two targets are of different indicators, else up to 200."""
    from rapidfuzz.fuzz import ratio

    names = sorted((name_of(one.indicator), name_of(other.indicator)))
    if names[0] == names[1]:
        return 200.0
    growth = [name.endswith(("增长", "上涨", "下降")) for name in names]
    if one.indicator_code and one.indicator_code == other.indicator_code:
        return 150.0
    if one.indicator_code and other.indicator_code:
        return 0.0
    like = float(ratio(*names))
    return like if like >= LIKE and growth[0] == growth[1] else 0.0


def _year_bonus(one: Target, other: Target, ends: tuple[int | None, int | None]) -> float:
    if None not in ends and (one.by_year, other.by_year) == ends:
        return 20.0
    if one.by_year == other.by_year:
        return 15.0
    if one.by_year is None or other.by_year is None:
        return 5.0
    return max(0.0, 10.0 - abs(other.by_year - one.by_year) / 10)


def _change(old: Target | None, new: Target | None) -> TargetChange:
    one, other = old and value_of(old), new and value_of(new)
    kind: TargetKind = "added" if one is None else "dropped"
    if one and other:
        if math.isclose(one.normal_value, other.normal_value, rel_tol=1e-9, abs_tol=1e-12):
            kind = "same"
        else:
            kind = "raised" if other.normal_value > one.normal_value else "lowered"
    latest = new or old
    return TargetChange(
        kind=kind,
        indicator=latest.indicator if latest else "",
        indicator_code=next((t.indicator_code for t in (new, old) if t and t.indicator_code), None),
        old=one,
        new=other,
        comparator_changed=bool(one and other and one.comparator != other.comparator),
        binding_changed=bool(one and other and one.binding != other.binding),
    )
