"""Attempts that were folded: how many a month, source, role and outcome."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "raw_fetch_month",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["dim_source.source_id"], name=op.f("fk_raw_fetch_month_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "month", "role", "outcome", name=op.f("pk_raw_fetch_month")),
        sa.CheckConstraint(
            "role IN ('listing', 'page', 'part', 'attachment', 'inbox')", name=op.f("ck_raw_fetch_month_role")
        ),
    )
