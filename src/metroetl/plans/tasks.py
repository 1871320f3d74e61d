"""Tasks: passages with the units that lead them, carry them and guide them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metroetl.plans.models import Heading, Task
from metroetl.plans.passages import MARK, Passage
from metroetl.plans.units import (
    DEADLINE,
    LABEL,
    SIGN,
    cooperating_units,
    is_only_units,
    lists_offices,
    read_units,
)

_BRACKET = re.compile(
    r"[（(\[【〔](?P<inside>[^（）()\[\]【】〔〕]{2,300}(?:[（(][^（）()]{0,40}[）)][^（）()\[\]【】〔〕]{0,300}){0,6})[）)\]】〕][。；]?"
)
_FIELD = re.compile(
    r"(?:(?:牵头|责任|分管|包联|包保|挂联)(?:市|县|区)?领导|联系(?:领导|人)|完成时[限间]|时间(?:要求|节点|安排)|工作时限)[:：]"
)
_INLINE = re.compile(
    rf"(?:(?<=[。；;）)])|(?<= )){LABEL.pattern}|(?:牵头|责任|主责|配合|实施)(?:单位|部门|机构)[:：]"
)
_LAST_SENTENCE = re.compile(r"(?:^|(?<=[。；]))[^。；]{4,240}[。；]?$")
_MOST_LINES = 8


def read_tasks(passages: Sequence[Passage], headings: Sequence[Heading]) -> list[Task]:
    """The tasks of running text, in the order of the text; units as printed, 等 dropped."""
    tasks: list[Task] = []
    place = 0
    for index, passage in enumerate(passages):
        while place + 1 < len(headings) and headings[place + 1].start <= passage.start:
            place += 1
        under = headings[place].title if headings and headings[place].start <= passage.start else None
        if passage.row and "\t" in passage.text:
            continue
        above = passages[index - 1] if index else None
        if above is not None and _is_field(passage.text):
            if not _is_field(above.text):
                tasks += _labelled(passages, index, under)
            continue
        tasks += _in_passage(passage, above, under)
    return tasks


def _labelled(passages: Sequence[Passage], index: int, under: str | None) -> Iterator[Task]:
    """The task whose units stand on lines of their own below it: 牵头单位：… 责任单位：…"""
    until = index
    while until < min(len(passages), index + _MOST_LINES) and _is_field(passages[until].text):
        until += 1
    inside = "；".join(p.text.rstrip("；。") for p in passages[index:until])
    units = read_units(inside)
    if any(units.values()):
        above = passages[index - 1]
        yield _task(above, 0, len(above.text), units, inside, under)


def _is_field(text: str) -> bool:
    """Whether a line only names units, a leader or a deadline."""
    return LABEL.match(text) is not None or _FIELD.match(text) is not None


def _in_passage(passage: Passage, above: Passage | None, under: str | None) -> Iterator[Task]:
    """The tasks of a passage: before each bracket of units, before a label, or before a sentence of units."""
    begin = 0
    for start, end, inside in _places(passage.text):
        units = read_units(inside)
        if not any(units.values()):
            continue
        owner, first, last = passage, begin, start
        if not passage.text[first:last].strip(" 。；") and above is not None:
            owner, first, last = above, 0, len(above.text)
        yield _task(owner, first, last, units, inside, under)
        begin = end


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a passage names units (start, end, what stands there): in brackets, else behind a label or at its end."""
    found = False
    for bracket in _BRACKET.finditer(text):
        inside, behind = bracket["inside"], text[bracket.end() :]
        ends = not behind.strip(" 。；") or text[bracket.end() - 1] in "。；"
        if SIGN.search(inside) or (ends and lists_offices(inside)):
            found = True
            yield bracket.start(), bracket.end(), inside
    if found:
        return
    if label := _INLINE.search(text):
        yield label.start(), len(text), text[label.start() :].rstrip("。；")
    elif (
        (last := _LAST_SENTENCE.search(text)) and last.start() and is_only_units(last.group().rstrip("。；"))
    ):
        yield last.start(), len(text), last.group().rstrip("。；")


def _task(
    passage: Passage, start: int, end: int, units: dict[str, list[str]], inside: str, under: str | None
) -> Task:
    mark = MARK.match(passage.text) if start == 0 else None
    start = mark.end() if mark else start
    text = passage.text[start:end].strip(" 。；")
    deadline = DEADLINE.search(inside)
    return Task(
        text=text,
        lead=units["lead"],
        responsible=units["responsible"],
        guiding=units["guiding"],
        cooperating=cooperating_units(inside),
        deadline=deadline.group() if deadline else None,
        under=under,
        span=passage.span(start, max(start, end)),
    )
