"""Where a plan stands among others: its circle, its place in the circle's 1+1+N system, the round before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from metroetl.plans.passages import Passage
from metroetl.plans.titles import core, names_plan, period_of, quoted_titles, type_of

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.catalogue.models import PlanSeries

SystemPlace = Literal["发展规划", "国土空间规划", "专项规划", "毗邻地区规划"]
_PLACES: dict[str | None, SystemPlace] = {
    "发展规划": "发展规划",
    "国土空间规划": "国土空间规划",
    "专项规划": "专项规划",
}

_BORDER = re.compile(
    r"毗邻|交界|省际|跨界|接壤|一体化发展示范区|融合发展示范区|同城化发展综合试验区|协同发展(?:示范)?区"
)
_STAGE = re.compile(
    r"起步期|成长期|提升期|第[一二三四五六七八九十]轮|新一轮|[（(].*?[）)]|(?:19|20)\d\d年?[—–\-－~至到]*|[“”\"]?十[一二三四五六七八九]?五[“”\"]?"
)
_LOOK = 6000


def find_circle(title: str, series: PlanSeries | None, catalogue: Catalogue) -> str | None:
    """Id of the circle that a plan is for: its series', else the circle with the longest name in its title."""
    if series is not None:
        return series.circle
    title = re.sub(r"(?:现代化|大)都市圈", "都市圈", title)
    names = [
        (name, c.id) for c in catalogue.circles.values() for name in (c.name_zh, *c.aliases) if name in title
    ]
    return max(names, key=lambda pair: len(pair[0]))[1] if names else None


def system_place(title: str, plan_type: str | None, circle: str | None) -> SystemPlace | None:
    """The place in the system “1+1+N”: the general plan, the spatial plan, plans of one field or of a border area.

    Action plans, schemes and lists carry such plans out and have no place of their own.
    """
    name = core(title)
    if plan_type not in _PLACES:
        return None
    if _BORDER.search(name):
        return "毗邻地区规划"
    return _PLACES[plan_type] if circle is not None or re.search(r"都市圈|同城化", name) else None


def find_predecessor(
    title: str,
    start: int | None,
    round_number: int | None,
    series: PlanSeries | None,
    passages: Sequence[Passage],
) -> str | None:
    """Title of the round before: as the text names it, else as the registry has it; None where neither does."""
    told = _named_before(title, start, passages)
    if told or series is None or not round_number:
        return told
    before = next((entry for entry in series.rounds if entry.round == round_number - 1), None)
    if before is None or before.status == "expected":
        return None
    if before.title or not (before.period_start and before.period_end):
        return before.title or series.title_zh
    return f"{series.title_zh}（{before.period_start}—{before.period_end}年）"


def _named_before(title: str, start: int | None, passages: Sequence[Passage]) -> str | None:
    """A plan of the same name and type whose period ended before this one began, in the first part of the text."""
    if start is None:
        return None
    own, read = _plain(title), 0
    for passage in passages:
        for _, _, quoted in quoted_titles(passage.text):
            _, end = period_of(quoted)
            same = (
                names_plan(quoted) and end is not None and end < start and type_of(quoted) == type_of(title)
            )
            if same and quoted != title and _plain(quoted) == own:
                return quoted
        read += len(passage.text)
        if read > _LOOK:
            return None
    return None


def _plain(title: str) -> str:
    return _STAGE.sub("", title).replace("《", "").replace("》", "").strip()
