"""What a comparison of two plans finds. `old` is the earlier round, `new` the later one; shares are of the whole text."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from metroetl.documents.models import Span

SectionKind = Literal[
    "new", "gone", "split", "merged", "moved", "renamed", "promoted", "demoted", "grown", "shrunk"
]
TargetKind = Literal["added", "dropped", "raised", "lowered", "same"]


class Found(BaseModel):
    """Base of everything found."""

    model_config = ConfigDict(frozen=True)


class SectionRef(Found):
    """A section of one of the plans; `depth` 1 is a chapter (专章), 2 a section of one (专节); `place` counts from 1."""

    number: str
    title: str
    depth: int
    place: int = Field(description="among the sections of its depth")
    length: int = Field(description="characters of its text, subsections included, blanks not counted")
    share: float = Field(description="of the characters of the whole text, 0 to 1")
    field: str | None = None
    under: str | None = Field(default=None, description="title of the section above")
    span: Span = Field(description="its heading")


class SectionChange(Found):
    """A section and what stands in its place; several on one side where it was split or merged.

    `kinds` is empty where nothing but wording changed. `kept` is the share of the text that both sides have in common,
    by sentences that are alike; None where only one side is there.
    """

    kinds: list[SectionKind] = []
    old: list[SectionRef] = []
    new: list[SectionRef] = []
    kept: float | None = None

    @property
    def share_before(self) -> float:
        """Share of the old text."""
        return sum(s.share for s in self.old)

    @property
    def share_after(self) -> float:
        """Share of the new text."""
        return sum(s.share for s in self.new)

    @property
    def depth(self) -> int:
        """The highest level that it has on either side."""
        return min(s.depth for s in (*self.old, *self.new))


class Flow(Found):
    """Text that went from a chapter of the old plan to one of the new: indices into `chapters`, mean length of both."""

    old: int
    new: int
    length: float
    linked: bool = Field(default=False, description="one succeeds the other, whatever text they share")


class TargetValue(Found):
    """A target as one plan states it, with its value in the base unit beside the printed one."""

    indicator: str
    value: float
    unit: str
    normal_value: float
    normal_unit: str
    comparator: str
    by_year: int | None = None
    binding: str | None = None
    span: Span
    quote: str = ""


class TargetChange(Found):
    """A target before and after. `raised` and `lowered` speak of the number only: -3 → -4 is lowered."""

    kind: TargetKind
    indicator: str
    indicator_code: str | None = None
    old: TargetValue | None = None
    new: TargetValue | None = None
    comparator_changed: bool = False
    binding_changed: bool = False

    @property
    def change(self) -> float | None:
        """After less before in the base unit."""
        return self.new.normal_value - self.old.normal_value if self.old and self.new else None


class Passage(Found):
    """A quotation with its place in the document."""

    text: str
    span: Span


class Side(Found):
    """One plan, in figures."""

    title: str
    url: str = ""
    sha256: str = ""
    access: Literal["public", "internal"] = "public"
    kind: str = ""
    period_start: int | None = None
    period_end: int | None = None
    stage: str | None = None
    round: int | None = None
    series_id: str | None = None
    issuers: list[str] = []
    doc_number: str | None = None
    issued_on: date | None = None
    published_on: date | None = None
    length: int = 0
    chapters: list[SectionRef] = []
    sections: int = Field(default=0, description="of the second level")
    quantitative: int = Field(default=0, description="targets with a number")
    qualitative: int = Field(default=0, description="goals without one")
    tasks: int = 0
    projects: int = 0
    tasks_by_field: dict[str, int] = {}
    projects_by_field: dict[str, int] = {}
    counts: list[str] = Field(default=[], description="numbers of items as the text states them: 202个项目")
    columns: int = Field(default=0, description="专栏")
    tables: int = 0
    figures: int = 0
    largest: SectionRef | None = None
    first: SectionRef | None = None


class Review(Found):
    """How far the later plan speaks of the earlier one; no passage means that none was found."""

    passages: list[Passage] = []
    share: float = Field(default=0.0, description="of the later plan's text")


class PlanComparison(Found):
    """Two plans compared."""

    old: Side
    new: Side
    sections: list[SectionChange] = []
    flows: list[Flow] = []
    targets: list[TargetChange] = []
    issuers_joined: list[str] = []
    issuers_left: list[str] = []
    lag_days: int | None = Field(
        default=None,
        description="from the end of the old period to the issue of the new plan; negative: in time",
    )
    lag_basis: Literal["issued_on", "published_on"] | None = None
    review: Review = Review()

    @property
    def is_empty(self) -> bool:
        """Whether both have the same sections and targets."""
        return not any(s.kinds for s in self.sections) and all(
            t.kind == "same" and not t.comparator_changed for t in self.targets
        )

    def of_kind(self, kind: SectionKind) -> list[SectionChange]:
        """The sections to which this happened."""
        return [s for s in self.sections if kind in s.kinds]
