"""What the gate stopped in a run, as a person sees it: held batches with examples, quarantined rows with their sentence."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from metroetl.catalogue import catalogue
from metroetl.quality.suites import load_suites
from metroetl.quality.words import advice, table_words

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]
EXAMPLES = 10
_NAMED = re.compile(r" #([0-9a-f]{24})$", re.MULTILINE)
_TITLES = ("title", "name", "text", "what")

_QUARANTINE = """
SELECT q.*, s.title AS source_title
FROM ops_quarantine AS q JOIN dim_source AS s ON s.source_id = q.source_id
WHERE {}
ORDER BY q.table_name, q.rule_code, s.title, q.row_id
"""
_OF_RUN = """q.batch_id IN (SELECT c.batch_id FROM ops_check AS c WHERE c.run_id = :run_id)
  OR (q.table_name = 'raw_snapshot' AND q.run_id = :run_id)"""
_HELD = """
SELECT b.batch_id, b.source_id, s.title AS source_title, b.state, b.held_by, b.staged_at, b.documents, b.observations,
  b.statements, b.plans, b.quarantined, b.decided_by, b.decided_at, b.decision_reason
FROM ops_batch AS b JOIN dim_source AS s ON s.source_id = b.source_id
WHERE b.held_by <> '' AND {}
ORDER BY b.staged_at, b.batch_id
"""
_BY_RUN = "EXISTS (SELECT 1 FROM ops_check AS c WHERE c.batch_id = b.batch_id AND c.run_id = :run_id)"
_CHECKS = """
SELECT c.batch_id, c.table_name, c.rule_code, c.verdict, c.evaluated, c.unexpected, c.detail, c.checked_at
FROM ops_check AS c WHERE c.batch_id = :batch_id AND c.verdict <> 'pass' ORDER BY c.checked_at, c.table_name, c.rule_code
"""


class StoppedRow(BaseModel):
    """One row that one rule stopped; `quarantine_id` is empty for a row of a held batch, which waits in staging."""

    quarantine_id: str = ""
    row_id: str
    table: str
    rule_code: str
    owner: str = ""
    reason_zh: str = ""
    reason_en: str = ""
    state: str = "open"
    source_id: str
    source_title: str
    batch_id: str | None = None
    region: str = ""
    indicator: str = ""
    period: str = ""
    measure: str = ""
    value: str = ""
    title: str = ""
    quote: str = ""
    value_text: str = ""
    url: str = ""
    sha256: str = ""

    @property
    def link(self) -> str:
        """The page's address where it is one of the web."""
        return self.url if self.url.startswith(("http://", "https://")) else ""

    @property
    def what(self) -> str:
        """The figure by its names, or the title or text of what has none."""
        measure = catalogue().measures.get(self.measure)
        words = measure.name_zh if measure else ""
        named = (self.region, self.indicator, self.period, words or self.measure, self.value)
        return " ".join(part for part in named if part) or self.title or table_words(self.table)

    @property
    def marked(self) -> tuple[str, str, str]:
        """The sentence before the value, the value as printed, the rest; a quote mostly ends with its value."""
        at = self.quote.rfind(self.value_text) if self.value_text else -1
        if at < 0:
            return self.quote, "", ""
        end = at + len(self.value_text)
        return self.quote[:at], self.quote[at:end], self.quote[end:]


class HeldRule(BaseModel):
    """A rule that holds a batch: how many of the rows that it judged, and which (no more than EXAMPLES)."""

    code: str
    table: str
    verdict: str
    owner: str
    reason_zh: str
    reason_en: str
    evaluated: int
    unexpected: int
    message: str = ""
    rows: list[StoppedRow] = []

    @property
    def advice(self) -> tuple[str, str]:
        """What to do, Chinese and English."""
        return advice(self.owner)


class HeldBatch(BaseModel):
    """A batch that critical rules stopped, and what a person decided of it."""

    batch_id: str
    source_id: str
    source_title: str
    state: str
    held_by: str
    staged_at: str
    documents: int
    observations: int
    statements: int
    plans: int
    quarantined: int
    decided_by: str | None = None
    decided_at: str | None = None
    decision_reason: str | None = None
    rules: list[HeldRule] = []

    @property
    def shown(self) -> StoppedRow | None:
        """The first of its example rows, whose snapshot a person looks at."""
        return next((row for rule in self.rules for row in rule.rows), None)


class Stopped(BaseModel):
    """Everything that one run stopped, and the batches of earlier runs that still wait for a decision."""

    run_id: str
    held: list[HeldBatch] = []
    rows: list[StoppedRow] = []
    waiting: list[HeldBatch] = []

    def by_rule(self) -> dict[tuple[str, str], list[StoppedRow]]:
        """Quarantined rows by table and rule."""
        groups: dict[tuple[str, str], list[StoppedRow]] = defaultdict(list)
        for row in self.rows:
            groups[row.table, row.rule_code].append(row)
        return dict(groups)


def stopped_in(warehouse: Warehouse, run_id: str) -> Stopped:
    """What the gate stopped in a run."""
    held = _batches(warehouse, _BY_RUN, {"run_id": run_id})
    known = {batch.batch_id for batch in held}
    waiting = [batch for batch in held_batches(warehouse) if batch.batch_id not in known]
    return Stopped(
        run_id=run_id,
        held=[_explained(warehouse, batch) for batch in held],
        rows=quarantined_rows(warehouse, _OF_RUN, {"run_id": run_id}),
        waiting=waiting,
    )


