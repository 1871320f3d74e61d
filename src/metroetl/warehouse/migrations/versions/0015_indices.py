"""Indices: editions and values, computed and published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0015"
down_revision = "0014"

_ORIGIN = "origin IN ('computed', 'published')"


def upgrade() -> None:
    """Both tables are filled by the monitor flow."""
    op.create_table(
        "dim_index",
        sa.Column("index_id", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("data_year", sa.Integer(), nullable=True),
        sa.Column("normalisation", sa.String(), nullable=False),
        sa.Column("weighting", sa.String(), nullable=False),
        sa.Column("aggregation", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("coverage_minimum", sa.Float(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint(_ORIGIN, name=op.f("ck_dim_index_origin")),
        sa.CheckConstraint("kind IN ('level', 'process', '')", name=op.f("ck_dim_index_kind")),
        sa.PrimaryKeyConstraint("index_id", "edition", name=op.f("pk_dim_index")),
    )
    _values()
    op.create_index(
        "ix_core_index_value_index_id_edition_region_code_period",
        "core_index_value",
        ["index_id", "edition", "region_code", "period"],
    )


def _values() -> None:
    op.create_table(
        "core_index_value",
        sa.Column("value_id", sa.String(), nullable=False),
        sa.Column("index_id", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("data_year", sa.Integer(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("part_level", sa.String(), nullable=False),
        sa.Column("part_zh", sa.String(), nullable=False),
        sa.Column("part_en", sa.String(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("raw_value", sa.Float(), nullable=True),
        sa.Column("raw_unit", sa.String(), nullable=False),
        sa.Column("raw_period", sa.String(), nullable=True),
        sa.Column("obs_status", sa.String(), nullable=False),
        sa.Column("weight_pct", sa.Float(), nullable=True),
        sa.Column("covered_pct", sa.Float(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("rank_of", sa.Integer(), nullable=True),
        sa.Column("rank_best", sa.Integer(), nullable=True),
        sa.Column("rank_worst", sa.Integer(), nullable=True),
        sa.Column("value_low", sa.Float(), nullable=True),
        sa.Column("value_high", sa.Float(), nullable=True),
        sa.Column("contribution", sa.Float(), nullable=True),
        sa.Column("contribution_pct", sa.Float(), nullable=True),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("observation_ids", sa.Text(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.CheckConstraint(_ORIGIN, name=op.f("ck_core_index_value_origin")),
        sa.CheckConstraint(
            "part_level IN ('total', 'dimension', 'indicator', 'coverage')",
            name=op.f("ck_core_index_value_part_level"),
        ),
        sa.CheckConstraint("obs_status IN ('A', 'E', 'L')", name=op.f("ck_core_index_value_obs_status")),
        sa.CheckConstraint("world IN ('facts', 'synthetic')", name=op.f("ck_core_index_value_world")),
        sa.CheckConstraint("access IN ('public', 'internal')", name=op.f("ck_core_index_value_access")),
        sa.CheckConstraint(
            "value IS NOT NULL OR rank IS NOT NULL OR obs_status = 'L'",
            name=op.f("ck_core_index_value_said"),
        ),
        sa.CheckConstraint("covered_pct BETWEEN 0 AND 100.001", name=op.f("ck_core_index_value_covered")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_core_index_value_region_code")
        ),
        sa.ForeignKeyConstraint(["world"], ["meta_world.world"], name=op.f("fk_core_index_value_world")),
        sa.PrimaryKeyConstraint("value_id", name=op.f("pk_core_index_value")),
    )
