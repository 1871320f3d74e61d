"""Scores of assessments, with the rule's version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the table; nothing was kept before."""
    op.create_table(
        "ops_assessment_score",
        sa.Column("score_id", sa.String(), nullable=False),
        sa.Column("circle_id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("rule_digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("veto", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('scored', 'reweighted', 'vetoed', 'refused')",
            name=op.f("ck_ops_assessment_score_state"),
        ),
        sa.CheckConstraint("access IN ('public', 'internal')", name=op.f("ck_ops_assessment_score_access")),
        sa.CheckConstraint(
            "(state = 'refused') = (score IS NULL)", name=op.f("ck_ops_assessment_score_score_or_reason")
        ),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["dim_circle.circle_id"], name=op.f("fk_ops_assessment_score_circle_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_ops_assessment_score_region_code")
        ),
        sa.PrimaryKeyConstraint("score_id", name=op.f("pk_ops_assessment_score")),
    )
    op.create_index("ix_ops_assessment_score_circle_id", "ops_assessment_score", ["circle_id"])
