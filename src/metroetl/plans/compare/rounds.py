"""The rounds of series side by side: from the plans' texts, from texts that speak of them, from the registry.

Nothing overwrites anything: each value keeps its source, and where sources differ all are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from metroetl.plans.compare.facts import find_review, lag_days, side_of
from metroetl.plans.compare.models import Side
from metroetl.plans.compare.outline import outline, squeeze
from metroetl.plans.compare.plans import Read, compare_plans
from metroetl.plans.compare.round_models import (
    Origin,
    Round,
    RoundFact,
    RoundsComparison,
    SeriesRounds,
    Source,
    Topic,
)
from metroetl.plans.compare.statements import read_statements

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.catalogue.models import PlanRound, PlanSeries
    from metroetl.documents.models import Span
    from metroetl.plans.models import Count, PlanRelease

_ORDER: tuple[Origin, ...] = ("text", "mention", "curated", "derived")
STATUS = {
    "issued": "已印发", "draft": "征求意见", "expected": "尚未见印发", "amended": "已修订", "repealed": "已废止",
}  # fmt: skip
FEWEST = 3  # tasks or projects that can show a focus
Key = int | tuple[int | None, int | None] | None


@dataclass
class _Entry:
    """A round while its facts are gathered."""

    number: int | None
    period: tuple[int | None, int | None] = (None, None)
    stage: str | None = None
    statuses: list[str] = field(default_factory=list)
    facts: list[RoundFact] = field(default_factory=list)
    read: Read | None = None
    side: Side | None = None
    issued: tuple[date, int] | None = None


@dataclass
class _Table:
    """All rounds of one series while they are gathered."""

    series: PlanSeries
    entries: dict[Key, _Entry] = field(default_factory=dict)
    facts: list[RoundFact] = field(default_factory=list)

    def entry(self, number: int | None, period: tuple[int | None, int | None]) -> _Entry:
        """The round of a number, else of a period."""
        for known in self.entries.values():
            same_years = None not in period and known.period == period
            if (number is not None and known.number == number) or same_years:
                known.number = known.number or number
                known.period = known.period if any(known.period) else period
                return known
        return self.entries.setdefault(number if number is not None else period, _Entry(number, period))


def compare_rounds(
    series: Sequence[PlanSeries], reads: Sequence[Read], catalogue: Catalogue
) -> RoundsComparison:
    """The rounds of one or two series; `reads` are documents that are or speak of them, the best first."""
    tables = {s.id: _Table(s) for s in series}
    sources: list[Source] = []
    for read in reads:
        _add_document(tables, read, sources, catalogue)
    for table in tables.values():
        for entry in table.series.rounds:
            _add_curated(table, entry, _numbered(sources, entry.source))
    rounds = {name: [_finish(table, e) for e in _ordered(table)] for name, table in tables.items()}
    return RoundsComparison(
        series=[
            SeriesRounds(
                series_id=name,
                title=table.series.title_zh,
                circle=table.series.circle,
                facts=table.facts,
                rounds=rounds[name],
            )
            for name, table in tables.items()
        ],
        sources=sources,
        comparisons=[
            compare_plans(one.read, other.read)
            for table in tables.values()
            for one, other in _successive(table)
            if one.read and other.read
        ],
    )


def _numbered(sources: list[Source], provenance: str) -> int:
    """The number of a source of the registry; one that several rounds name stands once."""
    source = Source(title=f"登记簿：{provenance}", origin="curated")
    if source not in sources:
        sources.append(source)
    return sources.index(source)


def _ordered(table: _Table) -> list[_Entry]:
    return sorted(table.entries.values(), key=lambda e: (e.number or 99, e.period[1] or 9999))


def _successive(table: _Table) -> Iterator[tuple[_Entry, _Entry]]:
    yield from pairwise(_ordered(table))


def _add_document(tables: dict[str, _Table], read: Read, sources: list[Source], catalogue: Catalogue) -> None:
    """What one document says of the rounds: as their text, or speaking of them."""
    document, reading = read
    releases = [r for r in reading.releases if r.series_id in tables]
    if not releases:
        return
    own = any(r.role == "text" for r in releases)
    origin: Origin = "text" if own else "mention"
    sources.append(Source(title=document.title, url=document.url, origin=origin, access=document.access))
    number = len(sources) - 1
    for release in releases:
        _add_release(tables[release.series_id or ""], release, read, number)
    if own:
        return
    for stated in read_statements(document, [t.series for t in tables.values()], catalogue):
        table = tables[stated.series_id]
        fact = RoundFact(
            topic=stated.topic,
            value=stated.value,
            origin="mention",
            source=number,
            span=stated.span,
            quote=stated.quote,
        )
        home = table.facts if stated.number is None else table.entry(stated.number, (None, None)).facts
        home.append(fact)


def _add_release(table: _Table, release: PlanRelease, read: Read, source: int) -> None:
    entry = table.entry(release.round, (release.period_start, release.period_end))
    stage = _stage(table, entry) or release.stage
    entry.stage = entry.stage or stage
    entry.statuses.append(release.status)
    text = release.role == "text"
    document, reading = read
    if text and entry.read is None:
        reading = reading.model_copy(update={"stage": stage})
        entry.read = document, reading
        entry.side = side_of(document, reading, outline(document, reading))
        entry.facts += _figures(entry.side, source)
    origin: Origin = "text" if text else "mention"

    def add(topic: Topic, value: str | None, span: Span | None = None, quote: str = "") -> None:
        if value:
            place = span or release.spans.get(topic)
            said = quote or (document.text[place.start : place.end] if place else "")
            entry.facts.append(
                RoundFact(topic=topic, value=value, origin=origin, source=source, span=place, quote=said)
            )

    add("title", release.title if "title" in release.spans else None)
    add("issuers", "、".join(release.issuers))
    add("doc_number", release.doc_number)
    add("period", period_text(release.period_start, release.period_end))
    add("stage", stage)
    add("status", STATUS[release.status])
    if release.issued_on:
        add("issued_on", release.issued_on.isoformat())
        entry.issued = entry.issued or (release.issued_on, source)
    for count in release.counts:
        add(_topic(count.what), _counted(count), count.span, count.quote)


def _stage(table: _Table, entry: _Entry) -> str | None:
    """The stage that the registry gives a round: a plan's text may name the one before first."""
    stages = table.series.stages
    return stages[entry.number - 1] if entry.number and entry.number <= len(stages) else None


