"""A document in, everything it says of plans out: the room's one entry."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.documents.models import Document, Span
from metroetl.plans.counts import read_counts
from metroetl.plans.gaps import find_gaps
from metroetl.plans.goals import read_goals
from metroetl.plans.grids import read_sheets
from metroetl.plans.identity import Named, find_approver, find_number, find_period, find_plan, find_stage
from metroetl.plans.issuance import find_issued, find_issuers, find_published
from metroetl.plans.items import read_items
from metroetl.plans.kind import classify
from metroetl.plans.listed import read_listed
from metroetl.plans.lists import name_funding, projects_of, tasks_of
from metroetl.plans.models import Count, DocumentKind, PlanReading, Target
from metroetl.plans.passages import Passage, passages
from metroetl.plans.releases import read_flags, read_releases
from metroetl.plans.series import indicator_code
from metroetl.plans.structure import read_headings
from metroetl.plans.tables import read_target_tables
from metroetl.plans.targets import Horizon, last_year, once, read_targets
from metroetl.plans.tasks import read_tasks
from metroetl.plans.titles import clean_title, type_of

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue


_WITH_TABLES = ("plan", "task_list", "draft", "policy", "notice_of_plan")
_CONTRACT = (
    "kind",
    "plan_title",
    "plan_type",
    "period_start",
    "period_end",
    "stage",
    "issuers",
    "doc_number",
    "issued_on",
    "published_on",
    "headings",
    "targets",
    "tasks",
    "counts",
)


def read_plan(document: Document, catalogue: Catalogue) -> PlanReading:
    """Everything the document says of plans; a document that is none and speaks of none gives kind other."""
    parts = passages(document)
    title = clean_title(document.title)
    body = _body(title, parts)
    number, number_span = find_number(document, parts)
    kind = classify(title, parts, number)
    plan = find_plan(kind, title, body)
    published = find_published(document, parts)
    issuers, issuer_count = find_issuers(kind, title, plan, body)
    reading = PlanReading(
        kind=kind,
        flags=read_flags(title),
        plan_title=plan.title if plan else None,
        stage=find_stage(title, plan, parts),
        issuers=issuers,
        doc_number=number,
        issued_on=find_issued(kind, document, plan, published, parts),
        published_on=published,
        headings=read_headings(parts),
        counts=read_counts(body, kind),
    )
    reading.findings = find_gaps(reading.headings, parts) if kind in _WITH_TABLES else []
    _read_aims(reading, document, title, plan, body, catalogue)
    approver, approver_span = find_approver(parts) if plan else (None, None)
    places = {"title": plan.span if plan else None, "doc_number": number_span, "approver": approver_span}
    spans = {name: span for name, span in places.items() if span} | _printed(reading, document.text)
    reading.releases = read_releases(reading, parts, spans, approver, issuer_count, catalogue)
    return reading


def _printed(reading: PlanReading, text: str) -> dict[str, Span]:
    """Where the text first prints the issuers, the day of issue, the period and the stage."""
    years = rf"{reading.period_start}\D{{1,4}}{reading.period_end}" if reading.period_start else None
    day = reading.issued_on
    forms = {
        "issued_on": rf"{day.year}\s?年\s?0?{day.month}\s?月\s?0?{day.day}\s?日" if day else None,
        "issuers": re.escape(reading.issuers[0]) if reading.issuers else None,
        "period": years or (str(reading.period_end) if reading.period_end else None),
        "stage": reading.stage,
    }
    found = {name: re.search(form, text) for name, form in forms.items() if form}
    return {name: Span(start=m.start(), end=m.end()) for name, m in found.items() if m}


def _read_aims(
    reading: PlanReading,
    document: Document,
    title: str,
    plan: Named | None,
    body: list[Passage],
    catalogue: Catalogue,
) -> None:
    """Targets and tasks, of text and tables, and the period: its end may stand in the targets alone."""
    kind = reading.kind
    day = reading.issued_on or reading.published_on
    horizon = _horizon(kind, title, plan, day.year if day else None, body)
    sheets = list(read_sheets(document, body)) if kind in _WITH_TABLES else []
    told = [t for t in read_targets(body, kind, horizon) if not _is_count(t, reading.counts)]
    for target in once([*told, *read_target_tables([sheet.grid for sheet in sheets])]):
        target.indicator_code = indicator_code(target.indicator, catalogue)
        reading.targets.append(target)
    reading.goals = read_goals(body, reading.headings, kind, horizon, reading.targets)
    items = read_items(sheets, title)
    reading.tasks = [*read_tasks(body, reading.headings), *tasks_of(items)]
    if kind in _WITH_TABLES:
        items += read_listed(body, title, list_itself=kind == "task_list")
    reading.projects = projects_of(items)
    name_funding(reading.tasks)
    ahead = [t for t in reading.targets if day is None or (t.by_year or 0) > day.year]
    start, end = find_period(kind, title, plan, last_year(ahead), body)
    reading.period_start, reading.period_end = start, end
    if plan is not None:
        reading.plan_type = type_of(plan.title, (start, end), document.text)


def _is_count(target: Target, counts: list[Count]) -> bool:
    """Whether a number that reads like a target only says how many parts the plan has."""
    return any(
        c.count == target.value and target.span.start <= c.span.start and c.span.end <= target.span.end
        for c in counts
    )


def _body(title: str, parts: list[Passage]) -> list[Passage]:
    """The passages without the line that repeats the title."""
    plain = re.sub(r"\s", "", title)
    return parts[1:] if parts and re.sub(r"\s", "", parts[0].text) == plain else parts


def _horizon(
    kind: DocumentKind, title: str, plan: Named | None, year: int | None, body: list[Passage]
) -> Horizon:
    """The years that targets without a year of their own count from."""
    start, end = find_period(kind, title, plan, None, body)
    return Horizon(end=end, year=start if start is not None and start == end else year, start=start)


def extract_lines(in_path: Path, out_path: Path, catalogue: Catalogue) -> None:
    """Read documents {id, title, url, text}, one JSON a line, and write what each says of plans in the same order."""
    with in_path.open(encoding="utf-8") as lines, out_path.open("w", encoding="utf-8") as out:
        for line in filter(str.strip, lines):
            record = json.loads(line)
            reading = read_plan(_document(record), catalogue).model_dump(mode="json", include=set(_CONTRACT))
            out.write(json.dumps({"id": record["id"], **reading}, ensure_ascii=False) + "\n")


def _document(record: dict[str, Any]) -> Document:
    text = str(record.get("text") or "")
    return Document(
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        source_id="text",
        url=str(record.get("url") or ""),
        title=str(record.get("title") or ""),
        text=text,
        media_type="text/plain",
    )
