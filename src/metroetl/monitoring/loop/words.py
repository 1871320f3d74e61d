"""What the loop says of figures, in Chinese and English: words of direction come from the numbers as they are printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.monitoring.content import Cited, Language, Piece
from metroetl.monitoring.figures import Figure, printed
from metroetl.monitoring.phrases import phrases

if TYPE_CHECKING:
    from metroetl.monitoring.loop.rules import Severity

SEVERITY: Mapping[Severity, tuple[str, str]] = {
    "notice": ("提示", "notice"),
    "watch": ("关注", "watch"),
    "alert": ("预警", "alert"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "open": ("待应对", "open"),
    "responding": ("应对中", "responding"),
    "proposed": ("待核验", "recovery to be verified"),
    "verified": ("已核验销号", "verified"),
    "closed": ("已关闭", "closed"),
}
_QUARTERS = {"1": "一季度", "2": "二季度", "3": "三季度", "4": "四季度"}
_PLACE = re.compile(r"\{(\w+)\}")


def pick(words: Sequence[str], language: Language) -> str:
    """The Chinese or the English of a pair."""
    return words[language == "en"]


def weave(template: str, values: Mapping[str, Piece]) -> tuple[Piece, ...]:
    """Fill a template's places with pieces; raises KeyError for a place that got nothing."""
    parts = _PLACE.split(template)
    found: list[Piece] = [values[part] if n % 2 else part for n, part in enumerate(parts)]
    return tuple(piece for piece in found if piece != "")


def period(quarter: str, language: Language) -> str:
    """A cumulative quarter, as the report says it."""
    return phrases(language).period(quarter)


def quarter_name(quarter: str, language: Language) -> str:
    """A quarter by itself, of a deadline: 2025年三季度."""
    year, number = quarter.split("-Q")
    return f"{year}年{_QUARTERS[number]}" if language == "zh" else f"Q{number} {year}"


def place(region: str, language: Language) -> str:
    """A place's name, as the report says it."""
    return phrases(language).place(region)


def indicator(code: str, language: Language) -> str:
    """An indicator's name; the code itself where the catalogue has none."""
    known = catalogue().indicators.get(code)
    return code if known is None else known.name_zh if language == "zh" else known.name_en


def sign(value: float, decimals: int) -> int:
    """The sign of a value as it is printed: 0.04 with one decimal has none."""
    shown = float(printed(value, decimals))
    return (shown > 0) - (shown < 0)


def growth(figure: Figure, language: Language) -> Cited:
    """增长6.2%, 下降3.0%, 持平; rose 6.2%."""
    way, size = sign(figure.value, figure.decimals), printed(abs(figure.value), figure.decimals)
    if way == 0:
        return Cited(pick(("持平", "was unchanged"), language), figure)
    word = pick(("增长", "rose "), language) if way > 0 else pick(("下降", "fell "), language)
    return Cited(f"{word}{size}%", figure)


def level(figure: Figure, language: Language) -> Cited:
    """60.1%; in English `at 60.1%`."""
    return Cited(f"{'at ' if language == 'en' else ''}{figure.text}{figure.unit}", figure)


def gap(figure: Figure, whom: str, language: Language) -> Cited:
    """低于全省0.3个百分点; of a level 低于全国12.0%."""
    way, size = sign(figure.value, figure.decimals), printed(abs(figure.value), figure.decimals)
    if way == 0:
        return Cited(pick((f"与{whom}持平", f"level with {whom}"), language), figure)
    unit = pick(("%", "%") if figure.unit == "%" else ("个百分点", " points"), language)
    if language == "zh":
        return Cited(f"{'高于' if way > 0 else '低于'}{whom}{size}{unit}", figure)
    return Cited(f"{size}{unit} {'above' if way > 0 else 'below'} {whom}", figure)


def pace(now: Figure, before: Figure, language: Language, then: str = "") -> str:
    """How growth moved, as both are printed: 增速比上年同期回落0.4个百分点, 降幅收窄, 由正转负; `then` as it is called."""
    decimals = max(now.decimals, before.decimals)
    a, b = float(printed(now.value, decimals)), float(printed(before.value, decimals))
    size, then = printed(abs(a - b), decimals), then or since(before.quarter, now.quarter, language)
    if a == b:
        return pick((f"与{then}持平", f"as in {then}"), language)
    if b == 0 or a == 0:
        words = (f"由{then}的{_way(b)}转为{_way(a)}", f"after {signed(b, decimals)}% in {then}")
        return pick(words, language)
    if b > 0 > a or a > 0 > b:
        return pick(
            (f"较{then}由{'正转负' if b > 0 else '负转正'}", f"after {signed(b, decimals)}% in {then}"),
            language,
        )
    if a < 0 and b < 0:
        way = ("收窄", "narrower") if a > b else ("扩大", "deeper")
        return pick(
            (f"降幅比{then}{way[0]}{size}个百分点", f"{size} points {way[1]} than in {then}"), language
        )
    way = ("加快", "faster") if a > b else ("回落", "slower")
    return pick((f"增速比{then}{way[0]}{size}个百分点", f"{size} points {way[1]} than in {then}"), language)


def _way(value: float) -> str:
    return "增长" if value > 0 else "下降" if value < 0 else "持平"


def since(before: str, now: str, language: Language) -> str:
    """An earlier quarter as a text of another calls it: 上年同期, 一季度, 上年全年."""
    if language == "en":
        return period(before, language)
    if before[-1] == now[-1] and int(before[:4]) == int(now[:4]) - 1:
        return "上年同期"
    return phrases(language).earlier_period(before, now)


def move(points: float, decimals: int, then: str, language: Language, unit: str = "points") -> str:
    """How a share or a measure moved: 比上年同期提高0.5个百分点."""
    way, size = sign(points, decimals), printed(abs(points), decimals)
    if way == 0:
        return pick((f"与{then}持平", f"as in {then}"), language)
    units = pick(("个百分点", " points"), language) if unit == "points" else ""
    if language == "zh":
        return f"比{then}{'提高' if way > 0 else '降低'}{size}{units}"
    return f"{size}{units} {'higher' if way > 0 else 'lower'} than in {then}"


def rank_move(places: int, then: str, language: Language) -> str:
    """比上年同期后移2位."""
    if places == 0:
        return pick((f"与{then}相同", f"as in {then}"), language)
    size = abs(places)
    if language == "zh":
        return f"比{then}{'后移' if places > 0 else '前移'}{size}位"
    return f"{size} {'lower' if places > 0 else 'higher'} than in {then}"


def listed(names: Sequence[str], language: Language) -> str:
    """甲、乙; in English with commas."""
    return ("、" if language == "zh" else ", ").join(names)


def signed(value: float, decimals: int) -> str:
    """+0.3, −0.4, 0.0: a contribution to a change."""
    way = sign(value, decimals)
    return f"{'+' if way > 0 else '−' if way < 0 else ''}{printed(abs(value), decimals)}"
