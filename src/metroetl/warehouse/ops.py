"""Operations: runs, batches, each rule's verdicts, quarantine, releases; and what the warehouse says of itself."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime, one_of


class OpsRun(Table, table=True):
    """One run of a flow; `state` is `running` until it is finished with the state of its summary.

    Until then `summary` says who runs it (host, process, flow run); `crashed` is a run that never told how it ended.
    """

    run_id: str = Field(primary_key=True)
    flow: str
    parameters: str = Field(sa_type=Text)
    state: str
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    summary: str = Field(sa_type=Text)
    code_version: str


class OpsBatch(Table, table=True):
    """Rows that one run staged for one source, and what became of them."""

    __table_args__ = (
        one_of("state", "staged", "held", "published", "rejected", "replayed"),
        UniqueConstraint("run_id", "source_id", "part"),
    )

    batch_id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="ops_run.run_id")
    source_id: str = Field(foreign_key="dim_source.source_id")
    part: int
    state: str = Field(index=True)
    revision: int
    world: str = Field(foreign_key="meta_world.world")
    staged_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = None
    documents: int
    observations: int
    statements: int
    plans: int
    quarantined: int
    held_by: str
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision_reason: str | None = Field(default=None, sa_type=Text)


class OpsCheck(Table, table=True):
    """One rule's verdict on one table in one run: the history of quality."""

    __table_args__ = (
        one_of("severity", "critical", "error", "warning"),
        one_of("verdict", "pass", "fail", "error"),
        Index(None, "rule_code", "checked_at"),
    )

    check_id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="ops_run.run_id", index=True)
    batch_id: str | None = Field(default=None, foreign_key="ops_batch.batch_id")
    table_name: str
    rule_code: str
    severity: str
    verdict: str
    evaluated: int
    unexpected: int
    seconds: float
    detail: str = Field(sa_type=Text)
    checked_at: datetime = Field(sa_type=UtcDateTime)


class OpsQuarantine(Table, table=True):
    """A row that a rule stopped, with the rule, the sentence and the snapshot; or a snapshot that can't be read.

    open: waits; released: a person published it; rejected: a person closed it as wrong; replayed: its snapshot was
    read again and this rule no longer stops the row; superseded: newer bytes of its address were published that no
    longer state what it states, or state it so that no rule stops it.
    """

    __table_args__ = (
        one_of("severity", "critical", "error", "warning"),
        one_of("state", "open", "released", "rejected", "replayed", "superseded"),
        CheckConstraint("state = 'open' OR decided_at IS NOT NULL", name="decided"),
        Index(None, "state", "created_at"),
    )

    quarantine_id: str = Field(primary_key=True)
    table_name: str
    row_id: str = Field(index=True)
    content_id: str
    rule_code: str
    severity: str
    reason_zh: str = Field(sa_type=Text)
    reason_en: str = Field(sa_type=Text)
    row_json: str = Field(sa_type=Text)
    batch_id: str | None = Field(default=None, foreign_key="ops_batch.batch_id", index=True)
    run_id: str = Field(foreign_key="ops_run.run_id")
    source_id: str = Field(foreign_key="dim_source.source_id")
    sha256: str = Field(index=True)
    url: str
    span_start: int | None = None
    span_end: int | None = None
    quote: str = Field(sa_type=Text)
    state: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision_reason: str | None = Field(default=None, sa_type=Text)


class OpsRelease(Table, table=True):
    """A release that is expected of a region: when it is due, when it came.

    `watched_from` is the day since which a source of the region is read; what was due before isn't here. missed: the
    window closed, nothing came, and earlier ones did (`came_before`). unproven: the same, but none ever came.
    """

    __table_args__ = (
        one_of("state", "expected", "early", "on_time", "late", "missed", "unproven"),
        UniqueConstraint("window_id", "region_code", "period"),
    )

    release_id: str = Field(primary_key=True)
    window_id: str = Field(foreign_key="dim_release_window.window_id")
    region_code: str = Field(foreign_key="dim_region.region_code")
    period: str
    period_end: date
    due_from: date
    due_to: date
    watched_from: date
    came_before: int
    published_on: date | None = None
    document_id: str | None = Field(default=None, foreign_key="core_document.document_id")
    state: str
    checked_at: datetime = Field(sa_type=UtcDateTime)


class OpsSourceCheck(Table, table=True):
    """What a check of one source found: reachable or which barrier, family, items, how late; one row a check."""

    __table_args__ = (
        one_of("robots", "allowed", "disallowed", "none", "html", "unreachable"),
        Index(None, "source_id", "checked_at"),
    )

    check_id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="ops_run.run_id", index=True)
    source_id: str = Field(foreign_key="dim_source.source_id")
    checked_at: datetime = Field(sa_type=UtcDateTime)
    live: bool
    outcome: str
    ok: bool
    family_declared: str | None = None
    family_seen: str | None = None
    items: int | None = None
    newest: date | None = None
    days_late: int | None = None
    robots: str | None = None
    seconds: float
    detail: str = Field(sa_type=Text)
    way_out: str = Field(sa_type=Text)


class OpsSchedule(Table, table=True):
    """A release that a publisher's calendar announces.

    withdrawn: a later reading of the same calendar page no longer shows a date that hadn't come yet.
    """

    __table_args__ = (
        one_of("state", "announced", "withdrawn"),
        UniqueConstraint("source_id", "title", "due_on"),
        Index(None, "due_on"),
    )

    schedule_id: str = Field(primary_key=True)
    source_id: str = Field(foreign_key="dim_source.source_id")
    url: str
    title: str = Field(sa_type=Text)
    due_on: date
    due_at: str | None = None
    note: str = Field(sa_type=Text)
    state: str
    seen_first_at: datetime = Field(sa_type=UtcDateTime)
    seen_last_at: datetime = Field(sa_type=UtcDateTime)


class MetaContract(Table, table=True):
    """What the warehouse says of itself: version of the contract, fingerprints of views, words and catalogue."""

    key: str = Field(primary_key=True)
    value: str
    updated_at: datetime = Field(sa_type=UtcDateTime)


class MetaWorld(Table, table=True):
    """The one world of this warehouse: facts, or the seeded world of tests. Rows of the other can't be stored."""

    __table_args__ = (one_of("world", "facts", "synthetic"),)

    world: str = Field(primary_key=True)


class MetaColumn(Table, table=True):
    """The data dictionary: a row a column, and one a table or view (`column_name` empty)."""

    __table_args__ = (one_of("kind", "table", "view"),)

    object_name: str = Field(primary_key=True)
    column_name: str = Field(primary_key=True)
    kind: str
    ordinal: int
    data_type: str
    description_zh: str = Field(sa_type=Text)
    description_en: str = Field(sa_type=Text)
