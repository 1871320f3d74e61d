"""An index of the figures under embargo, which each load looks for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """The index is partial: few figures have an embargo."""
    embargoed = sa.text("embargo_until IS NOT NULL")
    op.create_index(
        "ix_core_observation_embargo",
        "core_observation",
        ["embargo_until"],
        sqlite_where=embargoed,
        postgresql_where=embargoed,
    )
