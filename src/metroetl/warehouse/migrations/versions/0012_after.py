"""What is judged after publishing: the rules as a dimension, and the release calendar, laid out again (it was empty)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the rules; a release has a fifth way not to come, and says since when it is watched."""
    op.create_table(
        "dim_rule",
        sa.Column("rule_code", sa.String(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("stage IN ('gate', 'after')", name=op.f("ck_dim_rule_stage")),
        sa.CheckConstraint("severity IN ('critical', 'error', 'warning')", name=op.f("ck_dim_rule_severity")),
        sa.PrimaryKeyConstraint("rule_code", name=op.f("pk_dim_rule")),
    )
    op.drop_table("ops_release")
    op.create_table(
        "ops_release",
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("window_id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("due_from", sa.Date(), nullable=False),
        sa.Column("due_to", sa.Date(), nullable=False),
        sa.Column("watched_from", sa.Date(), nullable=False),
        sa.Column("came_before", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('expected', 'early', 'on_time', 'late', 'missed', 'unproven')",
            name=op.f("ck_ops_release_state"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_ops_release_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_ops_release_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["dim_release_window.window_id"], name=op.f("fk_ops_release_window_id")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_ops_release")),
        sa.UniqueConstraint(
            "window_id", "region_code", "period", name=op.f("uq_ops_release_window_id_region_code_period")
        ),
    )
