"""Documents, figures, statements, expected releases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from metroetl.warehouse.base import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "core_document",
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("document_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("snapshot_id", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("flags", sa.String(), nullable=False),
        sa.Column("doc_number", sa.String(), nullable=True),
        sa.Column("index_number", sa.String(), nullable=True),
        sa.Column("issue", sa.String(), nullable=True),
        sa.Column("issue_total", sa.Integer(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("written_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_basis", sa.String(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("parent_url", sa.String(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_length", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("embargo_until", UtcDateTime(), nullable=True),
        sa.Column("world", sa.String(), nullable=False),
        sa.CheckConstraint("access IN ('public', 'internal')", name=op.f("ck_core_document_access")),
        sa.CheckConstraint(
            "published_basis IN ('printed', 'revisited', 'loaded')",
            name=op.f("ck_core_document_published_basis"),
        ),
        sa.CheckConstraint(
            "published_on BETWEEN '1949-10-01' AND '2100-12-31'", name=op.f("ck_core_document_published_on")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["ops_batch.batch_id"], name=op.f("fk_core_document_batch_id")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_core_document_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["raw_snapshot.snapshot_id"], name=op.f("fk_core_document_snapshot_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["dim_source.source_id"], name=op.f("fk_core_document_source_id")
        ),
        sa.ForeignKeyConstraint(["world"], ["meta_world.world"], name=op.f("fk_core_document_world")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_core_document")),
        sa.UniqueConstraint("document_key", "version", name=op.f("uq_core_document_document_key_version")),
    )
    op.create_index("ix_core_document_batch_id", "core_document", ["batch_id"])
    op.create_index("ix_core_document_sha256", "core_document", ["sha256"])
    op.create_index("ix_core_document_source_id_published_at", "core_document", ["source_id", "published_at"])
    op.create_table(
        "core_observation",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("value_text", sa.String(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("decimals_norm", sa.Integer(), nullable=False),
        sa.Column("rounding", sa.Float(), nullable=False),
        sa.Column("obs_status", sa.String(), nullable=False),
        sa.Column("revision_stage", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_basis", sa.String(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("table_no", sa.Integer(), nullable=True),
        sa.Column("row_no", sa.Integer(), nullable=True),
        sa.Column("column_no", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("embargo_until", UtcDateTime(), nullable=True),
        sa.Column("boundary_version", sa.String(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.Column("observation_id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("indicator_code", sa.String(), nullable=False),
        sa.Column("value_norm", sa.Float(), nullable=False),
        sa.Column("unit_norm", sa.String(), nullable=False),
        sa.CheckConstraint("access IN ('public', 'internal')", name=op.f("ck_core_observation_access")),
        sa.CheckConstraint(
            "obs_status IN ('A', 'B', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'S', 'U', 'V', 'W', '_U')",
            name=op.f("ck_core_observation_obs_status"),
        ),
        sa.CheckConstraint(
            "period_end BETWEEN '1949-10-01' AND '2100-12-31'", name=op.f("ck_core_observation_period_end")
        ),
        sa.CheckConstraint(
            "period_start BETWEEN '1949-10-01' AND '2100-12-31'",
            name=op.f("ck_core_observation_period_start"),
        ),
        sa.CheckConstraint(
            "published_basis IN ('printed', 'revisited', 'loaded')",
            name=op.f("ck_core_observation_published_basis"),
        ),
        sa.CheckConstraint("world IN ('facts', 'synthetic')", name=op.f("ck_core_observation_world")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_core_observation_confidence")),
        sa.CheckConstraint("period_start <= period_end", name=op.f("ck_core_observation_period_order")),
        sa.CheckConstraint("rounding >= 0", name=op.f("ck_core_observation_rounding")),
        sa.CheckConstraint(
            "span_start >= 0 AND span_end >= span_start", name=op.f("ck_core_observation_span")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["ops_batch.batch_id"], name=op.f("fk_core_observation_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_observation_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_code"],
            ["dim_indicator.indicator_code"],
            name=op.f("fk_core_observation_indicator_code"),
        ),
        sa.ForeignKeyConstraint(
            ["measure"], ["dim_measure.measure"], name=op.f("fk_core_observation_measure")
        ),
        sa.ForeignKeyConstraint(["period"], ["dim_period.period"], name=op.f("fk_core_observation_period")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_core_observation_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["dim_source.source_id"], name=op.f("fk_core_observation_source_id")
        ),
        sa.PrimaryKeyConstraint("observation_id", name=op.f("pk_core_observation")),
    )
    op.create_index("ix_core_observation_document_id", "core_observation", ["document_id"])
    op.create_index(
        "ix_core_observation_fact",
        "core_observation",
        ["region_code", "indicator_code", "measure", "period", "variant", "published_at"],
    )
    op.create_table(
        "core_statement",
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("value_text", sa.String(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("decimals_norm", sa.Integer(), nullable=False),
        sa.Column("rounding", sa.Float(), nullable=False),
        sa.Column("obs_status", sa.String(), nullable=False),
        sa.Column("revision_stage", sa.String(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_basis", sa.String(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("table_no", sa.Integer(), nullable=True),
        sa.Column("row_no", sa.Integer(), nullable=True),
        sa.Column("column_no", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("embargo_until", UtcDateTime(), nullable=True),
        sa.Column("boundary_version", sa.String(), nullable=False),
        sa.Column("world", sa.String(), nullable=False),
        sa.Column("statement_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=True),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("indicator_code", sa.String(), nullable=True),
        sa.Column("value_norm", sa.Float(), nullable=True),
        sa.Column("unit_norm", sa.String(), nullable=True),
        sa.CheckConstraint("access IN ('public', 'internal')", name=op.f("ck_core_statement_access")),
        sa.CheckConstraint(
            "kind IN ('target', 'forecast', 'comparison', 'change', 'contribution', 'rank', 'average', 'previous')",
            name=op.f("ck_core_statement_kind"),
        ),
        sa.CheckConstraint(
            "obs_status IN ('A', 'B', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'S', 'U', 'V', 'W', '_U')",
            name=op.f("ck_core_statement_obs_status"),
        ),
        sa.CheckConstraint(
            "period_end BETWEEN '1949-10-01' AND '2100-12-31'", name=op.f("ck_core_statement_period_end")
        ),
        sa.CheckConstraint(
            "period_start BETWEEN '1949-10-01' AND '2100-12-31'", name=op.f("ck_core_statement_period_start")
        ),
        sa.CheckConstraint(
            "published_basis IN ('printed', 'revisited', 'loaded')",
            name=op.f("ck_core_statement_published_basis"),
        ),
        sa.CheckConstraint("world IN ('facts', 'synthetic')", name=op.f("ck_core_statement_world")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_core_statement_confidence")),
        sa.CheckConstraint("period_start <= period_end", name=op.f("ck_core_statement_period_order")),
        sa.CheckConstraint("rounding >= 0", name=op.f("ck_core_statement_rounding")),
        sa.CheckConstraint("span_start >= 0 AND span_end >= span_start", name=op.f("ck_core_statement_span")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["ops_batch.batch_id"], name=op.f("fk_core_statement_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["core_document.document_id"], name=op.f("fk_core_statement_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_code"],
            ["dim_indicator.indicator_code"],
            name=op.f("fk_core_statement_indicator_code"),
        ),
        sa.ForeignKeyConstraint(["measure"], ["dim_measure.measure"], name=op.f("fk_core_statement_measure")),
        sa.ForeignKeyConstraint(["period"], ["dim_period.period"], name=op.f("fk_core_statement_period")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["dim_region.region_code"], name=op.f("fk_core_statement_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["dim_source.source_id"], name=op.f("fk_core_statement_source_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_core_statement")),
    )
    op.create_index("ix_core_statement_document_id", "core_statement", ["document_id"])
    op.create_index(
        "ix_core_statement_region_code_indicator_code_period",
        "core_statement",
        ["region_code", "indicator_code", "period"],
    )
    op.create_table(
        "ops_release",
        sa.Column("release_id", sa.String(), nullable=False),
        sa.Column("window_id", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("due_from", sa.Date(), nullable=False),
        sa.Column("due_to", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('expected', 'early', 'on_time', 'late', 'missed')", name=op.f("ck_ops_release_state")
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
