"""Snapshots, attempts, runs, batches, checks, quarantine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "ops_run",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_ops_run")),
    )
    op.create_index("ix_ops_run_started_at", "ops_run", ["started_at"])
    op.create_table(
        "ops_batch",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.Column("staged_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("observations", sa.Integer(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("plans", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("held_by", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('staged', 'held', 'published', 'rejected', 'replayed')",
            name=op.f("ck_ops_batch_state"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops_run.run_id"], name=op.f("fk_ops_batch_run_id")),
        sa.ForeignKeyConstraint(["source_id"], ["dim_source.source_id"], name=op.f("fk_ops_batch_source_id")),
        sa.ForeignKeyConstraint(["world"], ["meta_world.world"], name=op.f("fk_ops_batch_world")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_ops_batch")),
        sa.UniqueConstraint("run_id", "source_id", "part", name=op.f("uq_ops_batch_run_id_source_id_part")),
    )
    op.create_index("ix_ops_batch_state", "ops_batch", ["state"])
    op.create_table(
        "raw_fetch",
        sa.Column("fetch_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("way_out", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('listing', 'page', 'attachment', 'inbox')", name=op.f("ck_raw_fetch_role")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops_run.run_id"], name=op.f("fk_raw_fetch_run_id")),
        sa.ForeignKeyConstraint(["source_id"], ["dim_source.source_id"], name=op.f("fk_raw_fetch_source_id")),
        sa.PrimaryKeyConstraint("fetch_id", name=op.f("pk_raw_fetch")),
    )
    op.create_index("ix_raw_fetch_run_id", "raw_fetch", ["run_id"])
    op.create_index("ix_raw_fetch_source_id_fetched_at", "raw_fetch", ["source_id", "fetched_at"])
    op.create_table(
        "raw_snapshot",
        sa.Column("snapshot_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("parent_url", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('listing', 'page', 'attachment', 'inbox')", name=op.f("ck_raw_snapshot_role")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'staged', 'read', 'unreadable', 'rejected')",
            name=op.f("ck_raw_snapshot_state"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops_run.run_id"], name=op.f("fk_raw_snapshot_run_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["dim_source.source_id"], name=op.f("fk_raw_snapshot_source_id")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_raw_snapshot")),
    )
    op.create_index("ix_raw_snapshot_sha256", "raw_snapshot", ["sha256"])
    op.create_index("ix_raw_snapshot_source_id_url", "raw_snapshot", ["source_id", "url"])
    op.create_index("ix_raw_snapshot_state_source_id", "raw_snapshot", ["state", "source_id"])
    op.create_table(
        "ops_check",
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=True),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("rule_code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("evaluated", sa.Integer(), nullable=False),
        sa.Column("unexpected", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "severity IN ('critical', 'error', 'warning')", name=op.f("ck_ops_check_severity")
        ),
        sa.CheckConstraint("verdict IN ('pass', 'fail', 'error')", name=op.f("ck_ops_check_verdict")),
        sa.ForeignKeyConstraint(["batch_id"], ["ops_batch.batch_id"], name=op.f("fk_ops_check_batch_id")),
        sa.ForeignKeyConstraint(["run_id"], ["ops_run.run_id"], name=op.f("fk_ops_check_run_id")),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_ops_check")),
    )
    op.create_index("ix_ops_check_rule_code_checked_at", "ops_check", ["rule_code", "checked_at"])
    op.create_index("ix_ops_check_run_id", "ops_check", ["run_id"])
    op.create_table(
        "ops_quarantine",
        sa.Column("quarantine_id", sa.String(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("rule_code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("row_json", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=True),
        sa.Column("span_end", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "severity IN ('critical', 'error', 'warning')", name=op.f("ck_ops_quarantine_severity")
        ),
        sa.CheckConstraint(
            "state = 'open' OR decided_at IS NOT NULL", name=op.f("ck_ops_quarantine_decided")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'released', 'rejected', 'replayed')", name=op.f("ck_ops_quarantine_state")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["ops_batch.batch_id"], name=op.f("fk_ops_quarantine_batch_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops_run.run_id"], name=op.f("fk_ops_quarantine_run_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["dim_source.source_id"], name=op.f("fk_ops_quarantine_source_id")
        ),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("pk_ops_quarantine")),
    )
    op.create_index("ix_ops_quarantine_batch_id", "ops_quarantine", ["batch_id"])
    op.create_index("ix_ops_quarantine_row_id", "ops_quarantine", ["row_id"])
    op.create_index("ix_ops_quarantine_sha256", "ops_quarantine", ["sha256"])
    op.create_index("ix_ops_quarantine_state_created_at", "ops_quarantine", ["state", "created_at"])
