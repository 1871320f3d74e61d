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
    evidence: list[str] = Field(
        default=[], description="words that say so; none where the section above decides"
    )
    theme: str | None = Field(default=None, description="one of the themes of the Delta's action plans")


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


class Goal(BaseModel):
    """A qualitative target: a sentence that wants a state reached and names no number for it."""

    text: str
    by_year: int | None = None
    under: str | None = Field(default=None, description="title of the heading above")
    span: Span


class Milestone(BaseModel):
    """What is due of a task or project in one quarter (2021-Q3)."""

    quarter: str
    text: str
    span: Span


class Task(BaseModel):
    """A passage with the units that carry it; `cooperating` are those of `responsible` that only cooperate (配合, 参与)."""

    text: str
    number: str = Field(default="", description="its number in a list, as printed")
    lead: list[str] = []
    responsible: list[str] = []
    guiding: list[str] = []
    cooperating: list[str] = []
    deadline: str | None = None
    under: str | None = None
    funding: list[str] = Field(
        default=[], description="funds named: 专项债, 超长期国债, 中央预算内投资, 财政专项资金"
    )
    milestones: list[Milestone] = []
    span: Span


class Project(BaseModel):
    """An item of a list: a project, a matter, a meeting or activity, or a case; money as printed."""

    name: str
    kind: Literal["project", "matter", "meeting", "case"] = "project"
    number: str = Field(default="", description="its number in the list, as printed")
    content: str = ""
    field: str | None = None
    place: str = Field(default="", description="where it is, as printed")
    investment: float | None = None
    year_investment: float | None = Field(default=None, description="planned for the list's year, same unit")
    investment_unit: str | None = None
    stage: str | None = Field(default=None, description="前期, 新开工, 续建, 竣工; of a case its status")
    list_year: int | None = None
    lead: list[str] = []
    responsible: list[str] = []
    guiding: list[str] = []
    cooperating: list[str] = []
    deadline: str | None = None
    under: str | None = None
    funding: list[str] = []
    milestones: list[Milestone] = []
    span: Span
    quote: str = ""


class Progress(BaseModel):
    """How far an item of a list has come, as a progress report's table says; state and percent only where printed."""

    name: str
    number: str = ""
    text: str
    state: Literal["done", "on_time", "behind", "not_started"] | None = None
    percent: float | None = None
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
    system_place: Literal["发展规划", "国土空间规划", "专项规划", "毗邻地区规划"] | None = Field(
        default=None, description="its place in a circle's 1+1+N system of plans"
    )
    circle: str | None = Field(default=None, description="id of the circle it is for")
    succeeds: str | None = Field(
        default=None, description="title of the round before, where text or registry name it"
    )
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
    goals: list[Goal] = Field(default=[], description="qualitative targets")
    tasks: list[Task] = []
    projects: list[Project] = Field(default=[], description="items of lists")
    progress: list[Progress] = Field(default=[], description="how far items of lists have come")
    counts: list[Count] = []
    findings: list[str] = Field(default=[], description="what seems to be lost of the text, as CODE: detail")
    releases: list[PlanRelease] = Field(default=[], description="plans that the document is, or speaks of")
