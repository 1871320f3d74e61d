"""What every language can say of figures, and how sentences are put together."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from metroetl.monitoring.content import Cited, Piece
from metroetl.monitoring.figures import Figure, Refused, rounded

Sign = Literal[-1, 0, 1]
Pace = Literal[
    "same", "faster", "slower", "narrower", "wider", "to_rise", "to_fall", "from_flat_up", "from_flat_down",
    "rise_to_flat", "fall_to_flat",
]  # fmt: skip
FORECAST = ("F", "E")  # SDMX CL_OBS_STATUS: forecast, estimated
_PLACE = re.compile(r"\{(\w+)\}")
_STEP_SMALL, _STEP_LARGE = 1000.0, 10000.0  # 亿元: 千亿 below a 万亿, 万亿 from there on


def sign(value: float, decimals: int) -> Sign:
    """The sign of a value as it is printed: 0.04 with one decimal has none."""
    shown = rounded(value, decimals)
    return 0 if shown == 0 else 1 if shown > 0 else -1


def pace(now: float, before: float, decimals: int = 1) -> tuple[Pace, float]:
    """How growth moved from one period to another, and by how many points, both as printed."""
    a, b = rounded(now, decimals), rounded(before, decimals)
    size = abs(float(a - b))
    if a == b:
        return "same", 0.0
    if b == 0:
        return ("from_flat_up" if a > 0 else "from_flat_down"), size
    if a == 0:
        return ("rise_to_flat" if b > 0 else "fall_to_flat"), size
    if (a > 0) != (b > 0):
        return ("to_rise" if a > 0 else "to_fall"), size
    if a > 0:
        return ("faster" if a > b else "slower"), size
    return ("narrower" if a > b else "wider"), size


def step_reached(now: float, before: float) -> float | None:
    """The round level (in 亿元) that was passed for the first time: 30000 from 29756.8 to 31310.2; None if none."""
    unit = _STEP_LARGE if now >= _STEP_LARGE else _STEP_SMALL
    step = now // unit * unit
    return step if step > 0 and before < step else None


def weave(template: str, **values: Piece | Sequence[Piece]) -> tuple[Piece, ...]:
    """Fill a template's places with pieces; raises KeyError for a place that got nothing."""
    found: list[Piece] = []
    for number, part in enumerate(_PLACE.split(template)):
        given = values[part] if number % 2 else part
        found += [given] if isinstance(given, (str, Cited)) else list(given)
    return tuple(piece for piece in found if piece != "")


