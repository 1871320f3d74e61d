"""Whether two documents are the same paper: republished on another site, or forwarded whole.

A title is no key (three cases of one day bear the same), a number stands on explanations too, and two monthly releases
share nearly every word. So number, title and body are judged together, and what speaks against counts: other numbers
in the body, another period in the title, another 发文字号, another day of signing, names exchanged in a set text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from metroetl.documents.naming import number_key, plain, title_kind, title_layers, title_numerals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Basis = Literal["number", "title", "body"]

FIGURE = re.compile(r"\d+(?:\.\d+)?")
SENTENCE = re.compile(r"[。！？；!?;\n]")
NOISE = re.compile(r"[^\w.%]|_")
SHINGLE = 6
LEAST = 80  # characters of a body that can be told from others
DAYS = 31  # between a paper and a copy under another headline
SEASON = 92  # between a paper and a copy under its title: some titles come back every year
FIGURE_WEIGHT = 10  # a figure in the place of another weighs more than a word
LONGEST = 200_000


@dataclass(frozen=True)
class Paper:
    """What is compared of a document; `key` is the same for all versions of an address."""

    id: str
    key: str
    url: str
    title: str
    text: str
    number: str | None = None
    publisher: str = ""
    day: date | None = None
    written_on: date | None = None
    parent_url: str | None = None

    @cached_property
    def _plain(self) -> str:
        return plain(self.text[:LONGEST])

    @cached_property
    def body(self) -> str:
        """The text without blanks and punctuation: lines break differently on every site."""
        return NOISE.sub("", self._plain)

    @cached_property
    def shingles(self) -> NDArray[np.uint64]:
        """Hashes of all runs of SHINGLE characters, sorted, each once."""
        return shingles_of(self.body)

    @cached_property
    def figures(self) -> Counter[str]:
        """The numbers of the body with how often they stand there."""
        return Counter(FIGURE.findall(self._plain))

    @cached_property
    def sentences(self) -> list[str]:
        """The sentences of the body, each without blanks and punctuation."""
        pieces = SENTENCE.split(plain(self.text[:LONGEST].replace("\n", "")))
        return [s for s in (NOISE.sub("", piece) for piece in pieces) if s]


@dataclass(frozen=True)
class Tie:
    """Two documents that are the same paper, by what, and how alike they are; `forwarder` wraps the other whole."""

    first: str
    second: str
    basis: Basis
    score: float
    forwarder: str | None = None


class Overlap:
    """How the bodies of two documents agree: shares of length, of numbers, of shingles (of the shorter, of both).

    What is asked for is compared; the shingles cost most. Texts too short to be told apart agree in nothing.
    """

    def __init__(self, a: Paper, b: Paper) -> None:
        self._a, self._b = a, b
        short, long = sorted((len(a.body), len(b.body)))
        self.length = short / long if short >= LEAST else 0.0

    def may_have_figures(self, share: float) -> bool:
        """Whether so much of the numbers can be kept, by a quick look: each that only the poorer text has is lost."""
        poorer, other = sorted((self._a.figures, self._b.figures), key=Counter.total)
        return share * poorer.total() <= poorer.total() - len(poorer.keys() - other.keys()) + 1e-9

    @cached_property
    def figures(self) -> float:
        """Share of the numbers, each as often as it stands there."""
        if not self.length:
            return 0.0
        figures = min(self._a.figures.total(), self._b.figures.total())
        return (self._a.figures & self._b.figures).total() / figures if figures else 1.0

    @cached_property
    def _common(self) -> int:
        import numpy as np

        return len(np.intersect1d(self._a.shingles, self._b.shingles, assume_unique=True))

    @cached_property
    def contained(self) -> float:
        """Share of the shorter one's shingles that the other has too."""
        return self._common / min(len(self._a.shingles), len(self._b.shingles)) if self.length else 0.0

    @cached_property
    def alike(self) -> float:
        """Share of all shingles that both have (Jaccard's)."""
        both = len(self._a.shingles) + len(self._b.shingles)
        return self._common / (both - self._common) if self.length else 0.0


def judge(a: Paper, b: Paper) -> Tie | None:
    """The tie of two documents, None where they aren't surely the same paper."""
    return compare(a, b) if plausible(a, b) else None


def compare(a: Paper, b: Paper) -> Tie | None:
    """The tie of two documents that are plausible, by their texts."""
    if tie := _forwarded(a, b) or _forwarded(b, a):
        return tie
    basis = _basis(a, b)
    if basis == "number" and (score := _by_number(a, b)):
        return Tie(a.id, b.id, "number", round(score, 4))
    if basis == "number":
        basis = _by_title(a, b)
    if basis is None:
        return None
    found = Overlap(a, b)
    alike, figures, most = (0.6, 0.9, 0.02) if basis == "title" else (0.8, 0.95, 0.005)
    fits = _agree(found, alike=alike, figures=figures) and clash(a, b) <= most
    return Tie(a.id, b.id, basis, round(found.alike, 4)) if fits else None


