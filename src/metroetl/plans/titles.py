"""Titles: what a document's title says it is, the plan it names, and a plan's type and period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from metroetl.plans.passages import normalise
from metroetl.plans.words import alternation, words

_LONGEST = 300
_DASH = r"[—–─\-－~～至到]{1,2}"
YEARS = re.compile(rf"((?:19|20)\d\d)年?{_DASH}((?:19|20)\d\d)年?")
_FIVE_YEAR = re.compile(
    r"(十[一二三四五六七八九]?)五[”\"]?(?=[^，。]{0,30}(?:规划|计划|方案|意见|纲要|要点))|[“\"](十[一二三四五六七八九]?)五[”\"]"
    r"|第(十[一二三四五六七八九]?)个五年"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年(?:度)?")
_BRACKET = re.compile(r"[（(][^（）()]{0,40}[）)]$")
_PART_MARK = re.compile(r"[（(](?:节选|摘要|摘编|节录|全文|附全文)[）)]$")
_JOINT = (
    "政府",
    "办公厅",
    "办公室",
    "委员会",
    "厅",
    "局",
    "部",
    "小组",
)  # a blank behind them parts joint issuers
_ORDINALS = {
    "十": 0,
    "十一": 1,
    "十二": 2,
    "十三": 3,
    "十四": 4,
    "十五": 5,
    "十六": 6,
    "十七": 7,
    "十八": 8,
    "十九": 9,
}
RELEASE = r"印发|发布|公布|出台|获批|获得[^，。《》]{0,8}批复|批复|审议通过|审议|正式实施|启动实施|颁布|发出"
"""Verbs by which a text says that a document comes out or is agreed to, as an alternation."""
_ACT = r"印发|转发|批转|发布|下发|公布|公开|颁布|同意|批准|批复|修订印发|修改印发|征求|公开征求|开展|做好"
_FORMS = (
    re.compile(
        r"^(?P<who>.{0,60}?)(?P<act>转发|批转)(?P<maker>.{0,60}?)(?P<what>关于.{1,160}?|《.{1,160}?》)的?(?P<end>通知)$"
    ),
    re.compile(
        rf"^(?P<who>.{{0,60}}?)关于(?P<act>{_ACT})?(?P<what>.{{1,200}}?)的?(?P<end>通知|批复|复函|答复|函|公告|通告|通报|报告|请示)$"
    ),
)


@dataclass(frozen=True, slots=True)
class TitleForm:
    """The parts of an official title: who, 关于, act, what it names, ending; `maker` made what is forwarded."""

    who: str = ""
    act: str = ""
    what: str = ""
    end: str = ""
    maker: str = ""


def clean_title(title: str) -> str:
    """A title without line breaks, site names and blanks between Chinese characters."""
    title = re.split(r"[_|｜]", normalise(" ".join(title[:_LONGEST].split())))[0].strip()
    title = _PART_MARK.sub("", title)
    title = re.sub(r"(?<=[\u3400-\u9fff》”]) (?=关于)", "", title)
    return re.sub(
        rf"(?<=[\u3400-\u9fff》”])(?<!{')(?<!'.join(_JOINT)}) (?=[\u3400-\u9fff]{{0,40}}(?:通知|意见|决定|条例|办法|函)$)",
        "",
        title,
    )


def read_form(title: str) -> TitleForm:
    """The official form of a title; empty parts where it has none."""
    for form in _FORMS:
        found = form.match(title)
        if found:
            parts = {key: value or "" for key, value in found.groupdict().items()}
            return TitleForm(**parts)
    return TitleForm()


def bare(title: str) -> str:
    """A title without book marks around all of it, and without 关于 before it."""
    title = title.strip()
    if title.startswith("《") and title.endswith("》") and "《" not in title[1:]:
        title = title[1:-1]
    return title.strip()


def core(title: str) -> str:
    """A title without its brackets at the end: （2023—2025年）, （试行）, （征求意见稿）, （国办发〔2018〕1号）."""
    while len(title) <= _LONGEST and (shorter := _BRACKET.sub("", title.strip())) != title:
        title = shorter
    return title


def names_plan(title: str) -> bool:
    """Whether a title is the name of a plan (ends in a plan's noun)."""
    text = core(bare(title))
    if re.search(rf"(?:{alternation('titles', 'not_plans')}|完成[^，。]{{0,12}})$", text):
        return False
    return bool(re.search(rf"(?:{alternation('titles', 'nouns')})$", text)) and len(text) >= 5


def quoted_titles(text: str) -> Iterator[tuple[int, int, str]]:
    """Titles in book marks with their range (inside the marks), outermost marks only."""
    depth, start = 0, 0
    for found in re.finditer(r"[《》]", text):
        if found.group() == "《":
            if depth == 0:
                start = found.end()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 and 0 < found.start() - start <= 200:
                yield start, found.start(), " ".join(text[start : found.start()].split())


def period_of(title: str) -> tuple[int | None, int | None]:
    """Years of a title: of its brackets, of a five-year plan's number, or of the one year it names."""
    years = YEARS.search(title)
    if years:
        return int(years[1]), int(years[2])
    number = _FIVE_YEAR.search(title)
    if number:
        start = 2001 + 5 * _ORDINALS[number[number.lastindex or 1]]
        return start, start + 4
    named = _YEAR.findall(re.sub(r"\d{4}年远景", "", title))
    return (int(named[0]), int(named[0])) if named else (None, None)


_TYPES = (
    (r"规划[^，。]{0,6}建议|规划的建议", "规划建议"),
    (r"国土空间|空间(?:协同|发展|布局|总体|战略)?规划", "国土空间规划"),
    (r"三年[^，。]{0,10}(?:计划|方案|行动)", "三年行动计划"),
    (r"五年[^，。]{0,10}(?:行动|计划|方案)", "五年行动计划"),
    (r"工作要点|重点工作安排|年度计划", "年度工作要点"),
    (r"项目(?:清单|名单|计划|目录)", "项目清单"),
    (r"(?:任务|责任|措施|事项|工作)清单|重点任务$|分工方案", "任务清单"),
    (r"(?:实施|工作|试点|改革|总体|建设|创建|推进)方案|实施意见", "实施方案"),
    (r"行动方案|专项行动$|行动$", "行动方案"),
    (r"行动计划|行动纲要|发展计划|工作计划", "行动计划"),
)


def type_of(title: str, period: tuple[int | None, int | None] = (None, None), text: str = "") -> str | None:
    """The type of plan that a title names; `text` may call a plan of three or five years so.

    An area's general plan (发展规划) is told from a plan of one field (专项规划) by what the title names.
    """
    name = core(bare(title))
    for pattern, kind in _TYPES:
        if re.search(pattern, name):
            return _by_span(kind, period, text)
    if re.search(r"规划|纲要|战略", name):
        return "发展规划" if re.search(alternation("titles", "area_plans"), name) else "专项规划"
    if name.endswith("方案"):
        return "实施方案"
    return "行动计划" if name.endswith("计划") else None


def _by_span(kind: str, period: tuple[int | None, int | None], text: str) -> str:
    if kind == "行动计划" and period[0] and period[1]:
        for years, word in ((3, "三年"), (5, "五年")):
            if period[1] - period[0] == years - 1 and re.search(rf"{word}(?:行动|发展)", text):
                return f"{word}行动计划"
    return kind


def is_policy(title: str) -> bool:
    """Whether a title ends in the name of a policy document: 意见, 措施, 办法, 规定, 通知 …"""
    text = core(bare(title))
    return bool(re.search(rf"(?<!征求)(?<!征集)(?:{alternation('titles', 'policy')})$", text))


def is_law(title: str) -> bool:
    """Whether a title is a law's: 条例, …法 (not 办法, 做法, 方法), or a decision of a people's congress."""
    text = core(bare(title))
    if re.search(r"人民代表大会[^，。]{0,12}关于.{1,80}决[定议]$", text):
        return True
    ends = [w for w in words("titles")["law"] if w != "法"]
    return bool(
        re.search(rf"(?:{'|'.join(map(re.escape, ends))})$", text)
        or re.search(r"[^办方做说书看想司立执语用]法$", text)
    )


SINCE = re.compile(
    r"(?:规划|计划|方案|行动|纲要)(?:[（(][^（）()]{4,20}[）)])?》?(?:正式)?(?:实施|出台|印发|发布)[^，。；]{0,4}(?:以来|年来)"
)
"""A plan that has been in force for a while: 《…规划（2018—2022年）》实施五年来."""


def released(text: str, start: int, end: int) -> bool:
    """Whether the title that stands at this range (inside its book marks) is released in its own clause."""
    before, after = text[max(0, start - 41) : max(0, start - 1)], text[end : end + 20]
    return bool(
        re.search(rf"(?:{RELEASE})[^，。；《》]{{0,12}}$", before)
        or re.match(rf"》(?:[（(][^（）()]{{0,20}}[）)])?[^，。；]{{0,14}}(?:{RELEASE})", after)
    )
