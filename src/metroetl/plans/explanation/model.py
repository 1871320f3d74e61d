"""A plan's reading as a list of what was read, each with its value and the place in the text that states it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from metroetl.documents.models import Document, Span
from metroetl.plans.read import read_plan

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.plans.models import PlanReading, Project, Target, Task

Kind = Literal["fact", "count", "heading", "target", "goal", "task", "project"]
LABELS: dict[Kind, str] = {
    "fact": "基本信息 facts",
    "count": "所述数量 counts",
    "heading": "章节 sections",
    "target": "定量目标 targets",
    "goal": "定性目标 goals",
    "task": "任务 tasks",
    "project": "清单事项 list items",
}
FACTS = {
    "title": "规划名称 title",
    "plan_type": "类型 type",
    "doc_number": "发文字号 number",
    "issuers": "印发主体 issuers",
    "approver": "同意或批准 approver",
    "issued_on": "成文日期 issued",
    "period": "规划期 period",
    "stage": "阶段 stage",
    "series_id": "系列 series",
    "round": "轮次 round",
    "circle": "都市圈 circle",
    "system_place": "规划体系 place in 1+1+N",
    "succeeds": "上一轮 round before",
    "status": "状态 status",
}
DOCUMENT_KINDS = {
    "plan": "规划正文",
    "notice_of_plan": "印发通知",
    "news": "新闻",
    "interpretation": "解读",
    "draft": "征求意见稿",
    "progress_report": "进展报告",
    "task_list": "清单",
    "legislation": "法规",
    "policy": "政策",
    "other": "其他",
}
COMPARATORS = {">=": "≥", "<=": "≤", "=": "", "about": "约"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was read. `span` is None where no single place states it (a type, a round of the registry)."""

    kind: Kind
    name: str
    value: str
    span: Span | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line, with the numbers of the entries (from 1) that it belongs to."""

    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanExplanation:
    """A document with everything that the plans room read from it."""

    document: Document
    reading: PlanReading
    entries: list[Entry]

    @property
    def counts(self) -> dict[Kind, int]:
        """How many entries of each kind."""
        return {kind: sum(e.kind == kind for e in self.entries) for kind in LABELS}

    def quote(self, entry: Entry) -> str:
        """The text at an entry's place."""
        return self.document.text[entry.span.start : entry.span.end] if entry.span else ""


def explain_plan(document: Document, catalogue: Catalogue) -> PlanExplanation:
    """Read a document's plan, and list what was read in the order of the kinds, then of the text."""
    reading = read_plan(document, catalogue)
    return PlanExplanation(document, reading, [*_facts(reading), *_contents(reading)])


def _facts(reading: PlanReading) -> Iterator[Entry]:
    yield Entry(
        "fact",
        "文件类别 kind",
        f"{DOCUMENT_KINDS[reading.kind]} {reading.kind}",
        None,
        "、".join(reading.flags),
    )
    for release in reading.releases:
        of = "" if release is reading.releases[0] else release.title
        values = release.model_dump() | {"period": years(release.period_start, release.period_end)}
        for name, label in FACTS.items():
            if value := values[name]:
                shown = "、".join(value) if isinstance(value, list) else str(value)
                number = f"等{release.issuer_count}个" if name == "issuers" and release.issuer_count else ""
                yield Entry("fact", label, shown + number, release.spans.get(name), of)


def _contents(reading: PlanReading) -> Iterator[Entry]:
    for c in reading.counts:
        yield Entry("count", c.what, f"{c.count:g}", c.span)
    for h in reading.headings:
        name, length = f"{'　' * (h.level - 1)}{h.number}{h.title}", f"{h.length} 字"
        told = "、".join(h.evidence)
        yield Entry(
            "heading", name, h.field or "—", Span(start=h.start, end=h.end), f"{length}　{told}".strip()
        )
    for t in reading.targets:
        yield Entry(
            "target", t.indicator, _wanted(t), t.span, "、".join(filter(None, (t.indicator_code, t.binding)))
        )
    for g in reading.goals:
        yield Entry("goal", g.text, f"{g.by_year or '—'}", g.span, g.under or "")
    for task in reading.tasks:
        yield Entry("task", task.text, _units(task), task.span, task.deadline or "")
    for p in reading.projects:
        money = f"{p.investment:g}{p.investment_unit or ''}" if p.investment is not None else ""
        detail = "，".join(filter(None, (p.stage, money, p.deadline)))
        yield Entry("project", p.name, _units(p), p.span, detail)


def years(start: int | None, end: int | None) -> str:
    """A period as `2023—2025`, `至2025` or empty."""
    if end is None:
        return ""
    return f"至{end}" if start is None else str(end) if start == end else f"{start}—{end}"


def _wanted(target: Target) -> str:
    return f"{COMPARATORS[target.comparator]}{target.value:g}{target.unit}（{target.by_year or '年份不详'}）"


def _units(item: Task | Project) -> str:
    told = {"牵头": item.lead, "责任": item.responsible, "指导": item.guiding}
    return "；".join(f"{role} {'、'.join(names)}" for role, names in told.items() if names)


def lines(explanation: PlanExplanation) -> Iterator[tuple[bool, list[Piece]]]:
    """The document line by line, cut where an entry begins or ends; whether a line opens a section."""
    text = explanation.document.text
    placed = [
        (e.span.start, e.span.end, n)
        for n, e in enumerate(explanation.entries, start=1)
        if e.span and e.kind != "heading" and e.span.end > e.span.start
    ]
    opening = {e.span.start for e in explanation.entries if e.span and e.kind == "heading"}
    placed.sort()
    start, first = 0, 0
    for line in text.split("\n"):
        end = start + len(line)
        while first < len(placed) and placed[first][1] <= start:
            first += 1
        here = [p for p in placed[first : first + 400] if p[0] < end and p[1] > start]
        yield any(start <= at < max(end, start + 1) for at in opening), _cut(text, start, end, here)
        start = end + 1


def _cut(text: str, start: int, end: int, here: list[tuple[int, int, int]]) -> list[Piece]:
    bounds = {start, end} | {b for first, last, _ in here for b in (max(first, start), min(last, end))}
    return [
        Piece(text[a:b], tuple(n for first, last, n in here if first <= a and b <= last))
        for a, b in pairwise(sorted(bounds))
    ]
