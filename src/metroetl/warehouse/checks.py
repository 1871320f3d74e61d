"""Checks of sources, verdicts of rules and the rules themselves, kept so that health and quality have a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, update

from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import add_new, put
from metroetl.warehouse.tables import table

if TYPE_CHECKING:
    from metroetl.runs import SourceCheck
    from metroetl.warehouse.models import Check


def record_checks(connection: Connection, run_id: str, checks: Iterable[SourceCheck]) -> None:
    """Keep what a run found at each source."""
    rows = [
        {
            "check_id": digest(run_id, check.source_id, check.checked_at.astimezone(UTC)),
            "run_id": run_id,
            "ok": check.ok,
            **check.model_dump(),
        }
        for check in checks
    ]
    add_new(connection, table("ops_source_check"), rows)


def write_checks(connection: Connection, run_id: str, checks: Iterable[Check], now: datetime) -> None:
    """Keep the verdicts of a run, one a rule, table and batch; a run that judges again overwrites its own."""
    rows = [
        {
            "check_id": digest(run_id, check.table, check.rule_code, check.batch_id),
            "run_id": run_id,
            "table_name": check.table,
            "checked_at": now,
            **check.model_dump(exclude={"table"}),
        }
        for check in checks
    ]
    put(connection, table("ops_check"), rows)


def keep_rules(connection: Connection, rules: Iterable[Mapping[str, Any]]) -> None:
    """Keep the rules of the suites; what was kept and isn't among them is no longer active."""
    known = table("dim_rule")
    connection.execute(update(known).values(active=False))
    put(connection, known, [{**rule, "active": True} for rule in rules])
