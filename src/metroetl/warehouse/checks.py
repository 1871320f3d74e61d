"""Checks of sources, kept so that their health has a history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import add_new
from metroetl.warehouse.tables import table

if TYPE_CHECKING:
    from metroetl.runs import SourceCheck


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
