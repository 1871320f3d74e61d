"""What step 3 knows of sources: parts, requests, content hashes, checks, schedules, republications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0007"
down_revision = "0006"

ROLE = "role IN ('listing', 'page', 'part', 'attachment', 'inbox')"
STATE = "state IN ('pending', 'staged', 'read', 'unreadable', 'rejected')"
ACCESS = "access IN ('public', 'internal')"


def upgrade() -> None:
    """Widen the raw tables, keeping their rows, and create the new ones."""
    snapshot: list[sa.Column[Any]] = [
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("request", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("publisher", sa.String(), nullable=False, server_default=""),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("access", sa.String(), nullable=False, server_default="public"),
    ]
    _widen("raw_snapshot", snapshot, {"role": ROLE, "state": STATE, "access": ACCESS}, new=("access",))
    fetch: list[sa.Column[Any]] = [
        sa.Column("fresh", sa.Integer(), nullable=True),
        sa.Column("newest", sa.Date(), nullable=True),
    ]
    _widen("raw_fetch", fetch, {"role": ROLE})
    op.execute("UPDATE raw_snapshot SET access = 'internal' WHERE role = 'inbox'")
    op.execute(
        "UPDATE raw_snapshot SET content_hash = (SELECT MIN(d.content_hash) FROM core_document AS d"
        " WHERE d.snapshot_id = raw_snapshot.snapshot_id)"
    )
    _create_ops()
    _create_republication()


def _widen(
    table: str, columns: Sequence[sa.Column[Any]], checks: dict[str, str], new: Sequence[str] = ()
) -> None:
    """Add columns and replace the CHECK of `role`; SQLite copies the table, and is told all CHECKs it shall have."""
    named = {name: op.f(f"ck_{table}_{name}") for name in checks}
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        before = sa.Table(table, sa.MetaData(), autoload_with=bind)
        for constraint in [c for c in before.constraints if isinstance(c, sa.CheckConstraint)]:
            before.constraints.remove(constraint)
        for name, rule in checks.items():
            before.append_constraint(sa.CheckConstraint(rule, name=named[name]))
        with op.batch_alter_table(table, recreate="always", copy_from=before) as batch:
            for column in columns:
                batch.add_column(column)
        return
    for column in columns:
        op.add_column(table, column)
    op.drop_constraint(named["role"], table, type_="check")
    for name in ("role", *new):
        op.create_check_constraint(named[name], table, checks[name])


def _create_ops() -> None:
    op.create_table(
        "ops_source_check",
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("family_declared", sa.String(), nullable=True),
        sa.Column("family_seen", sa.String(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=True),
        sa.Column("newest", sa.Date(), nullable=True),
        sa.Column("days_late", sa.Integer(), nullable=True),
        sa.Column("robots", sa.String(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("way_out", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "robots IN ('allowed', 'disallowed', 'none', 'html', 'unreachable')",
            name=op.f("ck_ops_source_check_robots"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["ops_run.run_id"], name=op.f("fk_ops_source_check_run_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["dim_source.source_id"], name=op.f("fk_ops_source_check_source_id")
        ),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_ops_source_check")),
    )
    op.create_index("ix_ops_source_check_run_id", "ops_source_check", ["run_id"])
    op.create_index(
        "ix_ops_source_check_source_id_checked_at", "ops_source_check", ["source_id", "checked_at"]
    )
    op.create_table(
        "ops_schedule",
        sa.Column("schedule_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("seen_first_at", UtcDateTime(), nullable=False),
        sa.Column("seen_last_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('announced', 'withdrawn')", name=op.f("ck_ops_schedule_state")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["dim_source.source_id"], name=op.f("fk_ops_schedule_source_id")
        ),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_ops_schedule")),
        sa.UniqueConstraint(
            "source_id", "title", "due_on", name=op.f("uq_ops_schedule_source_id_title_due_on")
        ),
    )
    op.create_index("ix_ops_schedule_due_on", "ops_schedule", ["due_on"])


def _create_republication() -> None:
    op.create_table(
        "core_republication",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("work_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("tied_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("basis IN ('number', 'title', 'body')", name=op.f("ck_core_republication_basis")),
        sa.CheckConstraint(
            "role IN ('original', 'republication', 'forwarding')", name=op.f("ck_core_republication_role")
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_core_republication_score")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_republication_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["work_id"], ["core_document.document_id"], name=op.f("fk_core_republication_work_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_core_republication")),
    )
    op.create_index("ix_core_republication_work_id", "core_republication", ["work_id"])
