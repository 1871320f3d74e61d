"""Releases of plans: the key and the part of each plan row, and one row a release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns, empty until the next load fills them, and create the table."""
    for table in ("staging_plan", "core_plan"):
        op.add_column(table, sa.Column("release_key", sa.String(), nullable=True))
        op.add_column(table, sa.Column("release_part", sa.String(), nullable=True))
    op.create_index("ix_core_plan_release_key", "core_plan", ["release_key"])
    op.create_table(
        "core_plan_release",
        sa.Column("release_key", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("plan_type", sa.String(), nullable=True),
        sa.Column("series_id", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("period_start", sa.Integer(), nullable=True),
        sa.Column("period_end", sa.Integer(), nullable=True),
        sa.Column("issuers", sa.Text(), nullable=False),
        sa.Column("doc_number", sa.String(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("succeeds_key", sa.String(), nullable=True),
        sa.Column("first_document_id", sa.String(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("announced_state", sa.String(), nullable=True),
        sa.Column("announced_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "period_start IS NULL OR period_end IS NULL OR period_start <= period_end",
            name=op.f("ck_core_plan_release_period_order"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'new', 'revised', 'repealed')", name=op.f("ck_core_plan_release_state")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["dim_plan_series.series_id"], name=op.f("fk_core_plan_release_series_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_document_id"],
            ["core_document.document_id"],
            name=op.f("fk_core_plan_release_first_document_id"),
        ),
        sa.PrimaryKeyConstraint("release_key", name=op.f("pk_core_plan_release")),
    )
    op.create_index("ix_core_plan_release_series_id", "core_plan_release", ["series_id"])
