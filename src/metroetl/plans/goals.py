"""Goals: targets without a number. Where a plan sets its aims, each clause that wants a state reached is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metroetl.plans.models import DocumentKind, Goal, Heading, Target
from metroetl.plans.passages import MARK, Passage
from metroetl.plans.targets import Horizon, due_year

_AIMS = re.compile(r"目标|愿景|预期")
_NOT_AIMS = re.compile(r"目标任务|任务分解|目标责任|目标考核|分工")
_STATE = re.compile(
    r"(?:基本|全面|初步|率先|加快|整体|同步)?(?:建成|形成|建立|实现|确立|构建|成为|成型|完成)"
    r"|(?:显著|明显|大幅|稳步|持续|进一步|不断|全面|更加|更为|基本|较快|有效|切实)[\u3400-\u9fff]{2,6}$"
    r"|(?:迈上新台阶|取得[\u3400-\u9fff]{2,8}(?:成效|进展|突破|成果)|走在[\u3400-\u9fff]{0,4}前列|达到[\u3400-\u9fff]{2,12}水平|健全|完善|优化|提升|增强|提高|改善|完备|畅通)$"
)
_BEGINS = re.compile(r"^(?:其中|到20\d\d年底?|20\d\d年底?前?|展望20\d\d年|力争|确保|努力|并|使|的)+")
_PAST = re.compile(r"已(?:经)?|截至|目前|近年来|以来|坚持|按照|围绕|贯彻|落实党")
_SHORTEST, _LONGEST = 6, 120
_PLANS = ("plan", "task_list", "draft")


def read_goals(
    passages: Sequence[Passage],
    headings: Sequence[Heading],
    kind: DocumentKind,
    horizon: Horizon,
    targets: Sequence[Target],
) -> list[Goal]:
    """The qualitative targets of a plan, in the order of its text; clauses in which a number is wanted are none."""
    if kind not in _PLANS:
        return []
    taken = [t.span for t in targets]
    goals: list[Goal] = []
    for heading, passage in _under_aims(passages, headings):
        year: int | None = None
        for start, end in passage.sentences():
            year, _ = due_year(passage.text[start:end], year, horizon)
            for first, last in _clauses(passage.text, start, end):
                span = passage.span(first, last)
                if not any(t.start < span.end and span.start < t.end for t in taken):
                    text = passage.text[first:last]
                    goals.append(Goal(text=text, by_year=year or horizon.end, under=heading.title, span=span))
    return goals


def _under_aims(
    passages: Sequence[Passage], headings: Sequence[Heading]
) -> Iterator[tuple[Heading, Passage]]:
    """The passages that stand under a heading that sets aims, with that heading; subsections belong to it."""
    place, aims = -1, None
    for passage in passages:
        while place + 1 < len(headings) and headings[place + 1].start <= passage.start + len(passage.text):
            if headings[place + 1].start > passage.offsets[-1]:
                break
            place += 1
            heading = headings[place]
            if _AIMS.search(heading.title) and not _NOT_AIMS.search(heading.title):
                aims = heading
            elif aims is not None and heading.level <= aims.level:
                aims = None
        if aims is not None and not passage.row:
            yield aims, passage


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges of the clauses of a sentence that want a state reached."""
    mark = MARK.match(text)
    for found in re.finditer(r"[^，；。！：]+", text[start:end]):
        first, last = start + found.start(), start + found.end()
        if mark and first < mark.end():
            continue
        opening = _BEGINS.match(text[first:last])
        first += opening.end() if opening else 0
        clause = text[first:last]
        wanted = _SHORTEST <= len(clause) <= _LONGEST and not re.search(r"\d", clause)
        if wanted and _STATE.search(clause) and not _PAST.search(clause):
            yield first, last
