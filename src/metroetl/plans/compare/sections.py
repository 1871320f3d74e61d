"""What became of each section: new, gone, split, merged, moved, renamed, promoted, demoted, grown, shrunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from metroetl.plans.compare.matching import Matching, Pair, common_share, match_sections, text_length
from metroetl.plans.compare.models import Flow, SectionChange, SectionKind
from metroetl.plans.compare.outline import Outline, Section, grams

FROM_ONE = 0.4  # of a part's text comes from the section that was split
LEAST = 0.1  # of the split section's text goes into each part
POINTS, RATIO = 0.02, 1.25  # a share that changed by less in either way stayed


@dataclass(frozen=True)
class _Group:
    """Sections that belong together: one and one, one and several (split), or several and one (merged)."""

    old: tuple[int, ...]
    new: tuple[int, ...]


Homes = dict[int, _Group]


def compare_sections(old: Outline, new: Outline) -> tuple[list[SectionChange], list[Flow]]:
    """All sections of both plans, in the new one's order with those that are gone where they stood; chapters' flows."""
    matching = match_sections(old, new)
    groups = _groups(old, new, matching)
    moved = set(_moved(old, new, groups))
    of_old = {i: g for g in groups for i in g.old}
    of_new = {j: g for g in groups for j in g.new}
    changes: list[tuple[float, int, SectionChange]] = []
    for group in groups:
        if not _implied(old, new, group, of_old, of_new):
            kinds = _kinds(old, new, group, group in moved)
            changes.append((*_order(group, of_old), _change(old, new, matching, group, kinds)))
    changes.sort(key=lambda c: c[:2])
    return [c for _, _, c in changes], list(_flows(old, new, matching, groups))


def _groups(old: Outline, new: Outline, matching: Matching) -> list[_Group]:
    splits = [_Group((i,), parts) for i, parts in _parted(old, new, matching.links, matching.shared)]
    turned = {(j, i): length for (i, j), length in matching.shared.items()}
    back = {j: i for i, j in matching.links.items()}
    merges = [_Group(parts, (j,)) for j, parts in _parted(new, old, back, turned)]
    kept: list[_Group] = []
    used_old: set[int] = set()
    used_new: set[int] = set()
    for group in sorted([*splits, *merges], key=lambda g: _strength(old, new, matching, g)):
        if used_old.isdisjoint(group.old) and used_new.isdisjoint(group.new):
            kept.append(group)
            used_old.update(group.old)
            used_new.update(group.new)
    for i, j in matching.links.items():
        if i not in used_old and j not in used_new:
            kept.append(_Group((i,), (j,)))
            used_old.add(i)
            used_new.add(j)
    kept += [_Group((i,), ()) for i in range(len(old.sections)) if i not in used_old]
    kept += [_Group((), (j,)) for j in range(len(new.sections)) if j not in used_new]
    return kept


def _strength(old: Outline, new: Outline, matching: Matching, group: _Group) -> tuple[float, list[str]]:
    shared = sum(matching.shared.get((i, j), 0.0) for i in group.old for j in group.new)
    titles = [old.sections[i].plain for i in group.old] + [new.sections[j].plain for j in group.new]
    return -round(shared, 6), sorted(titles)


def _parted(
    one: Outline, other: Outline, links: dict[int, int], shared: dict[Pair, float]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Sections of which two or more of the other plan were made, with these; by text, or by what the titles name."""
    linked = {j: i for i, j in links.items()}
    sources: dict[int, list[int]] = defaultdict(list)
    for i, j in shared:
        sources[i].append(j)
    free = [j for j in range(len(other.sections)) if j not in linked]
    for i, section in enumerate(one.sections):
        successor = links.get(i)
        candidates = {j for j in sources[i] if linked.get(j, i) == i} | set(free)
        candidates |= {successor} if successor is not None else set()
        parts = [
            j
            for j in sorted(candidates)
            if other.sections[j].depth == section.depth
            and (_by_text(one, other, (i, j), shared) or _by_title(section, other.sections[j]))
        ]
        if len(parts) >= 2 and _apart(section, [other.sections[j] for j in parts]):
            yield i, tuple(parts)


def _by_text(one: Outline, other: Outline, pair: Pair, shared: dict[Pair, float]) -> bool:
    common = shared.get(pair, 0.0)
    whole, part = text_length(one, one.sections[pair[0]]), text_length(other, other.sections[pair[1]])
    return bool(common) and common >= FROM_ONE * part and common >= LEAST * whole


def _by_title(whole: Section, part: Section) -> bool:
    """Whether a title names a part of what the other names."""
    inner, outer = grams(part.core), grams(whole.core)
    return len(part.core) >= 2 and len(part.core) < len(whole.core) and inner <= outer


def _apart(whole: Section, parts: Sequence[Section]) -> bool:
    """Whether parts named by the title alone are different things."""
    named = [grams(p.core) for p in parts if _by_title(whole, p)]
    return all(a.isdisjoint(b) for n, a in enumerate(named) for b in named[n + 1 :])


