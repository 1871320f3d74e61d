"""Checks of sources, kept so that their health has a history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import add_new
from metroetl.warehouse.tables import table

if TYPE_CHECKING:
    from metroetl.runs import SourceCheck

GOOD = frozenset({"new", "changed", "unchanged", "listed"})


def record_checks(connection: Connection, run_id: str, checks: Iterable[SourceCheck]) -> None:
    """Keep what a run found at each source; what a check didn't look at stays empty."""
    now = datetime.now(UTC)
    add_new(connection, table("ops_source_check"), [_row(run_id, check, now) for check in checks])


def _row(run_id: str, check: SourceCheck, now: datetime) -> dict[str, Any]:
    found = check.model_dump()
    return {
        "check_id": digest(run_id, check.source_id, check.outcome, now),
        "run_id": run_id,
        "source_id": check.source_id,
        "checked_at": now,
        "live": bool(found.get("live")),
        "outcome": check.outcome,
        "ok": check.outcome in GOOD,
        "items": check.items,
        "newest": check.newest,
        "days_late": found.get("days_late"),
        "seconds": check.seconds,
        "detail": check.detail,
        "way_out": found.get("way_out") or "",
        **{name: found.get(name) or None for name in ("family_declared", "family_seen", "robots")},
    }