def held_batches(warehouse: Warehouse) -> list[HeldBatch]:
    """Batches that wait for a person's decision, oldest first, without their rules."""
    return _batches(warehouse, "b.state = 'held'", {})


def held_batch(warehouse: Warehouse, batch_id: str) -> HeldBatch | None:
    """A batch that was held, with its rules and examples; None if no rule ever held it."""
    found = _batches(warehouse, "b.batch_id = :batch_id", {"batch_id": batch_id})
    return _explained(warehouse, found[0]) if found else None


def quarantined_rows(warehouse: Warehouse, condition: str, parameters: Mapping[str, Any]) -> list[StoppedRow]:
    """Rows of ops_quarantine (`q`) that meet a condition written by this package."""
    return [_of_entry(entry) for entry in warehouse.records(_QUARANTINE.format(condition), parameters)]


def figure_of(row: Mapping[str, Any]) -> dict[str, str]:
    """The names of a staged row for people: the figure's, or a title or text."""
    value = row.get("value")
    told = {name: str(row.get(name) or "") for name in ("region", "indicator", "period", "measure")}
    told["value"] = f"{value:.12g} {row.get('unit') or ''}".strip() if isinstance(value, (int, float)) else ""
    told["title"] = next((str(row[name]) for name in _TITLES if row.get(name)), "")[:200]
    return told | {"value_text": str(row.get("value_text") or "")}


def _of_entry(entry: Row) -> StoppedRow:
    rule = _rules().get(entry["rule_code"])
    kept = {name: entry[name] for name in StoppedRow.model_fields if name in entry}
    values = figure_of(json.loads(entry["row_json"] or "{}"))
    owner = rule.owner if rule else ""
    return StoppedRow(table=entry["table_name"], owner=owner, **values | kept)


def _batches(warehouse: Warehouse, condition: str, parameters: Mapping[str, Any]) -> list[HeldBatch]:
    return [HeldBatch(**row) for row in warehouse.records(_HELD.format(condition), parameters)]


def _explained(warehouse: Warehouse, batch: HeldBatch) -> HeldBatch:
    """The batch with the rules that hold it, each by its last verdict."""
    codes = batch.held_by.split("、")
    found: dict[tuple[str, str], Row] = {}
    for check in warehouse.records(_CHECKS, {"batch_id": batch.batch_id}):
        if check["rule_code"] in codes:
            found[check["table_name"], check["rule_code"]] = check
    return batch.model_copy(update={"rules": [_held_rule(warehouse, batch, c) for c in found.values()]})


def _held_rule(warehouse: Warehouse, batch: HeldBatch, check: Row) -> HeldRule:
    rule = _rules().get(check["rule_code"])
    named = _NAMED.findall(check["detail"])
    shared = {
        "source_id": batch.source_id,
        "source_title": batch.source_title,
        "batch_id": batch.batch_id,
        "table": check["table_name"],
        "rule_code": check["rule_code"],
    }
    if rule:
        shared |= {"owner": rule.owner, "reason_zh": rule.reason_zh, "reason_en": rule.reason_en}
    staged = (
        _staged(warehouse, check["table_name"], batch.batch_id, named) if check["verdict"] == "fail" else []
    )
    return HeldRule(
        code=check["rule_code"],
        table=check["table_name"],
        verdict=check["verdict"],
        owner=rule.owner if rule else "",
        reason_zh=rule.reason_zh if rule else "",
        reason_en=rule.reason_en if rule else "",
        evaluated=check["evaluated"],
        unexpected=check["unexpected"],
        message=unnamed(check["detail"]),
        rows=[StoppedRow(**shared, **_told(row)) for row in staged],
    )


def _told(row: Row) -> dict[str, str]:
    quote = row.get("quote") or str(row.get("text") or "")[:160] or row.get("title") or ""
    return figure_of(row) | {
        "row_id": row["row_id"],
        "quote": quote,
        "url": row["url"],
        "sha256": row["sha256"],
    }


def unnamed(detail: str) -> str:
    """A verdict's detail without the ids of its examples."""
    return _NAMED.sub("", detail)


def _staged(warehouse: Warehouse, table: str, batch_id: str, row_ids: Sequence[str]) -> list[Row]:
    """The rows named, or the first of the batch where the rule is about all of it; none once it is decided."""
    if not re.fullmatch(r"staging_[a-z_]+", table):
        return []
    ids = {f"id{number}": row_id for number, row_id in enumerate(row_ids[:EXAMPLES])}
    which = f"row_id IN ({', '.join(':' + name for name in ids)})" if ids else "batch_id = :batch_id"
    sql = f"SELECT * FROM {table} WHERE {which} ORDER BY row_id LIMIT {EXAMPLES}"  # noqa: S608  names checked, values bound
    return warehouse.records(sql, ids or {"batch_id": batch_id})


def _rules() -> dict[str, Any]:
    return {code: rule for suite in load_suites().values() for code, rule in suite.rules.items()}


def counted(rows: Iterable[StoppedRow]) -> int:
    """Rows, each once whatever the number of rules."""
    return len({row.row_id for row in rows})
