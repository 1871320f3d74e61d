"""The sections of a plan as a tree with their text, for comparing.

Depth is by nesting, not by the form of the number: 1. directly under 一、 is a section of the second depth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from metroetl.documents.models import Document, Span
from metroetl.plans.compare.models import SectionRef
from metroetl.plans.models import Heading, PlanReading
from metroetl.plans.words import alternation

DEEPEST = 2  # chapters and their sections are compared
_RANKS = (
    re.compile(r"第[^篇编]+[篇编]"),
    re.compile(r"第[^章]+章"),
    re.compile(r"第[^节]+节"),
    re.compile(r"[一二三四五六七八九十百]+、"),
    re.compile(r"[（(][一二三四五六七八九十百]+[)）]"),
    re.compile(r"\d{1,3}[.、]?"),
    re.compile(r"[（(]\d{1,2}[)）]"),
)
_BLANK = re.compile(r"\s")
_SENTENCE = re.compile(r"[^。；！？\n]+[。；！？]?")
_SHORTEST = 6


@dataclass(frozen=True)
class Sentence:
    """A sentence without blanks; `words` are its pairs of characters."""

    text: str
    start: int
    words: frozenset[str]


@dataclass
class Section:
    """A section: its heading's facts, what is left of its title without filler, where its text runs."""

    ref: SectionRef
    plain: str
    core: str
    start: int
    end: int
    parent: int | None
    sentences: range = field(default=range(0))

    @property
    def depth(self) -> int:
        """1 for a chapter."""
        return self.ref.depth


@dataclass
class Outline:
    """A plan's sections of the depths that are compared, in reading order, and all its sentences."""

    length: int
    sections: list[Section]
    sentences: list[Sentence]

    @property
    def chapters(self) -> list[Section]:
        """The sections of the first depth."""
        return [s for s in self.sections if s.depth == 1]


def squeeze(text: str) -> str:
    """Text without blanks and bold marks."""
    return _BLANK.sub("", text).replace("**", "")


def core_of(title: str) -> str:
    """What a title is about: without filler and marks; the title itself where nothing else is left."""
    plain = re.sub(r"[^\w]", "", squeeze(title))
    return re.sub(alternation("compare", "filler"), "", plain) or plain


def grams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters (a single one by itself)."""
    plain = re.sub(r"[^\w]", "", text)
    return frozenset(plain[i : i + 2] for i in range(max(1, len(plain) - 1))) if plain else frozenset()


def outline(document: Document, reading: PlanReading) -> Outline:
    """The sections with their text and the sentences of each."""
    text = document.text
    whole = len(squeeze(text))
    depths = _depths(reading.headings)
    sections: list[Section] = []
    above: list[int] = []
    places: dict[int, int] = {}
    kept = [(h, d) for h, d in zip(reading.headings, depths, strict=True) if d <= DEEPEST]
    for index, (heading, depth) in enumerate(kept):
        above = above[: depth - 1]
        end = next((h.start for h, d in kept[index + 1 :] if d <= depth), len(text))
        parent = above[-1] if above else None
        places[depth] = places.get(depth, 0) + 1
        under = sections[parent].ref.title if parent is not None else None
        length = len(squeeze(text[heading.end : end]))
        ref = SectionRef(
            number=heading.number,
            title=squeeze(heading.title),
            depth=depth,
            place=places[depth],
            length=length,
            share=round(length / whole, 6) if whole else 0.0,
            field=heading.field,
            under=under,
            span=Span(start=heading.start, end=heading.end),
        )
        sections.append(
            Section(ref, ref.title, core_of(heading.title), heading.end, max(end, heading.end), parent)
        )
        above.append(len(sections) - 1)
    sentences = _sentences(text, reading.headings)
    _place(sections, sentences)
    return Outline(whole, sections, sentences)


def _depths(headings: Sequence[Heading]) -> list[int]:
    """How deep each heading lies below those with a higher form of number that are open."""
    found = []
    above: list[float] = []
    for heading in headings:
        rank = _rank(heading)
        while above and above[-1] >= rank:
            above.pop()
        above.append(rank)
        found.append(len(above))
    return found


def _rank(heading: Heading) -> float:
    number = squeeze(heading.number)
    if "." in number[:-1]:
        return 5 + number.rstrip(".").count(".") / 10
    return next((i for i, form in enumerate(_RANKS) if form.fullmatch(number)), 5 + heading.level / 100)


def _sentences(text: str, headings: Sequence[Heading]) -> list[Sentence]:
    """The sentences outside headings."""
    found = []
    begin = 0
    for start, end in (*((h.start, h.end) for h in headings), (len(text), len(text))):
        for match in _SENTENCE.finditer(text, begin, max(begin, start)):
            plain = squeeze(match.group()).strip("。；！？：:")
            if len(plain) >= _SHORTEST:
                found.append(Sentence(plain, match.start(), grams(plain)))
        begin = max(begin, end)
    return found


def _place(sections: Sequence[Section], sentences: Sequence[Sentence]) -> None:
    """Give each section the range of its sentences."""
    from bisect import bisect_left

    starts = [s.start for s in sentences]
    for section in sections:
        section.sentences = range(bisect_left(starts, section.start), bisect_left(starts, section.end))
