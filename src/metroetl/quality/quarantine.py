"""Quarantine as a person sees it: what waits, why and for how long, and the decision to release or reject a row."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from metroetl.errors import WarehouseError
from metroetl.quality.stopped import StoppedRow, quarantined_rows

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

_LIST = """
SELECT q.row_id, q.state, q.created_at, q.source_id, q.table_name, q.rule_code, q.severity, q.reason_zh, q.quote, q.url
FROM ops_quarantine AS q
WHERE {}
ORDER BY q.created_at DESC, q.table_name, q.row_id, q.rule_code
"""
_SHOW = """
SELECT q.*, s.fetched_at, s.title AS snapshot_title
FROM ops_quarantine AS q LEFT JOIN raw_snapshot AS s ON s.sha256 = q.sha256 AND s.url = q.url
WHERE q.row_id = :row_id
ORDER BY q.rule_code
"""
# the same fact, and the same figure at the periods around it; the nearest first
_SERIES = """
SELECT v.period, v.value, v.unit, v.published_on, v.source_id, v.quote, v.observation_id
FROM mart_observation_vintages AS v JOIN dim_period AS p ON p.period = v.period
WHERE v.region_code = :region_code AND v.indicator_code = :indicator_code AND v.measure = :measure
  AND v.variant = :variant AND v.frequency = :frequency
ORDER BY v.period_end DESC, v.known_from DESC LIMIT 400
"""
SHORTEST_ID, SERIES_SHOWN = 6, 8


def list_quarantine(
    warehouse: Warehouse,
    *,
    everything: bool = False,
    rule: str | None = None,
    source: str | None = None,
    table: str | None = None,
    older_than: int | None = None,
    limit: int | None = None,
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of what waits, newest first, one row a row and rule; `everything` adds what was decided.

    `older_than` is in whole days; the last column is the age in days.
    """
    condition, parameters = _wanted(everything, rule=rule, source=source, table=table)
    columns, found = warehouse.query(_LIST.format(condition), parameters=parameters)
    since = list(columns).index("created_at")
    rows = [(*row, age_days(row[since])) for row in found]
    old = [row for row in rows if older_than is None or row[-1] >= older_than]
    return [*columns, "age_days"], old[:limit]


def _wanted(everything: bool, **named: str | None) -> tuple[str, dict[str, Any]]:
    """A condition on `q` with its parameters: open unless everything, and what is named."""
    columns = {"rule": "rule_code", "source": "source_id", "table": "table_name"}
    given = {name: value for name, value in named.items() if value is not None}
    parts = [] if everything else ["q.state = 'open'"]
    parts += [f"q.{columns[name]} = :{name}" for name in given]
    return " AND ".join(parts) or "1 = 1", dict(given)


def age_days(since: str) -> int:
    """Whole days since a moment as the warehouse gives it (UTC)."""
    return (datetime.now(UTC) - datetime.fromisoformat(since).replace(tzinfo=UTC)).days


def show_quarantine(warehouse: Warehouse, row_id: str) -> list[dict[str, Any]]:
    """All that is known of one row, an entry a rule: reason, sentence, snapshot, the row itself, the decision.

    `row_id` may be the id of an entry (`quarantine_id`), or the beginning of either that no other row has.
    """
    return warehouse.records(_SHOW, {"row_id": find_row(warehouse, row_id)})


def find_row(warehouse: Warehouse, beginning: str) -> str:
    """The row that an id, or the beginning of one, means; raises WarehouseError for none or several."""
    way_out = "`metroetl quarantine list --all` shows them."
    pattern = "".join(c for c in beginning if c.isalnum() or c in "-.") + "%"
    sql = """SELECT DISTINCT q.row_id FROM ops_quarantine AS q
    WHERE q.row_id = :id OR q.quarantine_id = :id OR (:long = 1 AND (q.row_id LIKE :like OR q.quarantine_id LIKE :like))
    LIMIT 2"""
    parameters = {"id": beginning, "like": pattern, "long": int(len(pattern) > SHORTEST_ID)}
    rows = warehouse.records(sql, parameters)
    if not rows:
        raise WarehouseError(f"no row {beginning} in quarantine", way_out=way_out)
    if len(rows) > 1:
        raise WarehouseError(
            f"several rows in quarantine begin with {beginning}", way_out=f"Write more of it. {way_out}"
        )
    return str(rows[0]["row_id"])


def find_open(warehouse: Warehouse, beginning: str) -> str:
    """The row that waits under an id or its beginning; raises WarehouseError for none, several or one decided."""
    row_id = find_row(warehouse, beginning)
    if not list(still_open(warehouse, [row_id])):
        raise WarehouseError(
            f"row {row_id} was decided already", way_out=f"`metroetl quarantine show {row_id}` says by whom."
        )
    return row_id


def stopped_row(warehouse: Warehouse, row_id: str) -> list[StoppedRow]:
    """A row of quarantine as people read it, an entry a rule."""
    return quarantined_rows(warehouse, "q.row_id = :row_id", {"row_id": row_id})


def series_around(warehouse: Warehouse, row_json: str) -> list[dict[str, Any]]:
    """What core holds of a figure's series: the same period first, then the nearest; none for what is no figure."""
    row = json.loads(row_json or "{}")
    keys = ("region_code", "indicator_code", "measure", "variant", "frequency")
    if any(row.get(key) is None for key in (*keys, "period_end")):
        return []
    found = warehouse.records(_SERIES, {key: row[key] for key in keys})
    at = int(row["period"][:4]) if row["period"][:4].isdigit() else 0
    same_season = row["period"][4:]
    found.sort(
        key=lambda r: (
            r["period"] != row["period"],
            r["period"][4:] != same_season,
            abs(int(r["period"][:4]) - at),
        )
    )
    return found[:SERIES_SHOWN]


def choose_rows(
    warehouse: Warehouse, *, rule: str | None = None, source: str | None = None
) -> tuple[list[str], list[str]]:
    """Rows that wait because of these rules only (documents first), and those that other rules stop too.

    With `rule`, a row that another rule stops as well is not chosen: a decision about one rule is none about another.
    """
    condition, parameters = _wanted(False, source=source)
    found: dict[str, set[str]] = defaultdict(set)
    tables: dict[str, str] = {}
    for row in quarantined_rows(warehouse, condition, parameters):
        found[row.row_id].add(row.rule_code)
        tables[row.row_id] = row.table
    mine = {row_id: codes for row_id, codes in found.items() if rule is None or rule in codes}
    chosen = [row_id for row_id, codes in mine.items() if rule is None or codes == {rule}]
    chosen.sort(key=lambda row_id: (tables[row_id] != "staging_document", tables[row_id], row_id))
    return chosen, sorted(mine.keys() - set(chosen))


def release_quarantine(warehouse: Warehouse, row_id: str, *, reason: str, who: str) -> dict[str, int]:
    """Publish a row in spite of its rules; counts of new rows in core. Who and why are kept."""
    return warehouse.release_row(row_id, reason=reason, who=who)


def reject_quarantine(warehouse: Warehouse, row_id: str, *, reason: str, who: str) -> None:
    """Close a row as wrong; who and why are kept, and the row stays to be seen."""
    warehouse.reject_row(row_id, reason=reason, who=who)


def still_open(warehouse: Warehouse, row_ids: Sequence[str]) -> Iterator[str]:
    """Those of the rows that still wait, asked one after the other: releasing a document takes its parts with it."""
    for row_id in row_ids:
        if warehouse.records(
            "SELECT 1 AS one FROM ops_quarantine WHERE row_id = :id AND state = 'open' LIMIT 1",
            {"id": row_id},
        ):
            yield row_id
