"""What is kept how long, and what goes: fetch attempts that found nothing new, and old validation pages.

Snapshots, documents, figures, plans, decisions, verdicts of rules, reports and backups are never deleted. Flow runs,
artifacts, logs and events are the Prefect server's own business: its vacuum is set in `deployments/up.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from metroetl.settings import Settings
    from metroetl.warehouse import Warehouse

_HELD = "SELECT DISTINCT run_id FROM ops_batch WHERE state = 'held'"


class Retained(BaseModel):
    """What went, or would: attempts folded by source, pages and their bytes."""

    applied: bool
    fetches: dict[str, int] = {}
    pages: int = 0
    page_bytes: int = 0


def retain(
    warehouse: Warehouse, config: Settings, now: datetime | None = None, *, apply: bool = False
) -> Retained:
    """Fold and delete what is older than the settings keep; only counted unless `apply`."""
    now = now or datetime.now(UTC)
    done = Retained(applied=apply)
    if config.keep_fetches_days:
        before = now - timedelta(days=config.keep_fetches_days)
        folded = warehouse.fold_fetches(before, apply=apply)
        done.fetches = {one.source_id: one.fetches for one in folded}
    for page in _old_pages(warehouse, config, now):
        done.pages += 1
        done.page_bytes += page.stat().st_size
        if apply:
            page.unlink()
    return done


def server_settings(config: Settings) -> dict[str, str]:
    """Environment of a Prefect server that lets old runs (with artifacts and logs) and events go by its own vacuum."""
    day = 86400
    return {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(config.keep_flow_runs_days * day),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{config.keep_events_days}D",
    }


def _old_pages(warehouse: Warehouse, config: Settings, now: datetime) -> Iterator[Path]:
    """Validation pages and their lists of runs long ago, but not of those with a batch that still waits."""
    if not config.keep_pages_days:
        return
    before = (now - timedelta(days=config.keep_pages_days)).timestamp()
    held = {run_id for (run_id,) in warehouse.query(_HELD)[1]}
    for page in sorted((config.home / "validation").glob("validation-*.*")):
        if page.stem.removeprefix("validation-") not in held and page.stat().st_mtime < before:
            yield page
