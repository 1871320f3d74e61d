"""Dimensions, and what the warehouse says of itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "dim_indicator",
        sa.Column("indicator_code", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("cumulative", sa.Boolean(), nullable=False),
        sa.Column("source_body", sa.String(), nullable=False),
        sa.Column("yoy_min", sa.Float(), nullable=True),
        sa.Column("yoy_max", sa.Float(), nullable=True),
        sa.Column("price_basis", sa.String(), nullable=False),
        sa.Column("lag_days", sa.String(), nullable=False),
        sa.Column("agg_rule", sa.String(), nullable=False),
        sa.Column("level_published", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("indicator_code", name=op.f("pk_dim_indicator")),
    )
    op.create_table(
        "dim_measure",
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("accumulation", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("measure", name=op.f("pk_dim_measure")),
    )
    op.create_table(
        "dim_period",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("label_zh", sa.String(), nullable=False),
        sa.Column("label_ytd_zh", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.CheckConstraint("frequency IN ('A', 'Q', 'M', 'D')", name=op.f("ck_dim_period_frequency")),
        sa.CheckConstraint("period_start <= period_end", name=op.f("ck_dim_period_order")),
        sa.CheckConstraint("year BETWEEN 1949 AND 2100", name=op.f("ck_dim_period_year")),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_dim_period")),
    )
    op.create_index("ix_dim_period_quarter", "dim_period", ["quarter"])
    op.create_table(
        "dim_region",
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region_code", name=op.f("pk_dim_region")),
    )
    op.create_index("ix_dim_region_parent_code", "dim_region", ["parent_code"])
    op.create_table(
        "dim_release_window",
        sa.Column("window_id", sa.String(), nullable=False),
        sa.Column("indicator_codes", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("frequency IN ('A', 'Q', 'M')", name=op.f("ck_dim_release_window_frequency")),
        sa.PrimaryKeyConstraint("window_id", name=op.f("pk_dim_release_window")),
    )
    op.create_table(
        "meta_column",
        sa.Column("object_name", sa.String(), nullable=False),
        sa.Column("column_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("data_type", sa.String(), nullable=False),
        sa.Column("description_zh", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('table', 'view')", name=op.f("ck_meta_column_kind")),
        sa.PrimaryKeyConstraint("object_name", "column_name", name=op.f("pk_meta_column")),
    )
    op.create_table(
        "meta_contract",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta_contract")),
    )
    op.create_table(
        "meta_world",
        sa.Column("world", sa.String(), nullable=False),
        sa.CheckConstraint("world IN ('facts', 'synthetic')", name=op.f("ck_meta_world_world")),
        sa.PrimaryKeyConstraint("world", name=op.f("pk_meta_world")),
    )
    op.create_table(
        "dim_circle",
        sa.Column("circle_id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("members_known", sa.Boolean(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_dim_circle_region_code")
        ),
        sa.PrimaryKeyConstraint("circle_id", name=op.f("pk_dim_circle")),
        sa.UniqueConstraint("region_code", name=op.f("uq_dim_circle_region_code")),
    )
    op.create_table(
        "dim_source",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("list_url", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("verified", sa.String(), nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("min_items", sa.Integer(), nullable=False),
        sa.Column("max_age_days", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_dim_source_region_code")
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_dim_source")),
    )
    op.create_table(
        "dim_circle_member",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("circle_id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("scope IN ('core', 'extended')", name=op.f("ck_dim_circle_member_scope")),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["dim_circle.circle_id"], name=op.f("fk_dim_circle_member_circle_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_dim_circle_member_region_code")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_dim_circle_member")),
    )
    op.create_index("ix_dim_circle_member_circle_id", "dim_circle_member", ["circle_id"])
    op.create_table(
        "dim_circle_region",
        sa.Column("circle_id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('circle', 'core', 'city', 'member', 'province', 'nation')",
            name=op.f("ck_dim_circle_region_role"),
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["dim_circle.circle_id"], name=op.f("fk_dim_circle_region_circle_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_dim_circle_region_region_code")
        ),
        sa.PrimaryKeyConstraint("circle_id", "region_code", name=op.f("pk_dim_circle_region")),
    )
    op.create_table(
        "dim_plan_series",
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("circle_id", sa.String(), nullable=True),
        sa.Column("plan_type", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("cycle_years", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["dim_circle.circle_id"], name=op.f("fk_dim_plan_series_circle_id")
        ),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_dim_plan_series")),
    )
    op.create_table(
        "dim_plan_round",
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("period_start", sa.Integer(), nullable=True),
        sa.Column("period_end", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("issuers", sa.String(), nullable=False),
        sa.Column("doc_number", sa.String(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("count_value", sa.Float(), nullable=True),
        sa.Column("count_what", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('issued', 'draft', 'expected')", name=op.f("ck_dim_plan_round_status")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["dim_plan_series.series_id"], name=op.f("fk_dim_plan_round_series_id")
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_dim_plan_round")),
    )
    op.create_index("ix_dim_plan_round_series_id_round", "dim_plan_round", ["series_id", "round"])
