"""What is known of the rounds of a series, fact by fact, each with where it comes from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from metroetl.documents.models import Span
from metroetl.plans.compare.models import Found, PlanComparison, Side

Topic = Literal[
    "title",
    "makers",
    "issuers",
    "doc_number",
    "period",
    "stage",
    "status",
    "issued_on",
    "gap",
    "completion",
    "review",
    "quantitative",
    "qualitative",
    "projects",
    "tasks",
    "aspects",
    "chapters",
    "first_chapter",
    "largest_chapter",
    "new_chapters",
    "promoted",
    "split",
    "shape",
    "focus",
    "themes",
    "note",
]
Origin = Literal["text", "mention", "curated", "derived"]


class Source(Found):
    """A document or an entry of the catalogue's registry; reports number them from 1."""

    title: str
    url: str = ""
    origin: Origin
    access: Literal["public", "internal"] = "public"


class RoundFact(Found):
    """One thing that one source says of a round (or of all of a series); `span` and `quote` where a text states it."""

    topic: Topic
    value: str
    origin: Origin
    source: int = Field(description="index into `sources`; -1 for what is derived from other facts")
    span: Span | None = None
    quote: str = ""


class Round(Found):
    """A round of a series: all facts, in the order text, mention, curated."""

    number: int | None = None
    period_start: int | None = None
    period_end: int | None = None
    stage: str | None = None
    status: str = "issued"
    text_known: bool = Field(default=False, description="whether the plan's own text was read")
    facts: list[RoundFact] = Field(default=[])
    side: Side | None = None

    def values(self, topic: Topic) -> list[tuple[str, list[int]]]:
        """The different values of a topic with the sources of each, the best source first."""
        return values_of(self.facts, topic)

    def first(self, topic: Topic) -> str | None:
        """The value of the best source."""
        return next((value for value, _ in self.values(topic)), None)


class SeriesRounds(Found):
    """A series with its rounds in order, and what is said of all of them together."""

    series_id: str
    title: str
    circle: str | None = None
    facts: list[RoundFact] = Field(default=[])
    rounds: list[Round] = Field(default=[])

    def values(self, topic: Topic) -> list[tuple[str, list[int]]]:
        """As of a round."""
        return values_of(self.facts, topic)


class RoundsComparison(Found):
    """Rounds of one or two series side by side; `comparisons` of successive rounds whose texts are both known."""

    series: list[SeriesRounds]
    sources: list[Source] = Field(default=[])
    comparisons: list[PlanComparison] = Field(default=[])


def values_of(facts: list[RoundFact], topic: Topic) -> list[tuple[str, list[int]]]:
    """The different values of a topic with the sources of each."""
    found: dict[str, list[int]] = {}
    for fact in facts:
        if fact.topic == topic:
            sources = found.setdefault(fact.value, [])
            if fact.source >= 0 and fact.source not in sources:
                sources.append(fact.source)
    return list(found.items())
