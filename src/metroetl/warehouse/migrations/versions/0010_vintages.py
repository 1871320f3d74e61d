"""Vintages kept beside the observations, declared corrections, what was read of a document; years on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0010"
down_revision = "0009"

YEARS = range(2010, 2031)
_KEYS = {
    "batch_id": "ops_batch",
    "document_id": "core_document",
    "indicator_code": "dim_indicator",
    "measure": "dim_measure",
    "period": "dim_period",
    "region_code": "dim_region",
    "source_id": "dim_source",
}


def upgrade() -> None:
    """The vintages themselves are derived right after the migration (`upgrade._bring_up`)."""
    op.add_column("core_document", sa.Column("reading_id", sa.String(), nullable=True))
    op.add_column("staging_document", sa.Column("reading_id", sa.String(), nullable=True))
    _create_vintages()
    _create_corrections()
    if op.get_bind().dialect.name == "postgresql":
        _partition()


def _create_vintages() -> None:
    op.create_table(
        "core_vintage",
        sa.Column("observation_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("indicator_code", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=True),
        sa.Column("quarter_rank", sa.Integer(), nullable=True),
        sa.Column("vintage", sa.Integer(), nullable=False),
        sa.Column("known_from", UtcDateTime(), nullable=False),
        sa.Column("known_to", UtcDateTime(), nullable=True),
        sa.Column("shown_from", UtcDateTime(), nullable=False),
        sa.Column("shown_to", UtcDateTime(), nullable=True),
        sa.Column("shown_id", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("rounding", sa.Float(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.String(), nullable=True),
        sa.Column("obs_status", sa.String(), nullable=False),
        sa.Column("revision_stage", sa.String(), nullable=False),
        sa.Column("prints", sa.Integer(), nullable=False),
        sa.Column("conflict", sa.Integer(), nullable=False),
        sa.Column("measure_family", sa.String(), nullable=False),
        sa.Column("accumulation", sa.String(), nullable=False),
        sa.Column("period_label_zh", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("value_printed", sa.Float(), nullable=False),
        sa.Column("unit_printed", sa.String(), nullable=False),
        sa.Column("value_text", sa.String(), nullable=False),
        sa.Column("boundary_version", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_basis", sa.String(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.CheckConstraint(
            "audience IN ('all', 'internal', 'public')", name=op.f("ck_core_vintage_audience")
        ),
        sa.PrimaryKeyConstraint("observation_id", "audience", name=op.f("pk_core_vintage")),
    )
    op.create_index(
        "ix_core_vintage_quarter",
        "core_vintage",
        ["region_code", "quarter", "indicator_code", "measure", "variant"],
    )
    op.create_index(
        "ix_core_vintage_series",
        "core_vintage",
        ["indicator_code", "region_code", "measure", "period"],
    )


def _create_corrections() -> None:
    op.create_table(
        "dim_correction",
        sa.Column("correction_id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("indicator_code", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("expect", sa.Float(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("decimals", sa.Integer(), nullable=True),
        sa.Column("rounding", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.CheckConstraint("action IN ('withhold', 'replace')", name=op.f("ck_dim_correction_action")),
        sa.CheckConstraint(
            "(action = 'replace') = (value IS NOT NULL)", name=op.f("ck_dim_correction_value")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_dim_correction_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_code"],
            ["dim_indicator.indicator_code"],
            name=op.f("fk_dim_correction_indicator_code"),
        ),
        sa.ForeignKeyConstraint(["measure"], ["dim_measure.measure"], name=op.f("fk_dim_correction_measure")),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_dim_correction")),
    )
    op.create_index(
        "ix_dim_correction_fact",
        "dim_correction",
        ["region_code", "indicator_code", "measure", "variant", "period"],
    )


def _partition() -> None:
    """The observations by the year of their period, in a schema of their own; rows are moved over."""
    table, years = "core_observation", "core_observation_years"
    bounds = ["MINVALUE", *(f"'{year}-01-01'" for year in YEARS), f"'{YEARS[-1] + 1}-01-01'", "MAXVALUE"]
    names = ["before", *(f"y{year}" for year in YEARS), "after"]
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_whole")
    op.execute(
        f"CREATE TABLE {table} (LIKE {table}_whole INCLUDING CONSTRAINTS) PARTITION BY RANGE (period_end)"
    )
    op.execute(f"CREATE SCHEMA {years}")
    for name, start, end in zip(names, bounds[:-1], bounds[1:], strict=True):
        op.execute(f"CREATE TABLE {years}.{name} PARTITION OF {table} FOR VALUES FROM ({start}) TO ({end})")
    columns = ", ".join(column["name"] for column in sa.inspect(op.get_bind()).get_columns(f"{table}_whole"))
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_whole")  # noqa: S608
    op.execute(f"DROP TABLE {table}_whole")
    op.create_primary_key(op.f(f"pk_{table}"), table, ["observation_id", "period_end"])
    for column, target in _KEYS.items():
        op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], [column])
    op.create_index(f"ix_{table}_document_id", table, ["document_id"])
    op.create_index(
        f"ix_{table}_fact",
        table,
        ["region_code", "indicator_code", "measure", "period", "variant", "published_at"],
    )
