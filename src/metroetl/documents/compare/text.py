"""The running text of two documents, paragraph by paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from metroetl.documents.compare.align import Item, Pair, gaps, match, strays
from metroetl.documents.compare.models import TextChange
from metroetl.documents.compare.words import compare_words
from metroetl.documents.reading import COUNTERS

if TYPE_CHECKING:
    from metroetl.documents.models import Document

DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Passage:
    """A paragraph as shown, and without blanks."""

    text: str
    key: str

    @property
    def item(self) -> Item:
        """What it is matched by: its form is its words without the numbers."""
        return Item(self.key, DIGITS.sub("", self.key), self.key)


def quiet(text: str) -> str:
    """The text with visit counters and times of generation blanked out, each offset as before."""
    return COUNTERS.sub(lambda found: " " * len(found[0]), text)


def squeeze(text: str) -> str:
    """The text without blanks."""
    return "".join(text.split())


def passages(document: Document) -> list[Passage]:
    """The paragraphs that say anything, tables left out; of a document without blocks its lines."""
    text = quiet(document.text)
    if document.blocks:
        chosen = [b for b in document.blocks if b.table is None and b.kind != "page_break"]
        raw = [text[b.start : b.end] for b in chosen]
    else:
        raw = text.split("\n")
    return [Passage(" ".join(line.split()), key) for line in raw if (key := squeeze(line))]


def compare_text(old: Document, new: Document) -> list[TextChange]:
    """Paragraphs that changed, came, went or moved, in reading order; other line breaks are no change."""
    one, other = passages(old), passages(new)
    pairs = match([p.item for p in one], [p.item for p in other])
    silent = _rewrapped(one, other, [(i, j) for i, j in pairs if one[i].key == other[j].key])
    moved = strays(_keys(one, silent[0]), _keys(other, silent[1]), pairs)
    met = [*pairs, *moved]
    gone = sorted(set(range(len(one))) - silent[0] - {i for i, _ in met})
    come = sorted(set(range(len(other))) - silent[1] - {j for _, j in met})
    spots = _spots(pairs, len(one), len(other))
    found = [(spots[i], 0, TextChange(kind="removed", old=one[i].text, old_place=i + 1)) for i in gone]
    found += [(j, 1, TextChange(kind="added", new=other[j].text, new_place=j + 1)) for j in come]
    found += [(j, 1, _both("moved", one, other, i, j)) for i, j in moved]
    found += [
        (j, 1, _both("changed", one, other, i, j))
        for i, j in pairs
        if one[i].key != other[j].key and i not in silent[0]
    ]
    return [change for *_, change in sorted(found, key=lambda entry: entry[:2])]


def _both(
    kind: Literal["changed", "moved"], one: list[Passage], other: list[Passage], i: int, j: int
) -> TextChange:
    old, new = one[i].text, other[j].text
    pieces, numbers = compare_words(old, new) if kind == "changed" else ([], [])
    return TextChange(
        kind=kind, old=old, new=new, old_place=i + 1, new_place=j + 1, pieces=pieces, numbers=numbers
    )


def _keys(found: list[Passage], silent: set[int]) -> list[str]:
    return ["" if i in silent else p.key for i, p in enumerate(found)]


def _spots(pairs: list[Pair], first: int, second: int) -> list[int]:
    """Of each old place, the new place at which it would stand."""
    partner, spot, found = dict(pairs), second, [0] * first
    for i in reversed(range(first)):
        found[i] = spot = partner.get(i, spot)
    return found


def _rewrapped(one: list[Passage], other: list[Passage], same: list[Pair]) -> tuple[set[int], set[int]]:
    """Places of stretches between same paragraphs that say the same, parted otherwise."""
    places: tuple[set[int], set[int]] = (set(), set())
    for a, b, c, d in gaps(same, len(one), len(other)):
        if "".join(p.key for p in one[a:b]) == "".join(p.key for p in other[c:d]):
            places[0].update(range(a, b))
            places[1].update(range(c, d))
    return places