def _figures(side: Side, source: int) -> list[RoundFact]:
    """What is counted in a plan's own text."""
    found: list[tuple[Topic, str]] = [
        ("chapters", f"{len(side.chapters)}章{side.sections}节"),
        ("quantitative", str(side.quantitative)),
        ("qualitative", str(side.qualitative)),
        ("shape", f"专栏{side.columns}个、表{side.tables}个、图{side.figures}个"),
    ]
    found += [("first_chapter", side.first.title)] if side.first else []
    found += (
        [("largest_chapter", f"{side.largest.title}（{side.largest.share:.1%}）")] if side.largest else []
    )
    found += [("tasks", f"列出单位的任务{side.tasks}项")] if side.tasks else []
    found += [("projects", f"清单所列{side.projects}项")] if side.projects else []
    numbers = side.projects_by_field or side.tasks_by_field
    if numbers and sum(numbers.values()) >= FEWEST:
        found.append(("focus", f"{max(numbers, key=numbers.__getitem__)}居多"))
    return [RoundFact(topic=t, value=v, origin="text", source=source) for t, v in found]


def _topic(what: str) -> Topic:
    """Which row of the table a count belongs to."""
    if "方面" in what or "领域" in what:
        return "aspects"
    return "tasks" if "任务" in what or "举措" in what or "措施" in what else "projects"


def _counted(count: Count) -> str:
    return squeeze(count.quote) or f"{count.count:g}{count.what}"


def _add_curated(table: _Table, known: PlanRound, source: int) -> None:
    entry = table.entry(known.round, (known.period_start, known.period_end))
    entry.stage = entry.stage or known.stage
    entry.statuses.append(known.status)
    values: list[tuple[Topic, str | None]] = [
        ("title", known.title),
        ("issuers", "、".join(known.issuers)),
        ("doc_number", known.doc_number),
        ("period", period_text(known.period_start, known.period_end)),
        ("stage", known.stage),
        ("status", STATUS[known.status]),
        ("issued_on", known.issued_on.isoformat() if known.issued_on else None),
        ("note", known.note),
    ]
    values.append(("aspects", f"{known.aspects}个方面" if known.aspects else None))
    if known.count is not None:
        values.append((_topic(known.count_what or ""), f"{known.count}{known.count_what or ''}"))
    entry.facts += [RoundFact(topic=t, value=v, origin="curated", source=source) for t, v in values if v]
    if known.issued_on:
        entry.issued = entry.issued or (known.issued_on, source)


def _finish(table: _Table, entry: _Entry) -> Round:
    """The round with what follows from its neighbour: the gap, and whether it speaks of the round before."""
    before = next((one for one, other in _successive(table) if other is entry), None)
    facts = sorted(entry.facts, key=lambda f: _ORDER.index(f.origin))
    if before and entry.issued:
        days = lag_days(before.period[1], entry.issued[0])
        if days is not None:
            facts.append(
                RoundFact(topic="gap", value=gap_text(days), origin="derived", source=entry.issued[1])
            )
    facts = _review(table, before, entry, facts) + facts
    status = "issued" if "issued" in entry.statuses else (entry.statuses or ["issued"])[0]
    return Round(
        number=entry.number,
        period_start=entry.period[0],
        period_end=entry.period[1],
        stage=entry.stage,
        status=status,
        text_known=entry.read is not None,
        facts=facts,
        side=entry.side,
    )


def _review(table: _Table, before: _Entry | None, entry: _Entry, facts: list[RoundFact]) -> list[RoundFact]:
    """Whether a plan's own text speaks of the round before, with the first passages."""
    if before is None or entry.read is None or entry.side is None:
        return []
    earlier = before.side or Side(
        title=table.series.title_zh,
        period_start=before.period[0],
        period_end=before.period[1],
        stage=before.stage,
        round=before.number,
    )
    passages = find_review(entry.read[0], outline(*entry.read), earlier, entry.side).passages
    source = next((f.source for f in facts if f.origin == "text"), -1)
    values: list[tuple[str, Span | None]] = [("是" if passages else "否", None)]
    values += [(p.text, p.span) for p in passages[:2]]
    return [
        RoundFact(topic="review", value=v, origin="text", source=source, span=s, quote=v if s else "")
        for v, s in values
    ]


def period_text(start: int | None, end: int | None) -> str:
    """Years as people write them."""
    if start and end and start != end:
        return f"{start}—{end}年"
    return f"{start or end}年" if start and start == end else f"至{end}年" if end else ""


def gap_text(days: int) -> str:
    """A lag in words."""
    return f"上一轮期满后{days}天发布" if days > 0 else f"上一轮期满前{-days}天发布"
