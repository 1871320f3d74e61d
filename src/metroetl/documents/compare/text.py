"""The running text of two documents, paragraph by paragraph."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from metroetl.documents.compare.align import Item, Pair, common, gaps, match, strays
from metroetl.documents.compare.models import TextChange
from metroetl.documents.compare.words import compare_words
from metroetl.documents.reading import COUNTERS

if TYPE_CHECKING:
    from metroetl.documents.models import Document

HEAD, MANY = 4, 8  # characters by which paragraphs are found, and how many of them are tried
ENOUGH = 6  # characters without numbers by which a paragraph is known
DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Passage:
    """A paragraph as shown, and without blanks; `place` counts them from 1."""

    text: str
    key: str
    place: int

    @property
    def item(self) -> Item:
        """What it is matched by: its form is its words without the numbers."""
        return Item(self.key, self.form, self.key)

    @property
    def form(self) -> str:
        """Its words without the numbers."""
        return DIGITS.sub("", self.key)


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
    told = [(" ".join(line.split()), key) for line in raw if (key := squeeze(line))]
    return [Passage(line, key, place) for place, (line, key) in enumerate(told, 1)]


def compare_text(old: Document, new: Document) -> list[TextChange]:
    """Paragraphs that changed, came, went or moved, in reading order; other line breaks are no change.

    One that moved and has other numbers counts as changed, with both its places.
    """
    one, other = rejoin(passages(old), passages(new))
    pairs = match([p.item for p in one], [p.item for p in other])
    moved = strays([p.key for p in one], [p.key for p in other], pairs)
    changed = [(i, j) for i, j in pairs if one[i].key != other[j].key]
    changed += strays(_forms(one), _forms(other), [*pairs, *moved])
    met = [*pairs, *moved, *changed]
    gone = sorted(set(range(len(one))) - {i for i, _ in met})
    come = sorted(set(range(len(other))) - {j for _, j in met})
    spots = _spots(pairs, len(one), len(other))
    found = [(spots[i], 0, TextChange(kind="removed", old=one[i].text, old_place=one[i].place)) for i in gone]
    found += [(j, 1, TextChange(kind="added", new=other[j].text, new_place=other[j].place)) for j in come]
    found += [(j, 1, _both("moved", one[i], other[j])) for i, j in moved]
    found += [(j, 1, _both("changed", one[i], other[j])) for i, j in changed]
    return [change for *_, change in sorted(found, key=lambda entry: entry[:2])]


def _both(kind: Literal["changed", "moved"], old: Passage, new: Passage) -> TextChange:
    pieces, numbers = compare_words(old.text, new.text) if kind == "changed" else ([], [])
    return TextChange(
        kind=kind,
        old=old.text,
        new=new.text,
        old_place=old.place,
        new_place=new.place,
        pieces=pieces,
        numbers=numbers,
    )


def _forms(found: list[Passage]) -> list[str]:
    """Words of paragraphs that say enough to be known by them wherever they stand."""
    return [form if len(form := p.form) >= ENOUGH else "" for p in found]


def _spots(pairs: list[Pair], first: int, second: int) -> list[int]:
    """Of each old place, the new place at which it would stand."""
    partner, spot, found = dict(pairs), second, [0] * first
    for i in reversed(range(first)):
        found[i] = spot = partner.get(i, spot)
    return found


def rejoin(one: list[Passage], other: list[Passage]) -> tuple[list[Passage], list[Passage]]:
    """Both, paragraphs of the one side that make up one of the other joined: only the line breaks differ."""
    runs: tuple[list[Pair], list[Pair]] = ([], [])
    for a, b, c, d in gaps(common([p.key for p in one], [p.key for p in other]), len(one), len(other)):
        went, came = one[a:b], other[c:d]
        if "".join(p.key for p in went) == "".join(p.key for p in came):
            runs[0].append((a, b))
            runs[1].append((c, d))
        else:
            runs[0].extend((a + i, a + j) for i, j in _parted(came, went))
            runs[1].extend((c + i, c + j) for i, j in _parted(went, came))
    return _joined(one, runs[0]), _joined(other, runs[1])


def _parted(wholes: list[Passage], pieces: list[Passage]) -> list[Pair]:
    """Where pieces begin and end that make up one of the wholes, in order."""
    heads: dict[str, list[int]] = defaultdict(list)
    for place, piece in enumerate(pieces):
        heads[piece.key[:HEAD]].append(place)
    found: dict[int, int] = {}
    for whole in wholes:
        for begin in heads[whole.key[:HEAD]][:MANY]:
            end, length = begin, 0
            while end < len(pieces) and whole.key.startswith(pieces[end].key, length):
                length += len(pieces[end].key)
                end += 1
            if length == len(whole.key) and end > begin + 1:
                found[begin] = max(end, found.get(begin, 0))
    runs: list[Pair] = []
    for run in sorted(found.items()):
        if not runs or run[0] >= runs[-1][1]:
            runs.append(run)
    return runs


def _joined(found: list[Passage], runs: list[Pair]) -> list[Passage]:
    ends, joined, place = dict(runs), [], 0
    while place < len(found):
        end = ends.get(place, place + 1)
        run = found[place:end]
        text, key = "".join(p.text for p in run), "".join(p.key for p in run)
        joined.append(Passage(text, key, found[place].place))
        place = end
    return joined
