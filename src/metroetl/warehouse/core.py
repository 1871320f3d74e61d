"""Core tables: what was published by the gate. Append-only: a changed value is a new row, a changed page a new version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime, one_of

OBS_STATUS = (*"ABDEFGHIJKLMNOPQSUVW", "_U")
KINDS = ("target", "forecast", "comparison", "change", "contribution", "rank", "average", "previous")
BASES = ("printed", "revisited", "loaded")
FIRST_DAY, LAST_DAY = "1949-10-01", "2100-12-31"


def _between(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN '{FIRST_DAY}' AND '{LAST_DAY}'", name=column)


def _span() -> CheckConstraint:
    return CheckConstraint("span_start >= 0 AND span_end >= span_start", name="span")


def _access() -> CheckConstraint:
    return one_of("access", "public", "internal")


class CoreDocument(Table, table=True):
    """One version of a document; the versions of an address share `document_key`.

    `published_at` says since when its content counts as known, and `published_basis` why: the date it prints; or, for
    an edit in place that keeps the printed date, the moment the edit was seen; or, without any date, its loading.
    `reading_id` says what was read from it and by which rules it was judged: the same reading isn't judged again.
    """

    __table_args__ = (
        UniqueConstraint("document_key", "version"),
        one_of("published_basis", *BASES),
        _access(),
        _between("published_on"),
        Index(None, "source_id", "published_at"),
        Index(None, "sha256"),
    )

    document_id: str = Field(primary_key=True)
    document_key: str
    version: int
    source_id: str = Field(foreign_key="dim_source.source_id")
    snapshot_id: str = Field(foreign_key="raw_snapshot.snapshot_id")
    batch_id: str = Field(foreign_key="ops_batch.batch_id", index=True)
    content_hash: str
    sha256: str
    url: str
    title: str = Field(sa_type=Text)
    publisher: str
    kind: str
    flags: str
    doc_number: str | None = None
    index_number: str | None = None
    issue: str | None = None
    issue_total: int | None = None
    published_on: date | None = None
    written_on: date | None = None
    effective_on: date | None = None
    listed_on: date | None = None
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_basis: str
    reading_id: str | None = None
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    region_code: str | None = Field(default=None, foreign_key="dim_region.region_code")
    role: str
    parent_url: str | None = None
    media_type: str
    text: str = Field(sa_type=Text)
    text_length: int
    findings: str = Field(sa_type=Text)
    access: str
    embargo_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    world: str = Field(foreign_key="meta_world.world")


class CoreRepublication(Table, table=True):
    """A document that is the same work as others: on another site, in another column, or forwarded whole.

    `work_id` is the document of the work that was published first, which has a row of its own. Derived from the
    documents, so a row may be replaced when an earlier member comes; nothing of the documents changes.
    """

    __table_args__ = (
        one_of("basis", "number", "title", "body"),
        one_of("role", "original", "republication", "forwarding"),
        CheckConstraint("score BETWEEN 0 AND 1", name="score"),
    )

    document_id: str = Field(primary_key=True, foreign_key="core_document.document_id")
    work_id: str = Field(foreign_key="core_document.document_id", index=True)
    role: str
    basis: str
    score: float
    tied_at: datetime = Field(sa_type=UtcDateTime)


class _Stated(Table):
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    document_id: str = Field(foreign_key="core_document.document_id", index=True)
    batch_id: str = Field(foreign_key="ops_batch.batch_id")
    source_id: str = Field(foreign_key="dim_source.source_id")


class _Number(_Stated):
    measure: str = Field(foreign_key="dim_measure.measure")
    variant: str
    period: str = Field(foreign_key="dim_period.period")
    frequency: str
    period_start: date
    period_end: date
    value: float
    unit: str
    value_text: str
    decimals: int
    decimals_norm: int
    rounding: float
    obs_status: str
    revision_stage: str
    published_on: date | None = None
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_basis: str
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)
    table_no: int | None = None
    row_no: int | None = None
    column_no: int | None = None
    rule: str
    confidence: float
    evidence: str = Field(sa_type=Text)
    access: str
    embargo_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    boundary_version: str
    world: str


def _number_checks() -> tuple[CheckConstraint, ...]:
    return (
        one_of("obs_status", *OBS_STATUS),
        one_of("published_basis", *BASES),
        one_of("world", "facts", "synthetic"),
        _access(),
        _span(),
        _between("period_start"),
        _between("period_end"),
        CheckConstraint("period_start <= period_end", name="period_order"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        CheckConstraint("rounding >= 0", name="rounding"),
    )


_EMBARGOED = text("embargo_until IS NOT NULL")  # few: each load looks for those whose embargo has ended
_WHERE_EMBARGOED: dict[str, Any] = {"sqlite_where": _EMBARGOED, "postgresql_where": _EMBARGOED}


class CoreObservation(_Number, table=True):
    """A published figure as one document states it: value and unit as printed, beside the normalised ones.

    The period is valid time; `published_at` and `loaded_at` are the two times of knowledge. `withdrawn_at` is set
    when its document was read again and the figure was no longer found there: marts leave it out from then on.
    """

    __table_args__ = (
        *_number_checks(),
        Index(
            "ix_core_observation_fact",
            "region_code", "indicator_code", "measure", "period", "variant", "published_at",
        ),
        Index("ix_core_observation_embargo", "embargo_until", **_WHERE_EMBARGOED),
    )  # fmt: skip

    observation_id: str = Field(primary_key=True)
    region_code: str = Field(foreign_key="dim_region.region_code")
    indicator_code: str = Field(foreign_key="dim_indicator.indicator_code")
    value_norm: float
    unit_norm: str


class CoreVintage(Table, table=True):
    """What the prints of one fact amount to, from one moment of publication to the next: a state.

    Derived from `core_observation` (vintages.sql) and kept beside it with what the marts show of the print `shown_id`,
    so that no question has to go through every print. A vintage is a run of states with one value; its last state is what the marts show of it. `quarter_rank` is
    set where the figure counts as that of its quarter: the quarter's own (0), the year's, the month's, the day's.

    A fact with internal prints has two sets of states: what all its prints amount to (`audience` internal), and what
    the public ones alone do (public), so that nobody outside learns of the others. Other facts have one (all).
    """

    __table_args__ = (
        one_of("audience", "all", "internal", "public"),
        Index("ix_core_vintage_quarter", "region_code", "quarter", "indicator_code", "measure", "variant"),
        Index("ix_core_vintage_series", "indicator_code", "region_code", "measure", "period"),
    )

    observation_id: str = Field(primary_key=True)
    audience: str = Field(primary_key=True)
    region_code: str
    indicator_code: str
    measure: str
    variant: str
    period: str
    period_end: date
    quarter: str | None = None
    quarter_rank: int | None = None
    vintage: int
    known_from: datetime = Field(sa_type=UtcDateTime)
    known_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
    shown_from: datetime = Field(sa_type=UtcDateTime)
    shown_to: datetime | None = Field(default=None, sa_type=UtcDateTime)
    shown_id: str
    value: float
    rounding: float
    decimals: int
    correction_id: str | None = None
    obs_status: str
    revision_stage: str
    prints: int
    conflict: int
    measure_family: str
    accumulation: str
    period_label_zh: str
    frequency: str
    period_start: date
    unit: str
    value_printed: float
    unit_printed: str
    value_text: str
    boundary_version: str
    published_on: date | None = None
    published_basis: str
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    source_id: str
    document_id: str
    span_start: int
    span_end: int
    quote: str = Field(sa_type=Text)
    rule: str
    confidence: float
    access: str
    world: str


class CoreStatement(_Number, table=True):
    """A number that is no observation: target, forecast, comparison, change, contribution, rank, average, previous."""

    __table_args__ = (
        *_number_checks(),
        one_of("kind", *KINDS),
        Index(None, "region_code", "indicator_code", "period"),
    )

    statement_id: str = Field(primary_key=True)
    kind: str
    region: str
    region_code: str | None = Field(default=None, foreign_key="dim_region.region_code")
    indicator: str
    indicator_code: str | None = Field(default=None, foreign_key="dim_indicator.indicator_code")
    value_norm: float | None = None
    unit_norm: str | None = None
