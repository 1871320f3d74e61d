"""From a reading of plans to staging rows: plans, sections, targets, tasks, counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from metroetl.plans.release_parts import release_columns
from metroetl.warehouse.engine import dump_json
from metroetl.warehouse.keys import digest

if TYPE_CHECKING:
    from metroetl.documents.models import Document, Span
    from metroetl.plans.models import Count, Heading, PlanReading, PlanRelease, Target, Task

Row = dict[str, Any]
QUOTE_LIMIT = 400


def plan_rows(document: Document, plan: PlanReading, common: Row) -> dict[str, list[Row]]:
    """Staging rows by table; names of units are joined by 、."""
    plans = [
        _row(common, "plan", n, _release(document, r)) | release_columns(document, plan, r)
        for n, r in enumerate(plan.releases)
    ]
    counts: list[tuple[str | None, Count]] = [
        (row["content_id"], count)
        for row, release in zip(plans, plan.releases, strict=True)
        for count in release.counts
    ]
    owned = {(c.span.start, c.span.end) for _, c in counts}
    counts += [(None, c) for c in plan.counts if (c.span.start, c.span.end) not in owned]
    return {
        "staging_plan": plans,
        "staging_plan_section": [
            _row(common, "section", n, _section(h)) for n, h in enumerate(plan.headings)
        ],
        "staging_plan_target": [_row(common, "target", n, _target(t)) for n, t in enumerate(plan.targets)],
        "staging_plan_task": [_row(common, "task", n, _task(t)) for n, t in enumerate(plan.tasks)],
        "staging_plan_count": [
            _row(common, "count", n, _count(c, owner)) for n, (owner, c) in enumerate(counts)
        ],
    }


def _row(common: Row, what: str, ordinal: int, values: Row) -> Row:
    content_id = digest(common["content_id"], what, ordinal, *values.values())
    row_id = digest(common["document_row_id"], content_id)
    return common | {"row_id": row_id, "content_id": content_id, "ordinal": ordinal} | values


def _release(document: Document, release: PlanRelease) -> Row:
    spans = list(release.spans.values())
    start = min((s.start for s in spans), default=None)
    end = max((s.end for s in spans), default=None)
    quote = document.text[start:end] if start is not None else ""
    if len(quote) > QUOTE_LIMIT and "title" in release.spans:
        quote = document.text[release.spans["title"].start : release.spans["title"].end]
    return release.model_dump(
        exclude={"issuers", "counts", "spans", "system_place", "circle", "succeeds"}
    ) | {
        "expires_on": end_of_year(release.period_end),
        "issuers": _joined(release.issuers),
        "span_start": start,
        "span_end": end,
        "quote": quote[:QUOTE_LIMIT],
        "spans": dump_json({name: [s.start, s.end] for name, s in release.spans.items()}),
    }


def end_of_year(year: int | None) -> date | None:
    """The last day of a plan's last year."""
    return date(year, 12, 31) if year is not None and 1 <= year <= 9999 else None


def _section(heading: Heading) -> Row:
    return heading.model_dump(exclude={"start", "end"}) | {
        "span_start": heading.start,
        "span_end": heading.end,
    }


def _target(target: Target) -> Row:
    return target.model_dump(exclude={"span"}) | _span(target.span)


def _task(task: Task) -> Row:
    return {
        "text": task.text,
        "lead": _joined(task.lead),
        "responsible": _joined(task.responsible),
        "guiding": _joined(task.guiding),
        "deadline": task.deadline,
        "under": task.under,
        **_span(task.span),
    }


def _count(count: Count, plan_content_id: str | None) -> Row:
    return {
        "plan_content_id": plan_content_id,
        "value": count.count,
        "what": count.what,
        "quote": count.quote,
        **_span(count.span),
    }


def _span(span: Span) -> Row:
    return {"span_start": span.start, "span_end": span.end}


def _joined(names: Iterable[str]) -> str:
    return "、".join(names)
