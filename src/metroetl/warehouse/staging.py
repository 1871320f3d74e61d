"""Staging tables: everything that was read, before anyone judged it.

They take bad rows on purpose (few constraints), for the gate must see them. `Warehouse.staging_frames` gives exactly
these columns, so an expectation suite may name any of them. `row_id` is the key of one staged row; `content_id` is
the same for the same content in any batch and becomes the id in core. Columns filled only while a batch is settled
(`document_id` …) are marked so.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime


class _Staged(Table):
    row_id: str = Field(primary_key=True)
    batch_id: str
    run_id: str
    source_id: str
    content_id: str
    document_key: str
    document_row_id: str = Field(foreign_key="staging_document.row_id", ondelete="CASCADE", index=True)
    sha256: str
    url: str
    published_on: date | None = None


class StagingDocument(_Staged, table=True):
    """A document as read; `document_row_id` is its own `row_id`."""

    batch_id: str = Field(foreign_key="ops_batch.batch_id", index=True)
    document_row_id: str
    snapshot_id: str
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    content_hash: str
    title: str = Field(sa_type=Text)
    publisher: str
    kind: str
    flags: str
    doc_number: str | None = None
    index_number: str | None = None
    issue: str | None = None
    issue_total: int | None = None
    written_on: date | None = None
    effective_on: date | None = None
    listed_on: date | None = None
    region_code: str | None = None
    role: str
    parent_url: str | None = None
    media_type: str
    text: str = Field(sa_type=Text)
    text_length: int
    block_count: int
    table_count: int
    attachment_count: int
    observation_count: int
    statement_count: int
    plan_count: int
    source_kinds: str
    source_precedence: int
    findings: str = Field(sa_type=Text)
    access: str
    embargo_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    world: str
    reading_id: str | None = None
    # filled while the batch is settled
    document_id: str | None = Field(default=None, index=True)
    version: int | None = None
    suffix: str | None = None
    wave: int | None = None
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_basis: str | None = None


class _StagedStatement(_Staged):
    ordinal: int
    region: str
    region_code: str | None = None
    region_level: str | None = None
    boundary_version: str
    indicator: str
    indicator_code: str | None = None
    period: str
    frequency: str
    period_start: date
    period_end: date
    measure: str
    measure_family: str | None = None
    accumulation: str | None = None
    variant: str
    kind: str
    value: float
    unit: str
    value_norm: float | None = None
    unit_norm: str | None = None
    unit_expected: str | None = None
    value_text: str
    decimals: int
    decimals_norm: int
    rounding: float
    obs_status: str
    revision_stage: str
    yoy_min: float | None = None
    yoy_max: float | None = None
    cumulative: bool | None = None
    level_published: bool | None = None
    agg_rule: str | None = None
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)
    table_no: int | None = None
    row_no: int | None = None
    column_no: int | None = None
    rule: str
    confidence: float
    publish: bool
    evidence: str = Field(sa_type=Text)


class StagingObservation(_StagedStatement, table=True):
    """A number that a document states as a fact (`kind` is `actual`)."""


class StagingStatement(_StagedStatement, table=True):
    """A number that is no observation: target, forecast, comparison, change, contribution, rank, average, previous."""


class StagingPlan(_Staged, table=True):
    """A plan as one document states it: its own text or a mention."""

    ordinal: int
    title: str = Field(sa_type=Text)
    plan_type: str | None = None
    series_id: str | None = None
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
    circle_id: str | None = None
    succeeds: str | None = Field(default=None, sa_type=Text)
    release_key: str | None = None
    release_part: str | None = None
    span_start: int | None = None
    span_end: int | None = None
    quote: str = Field(sa_type=Text)
    spans: str = Field(sa_type=Text)


class StagingPlanSection(_Staged, table=True):
    """A heading of a plan document."""

    ordinal: int
    level: int
    number: str
    title: str = Field(sa_type=Text)
    length: int
    field: str | None = None
    theme: str | None = None
    evidence: str
    span_start: int
    span_end: int


class StagingPlanTarget(_Staged, table=True):
    """A number that a plan document wants reached."""

    ordinal: int
    indicator: str
    indicator_code: str | None = None
    value: float
    unit: str
    by_year: int | None = None
    comparator: str
    strict: bool
    binding: str | None = None
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)


class StagingPlanTask(_Staged, table=True):
    """A passage of a plan document with the units that carry it."""

    ordinal: int
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


class StagingPlanCount(_Staged, table=True):
    """A number of items that a plan document states; `plan_content_id` names the plan it counts, if one."""

    ordinal: int
    plan_content_id: str | None = None
    value: float
    what: str
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)


class StagingPlanProject(_Staged, table=True):
    """An item of a list; `plan_content_id` names the plan that the document is, if it is one."""

    ordinal: int
    plan_content_id: str | None = None
    name: str = Field(sa_type=Text)
    kind: str
    number: str
    content: str = Field(sa_type=Text)
    field: str | None = None
    place: str = Field(sa_type=Text)
    region_code: str | None = None
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
    item_key: str
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)


class StagingMilestone(_Staged, table=True):
    """What is due in one quarter of a task, an item of a list, or of both where they are one row."""

    ordinal: int
    task_content_id: str | None = None
    project_content_id: str | None = None
    quarter: str
    text: str = Field(sa_type=Text)
    lead: str = Field(sa_type=Text)
    responsible: str = Field(sa_type=Text)
    span_start: int
    span_end: int


class StagingPlanGoal(_Staged, table=True):
    """A state that a plan document wants reached and names no number for."""

    ordinal: int
    text: str = Field(sa_type=Text)
    by_year: int | None = None
    under: str | None = Field(default=None, sa_type=Text)
    span_start: int
    span_end: int


class StagingPlanProgress(_Staged, table=True):
    """How far an item of a list has come, as a report says; `item_key` is filled in core."""

    ordinal: int
    name: str = Field(sa_type=Text)
    number: str
    text: str = Field(sa_type=Text)
    state: str | None = None
    percent: float | None = None
    item_key: str | None = None
    span_start: int
    span_end: int


STAGING: tuple[type[_Staged], ...] = (
    StagingDocument,
    StagingObservation,
    StagingStatement,
    StagingPlan,
    StagingPlanSection,
    StagingPlanTarget,
    StagingPlanTask,
    StagingPlanCount,
    StagingPlanProject,
    StagingMilestone,
    StagingPlanGoal,
    StagingPlanProgress,
)
