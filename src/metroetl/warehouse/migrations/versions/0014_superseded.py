"""Quarantine may be superseded: newer bytes of the same address no longer state what waits, or state it rightly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_TABLE = "ops_quarantine"
_STATE = "ck_ops_quarantine_state"
_CHECKS = {
    "ck_ops_quarantine_severity": "severity IN ('critical', 'error', 'warning')",
    "ck_ops_quarantine_decided": "state = 'open' OR decided_at IS NOT NULL",
    _STATE: "state IN ('open', 'released', 'rejected', 'replayed', 'superseded')",
}


def upgrade() -> None:
    """Widen the CHECK on `state`; SQLite copies the table, and is told all CHECKs it shall have."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        before = sa.Table(_TABLE, sa.MetaData(), autoload_with=bind)
        for constraint in [c for c in before.constraints if isinstance(c, sa.CheckConstraint)]:
            before.constraints.remove(constraint)
        for name, rule in _CHECKS.items():
            before.append_constraint(sa.CheckConstraint(rule, name=op.f(name)))
        with op.batch_alter_table(_TABLE, recreate="always", copy_from=before):
            pass
        return
    op.drop_constraint(op.f(_STATE), _TABLE, type_="check")
    op.create_check_constraint(op.f(_STATE), _TABLE, _CHECKS[_STATE])
