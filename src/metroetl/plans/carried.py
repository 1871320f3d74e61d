"""Items of a list over the years: which of this year's are last year's, under the same or a reworded name.

Names are compared without numbers, years, stages and generic words. A name may gain or lose words, but no word of its
own may stand in place of another: 甲乙大道 isn't 甲丙大道. Phases and numbers of roads and lines (一期, G108, 2号线) keep
items apart. Never are two items
carried into one; where two come as near to one as each other, neither is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

NEAR = 80.0
_MOST_PAIRS = 10_000_000
_SHORTEST = 3
_MOST_SPLITS = 1000
_DROP = re.compile(
    r"20\d\d ?年?度?|\d{1,2} ?月|“?[一二三四五六七八九十]+五”?时期|前期(?:工作)?|新开工|续建|新建|竣工|在建|拟建|储备"
    r"|^[（(]?\d{1,4}[)）.、 ]|[\d.]+(?:公里|亩|万?吨|万?平方米)?|(?:建设)?(?:项目|工程)|建设|实施|推进|加快|[^\u3400-\u9fffA-Za-z]"
)
_PHASE = re.compile(
    r"(?:第?[一二三四五六七八九十\d]{1,3}(?:期|标段|阶段)|[东南西北][段线]|[A-Z]段|[A-Za-z]{1,2}\d{1,4}|\d{2,4}[国省县]道"
    r"|[一二三四五六七八九十\d]{1,3}号线?)"
)
_GENERIC = re.compile(
    r"(?:改造|提升|治理|整治|综合|升级|扩建|改扩建|改建|优化|完善|修复|打造|开展|配套|开发|利用|及|和|与|等|的|暨)*"
)


class Listed(Protocol):
    """What makes out an item of a list."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def place(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Carried:
    """Positions in the two lists: this year's to last year's, this year's new, last year's gone, and its splits.

    An item that was split is gone, and its parts are new.
    """

    kept: dict[int, int] = field(default_factory=dict)
    new: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    split: dict[int, list[int]] = field(default_factory=dict)


def plain_name(name: str) -> str:
    """A name without numbers, years, stages, generic words and signs; phases stay."""
    phases = "".join(_PHASE.findall(name))
    return _DROP.sub("", _PHASE.sub("", name)) + phases


def identify(items: Sequence[Listed]) -> list[tuple[str, str, str, int]]:
    """What an item is known by in its list: kind, plain name, plain place, and the how-manieth of these it is."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for item in items:
        what = (item.kind, plain_name(item.name) or item.name, _place(item.place))
        seen[what] += 1
        found.append((*what, seen[what]))
    return found


def carry_over(before: Sequence[Listed], now: Sequence[Listed]) -> Carried:
    """Which items of a list are those of the list before: the same plain names first, then the nearest."""
    kept: dict[int, int] = {}
    earlier = {what: index for index, what in enumerate(identify(before))}
    for index, what in enumerate(identify(now)):
        if what in earlier:
            kept[index] = earlier[what]
    _match_near(before, now, kept)
    taken = set(kept.values())
    gone = [i for i in range(len(before)) if i not in taken]
    new = [i for i in range(len(now)) if i not in kept]
    return Carried(kept, new, gone, _splits(before, now, gone, new))


def _match_near(before: Sequence[Listed], now: Sequence[Listed], kept: dict[int, int]) -> None:
    """Match what is left, the nearest first; a tie at either side is no match."""
    taken = set(kept.values())
    old = [i for i in range(len(before)) if i not in taken]
    fresh = [i for i in range(len(now)) if i not in kept]
    if len(old) * len(fresh) > _MOST_PAIRS:
        return
    scores = {(n, o): score for n, o, score in _near(before, now, old, fresh)}
    while scores:
        best = max(scores.values())
        nearest = [pair for pair, score in scores.items() if score == best]
        uses = Counter(("now", n) for n, _ in nearest) + Counter(("before", o) for _, o in nearest)
        for n, o in nearest:
            if uses["now", n] == uses["before", o] == 1:
                kept[n] = o
        done = {n for n, _ in nearest}, {o for _, o in nearest}
        scores = {(n, o): s for (n, o), s in scores.items() if n not in done[0] and o not in done[1]}


def _near(
    before: Sequence[Listed], now: Sequence[Listed], old: Sequence[int], fresh: Sequence[int]
) -> Iterator[tuple[int, int, float]]:
    names = {o: core for o in old if len(core := _core(before[o].name)) >= _SHORTEST}
    phases = {o: set(_PHASE.findall(before[o].name)) for o in old}
    for n in fresh:
        name, phase = _core(now[n].name), set(_PHASE.findall(now[n].name))
        if len(name) < _SHORTEST:
            continue
        for old_name, score, o in process.extract(
            name, names, scorer=fuzz.ratio, score_cutoff=NEAR, limit=None
        ):
            alike = phase == phases[o] and _same_kind(now[n], before[o])
            if alike and not _replaced(old_name, name):
                yield n, o, score


def _same_kind(one: Listed, other: Listed) -> bool:
    return one.kind == other.kind and _same_place(one.place, other.place)


def _core(name: str) -> str:
    return _DROP.sub("", _PHASE.sub("", name))


def _replaced(old: str, new: str) -> bool:
    """Whether a word of its own stands in place of another; generic words (改造, 提升) may."""
    for step in Levenshtein.opcodes(old, new):
        was, becomes = old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        if step.tag == "replace" and not (_GENERIC.fullmatch(was) and _GENERIC.fullmatch(becomes)):
            return True
    return False


def _same_place(one: str, other: str) -> bool:
    one, other = _place(one), _place(other)
    return not one or not other or one in other or other in one


def _place(place: str) -> str:
    return re.sub(r"[^\u3400-\u9fff]", "", place)


def _splits(
    before: Sequence[Listed], now: Sequence[Listed], gone: Sequence[int], new: Sequence[int]
) -> dict[int, list[int]]:
    """Items that are gone whose whole name stands in two or more new ones."""
    found: dict[int, list[int]] = {}
    names = {n: _core(now[n].name) for n in new}
    for o in gone[:_MOST_SPLITS]:
        name = _core(before[o].name)
        if len(name) >= _SHORTEST:
            found[o] = [n for n in new if name in names[n] and _same_kind(now[n], before[o])]
    return {o: parts for o, parts in found.items() if len(parts) >= 2}
