"""From a reading of plans to staging rows: plans, sections, targets, tasks, counts, items of lists, milestones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from metroetl.plans.gazetteer import normal_bodies
from metroetl.plans.release_parts import release_columns
from metroetl.warehouse.carry import item_keys
from metroetl.warehouse.engine import dump_json
from metroetl.warehouse.keys import digest

if TYPE_CHECKING:
    from metroetl.documents.models import Document, Span
    from metroetl.plans.models import (
        Count,
        Goal,
        Heading,
        PlanReading,
        PlanRelease,
        Progress,
        Project,
        Target,
        Task,
    )

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
    tasks = [_row(common, "task", n, _task(t)) for n, t in enumerate(plan.tasks)]
    own = [row["content_id"] for row, r in zip(plans, plan.releases, strict=True) if r.role == "text"]
    projects = _projects(document, plan.projects, common, own[0] if len(own) == 1 else None)
    return {
        "staging_plan": plans,
        "staging_plan_section": [
            _row(common, "section", n, _section(h)) for n, h in enumerate(plan.headings)
        ],
        "staging_plan_target": [_row(common, "target", n, _spanned(t)) for n, t in enumerate(plan.targets)],
        "staging_plan_task": tasks,
        "staging_plan_count": [
            _row(common, "count", n, _count(c, owner)) for n, (owner, c) in enumerate(counts)
        ],
        "staging_plan_project": projects,
        "staging_milestone": _milestones(plan, tasks, projects, common),
        "staging_plan_goal": [_row(common, "goal", n, _spanned(g)) for n, g in enumerate(plan.goals)],
        "staging_plan_progress": [
            _row(common, "progress", n, _spanned(p) | {"item_key": None}) for n, p in enumerate(plan.progress)
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
    return release.model_dump(exclude={"issuers", "counts", "spans", "circle"}) | {
        "circle_id": release.circle,
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
        "evidence": _joined(heading.evidence),
        "span_start": heading.start,
        "span_end": heading.end,
    }


def _spanned(part: Target | Goal | Progress) -> Row:
    return part.model_dump(exclude={"span"}) | _span(part.span)


def _task(task: Task) -> Row:
    return {
        "text": task.text,
        "number": task.number,
        **_units(task),
        "funding": _joined(task.funding),
        "deadline": task.deadline,
        "under": task.under,
        **_span(task.span),
    }


def _units(item: Task | Project) -> Row:
    roles = {"lead": item.lead, "responsible": item.responsible}
    roles |= {"guiding": item.guiding, "cooperating": item.cooperating}
    return {role: _joined(units) for role, units in roles.items()} | {
        "units": _joined(normal_bodies(item.lead, item.responsible, item.guiding))
    }


def _projects(
    document: Document, projects: Sequence[Project], common: Row, plan_content_id: str | None
) -> list[Row]:
    keys = item_keys(common["source_id"], document.title, projects)
    return [
        _row(common, "project", n, _project(project, key, plan_content_id))
        for n, (project, key) in enumerate(zip(projects, keys, strict=True))
    ]


def _project(project: Project, item_key: str, plan_content_id: str | None) -> Row:
    return (
        project.model_dump(exclude={"span", "milestones"})
        | _units(project)
        | {
            "plan_content_id": plan_content_id,
            "region_code": None,
            "funding": _joined(project.funding),
            "item_key": item_key,
            **_span(project.span),
        }
    )


def _milestones(plan: PlanReading, tasks: Sequence[Row], projects: Sequence[Row], common: Row) -> list[Row]:
    """The milestones, once where a row of a list is both a task and a project."""
    owned: list[tuple[str, Task | Project, Row]] = []
    owned += [("project_content_id", p, row) for p, row in zip(plan.projects, projects, strict=True)]
    owned += [("task_content_id", t, row) for t, row in zip(plan.tasks, tasks, strict=True)]
    found: dict[tuple[str, int, int], Row] = {}
    for owner, item, row in owned:
        for milestone in item.milestones:
            key = (milestone.quarter, milestone.span.start, item.span.start)
            values = {"task_content_id": None, "project_content_id": None, "quarter": milestone.quarter}
            values |= {"text": milestone.text, "lead": row["lead"], "responsible": row["responsible"]}
            found.setdefault(key, values | _span(milestone.span))[owner] = row["content_id"]
    return [_row(common, "milestone", n, values) for n, values in enumerate(found.values())]


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
