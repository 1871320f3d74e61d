"""Quarantine as a person sees it: what waits and why, and the decision to release or reject a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metroetl.errors import WarehouseError

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

_LIST = """
SELECT q.row_id, q.state, q.created_at, q.source_id, q.table_name, q.rule_code, q.severity, q.reason_zh, q.quote, q.url
FROM ops_quarantine AS q
WHERE q.state = 'open' OR :everything
ORDER BY q.created_at DESC, q.table_name, q.row_id, q.rule_code
"""
_SHOW = """
SELECT q.*, s.fetched_at, s.title AS snapshot_title
FROM ops_quarantine AS q LEFT JOIN raw_snapshot AS s ON s.sha256 = q.sha256 AND s.url = q.url
WHERE q.row_id = :row_id
ORDER BY q.rule_code
"""


def list_quarantine(
    warehouse: Warehouse, *, everything: bool = False
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of what waits, newest first, one row a row and rule; `everything` adds what was decided."""
    columns, rows = warehouse.query(_LIST, parameters={"everything": everything})
    return list(columns), [tuple(row) for row in rows]


def show_quarantine(warehouse: Warehouse, row_id: str) -> list[dict[str, Any]]:
    """All that is known of one row, an entry a rule: reason, sentence, snapshot, the row itself, the decision."""
    columns, rows = warehouse.query(_SHOW, parameters={"row_id": row_id})
    if not rows:
        raise WarehouseError(
            f"no row {row_id} in quarantine", way_out="`metroetl quarantine list --all` shows them."
        )
    return [dict(zip(columns, row, strict=True)) for row in rows]


def release_quarantine(warehouse: Warehouse, row_id: str, *, reason: str, who: str) -> dict[str, int]:
    """Publish a row in spite of its rules; counts of new rows in core. Who and why are kept."""
    return warehouse.release_row(row_id, reason=reason, who=who)


def reject_quarantine(warehouse: Warehouse, row_id: str, *, reason: str, who: str) -> None:
    """Close a row as wrong; who and why are kept, and the row stays to be seen."""
    warehouse.reject_row(row_id, reason=reason, who=who)
