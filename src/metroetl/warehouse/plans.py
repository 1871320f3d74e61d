"""Core tables of plans: what documents say of plans, their sections, targets, tasks, counts, projects, milestones."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime, one_of

SYSTEM_PLACES = ("发展规划", "国土空间规划", "专项规划", "毗邻地区规划")
ITEM_KINDS = ("project", "matter", "meeting", "case")
STATES = ("done", "on_time", "behind", "not_started")


def _years() -> CheckConstraint:
    return CheckConstraint(
        "period_start IS NULL OR period_end IS NULL OR period_start <= period_end", name="period_order"
    )


class _OfDocument(Table):
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    document_id: str = Field(foreign_key="core_document.document_id", index=True)
    ordinal: int


class CorePlan(_OfDocument, table=True):
    """A plan as one document states it: its own text or a mention."""

    __table_args__ = (
        _years(),
        one_of("status", "issued", "draft", "expected", "amended", "repealed"),
        one_of("role", "text", "mention"),
        one_of("system_place", *SYSTEM_PLACES),
        Index(None, "series_id", "round"),
        Index(None, "release_key"),
    )

    plan_id: str = Field(primary_key=True)
    title: str = Field(sa_type=Text)
    plan_type: str | None = None
    series_id: str | None = Field(default=None, foreign_key="dim_plan_series.series_id")
    round: int | None = None
    stage: str | None = None
    period_start: int | None = None
    period_end: int | None = None
    expires_on: date | None = None
    issuers: str = Field(sa_type=Text)
    issuer_count: int | None = None
    doc_number: str | None = None
    issued_on: date | None = None
    approver: str | None = None
    status: str
    role: str
    system_place: str | None = None
    circle_id: str | None = Field(default=None, foreign_key="dim_circle.circle_id")
    succeeds: str | None = Field(default=None, sa_type=Text)
    release_key: str | None = None
    release_part: str | None = None
    span_start: int | None = None
    span_end: int | None = None
    quote: str = Field(sa_type=Text)
    spans: str = Field(sa_type=Text)


class CorePlanRelease(Table, table=True):
    """A plan and a period that came out, on however many sites; kept from the plans that documents state.

    `announced_state` is the last state that was announced, or was passed over because it was old; `announced_at` is
    empty while the present state waits for that. `withdrawn_at` is set while no document states the release any more.
    """

    __table_args__ = (_years(), one_of("state", "draft", "new", "revised", "repealed"))

    release_key: str = Field(primary_key=True)
    title: str = Field(sa_type=Text)
    plan_type: str | None = None
    series_id: str | None = Field(default=None, foreign_key="dim_plan_series.series_id", index=True)
    round: int | None = None
    period_start: int | None = None
    period_end: int | None = None
    issuers: str = Field(sa_type=Text)
    doc_number: str | None = None
    issued_on: date | None = None
    state: str
    succeeds_key: str | None = None
    first_document_id: str = Field(foreign_key="core_document.document_id")
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    announced_state: str | None = None
    announced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CorePlanSection(_OfDocument, table=True):
    """A heading of a plan document, with the length of its section."""

    section_id: str = Field(primary_key=True)
    level: int
    number: str
    title: str = Field(sa_type=Text)
    length: int
    field: str | None = None
    theme: str | None = None
    evidence: str
    span_start: int
    span_end: int


class CorePlanTarget(_OfDocument, table=True):
    """A number that a plan document wants reached."""

    __table_args__ = (one_of("comparator", ">=", "<=", "=", "about"),)

    target_id: str = Field(primary_key=True)
    indicator: str
    indicator_code: str | None = Field(default=None, foreign_key="dim_indicator.indicator_code")
    value: float
    unit: str
    by_year: int | None = None
    comparator: str
    strict: bool
    binding: str | None = None
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)


class CorePlanTask(_OfDocument, table=True):
    """A passage of a plan document with the units that carry it (joined by 、)."""

    task_id: str = Field(primary_key=True)
    text: str = Field(sa_type=Text)
    number: str
    lead: str = Field(sa_type=Text)
    responsible: str = Field(sa_type=Text)
    guiding: str = Field(sa_type=Text)
    cooperating: str = Field(sa_type=Text)
    units: str = Field(sa_type=Text)
    funding: str
    deadline: str | None = None
    under: str | None = Field(default=None, sa_type=Text)
    span_start: int
    span_end: int


class CorePlanCount(_OfDocument, table=True):
    """A number of items that a document states (202 projects), of one plan if it is known which."""

    count_id: str = Field(primary_key=True)
    plan_id: str | None = Field(default=None, foreign_key="core_plan.plan_id", index=True)
    value: float
    what: str
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)


class CorePlanProject(_OfDocument, table=True):
    """An item of a list: a project, a matter, a meeting, a case; `item_key` is the same as long as lists carry it over."""

    __table_args__ = (one_of("kind", *ITEM_KINDS),)

    project_id: str = Field(primary_key=True)
    plan_id: str | None = Field(default=None, foreign_key="core_plan.plan_id")
    name: str = Field(sa_type=Text)
    kind: str
    number: str
    content: str = Field(sa_type=Text)
    field: str | None = None
    place: str = Field(sa_type=Text)
    region_code: str | None = Field(default=None, foreign_key="dim_region.region_code")
    lead: str = Field(sa_type=Text)
    responsible: str = Field(sa_type=Text)
    guiding: str = Field(sa_type=Text)
    cooperating: str = Field(sa_type=Text)
    units: str = Field(sa_type=Text)
    investment: float | None = None
    year_investment: float | None = None
    investment_unit: str | None = None
    funding: str
    stage: str | None = None
    deadline: str | None = None
    under: str | None = Field(default=None, sa_type=Text)
    list_year: int | None = None
    item_key: str = Field(index=True)
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)


class CoreMilestone(_OfDocument, table=True):
    """What is due of a task or project in one quarter."""

    __table_args__ = (CheckConstraint("task_id IS NOT NULL OR project_id IS NOT NULL", name="of_something"),)

    milestone_id: str = Field(primary_key=True)
    task_id: str | None = Field(default=None, foreign_key="core_plan_task.task_id", index=True)
    project_id: str | None = Field(default=None, foreign_key="core_plan_project.project_id", index=True)
    quarter: str
    text: str = Field(sa_type=Text)
    lead: str = Field(sa_type=Text)
    responsible: str = Field(sa_type=Text)
    span_start: int
    span_end: int


class CorePlanGoal(_OfDocument, table=True):
    """A state that a plan document wants reached and names no number for."""

    goal_id: str = Field(primary_key=True)
    text: str = Field(sa_type=Text)
    by_year: int | None = None
    under: str | None = Field(default=None, sa_type=Text)
    span_start: int
    span_end: int


class CorePlanProgress(_OfDocument, table=True):
    """How far an item of a list has come, as a report says; `item_key` is its item's, where core has it."""

    __table_args__ = (one_of("state", *STATES),)

    progress_id: str = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    number: str
    text: str = Field(sa_type=Text)
    state: str | None = None
    percent: float | None = None
    item_key: str | None = Field(default=None, index=True)
    span_start: int
    span_end: int