def plausible(a: Paper, b: Paper) -> bool:
    """Whether titles, numbers and days let two documents be the same paper; their texts aren't looked at."""
    if a.key == b.key or a.url in (b.url, b.parent_url) or a.parent_url == b.url:
        return False
    return _may_forward(a, b) or _may_forward(b, a) or _basis(a, b) is not None


def _basis(a: Paper, b: Paper) -> Basis | None:
    """By what two documents could be tied, as far as their titles, numbers and days tell."""
    if title_kind(a.title) != title_kind(b.title) or not _same_period(a.title, b.title):
        return None
    numbers = number_key(a.number), number_key(b.number)
    if all(numbers):
        return "number" if numbers[0] == numbers[1] else None
    return _by_title(a, b)


def _by_title(a: Paper, b: Paper) -> Basis | None:
    if a.written_on and b.written_on and a.written_on != b.written_on:
        return None
    if title_layers(a.title)[:1] == title_layers(b.title)[:1] != ():
        return "title" if _within(SEASON, a, b) else None
    return "body" if _within(DAYS, a, b) and not _exchanged_names(a.title, b.title) else None


def _forwarded(outer: Paper, inner: Paper) -> Tie | None:
    """A notice that forwards or issues a paper with its whole text."""
    if not _may_forward(outer, inner):
        return None
    found = Overlap(outer, inner)
    whole = found.figures >= 0.9 and len(outer.body) >= 0.95 * len(inner.body) and found.contained >= 0.85
    if len(inner.body) < LEAST or not whole:
        return None
    return Tie(outer.id, inner.id, "title", round(found.contained, 4), forwarder=outer.id)


def _may_forward(outer: Paper, inner: Paper) -> bool:
    layers, own = title_layers(outer.title), title_layers(inner.title)
    forwards = bool(own) and own[0] in layers[1:]
    return forwards and title_kind(outer.title) == title_kind(inner.title)


def _by_number(a: Paper, b: Paper) -> float:
    """How alike two documents of one number are; 0 where one only speaks of the other."""
    from rapidfuzz.fuzz import ratio

    first, second = title_layers(a.title)[:1], title_layers(b.title)[:1]
    titles = ratio(first[0], second[0]) / 100 if first and second else 0.0
    if titles >= 0.9:
        return titles
    found = Overlap(a, b)
    return found.contained if _agree(found, alike=0.5, figures=0.8) else 0.0


def _same_period(first: str, second: str) -> bool:
    """Whether one title names nothing of numbers and periods that the other contradicts."""
    one, other = title_numerals(first), title_numerals(second)
    return one <= other or other <= one


def _within(days: int, a: Paper, b: Paper) -> bool:
    return a.day is None or b.day is None or abs((a.day - b.day).days) <= days


def _exchanged_names(first: str, second: str) -> bool:
    """Whether two titles are one form with other names in it: nearly alike, and neither within the other."""
    from rapidfuzz.fuzz import ratio

    one, other = "".join(title_layers(first)[:1]), "".join(title_layers(second)[:1])
    return ratio(one, other) >= 70 and one not in other and other not in one


def _agree(found: Overlap, *, alike: float, figures: float) -> bool:
    return (
        found.length >= 0.5
        and found.may_have_figures(figures)
        and found.figures >= figures
        and found.alike >= alike
        and found.contained >= 0.8
    )


def clash(a: Paper, b: Paper) -> float:
    """Share of the text in which something stands in the place of something else: figures, names.

    What only one side has (a source line, an annex) is no clash: copies are cut and lengthened, not rewritten.
    """
    from difflib import SequenceMatcher

    one, other = a.sentences, b.sentences
    replaced = 0
    for tag, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "replace":
            replaced += _exchanged("".join(one[i:j]), "".join(other[k:m]))
    return replaced / max(1, min(len(a.body), len(b.body)))


def _exchanged(one: str, other: str) -> int:
    """Characters of one text that the other has others for; where figures are among them they weigh more."""
    from rapidfuzz.distance import Levenshtein

    if max(len(one), len(other)) > 8_000:
        return min(len(one), len(other))
    weight = 0
    for op in Levenshtein.opcodes(one, other):
        if op.tag == "replace":
            was, now = one[op.src_start : op.src_end], other[op.dest_start : op.dest_end]
            figures = any(c.isdigit() for c in was + now)
            weight += max(len(was), len(now)) * (FIGURE_WEIGHT if figures else 1)
    return weight


def shingles_of(body: str) -> NDArray[np.uint64]:
    """Hashes of all runs of SHINGLE characters of a text, sorted, each once."""
    import numpy as np

    codes = np.frombuffer(body.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    places = max(0, len(codes) - SHINGLE + 1)
    hashes = np.zeros(places, np.uint64)
    for offset in range(SHINGLE):
        hashes = hashes * np.uint64(1_099_511_628_211) + codes[offset : offset + places]
    return np.unique((hashes >> np.uint64(15)) & np.uint64(0xFFFF_FFFF))
