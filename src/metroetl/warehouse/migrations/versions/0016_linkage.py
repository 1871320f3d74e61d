"""Flows that operators give, and links between places computed from them or from published figures."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0016"
down_revision = "0015"


def _given() -> list[sa.Column[Any]]:
    return [
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("embargo_until", UtcDateTime(), nullable=True),
        sa.Column("world", sa.String(), nullable=False),
    ]


def _world(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["world"], ["meta_world.world"], name=op.f(f"fk_{table}_world"))


def upgrade() -> None:
    """Add the files, their cells, and the links."""
    op.create_table(
        "core_flow_file",
        *_given(),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("vintage", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.CheckConstraint("access IN ('internal')", name=op.f("ck_core_flow_file_access")),
        _world("core_flow_file"),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_core_flow_file")),
        sa.UniqueConstraint(
            "source_name", "period", "vintage", name=op.f("uq_core_flow_file_source_name_period_vintage")
        ),
    )
    op.create_table(
        "core_flow",
        *_given(),
        sa.Column("flow_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("seller_code", sa.String(), nullable=False),
        sa.Column("buyer_code", sa.String(), nullable=False),
        sa.Column("industry", sa.String(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("value_text", sa.String(), nullable=False),
        sa.Column("unit_printed", sa.String(), nullable=False),
        sa.Column("firms", sa.Integer(), nullable=True),
        sa.CheckConstraint("access IN ('internal')", name=op.f("ck_core_flow_access")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_core_flow_amount")),
        sa.CheckConstraint("firms >= 0", name=op.f("ck_core_flow_firms")),
        _world("core_flow"),
        sa.ForeignKeyConstraint(["file_id"], ["core_flow_file.file_id"], name=op.f("fk_core_flow_file_id")),
        sa.PrimaryKeyConstraint("flow_id", name=op.f("pk_core_flow")),
        sa.UniqueConstraint(
            "file_id", "seller_code", "buyer_code", "industry",
            name=op.f("uq_core_flow_file_id_seller_code_buyer_code_industry"),
        ),
    )  # fmt: skip
    _links()


def _links() -> None:
    op.create_table(
        "core_linkage",
        *_given(),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("circle_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=True),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("vintage", sa.Integer(), nullable=False),
        sa.Column("from_code", sa.String(), nullable=False),
        sa.Column("to_code", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("obs_status", sa.String(), nullable=False),
        sa.Column("suppressed", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("observation_ids", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('od', 'gravity')", name=op.f("ck_core_linkage_kind")),
        sa.CheckConstraint(
            "suppressed IN ('', 'primary', 'complementary', 'derived')",
            name=op.f("ck_core_linkage_suppressed"),
        ),
        sa.CheckConstraint(
            "suppressed = '' OR value IS NULL AND obs_status = 'Q'",
            name=op.f("ck_core_linkage_suppressed_value"),
        ),
        sa.CheckConstraint("kind = 'gravity' OR access = 'internal'", name=op.f("ck_core_linkage_internal")),
        sa.CheckConstraint("access IN ('public', 'internal')", name=op.f("ck_core_linkage_access")),
        _world("core_linkage"),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["dim_circle.circle_id"], name=op.f("fk_core_linkage_circle_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["core_flow_file.file_id"], name=op.f("fk_core_linkage_file_id")
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_core_linkage")),
    )
    op.create_index("ix_core_linkage_circle_id_period_kind", "core_linkage", ["circle_id", "period", "kind"])
    op.create_index("ix_core_linkage_file_id", "core_linkage", ["file_id"])
