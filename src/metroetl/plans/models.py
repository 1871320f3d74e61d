"""What a document says of plans: the plan itself, or the plans it speaks of."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from metroetl.documents.models import Span

DocumentKind = Literal[
    "plan",
    "notice_of_plan",
    "news",
    "interpretation",
    "draft",
    "progress_report",
    "task_list",
    "legislation",
    "policy",
    "other",
]


class Heading(BaseModel):
    """A heading of the text; `level` by the form of its number (一、 1, （一） 2, 1. 3, （1） 4; 第…章 1, 第…节 2)."""

    level: int
    number: str
    title: str
    start: int
    end: int
    length: int = Field(default=0, description="characters of its section, without subsections' headings")
    field: str | None = Field(default=None, description="one of the eight fields, e.g. 设施互通")


class Target(BaseModel):
    """A number that the document wants reached."""

    indicator: str
    indicator_code: str | None = None
    value: float
    unit: str
    by_year: int | None = None
    comparator: Literal[">=", "<=", "=", "about"] = "="
    strict: bool = False
    binding: Literal["约束性", "预期性"] | None = None
    span: Span
    quote: str = ""


class Task(BaseModel):
    """A passage with the units that carry it."""

    text: str
    lead: list[str] = []
    responsible: list[str] = []
    guiding: list[str] = []
    deadline: str | None = None
    under: str | None = None
    span: Span


class Count(BaseModel):
    """A number of items that the text states: 202 项目."""

    count: float
    what: str
    span: Span
    quote: str = ""


class PlanRelease(BaseModel):
    """A plan as one document states it: its own text, or a mention of it.

    Years bound the plan's period; `series_id` and `round` tie it to the catalogue's plan series; each field that the
    text states has its span in `spans` (field name to span).
    """

    title: str
    plan_type: str | None = None
    series_id: str | None = None
    round: int | None = None
    stage: str | None = None
    period_start: int | None = None
    period_end: int | None = None
    issuers: list[str] = []
    issuer_count: int | None = None
    doc_number: str | None = None
    issued_on: date | None = None
    approver: str | None = None
    status: Literal["issued", "draft", "expected", "amended", "repealed"] = "issued"
    role: Literal["text", "mention"] = "text"
    counts: list[Count] = []
    spans: dict[str, Span] = {}


class PlanReading(BaseModel):
    """Everything the plans room reads from one document."""

    kind: DocumentKind
    flags: list[str] = Field(default=[], description="amendment, repeal")
    plan_title: str | None = None
    plan_type: str | None = None
    period_start: int | None = None
    period_end: int | None = None
    stage: str | None = None
    issuers: list[str] = []
    doc_number: str | None = None
    issued_on: date | None = None
    published_on: date | None = None
    headings: list[Heading] = []
    targets: list[Target] = []
    tasks: list[Task] = []
    counts: list[Count] = []
    releases: list[PlanRelease] = Field(default=[], description="plans that the document is, or speaks of")
