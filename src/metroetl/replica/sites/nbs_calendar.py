"""The release calendar of the National Bureau of Statistics: a table of a year, two rows an item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from metroetl.catalogue.models import Source
from metroetl.replica.articles import Article, File
from metroetl.replica.sites.base import Answer, Ask, Scene, Site
from metroetl.replica.words import Period

NOTHING = "……"
BRIEFING = "10:00"
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Entry:
    """A release as the calendar announces it."""

    title: str
    day: date


class NbsCalendar(Site):
    """The year's releases by subject, those to come among them; the page links nothing.

    The first footnote stands in a subject, and two releases of a month in one cell.
    """

    family = "nbs_calendar"
    reposts = None

    def __init__(self, source: Source, articles: Sequence[Article]) -> None:
        super().__init__(source, [])
        self.entries = sorted(
            {Entry(subject(a), a.published_on) for a in articles}, key=lambda e: (e.day, e.title)
        )

    def article_path(self, article: Article) -> str:
        return self.list_path

    def file_path(self, article: Article, file: File) -> str:
        return self.list_path

    def is_open(self, scene: Scene) -> bool:
        return bool(self.announced(scene))

    def announced(self, scene: Scene) -> list[Entry]:
        """The releases of the day's year."""
        if "empty_listing" in scene.faults:
            return []
        return [e for e in self.entries if e.day.year == scene.day.year]

    def list_number(self, ask: Ask, pages: int) -> int | None:
        return 1 if ask.path in {self.list_path, f"{self.list_path}index.html"} else None

    def listing(self, number: int, scene: Scene) -> Answer:
        items: dict[str, dict[int, list[date]]] = defaultdict(lambda: defaultdict(list))
        for entry in self.announced(scene):
            items[entry.title][entry.day.month].append(entry.day)
        lines = [
            (
                title,
                [cell(months.get(m, [])) for m in range(1, 13)],
                [BRIEFING if m in months else "" for m in range(1, 13)],
            )
            for title, months in items.items()
        ]
        return self.page("list", date(scene.day.year, 1, 1), lines=lines, year=scene.day.year)


def subject(article: Article) -> str:
    """What a release is about, without its period."""
    title = article.title
    for fact in article.facts:
        title = title.replace(Period(fact.period).full, "")
    return title


def cell(days: Sequence[date]) -> str:
    """`19/一`, `18/四 24/三`, or the sign of no release."""
    return " ".join(f"{day.day}/{WEEKDAYS[day.weekday()]}" for day in days) or NOTHING
