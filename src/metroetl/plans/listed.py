"""Items of lists in running text: numbered paragraphs under a list's title, with labelled parts (建设内容：… 牵头单位：…)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metroetl.plans.carriers import add, read_carriers, role_of
from metroetl.plans.funding import find_funding
from metroetl.plans.headlines import is_section, kind_of, level_of, section_title, stage_of
from metroetl.plans.items import MONEY, Item
from metroetl.plans.models import Milestone
from metroetl.plans.passages import MARK, Passage
from metroetl.plans.quarters import list_year, split_schedule

_LIST = re.compile(r"清单|名单|案例|一览|汇总|项目库|[（(](?:共|合计)? ?\d+ ?(?:个|项|件|场)")
_PARTS = (
    ("units", r"(?:牵头|主办|责任|配合|协办|参与|指导|实施|建设|承办)(?:单位|部门)|项目业主"),
    ("content", r"(?:建设|主要|工作|活动|会议)内容(?:及规模)?|建设规模|主要做法"),
    ("place", r"(?:建设|实施|举办|项目)地[点址]"),
    ("schedule", r"(?:年度)?(?:工作)?进度安排|时间安排|实施进度"),
    ("deadline", r"完成时限|完成时间|竣工时间"),
    ("investment", r"(?:项目)?总投资"),
    ("funding", r"资金来源|资金渠道"),
    ("stage", r"建设性质|项目阶段|建设阶段"),
)
_LABEL = re.compile("|".join(f"(?P<{name}>{form})" for name, form in _PARTS))
_LABELLED = re.compile(rf"(?:{_LABEL.pattern})[:：]")
_ITEM = re.compile(r"\d{1,3}[.、]|[（(]\d{1,3}[)）]")
_STOP = re.compile("[。：:；]")
_MOST_LINES = 12
_MOST_ITEMS = 3000


def read_listed(passages: Sequence[Passage], title: str, *, list_itself: bool) -> list[Item]:
    """The items of lists that are no tables; a paragraph without any labelled part is none.

    `list_itself`: the document is a list, so that its sections needn't say that they are.
    """
    items: list[Item] = []
    kind = kind_of(title) if list_itself else None
    sections: list[tuple[int, str]] = []
    for index, passage in enumerate(passages):
        mark = MARK.match(passage.text)
        if passage.row or len(items) >= _MOST_ITEMS:
            continue
        if mark and _ITEM.fullmatch(mark["mark"]):
            lines = [*(text for _, text in reversed(sections)), title]
            if kind and (item := _item(passages, index, mark.end(), list_year(lines))):
                item.kind, item.number = kind, mark["mark"].strip("（）().、")
                items.append(_under(item, [section_title(text) for _, text in sections]))
        elif not _LABELLED.search(passage.text) and is_section(passage.text):
            level = level_of(passage.text)
            sections = [*((at, text) for at, text in sections if at < level), (level, passage.text)]
            named = kind_of(passage.text)
            if named and (list_itself or _LIST.search(passage.text)):
                kind = named
            elif level == 1 and not list_itself:
                kind = None
    return items


def _under(item: Item, titles: Sequence[str]) -> Item:
    """The item with what the titles above it say."""
    item.sections = tuple(titles)
    item.under = titles[-1] if titles else None
    item.stage = item.stage or next((s for title in reversed(titles) if (s := stage_of(title))), None)
    return item


def _item(passages: Sequence[Passage], index: int, start: int, year: int | None) -> Item | None:
    """The item that a numbered paragraph opens: its first words are the name; None without any labelled part."""
    first = passages[index]
    head = _LABELLED.search(first.text, start)
    until = head.start() if head else len(first.text)
    stop = _STOP.search(first.text, start, until)
    name = first.text[start : stop.start() if stop else until].strip(" 　（(")
    parts = list(_parts(passages, index, start))
    if not parts or not 2 <= len(name) <= 200:
        return None
    begin = first.text.index(name, start)
    item = Item(name, first.span(begin, begin + len(name)), "task", year=year, quote=first.text[:400])
    for label, value, passage, at in parts:
        _take(item, label, value)
        if part_of(label) == "schedule":
            item.milestones += [_placed(m, passage, at) for m in split_schedule(value, 0, year)]
    item.content = item.content or first.text[begin + len(name) : until].strip(" 。；：:（(")
    item.funding += [f for f in find_funding(item.name, item.content) if f not in item.funding]
    return item


def _parts(passages: Sequence[Passage], index: int, start: int) -> Iterator[tuple[str, str, Passage, int]]:
    """Label, value, passage and place of each labelled part of an item, in its paragraph and those below it."""
    for passage in passages[index : index + _MOST_LINES]:
        if passage is not passages[index]:
            if MARK.match(passage.text) or not _LABELLED.match(passage.text):
                return
            start = 0
        found = list(_LABELLED.finditer(passage.text, start))
        ends = [m.start() for m in found[1:]] + [len(passage.text)]
        for match, end in zip(found, ends, strict=False):
            yield match.group().rstrip(":："), passage.text[match.end() : end], passage, match.end()


def _take(item: Item, label: str, value: str) -> None:
    """Put one labelled part where it belongs."""
    said = value.strip(" 。；;，）)（(")
    what = part_of(label)
    if what == "units":
        add(item.units, read_carriers(said, role_of(label) or "responsible"))
    elif what in ("content", "place", "deadline"):
        setattr(item, what, getattr(item, what) or said)
    elif what == "stage":
        item.stage = stage_of(said)
    elif what == "funding":
        item.funding += find_funding(said)
    elif what == "investment" and (money := MONEY.match(said)) and money["unit"]:
        item.investment = float(re.sub("[,，]", "", money["value"]))
        item.money = "亿元" if money["unit"] == "亿" else money["unit"]


def part_of(label: str) -> str | None:
    """What a label announces."""
    found = _LABEL.fullmatch(label)
    return found.lastgroup if found else None


def _placed(milestone: Milestone, passage: Passage, at: int) -> Milestone:
    span = passage.span(at + milestone.span.start, at + milestone.span.end)
    return milestone.model_copy(update={"span": span})
