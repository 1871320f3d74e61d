"""What the lines above a list and its section rows say: kind of items, stage, title, level."""

from __future__ import annotations

import re
from typing import Literal

from metroetl.plans.passages import MARK

Kind = Literal["project", "matter", "meeting", "case"]
_LIST = r"(?:清单|名单|计划表|一览表|汇总表|安排表|任务表|明细表|项目表|项目库|案例集)"
_TASKS = re.compile(rf"(?:任务|措施|举措|责任|分工|要点|职责)[^，。；]{{0,8}}{_LIST}|(?:任务|措施|举措)$")
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("meeting", re.compile(rf"(?:会议|活动)[^，。；]{{0,6}}{_LIST}|(?:重要|重大|重点)(?:会议|活动)[^，。；]{{0,6}}$")),
    ("case", re.compile(rf"案例[^，。；]{{0,6}}{_LIST}|(?:典型|示范|优秀|创新|推广)案例$")),
    ("matter", re.compile(rf"(?<!项目)事项[^，。；]{{0,6}}{_LIST}|(?:重要|重大|重点)事项$")),
    ("project", re.compile(rf"(?:项目|工程)[^，。；]{{0,6}}{_LIST}|(?:重要|重大|重点|实施|建设)(?:项目|工程)(?:事项)?$")),
)  # fmt: skip
_STAGES = re.compile(r"前期|新开工|续建|竣工")
_LEVELS = (
    (re.compile(r"^[一二三四五六七八九十百]+、|^第.+[章篇部]"), 1),
    (re.compile(r"^[（(][一二三四五六七八九十百]+[)）]|^第.+节"), 2),
    (re.compile(r"^\d"), 3),
)
_NUMERAL = re.compile(r"[一二三四五六七八九十]{1,3}、?|[（(][一二三四五六七八九十]{1,3}[)）]")
_COUNT = re.compile(r"[（(](?:共|合计)? ?\d+ ?(?:个|项|件|场|类|条)?[^（）()]{0,12}[)）]$")
_SUM = re.compile(r"^(?:合 ?计|小 ?计|总 ?计|共计)")
_NOTE = re.compile(r"^(?:备 ?注|注|说明|填报|单位|数据来源)[:：]?")


def kind_of(line: str) -> Kind | Literal["task"] | None:
    """The kind of items that a title or section names; task for lists of tasks, None where it names none."""
    plain = section_title(line)
    if _TASKS.search(plain):
        return "task"
    return next((kind for kind, form in _KINDS if form.search(plain)), None)


def kind_of_column(label: str) -> Kind | None:
    """The kind of items by the label of the column with their names."""
    if re.search(r"会议|活动", label):
        return "meeting"
    if "案例" in label:
        return "case"
    if re.search(r"重大事项|重点事项|事项名称", label) and "项目" not in label:
        return "matter"
    return "project" if re.search(r"项目(?!任务)|工程名称", label) else None


def stage_of(text: str) -> str | None:
    """The stage of a project (前期, 新开工, 续建, 竣工), None where the text names none or two."""
    found = set(_STAGES.findall(text))
    return found.pop() if len(found) == 1 else None


def is_section(text: str) -> bool:
    """Whether a line of its own in a table heads the rows below it: no sum, no note."""
    return 2 <= len(text) <= 60 and not is_sum(text) and not _NOTE.match(text) and "。" not in text


def is_sum(text: str) -> bool:
    """Whether a row sums up others."""
    return bool(_SUM.match(text))


def is_numeral(text: str) -> bool:
    """Whether a number is one of a section (一, 二、, （三）)."""
    return bool(_NUMERAL.fullmatch(text))


def level_of(text: str) -> int:
    """The level of a section by the form of its number; 9 without one."""
    return next((level for form, level in _LEVELS if form.match(text)), 9)


def section_title(text: str) -> str:
    """A section's title without its number and without the count of its items."""
    mark = MARK.match(text)
    return _COUNT.sub("", text[mark.end() :] if mark else text).strip(" 　：:")
