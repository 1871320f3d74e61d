"""Plans, their parts, milestones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "core_plan",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("plan_type", sa.String(), nullable=True),
        sa.Column("series_id", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("period_start", sa.Integer(), nullable=True),
        sa.Column("period_end", sa.Integer(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("issuers", sa.Text(), nullable=False),
        sa.Column("issuer_count", sa.Integer(), nullable=True),
        sa.Column("doc_number", sa.String(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("approver", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=True),
        sa.Column("span_end", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('text', 'mention')", name=op.f("ck_core_plan_role")),
        sa.CheckConstraint(
            "status IN ('issued', 'draft', 'expected', 'amended', 'repealed')",
            name=op.f("ck_core_plan_status"),
        ),
        sa.CheckConstraint(
            "period_start IS NULL OR period_end IS NULL OR period_start <= period_end",
            name=op.f("ck_core_plan_period_order"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_plan_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["dim_plan_series.series_id"], name=op.f("fk_core_plan_series_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_core_plan")),
    )
    op.create_index("ix_core_plan_document_id", "core_plan", ["document_id"])
    op.create_index("ix_core_plan_series_id_round", "core_plan", ["series_id", "round"])
    op.create_table(
        "core_plan_section",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_plan_section_document_id")
        ),
        sa.PrimaryKeyConstraint("section_id", name=op.f("pk_core_plan_section")),
    )
    op.create_index("ix_core_plan_section_document_id", "core_plan_section", ["document_id"])
    op.create_table(
        "core_plan_target",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("indicator_code", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("by_year", sa.Integer(), nullable=True),
        sa.Column("comparator", sa.String(), nullable=False),
        sa.Column("strict", sa.Boolean(), nullable=False),
        sa.Column("binding", sa.String(), nullable=True),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "comparator IN ('>=', '<=', '=', 'about')", name=op.f("ck_core_plan_target_comparator")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_plan_target_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_code"],
            ["dim_indicator.indicator_code"],
            name=op.f("fk_core_plan_target_indicator_code"),
        ),
        sa.PrimaryKeyConstraint("target_id", name=op.f("pk_core_plan_target")),
    )
    op.create_index("ix_core_plan_target_document_id", "core_plan_target", ["document_id"])
    op.create_table(
        "core_plan_task",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("guiding", sa.Text(), nullable=False),
        sa.Column("deadline", sa.String(), nullable=True),
        sa.Column("under", sa.Text(), nullable=True),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_plan_task_document_id")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_core_plan_task")),
    )
    op.create_index("ix_core_plan_task_document_id", "core_plan_task", ["document_id"])
    op.create_table(
        "core_plan_count",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("count_id", sa.String(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=True),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_plan_count_document_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["core_plan.plan_id"], name=op.f("fk_core_plan_count_plan_id")),
        sa.PrimaryKeyConstraint("count_id", name=op.f("pk_core_plan_count")),
    )
    op.create_index("ix_core_plan_count_document_id", "core_plan_count", ["document_id"])
    op.create_index("ix_core_plan_count_plan_id", "core_plan_count", ["plan_id"])
    op.create_table(
        "core_plan_project",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("plan_id", sa.String(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("investment", sa.Float(), nullable=True),
        sa.Column("investment_unit", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("list_year", sa.Integer(), nullable=True),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_plan_project_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["core_plan.plan_id"], name=op.f("fk_core_plan_project_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_core_plan_project_region_code")
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_core_plan_project")),
    )
    op.create_index("ix_core_plan_project_document_id", "core_plan_project", ["document_id"])
    op.create_table(
        "core_milestone",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("project_id", sa.String(), nullable=True),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "task_id IS NOT NULL OR project_id IS NOT NULL", name=op.f("ck_core_milestone_of_something")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_milestone_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["core_plan_project.project_id"], name=op.f("fk_core_milestone_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["core_plan_task.task_id"], name=op.f("fk_core_milestone_task_id")
        ),
        sa.PrimaryKeyConstraint("milestone_id", name=op.f("pk_core_milestone")),
    )
    op.create_index("ix_core_milestone_document_id", "core_milestone", ["document_id"])
