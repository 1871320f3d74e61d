"""Lists of plans: items with their identity, milestones, goals, progress, a plan's place among its circle's plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0008"
down_revision = "0007"

_PLAN_CHECKS = {
    "role": "role IN ('text', 'mention')",
    "status": "status IN ('issued', 'draft', 'expected', 'amended', 'repealed')",
    "period_order": "period_start IS NULL OR period_end IS NULL OR period_start <= period_end",
    "system_place": "system_place IN ('发展规划', '国土空间规划', '专项规划', '毗邻地区规划')",
}
_KIND = {"kind": "kind IN ('project', 'matter', 'meeting', 'case')"}
_OF_PROJECT = {"kind": "project", "item_key": ""}


def upgrade() -> None:
    """Widen the tables of plans and tasks, keeping their rows, and create the new ones."""
    for layer in ("staging", "core"):
        _add(f"{layer}_plan_task", [_text("number"), _long("cooperating"), _text("funding")])
    _add("staging_plan", _of_plan())
    _widen("core_plan", _of_plan(), _PLAN_CHECKS, new="system_place", foreign={"circle_id": "dim_circle"})
    _widen("core_plan_project", _of_project(), _KIND, new="kind")
    op.create_index("ix_core_plan_project_item_key", "core_plan_project", ["item_key"])
    for owner in ("task_id", "project_id"):
        op.create_index(f"ix_core_milestone_{owner}", "core_milestone", [owner])
    _create_core()
    _create_staging()


def _text(name: str, default: str = "") -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def _long(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _of_plan() -> list[sa.Column[Any]]:
    return [
        sa.Column("system_place", sa.String(), nullable=True),
        sa.Column("circle_id", sa.String(), nullable=True),
        sa.Column("succeeds", sa.Text(), nullable=True),
    ]


def _of_project() -> list[sa.Column[Any]]:
    """The columns that core's projects get."""
    return [
        *(_text(name, _OF_PROJECT.get(name, "")) for name in ("kind", "number", "funding", "item_key")),
        *(_long(name) for name in ("content", "place", "guiding", "cooperating")),
        sa.Column("year_investment", sa.Float(), nullable=True),
        sa.Column("deadline", sa.String(), nullable=True),
        sa.Column("under", sa.Text(), nullable=True),
    ]


def _add(table: str, columns: Sequence[sa.Column[Any]]) -> None:
    for column in columns:
        op.add_column(table, column)


def _widen(
    table: str,
    columns: Sequence[sa.Column[Any]],
    checks: Mapping[str, str],
    *,
    new: str,
    foreign: Mapping[str, str] | None = None,
) -> None:
    """Add columns with a CHECK and foreign keys; SQLite copies the table, and is told all CHECKs it shall have."""
    bind = op.get_bind()
    keys = {f"fk_{table}_{column}": (column, other) for column, other in (foreign or {}).items()}
    if bind.dialect.name == "sqlite":
        before = sa.Table(table, sa.MetaData(), autoload_with=bind)
        for constraint in [c for c in before.constraints if isinstance(c, sa.CheckConstraint)]:
            before.constraints.remove(constraint)
        for name, rule in checks.items():
            if name != new:
                before.append_constraint(sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")))
        with op.batch_alter_table(table, recreate="always", copy_from=before) as batch:
            for column in columns:
                batch.add_column(column)
            batch.create_check_constraint(op.f(f"ck_{table}_{new}"), checks[new])
            for name, (own, other) in keys.items():
                batch.create_foreign_key(op.f(name), other, [own], [own])
        return
    _add(table, columns)
    op.create_check_constraint(op.f(f"ck_{table}_{new}"), table, checks[new])
    for name, (own, other) in keys.items():
        op.create_foreign_key(op.f(name), table, other, [own], [own])


def _create_core() -> None:
    _create(
        "core_plan_goal",
        _of_document("goal_id"),
        [
            sa.Column("text", sa.Text(), nullable=False),
            sa.Column("by_year", sa.Integer(), nullable=True),
            sa.Column("under", sa.Text(), nullable=True),
        ],
    )
    _create(
        "core_plan_progress",
        _of_document("progress_id"),
        [
            *_progress(),
            sa.CheckConstraint(
                "state IN ('done', 'on_time', 'behind', 'not_started')",
                name=op.f("ck_core_plan_progress_state"),
            ),
        ],
    )
    op.create_index("ix_core_plan_progress_item_key", "core_plan_progress", ["item_key"])


def _create_staging() -> None:
    _create(
        "staging_plan_goal",
        _staged(),
        [
            sa.Column("text", sa.Text(), nullable=False),
            sa.Column("by_year", sa.Integer(), nullable=True),
            sa.Column("under", sa.Text(), nullable=True),
        ],
    )
    _create("staging_plan_progress", _staged(), _progress())
    _create(
        "staging_milestone",
        _staged(),
        [
            sa.Column("task_content_id", sa.String(), nullable=True),
            sa.Column("project_content_id", sa.String(), nullable=True),
            sa.Column("quarter", sa.String(), nullable=False),
            sa.Column("text", sa.Text(), nullable=False),
            sa.Column("lead", sa.Text(), nullable=False),
            sa.Column("responsible", sa.Text(), nullable=False),
        ],
    )
    _create(
        "staging_plan_project",
        _staged(),
        [
            sa.Column("plan_content_id", sa.String(), nullable=True),
            sa.Column("name", sa.Text(), nullable=False),
            *(sa.Column(n, sa.String(), nullable=False) for n in ("kind", "number", "funding", "item_key")),
            *(sa.Column(n, sa.Text(), nullable=False) for n in ("content", "place", "lead", "responsible")),
            *(sa.Column(n, sa.Text(), nullable=False) for n in ("guiding", "cooperating", "quote")),
            *(
                sa.Column(n, sa.String(), nullable=True)
                for n in ("field", "region_code", "stage", "deadline")
            ),
            sa.Column("investment", sa.Float(), nullable=True),
            sa.Column("year_investment", sa.Float(), nullable=True),
            sa.Column("investment_unit", sa.String(), nullable=True),
            sa.Column("under", sa.Text(), nullable=True),
            sa.Column("list_year", sa.Integer(), nullable=True),
        ],
    )


def _progress() -> list[sa.Column[Any]]:
    return [
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("percent", sa.Float(), nullable=True),
        sa.Column("item_key", sa.String(), nullable=True),
    ]


def _of_document(key: str) -> list[sa.Column[Any]]:
    return [
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column(key, sa.String(), nullable=False),
    ]


def _staged() -> list[sa.Column[Any]]:
    names = (
        "batch_id",
        "run_id",
        "source_id",
        "content_id",
        "document_key",
        "document_row_id",
        "sha256",
        "url",
    )
    return [
        sa.Column("published_on", sa.Date(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in names),
        sa.Column("row_id", sa.String(), nullable=False),
    ]


def _create(table: str, common: list[sa.Column[Any]], own: Sequence[Any]) -> None:
    """A table of parts of documents: its key is the last of the common columns."""
    staged = table.startswith("staging_")
    owner, document, key = (
        ("document_row_id", "staging_document.row_id", "row_id")
        if staged
        else ("document_id", "core_document.document_id", common[-1].name)
    )
    op.create_table(
        table,
        *common,
        sa.Column("ordinal", sa.Integer(), nullable=False),
        *own,
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            [owner], [document], name=op.f(f"fk_{table}_{owner}"), ondelete="CASCADE" if staged else None
        ),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_{owner}", table, [owner])
