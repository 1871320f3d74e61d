"""How far items of lists have come: tables of progress reports with a column 进展情况 or 完成情况."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from metroetl.plans.items import Item
from metroetl.plans.models import Progress
from metroetl.plans.quarters import NOTHING

State = Literal["done", "on_time", "behind", "not_started"]
_STATES: tuple[tuple[State, re.Pattern[str]], ...] = (
    ("not_started", re.compile(r"(?:尚未|还未|暂未|未)(?:开工|启动|开始|实施|动工)(?:建设)?")),
    ("behind", re.compile(r"(?:进度|推进|工作)?(?:严重|有所|略有|稍有)?滞后|(?:未|没有)(?:达到?)?(?:序时|计划)进度|逾期(?:未完成)?|延期")),
    ("done", re.compile(r"(?:项目|工程|任务|工作|已|已经|全部|全面|提前|如期|按期|按时)*(?:完成|完工|竣工|建成(?:投用|投运|通车)?|办结)")),
    ("on_time", re.compile(r"(?:正在|正)?(?:按期|按时|按计划|按序时|有序|正常|顺利|稳步)(?:进度)?(?:推进|进行|实施)(?:中)?|(?:达到|符合|超过?)序时进度")),
)  # fmt: skip
_CLAUSE = re.compile(r"[，。；,;\s]+")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?) ?[%％]")
_PLAIN = re.compile(r"(\d{1,3}(?:\.\d{1,4})?) ?[%％]?")
_OF_WORK = re.compile(r"(?:完成|占|进度|达|形象)[^，。；\d]{0,14}$")


def read_progress(items: Iterable[Item]) -> list[Progress]:
    """What the tables say of each item; nothing where the column is empty."""
    return [
        Progress(
            name=item.name,
            number=item.number,
            text=item.progress,
            state=_state(item.state) or _state(_CLAUSE.split(item.progress)[0]),
            percent=_percent(item),
            span=item.progress_span,
        )
        for item in items
        if item.progress_span is not None and item.progress not in NOTHING
    ]


def _state(words: str) -> State | None:
    """The state that a few words print; None for anything else (已完成投资3亿元 is no state)."""
    plain = words.strip(" 。；")
    return next((state for state, form in _STATES if form.fullmatch(plain)), None)


def _percent(item: Item) -> float | None:
    """The per cent of its column, else the only one in the text if it is one of work done."""
    if found := _PLAIN.fullmatch(item.percent):
        return float(found[1])
    told = list(_PERCENT.finditer(item.progress))
    if len(told) == 1 and _OF_WORK.search(item.progress[: told[0].start()]):
        return float(told[0][1])
    return None
