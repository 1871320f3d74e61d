"""Loops of check-up, diagnosis and response, and what happened to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "ops_loop",
        sa.Column("loop_id", sa.String(), nullable=False),
        sa.Column("circle_id", sa.String(), nullable=False),
        sa.Column("rule_code", sa.String(), nullable=False),
        sa.Column("rule_zh", sa.String(), nullable=False),
        sa.Column("rule_en", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("indicator_code", sa.String(), nullable=False),
        sa.Column("opened_quarter", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["dim_circle.circle_id"], name=op.f("fk_ops_loop_circle_id")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_ops_loop_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_code"], ["dim_indicator.indicator_code"], name=op.f("fk_ops_loop_indicator_code")
        ),
        sa.PrimaryKeyConstraint("loop_id", name=op.f("pk_ops_loop")),
        sa.UniqueConstraint(
            "circle_id",
            "rule_code",
            "region_code",
            "indicator_code",
            "opened_quarter",
            name=op.f("uq_ops_loop_of"),
        ),
    )
    op.create_table(
        "ops_loop_event",
        sa.Column("loop_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("clear_quarters", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_quarter", sa.String(), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('opened', 'found', 'clear', 'unjudged', 'proposed', 'reopened', 'responded', 'verified', 'closed')",
            name=op.f("ck_ops_loop_event_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'responding', 'proposed', 'verified', 'closed')",
            name=op.f("ck_ops_loop_event_state"),
        ),
        sa.CheckConstraint(
            "severity IN ('notice', 'watch', 'alert')", name=op.f("ck_ops_loop_event_severity")
        ),
        sa.ForeignKeyConstraint(["loop_id"], ["ops_loop.loop_id"], name=op.f("fk_ops_loop_event_loop_id")),
        sa.PrimaryKeyConstraint("loop_id", "ordinal", name=op.f("pk_ops_loop_event")),
    )
    op.create_index(op.f("ix_ops_loop_event_quarter"), "ops_loop_event", ["quarter"])
