"""English, as the national bureau writes its own releases: amounts in billion yuan, rates on the year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from metroetl.catalogue import catalogue
from metroetl.monitoring.content import Cited, Piece
from metroetl.monitoring.figures import Figure, Refused, printed
from metroetl.monitoring.phrases.base import Pace, Phrases, pace, sign
from metroetl.monitoring.phrases.words_en import (
    INDICATORS,
    METHODS,
    PLACES,
    REASONS,
    TEMPLATES,
    UNITS,
    VARIANTS,
)

_PERIODS = {
    "1": "the first quarter",
    "2": "the first half",
    "3": "the first three quarters",
    "4": "the full year",
}
_ORDINALS = {"1": "first", "2": "second", "3": "third", "4": "fourth"}
_PACES: dict[Pace, str] = {
    "same": "the same pace as in {since}",
    "faster": "{size} percentage points faster than in {since}",
    "slower": "{size} percentage points slower than in {since}",
    "narrower": "the decline being {size} percentage points smaller than in {since}",
    "wider": "the decline being {size} percentage points larger than in {since}",
    "to_rise": "turning from decline in {since} to growth",
    "to_fall": "turning from growth in {since} to decline",
    "from_flat_up": "after no change in {since}",
    "from_flat_down": "after no change in {since}",
    "rise_to_flat": "after growth in {since}",
    "fall_to_flat": "after a decline in {since}",
}


class English(Phrases):
    """English; names of places that have none stay Chinese."""

    templates = TEMPLATES
    comma, semicolon, stop, listing, colon, gap, gap_sentence = ", ", "; ", ".", ", ", ": ", " ", " "

    def period(self, quarter: str) -> str:
        """the first quarter of 2025."""
        year, number = quarter.split("-Q")
        return year if number == "4" else f"{_PERIODS[number]} of {year}"

    def earlier_period(self, quarter: str, seen_from: str) -> str:
        """the first quarter, or the full year of 2024."""
        return _PERIODS[quarter[-1]] if quarter[:4] == seen_from[:4] else self.period(quarter)

    def alone(self, quarter: str) -> str:
        """the second quarter of 2025 alone."""
        return f"the {_ORDINALS[quarter[-1]]} quarter of {quarter[:4]} alone"

    def day(self, day: date) -> str:
        """1 June 2025."""
        return f"{day.day} {day:%B %Y}"

    def place(self, region: str) -> str:
        """Chengdu."""
        if found := PLACES.get(region):
            return found
        circle = next((c for c in catalogue().circles.values() if c.region_code == region), None)
        known = catalogue().regions.get(region)
        return circle.name_en if circle else known.name_zh if known else region

    def circle(self, circle_id: str) -> str:
        """Chengdu metropolitan circle."""
        return catalogue().circles[circle_id].name_en

    def indicator(self, code: str) -> str:
        """GDP, retail sales of consumer goods: in the middle of a sentence."""
        if code in INDICATORS:
            return INDICATORS[code]
        known = catalogue().indicators.get(code)
        name = known.name_en if known else code
        return name[:1].lower() + name[1:]

    def unit(self, unit: str) -> str:
        """100 million yuan."""
        return UNITS.get(unit, unit)

    def quantity(self, value: float, decimals: int, unit: str) -> str:
        """739.31 billion yuan of 7393.1亿元; other units stay."""
        if unit == "亿元":
            return f"{printed(value / 10, decimals + 1)} billion yuan"
        return f"{printed(value, decimals)} {self.unit(unit)}"

    def variant(self, variant: str) -> str:
        """By the list of scopes."""
        return VARIANTS.get(variant, variant)

    def bracket(self, text: str) -> str:
        """Half-width, with a blank before."""
        return text.replace("（", " (").replace("）", ")")

    def method(self, how: str) -> str:
        """By the list of methods."""
        return METHODS.get(how, how)

    def chapter_number(self, number: int) -> str:
        """1. ."""
        return f"{number}. "

    def section_number(self, chapter: int, number: int) -> str:
        """1.2 ."""
        return f"{chapter}.{number} "

    def change(self, value: float, decimals: int = 1) -> str:
        """up 6.2%, down 3.0%, unchanged."""
        way = sign(value, decimals)
        return "unchanged" if way == 0 else f"{'up' if way > 0 else 'down'} {printed(abs(value), decimals)}%"

    def ahead(self, value: float, whom: str, decimals: int = 1) -> str:
        """0.3 percentage points above the province."""
        way = sign(value, decimals)
        if way == 0:
            return f"level with {whom}"
        return f"{printed(abs(value), decimals)} percentage points {'above' if way > 0 else 'below'} {whom}"

    def pace(self, now: float, before: float, since: str, decimals: int = 1) -> str:
        """0.2 percentage points faster than in the first quarter."""
        kind, size = pace(now, before, decimals)
        return _PACES[kind].format(since=since, size=printed(size, decimals))

    def share_move(self, points: float, since: str, decimals: int = 1) -> str:
        """0.4 percentage points above that of the first quarter of 2024."""
        way = sign(points, decimals)
        if way == 0:
            return f"as in {since}"
        return f"{printed(abs(points), decimals)} percentage points {'above' if way > 0 else 'below'} that of {since}"

    def respectively(self, changes: Sequence[tuple[str, Figure]]) -> tuple[Piece, ...]:
        """Chengdu up 8.5%, Deyang down 3.0%."""
        return self.join(
            [f"{self.place(region)} ", self.cited_change(figure)]
            for group in self.by_sign(changes)
            for region, figure in group
        )

    def pulls(self, points: Sequence[tuple[str, Figure]], whole: str) -> tuple[Piece, ...]:
        """Chengdu added 4.81 percentage points to the growth of the circle, Ziyang took 0.02 from it."""
        found: list[Sequence[Piece]] = []
        for region, figure in points:
            way = sign(figure.value, figure.decimals)
            verb = {1: "added", 0: "added", -1: "took off"}[way]
            size = Cited(f"{printed(abs(figure.value), figure.decimals)} percentage points", figure)
            found.append([f"{self.place(region)} {verb} ", size])
        return (f"of the growth of {whole}, ", *self.join(found))

    def step(self, value: float) -> str:
        """passing 3 trillion yuan."""
        return (
            f"passing {value / 10000:g} trillion yuan"
            if value >= 10000
            else f"passing {value / 10:g} billion yuan"
        )

    def difference(self, value: float, decimals: int, unit: str) -> str:
        """the same as published, 0.08 percentage points above the published one."""
        way = sign(value, decimals)
        if way == 0:
            return "the same as published"
        size = self.quantity(abs(value), decimals, unit)
        if unit == "%":
            size = f"{printed(abs(value), decimals)} percentage points"
        return f"{size} {'above' if way > 0 else 'below'} the published one"

    def refused(self, refused: Refused) -> str:
        """not summed: members are missing (missing: Meishan)."""
        why = REASONS.get(refused.why, refused.why)
        names = ", ".join(self._named(name) for name in refused.missing)
        return f"{why} (missing: {names})" if names else why

    def _named(self, name: str) -> str:
        codes = {region.name_zh: code for code, region in catalogue().regions.items() if code in PLACES}
        return PLACES[codes[name]] if name in codes else name
