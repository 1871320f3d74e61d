"""Tasks: passages with the units that lead them, carry them and guide them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metroetl.plans.bodies import is_body, split_bodies
from metroetl.plans.models import Heading, Task
from metroetl.plans.passages import MARK, Passage

_BRACKET = re.compile(
    r"[（(](?P<inside>[^（）()]{2,300}(?:[（(][^（）()]{0,40}[）)][^（）()]{0,300}){0,6})[）)][。；]?"
)
_SIGN = re.compile(r"负责|牵头|责任单位|配合|参与|参加|指导|主办|协办|分工|单位[:：]|落实$|实施$|推进$")
_ROLES = (
    (re.compile(r"指导单位|(?:加强)?指导$|负责指导|督促指导"), "guiding"),
    (re.compile(r"牵头|主办|第一责任"), "lead"),
    (re.compile(r"负责|责任单位|配合|参与|参加|协办|协同|分工|支持|落实|实施|推进"), "responsible"),
)
_LABEL = re.compile(
    r"(?P<label>(?:牵头|主办|主要责任|责任|主责|负责|配合|协办|参与|参加|协同|指导|支持|实施|主管|承办)(?:责任|负责)?(?:单位|部门|机构|领导单位)?"
    r"(?:及配合单位)?)[:：]"
)
_OTHER_LABEL = re.compile(r"[；;。，][\u3400-\u9fff]{2,6}[:：]")
_DUTY = re.compile(
    r"(?:(?:按照?(?:各自)?(?:职责|职能|任务)?(?:分工)?)|(?:根据|依)?职责分工|共同|分别|联合|具体|牵头|负责|会同|组织|加强|督促|参与|参加|配合|指导|落实|实施|推进|协同|主办|协办|和|等)+$"
)
_DEADLINE = re.compile(
    r"(?:20\d\d年(?:\d{1,2}月)?(?:底|末|上半年|下半年|\d{1,2}日)?(?:前|底前)?|持续(?:推进|实施|开展)?|长期(?:坚持|推进)?|(?:第[一二三四]|[一二三四])季度(?:末|前)?|年底前)(?:完成|取得[^，；]{0,8}|启动|实现)?"
)


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
        if above is not None and _LABEL.match(passage.text):
            if not _LABEL.match(above.text):
                tasks += _labelled(passages, index, under)
            continue
        tasks += _in_passage(passage, above, under)
    return tasks


def _labelled(passages: Sequence[Passage], index: int, under: str | None) -> Iterator[Task]:
    """The task whose units stand on lines of their own below it: 牵头单位：… 责任单位：…"""
    until = index
    while until < len(passages) and until < index + 6 and _LABEL.match(passages[until].text):
        until += 1
    inside = "；".join(p.text.rstrip("；。") for p in passages[index:until])
    units = read_units(inside)
    if any(units.values()):
        above = passages[index - 1]
        yield _task(above, 0, len(above.text), units, inside, under)


def _in_passage(passage: Passage, above: Passage | None, under: str | None) -> Iterator[Task]:
    begin = 0
    for bracket in _BRACKET.finditer(passage.text):
        inside = bracket["inside"]
        if not _SIGN.search(inside):
            continue
        units = read_units(inside)
        if not any(units.values()):
            continue
        owner, start, end = passage, begin, bracket.start()
        if not passage.text[start:end].strip() and above is not None:
            owner, start, end = above, 0, len(above.text)
        yield _task(owner, start, end, units, inside, under)
        begin = bracket.end()


def _task(
    passage: Passage, start: int, end: int, units: dict[str, list[str]], inside: str, under: str | None
) -> Task:
    mark = MARK.match(passage.text) if start == 0 else None
    start = mark.end() if mark else start
    text = passage.text[start:end].strip(" 。；")
    deadline = _DEADLINE.search(inside)
    return Task(
        text=text,
        lead=units["lead"],
        responsible=units["responsible"],
        guiding=units["guiding"],
        deadline=deadline.group() if deadline else None,
        under=under,
        span=passage.span(start, max(start, end)),
    )


def read_units(inside: str) -> dict[str, list[str]]:
    """The units of a bracket by role: 牵头 lead, 指导 guiding, all others responsible; only names of bodies count."""
    units: dict[str, list[str]] = {"lead": [], "responsible": [], "guiding": []}
    text = _DEADLINE.sub("", inside)
    labels = list(_LABEL.finditer(text))
    if labels:
        ends = [label.start() for label in labels[1:]] + [len(text)]
        for label, end in zip(labels, ends, strict=True):
            _add(units, _role(label["label"]), _OTHER_LABEL.split(text[label.end() : end])[0])
        return units
    for part in re.split(r"[，；,;]|(?<=牵头)、", text):
        _add(units, _role(part[-12:]), part)
    return units


def _role(text: str) -> str:
    return next((role for pattern, role in _ROLES if pattern.search(text)), "responsible")


def _add(units: dict[str, list[str]], role: str, text: str) -> None:
    text = re.sub(r"^(?:由|请|责任单位为|以下由)", "", text.strip(" 。；，"))
    for clause in re.split(r"(?<=牵头)(?=[\u3400-\u9fff])(?!负责|组织|会同|实施|推进|落实)", text):
        own = "lead" if clause.endswith("牵头") else role
        units[own] += [name for name in split_units(clause) if name not in units[own]]


def split_units(text: str) -> list[str]:
    """The bodies of a list of units, without what they are to do (牵头负责, 按职责分工负责)."""
    names, _ = split_bodies(_DUTY.sub("", text))
    plain = (_DUTY.sub("", name) for name in names)
    return list(dict.fromkeys(name for name in plain if is_body(name)))
