"""Numbers of items that a text states: 202个项目, 九个方面, 165项重点任务."""

from __future__ import annotations

import re
from collections.abc import Sequence

from metroetl.plans.models import Count, DocumentKind
from metroetl.plans.passages import Passage

_NOUNS = "方面|领域|项目事项|项目|任务举措|任务|事项|举措|措施|行动|工程|大类|案例|章节|条措施|条举措"
_STATED = re.compile(
    r"(?P<number>\d{1,5}|[一二三四五六七八九十百两]{1,6})(?P<measure>个|项|大|条|类|批|件)?"
    rf"(?P<what>(?:[^\d，。；：、《》（）一二三四五六七八九十\s]|、){{0,24}}?(?:{_NOUNS}))(?![计规])"
)
_CHAPTERS = re.compile(
    r"(?:共|分为?|包括|由)[^，。；]{0,4}?(?P<number>\d{1,3}|[一二三四五六七八九十百]{1,4})(?P<measure>个)?(?P<what>条|章|部分|章节)"
)
_BY_ASPECT = re.compile(
    r"(?P<what>[\u3400-\u9fff、]{2,20}(?:方面|领域))(?:[（(]共)?(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})(?:项|条|个)(?=[：）)。；，]|$)"
)
_RESULT = re.compile(
    r"累计|已(?!发布|印发|经国务院)|完成(?!上述|以下)|截至|投产|竣工|新签|签约|促成|承接|落地|开工|建成|促进了|同比|超额|受理|办理|下达|获得|合作超"
)
_TO_REACH = re.compile(
    r"(?:不少于|不低于|至少|超过|突破|力争|达到|超|约|近)$"
    r"|(?:遴选|培育|打造|建设|新增|建成|新建|引进|储备|认定|推出不少于)[^，。；等]{0,4}$"
)
_IN_PLAN = re.compile(
    r"(?:本(?:规划|方案|计划|清单|要点)|《?(?:规划|方案|计划|清单|行动计划|要点)》?|全文|共)[^，。；]{0,24}$|推广[^，。；]{0,12}$"
)
_OF_PLAN = re.compile(r"(?:本|《[^《》]{4,80}》)[^，。；]{0,6}(?:规划|方案|计划|清单|要点)")
_BARE_FEW = re.compile(r"^[一二两]$")


def numeral(text: str) -> float | None:
    """A plain number in digits or Chinese numerals; None where it is neither."""
    import cn2an

    text = text.replace("两", "二").replace(",", "")
    try:
        return float(text) if text[:1].isdigit() else float(cn2an.cn2an(text, "smart"))
    except ValueError:
        return None


def read_counts(passages: Sequence[Passage], kind: DocumentKind) -> list[Count]:
    """The numbers of items that the plan or list has, as the text states them.

    Results (累计实施160个项目) are none. Inside a plan's own text only a sentence about the plan itself counts: its
    chapters are full of numbers of things that are no parts of it.
    """
    if kind in ("other", "legislation"):
        return []
    own = kind in ("plan", "task_list", "notice_of_plan", "policy")
    found: dict[tuple[float, str], Count] = {}
    for passage in passages:
        for start, end in passage.sentences():
            for count in _in_sentence(passage, start, end, own):
                found.setdefault(
                    (count.count, count.what if "方面" in count.what else count.what[-2:]), count
                )
    return list(found.values())


def _in_sentence(passage: Passage, start: int, end: int, own: bool) -> list[Count]:
    sentence = passage.text[start:end]
    counts = []
    for pattern in (_STATED, _CHAPTERS, _BY_ASPECT):
        for match in pattern.finditer(sentence):
            value = numeral(match["number"])
            if value is None or not (pattern is _BY_ASPECT or _is_content(sentence, match, own)):
                continue
            span = passage.span(start + match.start(), start + match.end())
            counts.append(Count(count=value, what=match["what"], span=span, quote=match.group()))
    return counts


def _is_content(sentence: str, match: re.Match[str], own: bool) -> bool:
    """Whether the number counts parts of the plan: not an ordinal, not a result, not a vague 一个."""
    before = sentence[: match.start()]
    clause = re.split(r"[，；：]", before)[-1]
    if before[-1:] in "第前近约超余" and before:
        return False
    if not match["measure"] and not (
        match["number"].isdigit() or match["what"][:2] in ("方面", "领域", "大类")
    ):
        return False
    if _BARE_FEW.match(match["number"]) and match["measure"] != "大":
        return False
    if _TO_REACH.search(before) and re.search(r"(?:项目|工程|案例)$", match["what"]):
        return False
    if _RESULT.search(clause) or re.match(r"[^，。；]{0,12}(?:已|完成|开工|竣工)", sentence[match.end() :]):
        return False
    if own:
        return bool(_IN_PLAN.search(clause) or _OF_PLAN.match(sentence))
    return True
