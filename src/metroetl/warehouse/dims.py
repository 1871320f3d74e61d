"""Dimensions: places, circles, indicators, measures, periods, sources, plan series, as the catalogue has them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, Text
from sqlmodel import Field

from metroetl.warehouse.base import Table, one_of


class DimRegion(Table, table=True):
    """A place: GB/T 2260 code, functional area (510100.TFNA) or aggregate (AGG.CDMC), valid in time."""

    region_code: str = Field(primary_key=True)
    name_zh: str
    level: str
    parent_code: str | None = Field(default=None, index=True)
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = Field(sa_type=Text)


class DimRegionEvent(Table, table=True):
    """One change of a code or boundary. It counts from `counts_from`: the day that is stated (`effective_on`), else
    1 January of its year. A unit that was founded has no old code, one that was split up no new one.
    """

    __table_args__ = (
        one_of("level", "prefecture", "county"),
        Index(None, "old_code"),
        Index(None, "new_code"),
    )

    event_id: str = Field(primary_key=True)
    year: int
    effective_on: date | None = None
    counts_from: date
    type: str
    level: str
    old_code: str | None = Field(default=None, foreign_key="dim_region.region_code")
    old_name: str
    new_code: str | None = Field(default=None, foreign_key="dim_region.region_code")
    new_name: str
    doc_number: str
    note: str = Field(sa_type=Text)


class DimCircle(Table, table=True):
    """A metropolitan circle or wider region that is monitored."""

    circle_id: str = Field(primary_key=True)
    region_code: str = Field(foreign_key="dim_region.region_code", unique=True)
    name_zh: str
    name_en: str
    number: int | None = None
    members_known: bool
    approved_on: date | None = None
    note: str = Field(sa_type=Text)


class DimCircleMember(Table, table=True):
    """A dated member of a circle in one of its scopes."""

    __table_args__ = (one_of("scope", "core", "extended"),)

    member_id: str = Field(primary_key=True)
    circle_id: str = Field(foreign_key="dim_circle.circle_id", index=True)
    region_code: str = Field(foreign_key="dim_region.region_code")
    scope: str
    valid_from: date | None = None
    valid_to: date | None = None
    partial: bool
    note: str = Field(sa_type=Text)


class DimCircleRegion(Table, table=True):
    """The regions that a circle's tables show, in their fixed order: itself, cities, members, provinces, nation."""

    __table_args__ = (one_of("role", "circle", "core", "city", "member", "province", "nation"),)

    circle_id: str = Field(foreign_key="dim_circle.circle_id", primary_key=True)
    region_code: str = Field(foreign_key="dim_region.region_code", primary_key=True)
    role: str
    sort_order: int


class DimIndicator(Table, table=True):
    """An indicator: names, unit, frequency, plausible limits of its growth; the parent is what it is a part of."""

    indicator_code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    aliases: str = Field(sa_type=Text)
    unit: str
    frequency: str
    cumulative: bool
    source_body: str
    yoy_min: float | None = None
    yoy_max: float | None = None
    price_basis: str
    lag_days: str
    agg_rule: str
    level_published: bool
    sort_order: int
    note: str = Field(sa_type=Text)
    parent_code: str | None = None


class DimMeasure(Table, table=True):
    """A measure code: what kind of number (family), accumulated how, on which basis."""

    measure: str = Field(primary_key=True)
    family: str
    accumulation: str
    basis: str
    note: str = Field(sa_type=Text)
    name_zh: str = Field(default="", sa_column_kwargs={"server_default": ""})


class DimPeriod(Table, table=True):
    """A period that occurs in the warehouse: 2025, 2025-Q2, 2025-M08 or a day.

    `quarter` is the quarter whose end it shares; a cumulative figure or a stock of the period is that of the quarter.
    """

    __table_args__ = (
        one_of("frequency", "A", "Q", "M", "D"),
        CheckConstraint("period_start <= period_end", name="order"),
        CheckConstraint("year BETWEEN 1949 AND 2100", name="year"),
    )

    period: str = Field(primary_key=True)
    frequency: str
    year: int
    quarter: str | None = Field(default=None, index=True)
    period_start: date
    period_end: date
    label_zh: str
    label_ytd_zh: str
    label_en: str


class DimSource(Table, table=True):
    """A source of the catalogue; the lower `precedence` wins where two publish different values at one moment."""

    source_id: str = Field(primary_key=True)
    title: str
    title_en: str
    publisher: str
    region_code: str | None = Field(default=None, foreign_key="dim_region.region_code")
    kinds: str
    family: str
    list_url: str
    enabled: bool
    reason: str = Field(sa_type=Text)
    verified: str
    cron: str
    precedence: int
    min_items: int
    max_age_days: int | None = None
    note: str = Field(sa_type=Text)


class DimPlanSeries(Table, table=True):
    """A series of plans that succeed one another."""

    series_id: str = Field(primary_key=True)
    title_zh: str
    title_en: str
    circle_id: str | None = Field(default=None, foreign_key="dim_circle.circle_id")
    plan_type: str
    issuer: str
    cycle_years: int | None = None


class DimPlanRound(Table, table=True):
    """A curated round of a plan series: a fact with its provenance, shown beside what was extracted, never over it."""

    __table_args__ = (one_of("status", "issued", "draft", "expected"), Index(None, "series_id", "round"))

    round_id: str = Field(primary_key=True)
    series_id: str = Field(foreign_key="dim_plan_series.series_id")
    round: int | None = None
    stage: str | None = None
    period_start: int | None = None
    period_end: int | None = None
    expires_on: date | None = None
    title: str | None = None
    issuers: str
    doc_number: str | None = None
    issued_on: date | None = None
    count_value: float | None = None
    count_what: str | None = None
    status: str
    provenance: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)


class DimReleaseWindow(Table, table=True):
    """When a release is due: days after the end of the period, first and last."""

    __table_args__ = (one_of("frequency", "A", "Q", "M"),)

    window_id: str = Field(primary_key=True)
    indicator_codes: str
    level: str
    frequency: str
    first_day: int
    last_day: int
    note: str = Field(sa_type=Text)


class DimCorrection(Table, table=True):
    """A declared correction of one print: what is withheld or replaced, why, and by which source."""

    __table_args__ = (
        one_of("action", "withhold", "replace"),
        CheckConstraint("(action = 'replace') = (value IS NOT NULL)", name="value"),
        Index("ix_dim_correction_fact", "region_code", "indicator_code", "measure", "variant", "period"),
    )

    correction_id: str = Field(primary_key=True)
    region_code: str = Field(foreign_key="dim_region.region_code")
    indicator_code: str = Field(foreign_key="dim_indicator.indicator_code")
    measure: str = Field(foreign_key="dim_measure.measure")
    variant: str
    period: str
    action: str
    expect: float
    value: float | None = None
    decimals: int | None = None
    rounding: float | None = None
    reason: str = Field(sa_type=Text)
    reason_en: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    url: str
    declared_on: date


class DimRule(Table, table=True):
    """A rule of the suites, as the last run had it; one that the suites dropped is no longer active."""

    __table_args__ = (
        one_of("stage", "gate", "after"),
        one_of("severity", "critical", "error", "warning"),
    )

    rule_code: str = Field(primary_key=True)
    table_name: str
    stage: str
    severity: str
    owner: str
    reason_zh: str = Field(sa_type=Text)
    reason_en: str = Field(sa_type=Text)
    active: bool