def _kinds(old: Outline, new: Outline, group: _Group, moved: bool) -> list[SectionKind]:
    before, after = [old.sections[i] for i in group.old], [new.sections[j] for j in group.new]
    if not before or not after:
        return ["new" if after else "gone"]
    kinds: list[SectionKind] = []
    if len(after) > 1:
        kinds.append("split")
    elif len(before) > 1:
        kinds.append("merged")
    elif before[0].plain != after[0].plain:
        kinds.append("renamed")
    levels = before[0].depth - after[0].depth
    if levels:
        kinds.append("promoted" if levels > 0 else "demoted")
    elif moved:
        kinds.append("moved")
    shares = sum(s.ref.share for s in before), sum(s.ref.share for s in after)
    low, high = min(shares), max(shares)
    if high - low >= POINTS and high >= RATIO * low:
        kinds.append("grown" if shares[1] > shares[0] else "shrunk")
    return kinds


def _implied(old: Outline, new: Outline, group: _Group, of_old: Homes, of_new: Homes) -> bool:
    """Whether a section only seems new (or gone) because the one around it changed its level: its like was too deep."""
    if group.old and group.new:
        return False
    parent = new.sections[group.new[0]].parent if group.new else old.sections[group.old[0]].parent
    around = (of_new if group.new else of_old).get(parent) if parent is not None else None
    if around is None or not around.old or not around.new:
        return False
    return old.sections[around.old[0]].depth != new.sections[around.new[0]].depth


def _moved(old: Outline, new: Outline, groups: Iterable[_Group]) -> Iterator[_Group]:
    """Sections that stand elsewhere: in another chapter, or out of the order that the others kept."""
    pairs = [g for g in groups if g.old and g.new]
    home_old = {i: n for n, g in enumerate(pairs) for i in g.old}
    home_new = {j: n for n, g in enumerate(pairs) for j in g.new}
    shelves: dict[int | None, list[_Group]] = defaultdict(list)
    for group in pairs:
        one, other = old.sections[group.old[0]], new.sections[group.new[0]]
        if one.depth != other.depth:
            continue
        above = one.parent if one.parent is None else home_old.get(one.parent)
        below = other.parent if other.parent is None else home_new.get(other.parent)
        if (
            (one.parent is None) != (other.parent is None)
            or (one.parent is not None and above is None)
            or above != below
        ):
            yield group
        else:
            shelves[above].append(group)
    for shelf in shelves.values():
        yield from _out_of_order(old, new, shelf)


def _out_of_order(old: Outline, new: Outline, shelf: list[_Group]) -> Iterator[_Group]:
    """The fewest that must be taken out so that the rest keeps its order: those with most against them first."""
    left = list(shelf)
    while True:
        against = [
            sum((g.old[0] < o.old[0]) != (g.new[0] < o.new[0]) for o in left if o is not g) for g in left
        ]
        if not any(against):
            return

        def rank(n: int, against: list[int] = against) -> tuple[int, int, float, list[str]]:
            one, other = old.sections[left[n].old[0]], new.sections[left[n].new[0]]
            far = abs(one.ref.place - other.ref.place)
            return -against[n], -far, one.ref.share + other.ref.share, sorted((one.plain, other.plain))

        yield left.pop(min(range(len(left)), key=rank))


def _order(group: _Group, of_old: Homes) -> tuple[float, int]:
    """Where a change is told: at its place in the new plan, what is gone behind the section that stood before it."""
    if group.new:
        return float(group.new[0]), 0
    for i in range(group.old[0] - 1, -1, -1):
        if before := of_old[i].new:
            return before[0] + 0.5, group.old[0]
    return -1.0, group.old[0]


def _change(
    old: Outline, new: Outline, matching: Matching, group: _Group, kinds: list[SectionKind]
) -> SectionChange:
    kept = None
    if group.old and group.new:
        pairs = [(i, j) for i in group.old for j in group.new]
        both = sum(text_length(old, old.sections[i]) for i in group.old)
        both += sum(text_length(new, new.sections[j]) for j in group.new)
        common = sum(matching.shared.get(p, 0.0) for p in pairs)
        kept = (
            common_share(old, new, matching, pairs[0])
            if len(pairs) == 1
            else min(1.0, 2 * common / both if both else 0.0)
        )
    return SectionChange(
        kinds=kinds,
        old=[old.sections[i].ref for i in group.old],
        new=[new.sections[j].ref for j in group.new],
        kept=round(kept, 4) if kept is not None else None,
    )


def _flows(old: Outline, new: Outline, matching: Matching, groups: Sequence[_Group]) -> Iterator[Flow]:
    """Text between chapters (numbered from 0 among chapters), also none where one only succeeds the other."""
    number_old = {i: n for n, i in enumerate(i for i, s in enumerate(old.sections) if s.depth == 1)}
    number_new = {j: n for n, j in enumerate(j for j, s in enumerate(new.sections) if s.depth == 1)}
    linked = {(i, j) for g in groups for i in g.old for j in g.new}
    for i, j in sorted(linked | matching.shared.keys()):
        if i in number_old and j in number_new:
            length = matching.shared.get((i, j), 0.0)
            yield Flow(old=number_old[i], new=number_new[j], length=round(length, 1), linked=(i, j) in linked)
