"""What a document is of a release: its text, notice, news, interpretation, draft; or it only speaks of the plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from metroetl.plans.release_key import Claim, ReleasePart, release_key
from metroetl.plans.titles import clean_title, core, quoted_titles

if TYPE_CHECKING:
    from metroetl.documents.models import Document
    from metroetl.plans.models import PlanReading, PlanRelease

_COMES_OUT = r"印发|发布|公布|出台|颁布|发出|正式实施|启动实施"
_AFTER = re.compile(rf"》?(?:[（(][^（）()]{{0,20}}[）)])?[^，。；《》]{{0,14}}(?:{_COMES_OUT})(?!会)")
_BEFORE = re.compile(rf"(?:{_COMES_OUT})(?!会)[^，。；《》]{{0,12}}《?$")
_HEADLINE = re.compile(rf"(?:规划|计划|方案|纲要|要点|清单|意见)[^，。；]{{0,14}}(?:{_COMES_OUT})(?!会)")
_HEAD = 1500
_OF_KIND: dict[str, ReleasePart] = {
    "plan": "plan",
    "task_list": "plan",
    "notice_of_plan": "notice",
    "draft": "draft",
    "interpretation": "interpretation",
}


def release_columns(document: Document, reading: PlanReading, release: PlanRelease) -> dict[str, str]:
    """`release_key`, as the document alone tells it, and `release_part`."""
    part = part_of(document, reading, release)
    return {"release_key": release_key(claim_of(document, release, part)), "release_part": part}


def claim_of(document: Document, release: PlanRelease, part: ReleasePart) -> Claim:
    """What the document states of the release's identity."""
    return Claim(
        id="",
        title=release.title,
        series_id=release.series_id,
        round=release.round,
        period_start=release.period_start,
        period_end=release.period_end,
        issuers=tuple(release.issuers),
        doc_number=release.doc_number,
        status=release.status,
        part=part,
        day=release.issued_on or document.published_on,
    )


def part_of(document: Document, reading: PlanReading, release: PlanRelease) -> ReleasePart:
    """The document's part in a release; of a plan that isn't the document's own, it only speaks.

    A news is one of the release only where it tells that the plan comes out: an agreement to it (批复, 获批) comes before
    the plan, and many a story names a plan of years ago.
    """
    if not reading.releases or release is not reading.releases[0] or release.title != reading.plan_title:
        return "mention"
    if reading.kind == "news":
        return "news" if _tells(document, release.title) else "mention"
    return _OF_KIND.get(reading.kind, "mention")


def _tells(document: Document, plan: str) -> bool:
    headline = clean_title(document.title)
    name = core(plan)
    if _names(headline, name) or _names(document.text[:_HEAD], name):
        return True
    return bool(_HEADLINE.search(re.sub(r"《[^《》]*》", "", headline)))


def _names(text: str, name: str) -> bool:
    """Whether the text says of the title, in its own clause, that it comes out."""
    for start, end, quoted in quoted_titles(text):
        if core(quoted) == name and (
            _AFTER.match(text[end : end + 40]) or _BEFORE.search(text[max(0, start - 41) : start])
        ):
            return True
    at = text.find(name)
    return at >= 0 and bool(_AFTER.match(text[at + len(name) : at + len(name) + 40]))
