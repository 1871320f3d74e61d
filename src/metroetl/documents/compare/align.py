"""What of two sequences belongs together, in order; the same from either side, and in bounded time."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]
Gap = tuple[int, int, int, int]

MOST = 100_000_000  # places of one exact alignment: a tenth of a second, 12 MB
TRIES = 60_000  # likenesses measured in one match
NEAR = 8  # at least so many neighbours are tried
LONGEST = 500  # characters by which likeness is measured
LIKE = 50.0


@dataclass(frozen=True)
class Item:
    """Something to match: by all of it, then by its form (its values left out), then by the likeness of its words."""

    exact: str
    form: str
    words: str


def match(one: Sequence[Item], other: Sequence[Item]) -> list[Pair]:
    """Places of items that belong together, both in rising order."""
    if [i.exact for i in other] < [i.exact for i in one]:
        return [(i, j) for j, i in match(other, one)]
    exact = common([i.exact for i in one], [i.exact for i in other])
    ends = (len(one), len(other))
    formed = _fill(exact, ends, lambda a, b: common([i.form for i in a], [i.form for i in b]), one, other)
    rest = sum(max(b - a, d - c) for a, b, c, d in gaps(formed, *ends))
    near = max(NEAR, TRIES // (2 * rest)) if rest else NEAR
    return _fill(formed, ends, lambda a, b: _alike(a, b, near), one, other)


def common(one: Sequence[str], other: Sequence[str]) -> list[Pair]:
    """Places of a longest common subsequence; where that would take too long, of one through what stands once in both."""
    one, other = list(one), list(other)
    if other < one:
        return [(i, j) for j, i in common(other, one)]
    if len(one) * len(other) <= MOST:
        return _longest(one, other)
    anchors = _anchors(one, other)
    found = list(anchors)
    for a, b, c, d in gaps(anchors, len(one), len(other)):
        if (b - a) * (d - c) <= MOST:
            found += [(a + i, c + j) for i, j in _longest(one[a:b], other[c:d])]
    return sorted(found)


def gaps(pairs: Sequence[Pair], first: int, second: int) -> Iterator[Gap]:
    """What lies between pairs: from, to in the one, from, to in the other; those with something on both sides."""
    before = (-1, -1)
    for pair in (*pairs, (first, second)):
        if pair[0] - before[0] > 1 and pair[1] - before[1] > 1:
            yield before[0] + 1, pair[0], before[1] + 1, pair[1]
        before = pair


def strays(one: Sequence[str], other: Sequence[str], pairs: Sequence[Pair]) -> list[Pair]:
    """Of what was not matched, places of what stands once on each side: it moved."""
    firsts = _once(one, {i for i, _ in pairs})
    seconds = _once(other, {j for _, j in pairs})
    return [(place, seconds[text]) for text, place in firsts.items() if text in seconds]


def _once(texts: Sequence[str], taken: set[int]) -> dict[str, int]:
    left = [i for i in range(len(texts)) if i not in taken and texts[i]]
    counts = Counter(texts[i] for i in left)
    return {texts[i]: i for i in left if counts[texts[i]] == 1}


def _fill(
    pairs: list[Pair],
    ends: Pair,
    between: Callable[[Sequence[Item], Sequence[Item]], list[Pair]],
    one: Sequence[Item],
    other: Sequence[Item],
) -> list[Pair]:
    """The pairs, and those that are found between them."""
    found = list(pairs)
    for a, b, c, d in gaps(pairs, *ends):
        found += [(a + i, c + j) for i, j in between(one[a:b], other[c:d])]
    return sorted(found)


def _longest(one: Sequence[str], other: Sequence[str]) -> list[Pair]:
    from rapidfuzz.distance import LCSseq

    return [
        pair
        for op in LCSseq.opcodes(one, other)
        if op.tag == "equal"
        for pair in zip(range(op.src_start, op.src_end), range(op.dest_start, op.dest_end), strict=True)
    ]


def _anchors(one: Sequence[str], other: Sequence[str]) -> list[Pair]:
    """The longest rising chain of what stands once on both sides (as in a patience diff)."""
    shared = sorted(strays(one, other, []))
    tops: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(shared):
        pile = bisect_left(tops, place)
        tops[pile : pile + 1] = [place]
        chain[pile : pile + 1] = [index]
        before.append(chain[pile - 1] if pile else -1)
    found = []
    index = chain[-1] if chain else -1
    while index >= 0:
        found.append(shared[index])
        index = before[index]
    return found[::-1]


def _alike(one: Sequence[Item], other: Sequence[Item], near: int) -> list[Pair]:
    """The chain of pairs with the greatest likeness in sum; each item is tried against those near its place only."""
    from rapidfuzz.fuzz import ratio

    slope = (len(other) - 1) / max(1, len(one) - 1)
    best = _Prefixes(len(other))
    for i, item in enumerate(one):
        centre = round(i * slope) if len(one) > 1 else len(other) // 2
        row = []
        for j in range(max(0, centre - near), min(len(other), centre + near + 1)):
            score = ratio(item.words[:LONGEST], other[j].words[:LONGEST], score_cutoff=LIKE)
            if score:
                before, link = best.upto(j)
                row.append((j, before + score, ((i, j), link)))
        for j, total, link in row:
            best.put(j, total, link)
    _, chain = best.upto(len(other))
    found = []
    while chain is not None:
        pair, chain = chain
        found.append(pair)
    return found[::-1]


Link = tuple[Pair, "Link | None"]


class _Prefixes:
    """The best chain that ends before a place: a tree of maxima."""

    def __init__(self, size: int) -> None:
        self.best: list[tuple[float, Link | None]] = [(0.0, None)] * (size + 1)

    def upto(self, place: int) -> tuple[float, Link | None]:
        """The best total of what ends before `place`, with its chain."""
        found: tuple[float, Link | None] = (0.0, None)
        while place > 0:
            found = max(found, self.best[place], key=lambda entry: entry[0])
            place &= place - 1
        return found

    def put(self, place: int, total: float, link: Link) -> None:
        """Note a chain that ends at `place`."""
        place += 1
        while place < len(self.best):
            if total > self.best[place][0]:
                self.best[place] = (total, link)
            place += place & -place
