"""What a text that speaks of rounds says of each: how it ended, its targets, chapters, focus; every value with its span.

A bulletin tells rounds one after the other (第一轮…；第二轮…): each part of a sentence belongs to the round that it names,
else to the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metroetl.documents.models import Document, Span
from metroetl.plans.compare.round_models import Topic
from metroetl.plans.counts import numeral
from metroetl.plans.passages import Passage, passages

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.catalogue.models import PlanSeries

_ORDINAL = r"第(?P<n>[一二三四五六七八九十\d]{1,2})轮(?=[^，。；“”]{0,14}?(?:计划|规划|方案))"
_REVIEWS = re.compile(r"回顾|完成情况|实施情况|顺利实施|圆满完成|达到预期|总结")
_NOT = re.compile(r"(?:未|没有|不再)[^，。；]{0,4}(?:反映|回顾|涉及|提及|总结)")
_ENDED = re.compile(r"圆满完成|全面完成|顺利完成|如期完成|顺利实施|圆满收官|顺利收官|达到预期")
_SAID = re.compile(r"(?:报告|会议|公报)[^，。；“]{0,6}(?:指出|提到|明确|强调)[^，。；“]{0,4}“[^”]{4,80}”")
_MAKERS = re.compile(
    r"由[^，。；]{2,60}?(?:制定|编制|牵头)[^。；]{0,60}?名义印发|由[^，。；]{2,60}?(?:共同|联合)(?:制定|编制|印发)"
)
_THEMES = re.compile(r"从(?P<value>[^，。；]{6,90}?)\d+个方面")
_TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    ("quantitative", re.compile(r"(?P<value>\d+|[一二两三四五六七八九十]+)(?:个|项)定量(?:目标|指标)")),
    ("quantitative", re.compile(r"(?:仅|只)(?:设置|设定|保留|有|提出)?(?P<none>定性目标)")),
    ("qualitative", re.compile(r"(?P<value>若干|\d+|[一二两三四五六七八九十]+)(?:个|项)?定性目标")),
    ("focus", re.compile(r"(?:计划的|计划在|在|^)?(?P<value>[^，。；]{2,60}?项目居多)")),
    ("new_chapters", re.compile(r"新增(?P<value>[^，。；]{2,60}?)(?:[一二两三四五六七八九十\d]+个)?(?:新的?)?(?:篇章|章节|专章)")),
    ("new_chapters", re.compile(r"首次以(?:单独|独立)?(?:篇章|专章)(?:形式)?(?:明确)?(?:提出|部署)(?P<value>[^，。；]{2,90})")),
    ("first_chapter", re.compile(r"将(?P<value>[^，。；]{2,20}?)(?:提至|提到|置于|列为)(?:第一|首)个?(?:篇章|章)")),
    ("largest_chapter", re.compile(r"(?P<value>[^，。；]{2,30}?)(?:篇章|章节|部分|章)?(?:的)?篇幅(?:比重|占比)?最大")),
    ("promoted", re.compile(r"(?:同时)?(?:也)?将?(?P<value>[^，。；]{2,60}?)由(?:此前|原来|原)的?专节(?:上升|提升|升格)(?:至|为|到)+专章")),
    ("split", re.compile(r"将(?P<value>[^，。；]{2,20}?(?:拆分|分拆|分设)为[^，。；]{2,20})")),
    ("shape", re.compile(r"(?P<value>(?:还|并|同时)?(?:包含|将|设|设置|以)[^，。；]{0,40}专栏[^，。；]{0,40})")),
    ("shape", re.compile(r"(?P<value>仅保留[^，。；]{2,20})")),
)  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """A value that a text states of a round (None: of the series as a whole)."""

    series_id: str
    number: int | None
    topic: Topic
    value: str
    span: Span
    quote: str


@dataclass(frozen=True)
class _Mark:
    """A round named in a sentence."""

    start: int
    number: int


@dataclass(frozen=True)
class _Part:
    """A part of a sentence that speaks of one round."""

    start: int
    text: str
    number: int | None
    marks: tuple[_Mark, ...]


def read_statements(document: Document, series: Sequence[PlanSeries], catalogue: Catalogue) -> list[Stated]:
    """What the text states of rounds of these series, in reading order."""
    names = {s.id: _names(s, catalogue) for s in series}
    found: list[Stated] = []
    current: PlanSeries | None = None
    for passage in passages(document):
        for start, end in passage.sentences():
            sentence = passage.text[start:end]
            current = _spoken_of(sentence, series, names) or current
            if current is not None:
                found += _of_series(passage, start, sentence, current)
                found += _of_rounds(passage, start, sentence, current)
    return list(dict.fromkeys(found))


def _names(series: PlanSeries, catalogue: Catalogue) -> re.Pattern[str]:
    """How texts call a series: by its names, stages, or its circle."""
    names = [series.title_zh, *series.patterns, *series.stages]
    circle = catalogue.circles.get(series.circle or "")
    names += [circle.name_zh, *circle.aliases] if circle else []
    return re.compile("|".join(map(re.escape, sorted(set(names), key=len, reverse=True))))


def _spoken_of(
    sentence: str, series: Sequence[PlanSeries], names: dict[str, re.Pattern[str]]
) -> PlanSeries | None:
    """The series that a sentence names first (each sentence speaks of one)."""
    places = [(m.start(), n) for n, s in enumerate(series) if (m := names[s.id].search(sentence))]
    return series[min(places)[1]] if places else None


def _of_series(passage: Passage, start: int, sentence: str, series: PlanSeries) -> Iterator[Stated]:
    forms: tuple[tuple[Topic, re.Pattern[str]], ...] = (("makers", _MAKERS), ("themes", _THEMES))
    for topic, form in forms:
        if match := form.search(sentence):
            group = "value" if "value" in form.groupindex else 0
            yield _stated(series, None, topic, match[group], passage, start + match.start(), match.group())


def _of_rounds(passage: Passage, start: int, sentence: str, series: PlanSeries) -> Iterator[Stated]:
    reviewed: int | None = None
    for part in _parts(sentence, series):
        at = start + part.start
        told = list(_ending(part, reviewed))
        for number, topic, value in told:
            reviewed = number if topic == "completion" else reviewed
            yield _stated(series, number, topic, value, passage, at, part.text)
        if not told and part.number is not None:
            yield from _of_part(passage, at, part, series)


def _of_part(passage: Passage, at: int, part: _Part, series: PlanSeries) -> Iterator[Stated]:
    for topic, form in _TOPICS:
        if match := form.search(part.text):
            value = "0" if "none" in form.groupindex else _value(topic, match["value"])
            yield _stated(series, part.number, topic, value, passage, at + match.start(), match.group())


def _value(topic: Topic, text: str) -> str:
    """A value as it is shown."""
    if topic in ("quantitative", "qualitative"):
        count = numeral(text)
        return f"{count:g}" if count is not None else text
    if topic == "focus":
        text = re.sub(r"^.*?(?:计划|方案)(?:的|在)|^在", "", text)
        return re.sub(r"(?:等)?(?:方面|领域)(?=项目居多)", "", text)
    return re.sub(r"^(?:也|并|还|同时|其中)", "", text)


def _parts(sentence: str, series: PlanSeries) -> Iterator[_Part]:
    """The parts of a sentence; a comma parts it only before another round or a date, never inside quotation marks."""
    marks = list(_marks(sentence, series))
    starts = [0]
    depth = 0
    for place, char in enumerate(sentence):
        depth += (char == "“") - (char == "”")
        ahead = sentence[place + 1 : place + 30]
        names_round = any(place < m.start <= place + 8 for m in marks)
        if depth <= 0 and (
            char == "；" or (char == "，" and (names_round or re.match(r"20\d\d年\d{1,2}月", ahead)))
        ):
            starts.append(place + 1)
    number: int | None = None
    for begin, end in zip(starts, [*starts[1:], len(sentence)], strict=True):
        inside = tuple(m for m in marks if begin <= m.start < end)
        number = inside[0].number if inside else number
        yield _Part(begin, sentence[begin:end].rstrip("，；。"), number, inside)


def _marks(sentence: str, series: PlanSeries) -> Iterator[_Mark]:
    found = {m.start(): int(numeral(m["n"]) or 0) for m in re.finditer(_ORDINAL, sentence)}
    for number, stage in enumerate(series.stages, 1):
        for match in re.finditer(re.escape(stage), sentence):
            found.setdefault(match.start(), number)
    for place in sorted(found):
        if found[place]:
            yield _Mark(place, found[place])


def _ending(part: _Part, reviewed: int | None) -> Iterator[tuple[int, Topic, str]]:
    """How a round ended: told by the next one, by somebody's report, or not told where one looks for it."""
    numbers = list(dict.fromkeys(m.number for m in part.marks))
    if len(numbers) == 2 and _REVIEWS.search(part.text):
        if _NOT.search(part.text):
            yield numbers[0], "review", "否"
        else:
            yield numbers[0], "review", "是"
            yield numbers[1], "completion", part.text
    elif len(numbers) == 1 and _ENDED.search(part.text):
        yield numbers[0], "completion", part.text
    elif not numbers and reviewed is not None and _SAID.search(part.text):
        yield reviewed, "completion", part.text


def _stated(
    series: PlanSeries, number: int | None, topic: Topic, value: str, passage: Passage, at: int, quote: str
) -> Stated:
    return Stated(series.id, number, topic, value.strip(), passage.span(at, at + len(quote)), quote)
