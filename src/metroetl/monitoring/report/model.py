"""A report before it is written: masthead, chapters of sections, and the numbered sources of all its figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from metroetl.monitoring.analysis.view import View
from metroetl.monitoring.content import Chart, Paragraph, Section, Table
from metroetl.monitoring.figures import Figure


@dataclass(frozen=True)
class Chapter:
    """A chapter (一、) with its sections （一）; where there is one section only, the chapter's title stands alone."""

    title: str
    sections: Sequence[Section]


@dataclass(frozen=True)
class Masthead:
    """The head of a bulletin: its name in red, its issue (2025年第12期), who edits it; empty ones are left out."""

    name: str = ""
    issue: str = ""
    office: str = ""


@dataclass(frozen=True)
class Source:
    """A page or file in which figures were read, numbered from 1."""

    number: int
    publisher: str
    day: str
    title: str
    url: str
    figures: list[Figure]


@dataclass
class Sources:
    """The evidence of a report: pages with the figures read there, then what was computed; each figure stands once."""

    pages: list[Source] = field(default_factory=list)
    computed: list[Figure] = field(default_factory=list)
    _page_of: dict[str, Source] = field(default_factory=dict)
    _numbers: dict[str | Figure, int] = field(default_factory=dict)

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> Sources:
        """Number the sources of these figures, in the order in which they are first stated."""
        found, published, computed = cls(), dict[str, Figure](), dict[Figure, None]()
        for figure in figures:
            if figure.evidence is None:
                computed[figure] = None
            for read in figure.sources():
                assert read.evidence is not None
                published.setdefault(read.evidence.observation_id, read)
        by_page: dict[tuple[str, str], Source] = {}
        for key, figure in published.items():
            page = found._page(by_page, figure)
            page.figures.append(figure)
            found._page_of[key] = page
        found.computed = list(computed)
        rows = [*(f for page in found.pages for f in page.figures), *found.computed]
        found._numbers = {_key(figure): number for number, figure in enumerate(rows, 1)}
        return found

    def _page(self, by_page: dict[tuple[str, str], Source], figure: Figure) -> Source:
        evidence = figure.evidence
        assert evidence is not None
        key = (evidence.url, evidence.document_title)
        if key not in by_page:
            day = str(evidence.published_on or "")
            page = Source(
                len(self.pages) + 1, evidence.publisher, day, evidence.document_title, evidence.url, []
            )
            by_page[key] = page
            self.pages.append(page)
        return by_page[key]

    def row(self, figure: Figure) -> int:
        """The figure's own number in the list of evidence, from 1."""
        return self._numbers[_key(figure)]

    def anchor(self, figure: Figure) -> str:
        """Where its evidence stands in a page."""
        return f"e{self.row(figure)}"

    def numbers(self, figure: Figure) -> list[int]:
        """The numbers of the pages that the figure rests on."""
        keys = (f.evidence.observation_id for f in figure.sources() if f.evidence)
        return sorted({self._page_of[key].number for key in keys})

    def rows(self) -> Iterator[tuple[int, Figure]]:
        """Every figure of the evidence with its number."""
        for page in self.pages:
            for figure in page.figures:
                yield self.row(figure), figure
        for figure in self.computed:
            yield self.row(figure), figure


def _key(figure: Figure) -> str | Figure:
    return figure.evidence.observation_id if figure.evidence else figure


@dataclass(frozen=True)
class Report:
    """A report in one language; `rehearsal` says that pages came from the project's stand-ins."""

    view: View
    title_lines: tuple[str, ...]
    masthead: Masthead
    lead: Paragraph
    chapters: Sequence[Chapter]
    sources: Sources
    rehearsal: bool
    day: date
    made_at: datetime

    @property
    def title(self) -> str:
        """The title on one line."""
        return self.view.words.gap.join(self.title_lines)

    @property
    def name(self) -> str:
        """The stem of its files: report-chengdu-2025-Q1, with -en in English."""
        tail = "" if self.view.language == "zh" else f"-{self.view.language}"
        return f"report-{self.view.data.circle.id}-{self.view.quarter}{tail}"

    def sections(self) -> Iterator[Section]:
        """All sections in order."""
        for chapter in self.chapters:
            yield from chapter.sections

    def tables(self) -> Iterator[Table]:
        """All tables in order."""
        yield from (b for s in self.sections() for b in s.blocks if isinstance(b, Table))

    def charts(self) -> Iterator[Chart]:
        """All charts in order."""
        yield from (b for s in self.sections() for b in s.blocks if isinstance(b, Chart))
