"""The releases of a document: the plan that it is or is about, and the rounds that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from metroetl.documents.models import Span
from metroetl.plans.mentions import read_mentions
from metroetl.plans.models import Count, DocumentKind, PlanReading, PlanRelease
from metroetl.plans.passages import Passage
from metroetl.plans.series import find_round, find_series, full_name
from metroetl.plans.system import find_circle, find_predecessor, system_place

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue

_SPEAKS = ("interpretation", "news", "progress_report", "plan")
_AMENDED = re.compile(r"修订|修改|修正|调整(?=[^，。]{0,30}(?:规划|计划|方案))")
_REPEALED = re.compile(r"废止|停止执行|失效")


def read_flags(title: str) -> list[str]:
    """`amendment` and `repeal`, as a title says them."""
    found = (("amendment", _AMENDED), ("repeal", _REPEALED))
    return [name for name, pattern in found if pattern.search(title)]


def read_releases(
    reading: PlanReading,
    passages: Sequence[Passage],
    spans: dict[str, Span],
    approver: str | None,
    issuer_count: int | None,
    catalogue: Catalogue,
) -> list[PlanRelease]:
    """The plan of the document first, then other rounds of known series that its text states.

    A round that is both is kept once. `spans` are the places of the document's own fields.
    """
    own = _own(reading, passages, spans, approver, issuer_count, catalogue) if reading.plan_title else None
    told = read_mentions(passages, reading.counts, catalogue) if reading.kind in _SPEAKS else []
    if own is None:
        return told
    return [own, *(r for r in told if not _same(own, r))]


def _own(
    reading: PlanReading,
    passages: Sequence[Passage],
    spans: dict[str, Span],
    approver: str | None,
    issuer_count: int | None,
    catalogue: Catalogue,
) -> PlanRelease:
    title = reading.plan_title or ""
    series = find_series(title, catalogue)
    number = find_round(series, reading.period_start, reading.period_end, reading.stage)
    circle = find_circle(title, series, catalogue)
    return PlanRelease(
        title=title,
        plan_type=reading.plan_type,
        series_id=series.id if series else None,
        round=number,
        stage=reading.stage,
        period_start=reading.period_start,
        period_end=reading.period_end,
        issuers=[full_name(name, series) for name in reading.issuers],
        issuer_count=issuer_count,
        doc_number=reading.doc_number if reading.kind in ("plan", "notice_of_plan", "task_list") else None,
        issued_on=reading.issued_on,
        approver=approver,
        status=_status(reading.kind, reading.flags),
        role="text" if reading.kind in ("plan", "task_list") else "mention",
        system_place=system_place(title, reading.plan_type, circle),
        circle=circle,
        succeeds=find_predecessor(title, reading.period_start, number, series, passages),
        counts=_counts(reading),
        spans=spans,
    )


def _status(kind: DocumentKind, flags: Sequence[str]) -> Literal["issued", "draft", "amended", "repealed"]:
    if kind == "draft":
        return "draft"
    if "repeal" in flags:
        return "repealed"
    return "amended" if "amendment" in flags else "issued"


def _counts(reading: PlanReading) -> list[Count]:
    """The counts that belong to the plan; a progress report's numbers may be of anything, so none of them are."""
    return list(reading.counts) if reading.kind in ("plan", "news", "task_list", "draft") else []


def _same(own: PlanRelease, other: PlanRelease) -> bool:
    if own.series_id is None or own.series_id != other.series_id:
        return False
    years = (own.period_start, own.period_end) == (other.period_start, other.period_end)
    return years or (own.round is not None and own.round == other.round)
