"""Which plan it is: title as issued, document number, approver, stage and period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metroetl.documents.models import Document, Span
from metroetl.plans.kind import attached_text, is_official
from metroetl.plans.models import DocumentKind
from metroetl.plans.passages import Passage
from metroetl.plans.titles import SINCE, bare, core, names_plan, period_of, quoted_titles, read_form, released

_NUMBER = re.compile(
    r"(?P<number>[\u3400-\u9fff（）()]{1,16}[〔\[【（(](?:19|20)\d\d[〕\]】）)](?:第)?\d{1,4}号|(?:国务院|国|主席)令(?:第\d{1,4}号)?"
    r"|(?:中华人民共和国)?(?:国务院|主席)令第?\d{1,4}号|第\d{1,4}号)"
)
_DRAFT_MARK = re.compile(r"[（(][^（）()]{0,8}(?:征求意见|草案|建议|送审|讨论)[^（）()]{0,6}[）)]")
_APPROVER = re.compile(r"经([\u3400-\u9fff、]{2,30}?)(?:同意|批准|审议通过|审定|授权)")
_STAGE = re.compile(r"(起步|成长|提升|攻坚|巩固|深化|成熟)期")
_REVIEW = re.compile(
    r"[^，。]{0,20}期[^，。]{0,20}(?:实施以来|(?:圆满|顺利|全面|如期)?(?:完成|收官)|取得)[^。]{0,80}|上一?轮[^。]{0,80}"
)
_PERIOD = re.compile(
    r"(?:规划期|规划期限|实施期|实施期限|计划期)(?:限)?[为是：:]?(?:(?P<start>20\d\d)年?[—–─\-~～至到]{1,2}|至|到)(?P<end>20\d\d)年"
)
_WITHOUT_PLAN = ("policy", "legislation", "other")
_LOOK = 3000


@dataclass(frozen=True, slots=True)
class Named:
    """A plan's title as a text gives it, with the place where it stands."""

    title: str
    span: Span | None = None


def find_plan(kind: DocumentKind, title: str, passages: Sequence[Passage]) -> Named | None:
    """The plan that the document is or speaks of; None where no plan is named by its title.

    The fuller form wins: a title without its period takes the form with brackets from the text.
    """
    if kind in _WITHOUT_PLAN:
        return None
    official = is_official(title)
    own = _own_title(title, passages) if official or attached_text(title, passages) else None
    quoted = list(_quoted_plans(title, passages))
    if own is None:
        own = _spoken_of(kind, quoted, passages)
    if own is None:
        return None
    fuller = [name for name in quoted if core(name.title) == core(own) and len(name.title) >= len(own)]
    same = [name for name in fuller if period_of(own) in ((None, None), period_of(name.title))]
    if same:
        fullest = max(same, key=lambda name: (len(name.title), name.span is not None))
        return Named(_without_draft_mark(fullest.title), fullest.span)
    return Named(_without_draft_mark(own), _place(own, passages))


def _without_draft_mark(title: str) -> str:
    return _DRAFT_MARK.sub("", title)


def _own_title(title: str, passages: Sequence[Passage]) -> str | None:
    attached = attached_text(title, passages)
    what = attached or read_form(title).what or title
    for _, _, quoted in quoted_titles(what):
        if names_plan(quoted):
            return quoted
    return bare(what) if names_plan(what) or re.search(r"清单|重点任务", core(what)) else None


def _quoted_plans(title: str, passages: Sequence[Passage]) -> Iterator[Named]:
    """Plans named in book marks: those of the title, then those of the first part of the text."""
    for _, _, quoted in quoted_titles(title):
        if names_plan(quoted):
            yield Named(quoted)
    read = 0
    for passage in passages:
        for start, end, quoted in quoted_titles(passage.text):
            if names_plan(quoted):
                yield Named(quoted, passage.span(start, end))
        read += len(passage.text)
        if read > _LOOK:
            return


