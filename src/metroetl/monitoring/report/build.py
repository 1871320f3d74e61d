"""Put a report together: which sections stand in which chapter, the lead, the sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from metroetl.errors import WarehouseError
from metroetl.harvest.models import STAND_IN
from metroetl.monitoring.analysis import indicators, notes, structure
from metroetl.monitoring.analysis.sentences import circle_sentence
from metroetl.monitoring.analysis.view import Maker, View
from metroetl.monitoring.content import Cited, Language, Paragraph
from metroetl.monitoring.figures import Figure, load_figures
from metroetl.monitoring.report import rooms
from metroetl.monitoring.report.model import Chapter, Masthead, Report, Sources

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

# Chapters in their order, each with the makers of its sections; a maker gives None where there is nothing to say.
# A room of monitoring joins with a maker in rooms.py and a line here, its title in phrases/words_zh.py and words_en.py.
CHAPTERS: Sequence[tuple[str, Sequence[Maker]]] = (
    ("chapter_overall", (indicators.total_output, structure.sectors)),
    ("chapter_demand", (indicators.industry, indicators.investment, indicators.retail, indicators.trade)),
    ("chapter_income", (indicators.budget, indicators.income)),
    ("chapter_structure", (structure.periods, structure.disparity)),
    ("chapter_targets", (rooms.targets, rooms.index)),
    ("chapter_links", (rooms.linkage,)),
    ("chapter_loop", (rooms.loop, rooms.tasks)),
    ("chapter_plans", (notes.plans,)),
    ("chapter_notes", (notes.notes, rooms.lacking)),
)


def build_report(
    warehouse: Warehouse,
    circle_id: str,
    quarter: str,
    *,
    language: Language = "zh",
    as_of: date | None = None,
    two_year: bool = False,
    boundaries: Path | None = None,
    masthead: Masthead | None = None,
    chapters: Sequence[tuple[str, Sequence[Maker]]] = CHAPTERS,
) -> Report:
    """The report of a circle and quarter (2025-Q1); raises WarehouseError when the circle has no figure of it."""
    data = load_figures(warehouse, circle_id, as_of=as_of)
    if quarter not in data.quarters:
        raise WarehouseError(
            f"no figure of {circle_id} for {quarter}",
            way_out='Run `metroetl run`, or ask `metroetl query "SELECT DISTINCT quarter FROM mart_circle_quarter"`.',
        )
    view = View(warehouse, data, quarter, language, as_of, two_year, boundaries)
    found = [_chapter(view, key, makers) for key, makers in chapters]
    kept = [chapter for chapter in found if chapter.sections]
    lead = _lead(view)
    figures = chain(_cited([lead]), *(s.figures() for c in kept for s in c.sections))
    now = datetime.now(UTC)
    return Report(
        view, _title(view),
        _masthead(view, masthead or Masthead()), lead, kept, Sources.of(figures), is_rehearsal(warehouse),
        as_of or now.astimezone(ZoneInfo("Asia/Shanghai")).date(), now,
    )  # fmt: skip


def _chapter(view: View, key: str, makers: Iterable[Maker]) -> Chapter:
    return Chapter(view.heading(key), [section for make in makers if (section := make(view))])


def _title(view: View) -> tuple[str, ...]:
    """The title, broken where a bulletin breaks it: what of, then what."""
    given = {"place": view.circle_name, "period": view.period}
    return tuple(view.heading("report_title", **given).split("|"))


def _lead(view: View) -> Paragraph:
    """The editor's note: what was measured, in the first sentence of the analysis, and from what."""
    opening = circle_sentence(view, "GDP")
    return Paragraph(
        (*opening.pieces, view.words.gap_sentence, *view.paragraph(view.say("lead_method")).pieces)
    )


def _masthead(view: View, given: Masthead) -> Masthead:
    name = given.name or view.heading("masthead", place=view.circle_name)
    return Masthead(name, given.issue or view.words.capital(view.period), given.office)


def _cited(paragraphs: Iterable[Paragraph]) -> Iterable[Figure]:
    return (p.figure for paragraph in paragraphs for p in paragraph.pieces if isinstance(p, Cited))


def is_rehearsal(warehouse: Warehouse) -> bool:
    """Whether the warehouse holds pages of the project's stand-ins (their answers carry a header that says so)."""
    marked = "SELECT COUNT(*) FROM raw_snapshot WHERE headers LIKE :mark"
    return bool(warehouse.query(marked, {"mark": f"%{STAND_IN}%"})[1][0][0])
