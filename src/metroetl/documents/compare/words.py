"""Two texts of a paragraph word by word, and the numbers that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metroetl.documents.compare.align import Pair, common
from metroetl.documents.compare.models import Piece, ValueChange

UNIT = (
    r"(?:[%％‰]|个?百分点|[十百千万亿]{0,3}(?:美元|人民币|元|人次|人|户|家|个|件|次|吨|公顷|平方公里|平方米|立方米"
    r"|公里|千瓦时|倍|年|月|日|季度|辆|台|亩|头|只|套|项|所|张|号|条|位)?)"
)
TOKEN = re.compile(
    rf"(?:(?<![\d.])[-−+](?=\d))?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?\s?{UNIT}\s*|[A-Za-z]+\s*|.\s*", re.S
)
BREAKS = "，。；：、！？,;:()（）《》“”"
NAME = 14  # words or characters before a number that name it
FOLDED = 2  # so few same characters between two changes are shown with them


@dataclass
class Segment:
    """Tokens that are the same on both sides, or stand in one another's place; `start` is the first's place."""

    old: list[str]
    new: list[str]
    start: Pair
    same: bool = False


def compare_words(old: str, new: str) -> tuple[list[Piece], list[ValueChange]]:
    """The pieces of both texts in reading order, and the numbers old → new."""
    one, other = TOKEN.findall(old), TOKEN.findall(new)
    segments = list(_segments(one, other))
    numbers = [n for s in segments if not s.same for n in _numbers(s, one, other)]
    return list(_pieces(_folded(segments))), numbers


def _key(token: str) -> str:
    """A number with its unit, a word or a character, without the blanks behind it."""
    return token if token.isalnum() else "".join(token.split())


def _is_number(token: str) -> bool:
    return token[0].isdecimal() or (token[0] in "-−+" and token[1:2].isdecimal())


def _segments(one: list[str], other: list[str]) -> Iterator[Segment]:
    i = j = 0
    for size, (a, b) in _runs(common([_key(t) for t in one], [_key(t) for t in other])):
        if a > i or b > j:
            yield Segment(one[i:a], other[j:b], (i, j))
        i, j = a + size, b + size
        yield Segment(one[a:i], other[b:j], (a, b), same=True)
    if i < len(one) or j < len(other):
        yield Segment(one[i:], other[j:], (i, j))


def _runs(pairs: Sequence[Pair]) -> Iterator[tuple[int, Pair]]:
    """Pairs that follow one another without a gap, as length and first pair."""
    size = 0
    for place, (i, j) in enumerate(pairs):
        size += 1
        if place + 1 == len(pairs) or pairs[place + 1] != (i + 1, j + 1):
            yield size, (i - size + 1, j - size + 1)
            size = 0


def _numbers(segment: Segment, one: list[str], other: list[str]) -> Iterator[ValueChange]:
    """Numbers of a changed stretch: in pairs where there are as many on both sides, else each by itself."""
    went = [(_key(t), _name(one, segment.start[0] + n)) for n, t in enumerate(segment.old) if _is_number(t)]
    came = [(_key(t), _name(other, segment.start[1] + n)) for n, t in enumerate(segment.new) if _is_number(t)]
    if len(went) == len(came):
        for (old, before), (new, after) in zip(went, came, strict=True):
            if old != new:
                yield ValueChange(name=after or before, old=old, new=new)
        return
    yield from (ValueChange(name=name, old=old) for old, name in went)
    yield from (ValueChange(name=name, new=new) for new, name in came)


def _name(tokens: Sequence[str], place: int) -> str:
    """The words right before a number, within its clause."""
    words = "".join(tokens[max(0, place - NAME) : place])
    cut = max(words.rfind(mark) for mark in BREAKS)
    return words[cut + 1 :].strip()


def _folded(segments: Sequence[Segment]) -> list[Segment]:
    """The segments, few same characters between two changed stretches taken into them: readable, not minimal."""
    found: list[Segment] = []
    for place, segment in enumerate(segments):
        inner = 0 < place < len(segments) - 1
        fold = segment.same and inner and _is_crumb(segment, segments[place - 1], segments[place + 1])
        if found and not found[-1].same and (fold or not segment.same):
            last = found[-1]
            found[-1] = Segment(last.old + segment.old, last.new + segment.new, last.start)
        else:
            found.append(segment)
    return found


def _is_crumb(segment: Segment, before: Segment, after: Segment) -> bool:
    """Whether a same stretch is too short to be read between two changes of words (changed numbers stay apart)."""
    if sum(map(len, segment.new)) > FOLDED or any(map(_is_number, segment.new)):
        return False
    return all(not all(map(_is_number, (*s.old, *s.new))) for s in (before, after))


def _pieces(segments: Sequence[Segment]) -> Iterator[Piece]:
    for segment in segments:
        if segment.same:
            yield Piece(op="same", text="".join(segment.new))
            continue
        if segment.old:
            yield Piece(op="removed", text="".join(segment.old))
        if segment.new:
            yield Piece(op="added", text="".join(segment.new))