def _spoken_of(kind: DocumentKind, quoted: Sequence[Named], passages: Sequence[Passage]) -> str | None:
    """The plan that a story is about: in its headline, else released in it, else the first that it names early."""
    placed = [name for name in quoted if name.span]
    if len(placed) < len(quoted):
        return quoted[0].title
    for passage in passages:
        for start, end, name in quoted_titles(passage.text):
            since = kind == "progress_report" and SINCE.search(passage.text[start : end + 16])
            if names_plan(name) and (
                since if kind == "progress_report" else released(passage.text, start, end)
            ):
                return name
    early = 400 if kind == "interpretation" else _LOOK
    base = passages[0].start if passages else 0
    return next((n.title for n in placed if n.span and n.span.start - base <= early), None)


def _place(title: str, passages: Sequence[Passage]) -> Span | None:
    for passage in passages[:60]:
        at = passage.text.find(title)
        if at >= 0:
            return passage.span(at, at + len(title))
    return None


def find_number(document: Document, passages: Sequence[Passage]) -> tuple[str | None, Span | None]:
    """The document's own number: alone on its line near the top, never one that the text cites."""
    for index, passage in enumerate(passages[:25]):
        if _NUMBER.fullmatch(passage.text.strip("（）() ")) and not re.fullmatch(
            r"第\d{1,4}号", passage.text
        ):
            return passage.text.strip("() "), passage.span(0, len(passage.text))
        found = re.search(rf"(?:发文字号|文号)[:：]? ?({_NUMBER.pattern})", passage.text)
        if not found and index < 6 and len(passage.text) <= 60:
            found = re.search(rf"(?:^|[\s　])({_NUMBER.pattern})$", passage.text)
        if found and re.search(r"〔|令", found[1]):
            return found[1], passage.span(*found.span(1))
    if document.doc_number:
        return document.doc_number, None
    return None, None


def find_period(
    kind: DocumentKind, title: str, plan: Named | None, horizon: int | None, passages: Sequence[Passage]
) -> tuple[int | None, int | None]:
    """Years of the plan's title, else of an official title; an end that only the targets tell stands alone."""
    if plan is not None:
        start, end = period_of(plan.title)
        if start is None and core(plan.title) in title:
            start, end = period_of(title)
        if start is None:
            start, end = _stated_period(passages)
        return (start, end) if end else (None, horizon if kind != "progress_report" else None)
    if kind in _WITHOUT_PLAN and (is_official(title) or "工作报告" in title):
        return period_of(title)
    return None, None


def _stated_period(passages: Sequence[Passage]) -> tuple[int | None, int | None]:
    """The years that the text gives for the plan: 规划期为2020—2022年, 规划期限至2030年."""
    for passage in passages[:40]:
        found = _PERIOD.search(passage.text)
        if found:
            return (int(found["start"]) if found["start"] else None), int(found["end"])
    return None, None


def find_approver(passages: Sequence[Passage]) -> tuple[str | None, Span | None]:
    """Who agreed to the plan: 经国务院同意."""
    for passage in passages[:30]:
        found = _APPROVER.search(passage.text)
        if found:
            return found[1], passage.span(*found.span(1))
    return None, None


def find_stage(title: str, plan: Named | None, passages: Sequence[Passage]) -> str | None:
    """The stage that a plan's title or its first passages call it by: 起步期, 成长期, 提升期."""
    if plan is None:
        return None
    for text in (plan.title, title):
        if found := _STAGE.search(text):
            return found.group()
    for passage in passages[:6]:
        found = _STAGE.search(_REVIEW.sub("", passage.text))
        if found and re.search(rf"{found.group()}(?:[^，。]{{0,10}}(?:计划|方案|规划)|[。，])", passage.text):
            only = not re.search(rf"(?!{found.group()}){_STAGE.pattern}", passage.text)
            return found.group() if only else None
    return None
