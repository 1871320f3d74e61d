"""The scoped context: which place and time a statement speaks of (document, paragraph, sentence)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from metroetl.catalogue.models import Region
from metroetl.statistics.lexing.tokens import Token
from metroetl.statistics.vocabulary.periods import Period, PeriodSpec, month_end
from metroetl.statistics.vocabulary.words import Vocabulary

_PARENT_WORDS = {
    "全省": "province",
    "我省": "province",
    "全市": "prefecture",
    "我市": "prefecture",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A region as printed in the catalogue, with its code where it has one."""

    name: str
    code: str | None

    @property
    def collective(self) -> bool:
        """True for several places at once: a circle, a wider region."""
        return self.code is None or self.code.startswith("AGG.")


_PASSING = 0.79  # a sentence on another place in a region's release: the next one may be on either
_NO_PLACE = 0.5  # nobody says whose release it is


_LOCAL_GDP_UNTIL = 2005  # till then cities called theirs 国内生产总值 too


class Scope:
    """Place and time in force, from wide to narrow; what is narrower ends with its sentence or paragraph."""

    def __init__(
        self, vocabulary: Vocabulary, region: str | None, anchor: date | None, title: Sequence[PeriodSpec]
    ) -> None:
        self.vocabulary = vocabulary
        self.anchor = anchor
        self.place = self._find(region) if region else Place("", None)
        # a month in the title names the issue (2020年3月); the text says what it is about
        self._main: PeriodSpec | None = title[0] if title and title[0].accumulation != "month" else None
        self._issue: PeriodSpec | None = title[0] if title else None
        self._title_year = title[0].year if title else None
        # the first cumulative time of the text, for what stands before it
        self.ahead: PeriodSpec | None = None
        self._paragraph: PeriodSpec | None = None
        self._handed: PeriodSpec | None = (
            None  # the first time of the paragraph, which the next one takes over
        )
        self._fresh = True
        self._sentence: PeriodSpec | None = None
        self._paragraph_place: Place | None = None
        self._sentence_place: Place | None = None

    def enter_paragraph(self, table: bool = False) -> None:
        """Forget the places of the paragraph before; its time stays only where it was cumulative.

        A time that ends before that of the document (1-2月 of trade in a release on a quarter) stays in its paragraph.
        """
        if table:
            self.enter_sentence()
        self._sentence_place = self._paragraph_place = None
        handed, main = self._handed, self._main
        lags = (
            handed is not None
            and main is not None
            and handed.last < main.last
            and handed.year in (None, main.year)
        )
        keeps = handed is not None and handed.accumulation == "ytd" and not lags
        self._paragraph = handed if keeps else None
        self._fresh = True

    def enter_sentence(self, among: bool = False) -> None:
        """Forget what held for one sentence; 其中 speaks of the same place and time."""
        if not among:
            self._sentence = self._sentence_place = None

    def mention(self, specs: Sequence[PeriodSpec], regions: Sequence[Token], opening: bool) -> None:
        """A time or place at the head of a clause: for the sentence, and for the paragraph where it opens one."""
        if len(specs) == 1 and not specs[0].same:
            self._set_period(self._with_year(specs[0]), opening)
        if len(regions) == 1:
            place = self._held(self.resolve(regions[0]))
            self._sentence_place = place
            if opening:
                self._paragraph_place = place

    def _set_period(self, spec: PeriodSpec, opening: bool) -> None:
        if spec.bare and spec.relative == 0:
            if opening and self.anchor is not None and self.anchor.month <= 3:
                self._sentence = spec
            return
        self._sentence = spec
        if opening:
            self._paragraph = spec
            if self._fresh and not self._past(spec):
                self._handed, self._fresh = spec, False
        if self._main is None and spec.accumulation in ("ytd", "eop") and not self._past(spec):
            self._main = spec

    def _past(self, spec: PeriodSpec) -> bool:
        return spec.relative in (-1, -2) and self.anchor is not None and self.anchor.month > 4

    def _with_year(self, spec: PeriodSpec) -> PeriodSpec:
        """A part of a year takes the year that the sentence speaks of."""
        if spec.current:
            return self._current(spec)
        year = self._sentence
        if (
            spec.year is None
            and spec.relative is None
            and year is not None
            and (year.year or year.relative is not None)
        ):
            return PeriodSpec(year.year, year.relative, spec.first, spec.last, spec.accumulation)
        return spec

    def _current(self, spec: PeriodSpec) -> PeriodSpec:
        """当月: the last month of the time in force."""
        found, _, _ = self.period(None)
        return PeriodSpec(found.end.year, None, found.end.month, found.end.month, "month") if found else spec

    def period(self, spec: PeriodSpec | None) -> tuple[Period | None, float, str]:
        """The period in force (of the name's own expression first), its weight as evidence and where it was found."""
        year = self._main.year if self._main else None
        if spec is not None and spec.same:
            return self._shifted(spec), 0.9, "period:same"
        for given, weight, origin in (
            (self._with_year(spec) if spec else None, 1.0, "own"),
            (self._sentence, 1.0, "sentence"),
            (self._paragraph, 0.97, "paragraph"),
            (self._main, 0.95, "document"),
            (self._issue, 0.9, "title"),
            (self.ahead, 0.9, "ahead"),
        ):
            if (
                given is not None
                and (found := given.resolve(self.anchor, self._year(given, year))) is not None
            ):
                return found, weight, f"period:{origin}"
        return self._by_date(), 0.85, "period:date"

    def is_year_before(self, base: PeriodSpec, period: Period | None) -> bool:
        """Whether a stated base (比2020年, 比2020年同期) is the year before the period, as growth on the year is."""
        found = base.resolve(self.anchor)
        if period is None or found is None or found.end.year != period.end.year - 1:
            return False
        return base.bare or base.same or found.end.month == period.end.month

    def _shifted(self, spec: PeriodSpec) -> Period | None:
        """The months in force, in the year of the expression."""
        period, _, _ = self.period(None)
        other = spec.resolve(self.anchor)
        if period is None or other is None:
            return None
        end = month_end(other.end.year, period.end.month)
        return Period(end if period.point else period.start.replace(year=end.year), end, period.accumulation)

    def _year(self, spec: PeriodSpec, year: int | None) -> int | None:
        if self._title_year is not None or self.anchor is None:
            return self._title_year or year
        return year if year is not None and year < self.anchor.year - 1 else None

    def _by_date(self) -> Period | None:
        """Without any word: the year before in the first months, else the quarters that have ended."""
        if self.anchor is None:
            return None
        if self.anchor.month <= 3:
            return PeriodSpec(self.anchor.year - 1).resolve(self.anchor)
        last = (self.anchor.month - 1) // 3 * 3
        return Period(date(self.anchor.year, 1, 1), month_end(self.anchor.year, last), "ytd")

    def region(self, own: Token | None, national: bool) -> tuple[Place, float]:
        """The place in force and its weight as evidence."""
        if own is not None:
            place = self._held(self.resolve(own))
            weight = _PASSING if own.kind == "area" and place.code is None and place != self.place else 1.0
        elif national and (self.anchor is None or self.anchor.year > _LOCAL_GDP_UNTIL):
            place, weight = Place("全国", "000000"), 0.97
        elif self._sentence_place is not None:
            place, weight = self._sentence_place, 1.0
        elif self._paragraph_place is not None:
            place = self._paragraph_place
            weight = 0.96 if place == self.place else _PASSING
        else:
            place, weight = self.place, 0.97 if self.place.name else _NO_PLACE
        return place, weight

    def _held(self, place: Place) -> Place:
        """粤港澳大湾区 after 粤港澳大湾区内地9市 means the latter."""
        held = self._sentence_place or self._paragraph_place or self.place
        return held if place.code is None and held.name.startswith(place.name) else place

    def resolve(self, token: Token) -> Place:
        """The place of a token: a named one, or 全市 by the level of the release's region."""
        if token.kind == "collective":
            return self.place if self.place.collective else Place(token.text, None)
        if token.kind != "own":
            own = len(token.text) > 2 and self.place.name.endswith(token.text)
            return self.place if own else self._find(token.data or token.text)
        level = _PARENT_WORDS.get(token.text)
        region = self.vocabulary.catalogue.regions.get(self.place.code or "")
        if level is None:
            return self.place
        if (held := self._sentence_place or self._paragraph_place) and self._is_of(held, level):
            return held
        return self._above(region, level) if region is not None else self.place

    def _is_of(self, place: Place, level: str) -> bool:
        """全市 after 眉山市 in the release of a circle is that city, not one that holds the release's own region."""
        region = self.vocabulary.catalogue.regions.get(place.code or "")
        own = self.vocabulary.catalogue.regions.get(self.place.code or "")
        wide = own is None or own.level not in ("prefecture", "county")
        return wide and region is not None and region.level == level

    def _above(self, region: Region, level: str) -> Place:
        """The region itself or the one above it that is of the level (a municipality is a city too)."""
        at: Region | None = region
        if level == "prefecture" and region.name_zh.endswith("市"):
            return self.place  # 全市 of a city at county level is that city
        while at is not None:
            if at.level == level or (
                level == "prefecture" and at.level == "province" and at.name_zh.endswith("市")
            ):
                return Place(at.name_zh, at.code)
            at = self.vocabulary.catalogue.regions.get(at.parent_code or "")
        return self.place

    def _find(self, name: str) -> Place:
        words = self.vocabulary
        if name in words.circles:
            return Place(*words.circles[name])
        if (region := words.catalogue.regions.get(name)) is not None:
            return Place(region.name_zh, region.code)
        if (code := words.regions.get(name)) is not None:
            return Place(words.catalogue.regions[code].name_zh, code)
        tail = next(
            (words.regions[name[i:]] for i in range(2, len(name) - 2) if name[i:] in words.regions), None
        )
        return Place(name, tail)
