"""Places in time: changes of codes as a table; Chinese names of measures, and what an indicator is a part of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add columns and a table; the catalogue fills them in the same upgrade."""
    op.add_column("dim_measure", sa.Column("name_zh", sa.String(), nullable=False, server_default=""))
    op.add_column("dim_indicator", sa.Column("parent_code", sa.String(), nullable=True))
    op.create_table(
        "dim_region_event",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("old_code", sa.String(), nullable=True),
        sa.Column("old_name", sa.String(), nullable=False),
        sa.Column("new_code", sa.String(), nullable=True),
        sa.Column("new_name", sa.String(), nullable=False),
        sa.Column("doc_number", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("level IN ('prefecture', 'county')", name=op.f("ck_dim_region_event_level")),
        sa.ForeignKeyConstraint(
            ["old_code"], ["dim_region.region_code"], name=op.f("fk_dim_region_event_old_code")
        ),
        sa.ForeignKeyConstraint(
            ["new_code"], ["dim_region.region_code"], name=op.f("fk_dim_region_event_new_code")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_dim_region_event")),
    )
    op.create_index("ix_dim_region_event_old_code", "dim_region_event", ["old_code"])
    op.create_index("ix_dim_region_event_new_code", "dim_region_event", ["new_code"])