class Phrases(ABC):
    """The phrases of one language. Growth in per cent, gaps in percentage points; `decimals` as printed."""

    templates: Mapping[str, str]
    comma: str
    semicolon: str
    stop: str
    listing: str
    colon: str
    gap: str  # between words: nothing in Chinese
    gap_sentence: str  # between sentences

    def say(self, key: str, **values: Piece | Sequence[Piece]) -> tuple[Piece, ...]:
        """A sentence by its key."""
        return weave(self.templates[key], **values)

    def join(self, parts: Iterable[Sequence[Piece]], between: str | None = None) -> tuple[Piece, ...]:
        """Parts with the separator (a comma) between them."""
        found: list[Piece] = []
        for part in parts:
            found += [self.comma if between is None else between, *part] if found else part
        return tuple(found)

    def word(self, key: str) -> str:
        """A fixed word or heading."""
        return self.templates[key]

    @abstractmethod
    def period(self, quarter: str) -> str:
        """A cumulative quarter: 2025年一季度."""

    @abstractmethod
    def earlier_period(self, quarter: str, seen_from: str) -> str:
        """A cumulative quarter as a text of another calls it: 一季度 within the year, 上年全年 from the next."""

    @abstractmethod
    def alone(self, quarter: str) -> str:
        """A quarter alone: 2025年二季度当季."""

    @abstractmethod
    def day(self, day: date) -> str:
        """A day: 2025年6月1日."""

    @abstractmethod
    def place(self, region: str) -> str:
        """A place's name."""

    @abstractmethod
    def circle(self, circle_id: str) -> str:
        """A circle's name."""

    @abstractmethod
    def indicator(self, code: str) -> str:
        """An indicator's name."""

    @abstractmethod
    def unit(self, unit: str) -> str:
        """A unit in the head of a table."""

    @abstractmethod
    def quantity(self, value: float, decimals: int, unit: str) -> str:
        """A number with its unit: 0.1亿元."""

    @abstractmethod
    def variant(self, variant: str) -> str:
        """A scope: 不含农户."""

    def capital(self, text: str) -> str:
        """A text as a heading begins."""
        return text[:1].upper() + text[1:]

    def begin(self, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
        """Pieces as a sentence begins."""
        first, *rest = pieces
        text = self.capital(first if isinstance(first, str) else first.text)
        return (text if isinstance(first, str) else Cited(text, first.figure), *rest)

    @abstractmethod
    def bracket(self, text: str) -> str:
        """A text with the language's own brackets."""

    @abstractmethod
    def method(self, how: str) -> str:
        """How something is computed (`Figure.how`)."""

    @abstractmethod
    def chapter_number(self, number: int) -> str:
        """一、."""

    @abstractmethod
    def section_number(self, chapter: int, number: int) -> str:
        """（一）."""

    def amount(self, figure: Figure) -> str:
        """A level with its unit: 7393.1亿元."""
        return self.quantity(figure.value, figure.decimals, figure.unit)

    @abstractmethod
    def change(self, value: float, decimals: int = 1) -> str:
        """Growth: 增长6.2%, 下降3.0%, 持平; never 增长-3.0%."""

    @abstractmethod
    def ahead(self, value: float, whom: str, decimals: int = 1) -> str:
        """Distance of a rate to another's: 高于全省0.3个百分点, 与全省持平."""

    @abstractmethod
    def pace(self, now: float, before: float, since: str, decimals: int = 1) -> str:
        """How growth moved: 增速比一季度加快0.2个百分点, 降幅比…收窄…, 由负转正."""

    @abstractmethod
    def share_move(self, points: float, since: str, decimals: int = 1) -> str:
        """How a share moved: 比上年同期提高0.4个百分点."""

    @abstractmethod
    def respectively(self, changes: Sequence[tuple[str, Figure]]) -> tuple[Piece, ...]:
        """Growth of several places: 成都市、德阳市分别增长8.5%、8.2%，眉山市下降3.0%."""

    @abstractmethod
    def pulls(self, points: Sequence[tuple[str, Figure]], whole: str) -> tuple[Piece, ...]:
        """By how many points places pull the whole's growth up or down: 成都市拉动成都都市圈增长4.81个百分点."""

    @abstractmethod
    def step(self, value: float) -> str:
        """迈上3万亿元台阶."""

    @abstractmethod
    def difference(self, value: float, decimals: int, unit: str) -> str:
        """A computed figure against the published one: 与公布数一致, 比公布数多0.2亿元, 高0.08个百分点."""

    @abstractmethod
    def refused(self, refused: Refused) -> str:
        """Why something isn't computed, with the places that are missing."""

    def cited_change(self, figure: Figure) -> Cited:
        """Growth that links to its figure; what was forecast says so."""
        return Cited(self.change(figure.value, figure.decimals) + self.standing(figure), figure)

    def cited_amount(self, figure: Figure) -> Cited:
        """A level that links to its figure; what was forecast says so."""
        return Cited(self.amount(figure) + self.standing(figure), figure)

    def standing(self, figure: Figure) -> str:
        """（预计） of a forecast or estimate, （含预计数） of what rests on one; nothing of all others."""
        forecast = any(f.evidence and f.evidence.obs_status in FORECAST for f in figure.sources())
        if not forecast:
            return ""
        return self.bracket(self.word("forecast" if figure.evidence else "with_forecast"))

    def cited_percent(self, figure: Figure) -> Cited:
        """A share that links to its figure."""
        return Cited(f"{figure.text}%", figure)

    def by_sign(self, changes: Sequence[tuple[str, Figure]]) -> list[list[tuple[str, Figure]]]:
        """Places that grow, that stand still, that fall: each in the order given, empty groups left out."""
        groups = [[c for c in changes if sign(c[1].value, c[1].decimals) == s] for s in (1, 0, -1)]
        return [group for group in groups if group]
