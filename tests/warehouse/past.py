"""A warehouse as a program of an earlier revision left it: its tables by alembic, rows of that time by plain INSERTs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Boolean, Connection, String, column, inspect, table, text
from sqlalchemy.engine.interfaces import ReflectedColumn

from metroetl.warehouse.engine import reader, reading, writer, writing
from metroetl.warehouse.tables import metadata
from metroetl.warehouse.upgrade import MIGRATIONS

Row = dict[str, Any]
RELEASED = ["0006", "0007", "0009", "0012"]
"""The revisions that people have: those of versions that came out; add the newest when a version does."""

OLD = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
DAY = date(2025, 4, 29)
_STAGED = {
    "batch_id": "b2",
    "run_id": "run",
    "source_id": "city",
    "document_row_id": "sd",
    "document_key": "k2",
}
_NUMBER = {"measure": "level_ytd", "period": "2025-Q1", "frequency": "Q", "period_start": date(2025, 1, 1),
    "period_end": date(2025, 3, 31), "value": 5930.3, "unit": "亿元", "value_norm": 5930.3, "unit_norm": "亿元",
    "value_text": "5930.3", "decimals": 1, "decimals_norm": 1, "rounding": 0.05, "obs_status": "A",
    "region_code": "510100", "indicator_code": "GDP", "span_end": 6, "quote": "实现地区生产总值5930.3亿元"}  # fmt: skip
_STATED = {"document_id": "d2", "batch_id": "b1", "source_id": "city", "published_on": DAY, "published_at": OLD,
    "published_basis": "printed", "loaded_at": OLD, "access": "public", "world": "facts", "confidence": 1.0}  # fmt: skip
_DOCUMENT = {"version": 1, "batch_id": "b1", "published_at": OLD, "published_on": DAY, "published_basis": "printed",
    "first_seen_at": OLD, "loaded_at": OLD, "world": "facts"}  # fmt: skip
_BATCH = {"run_id": "run", "revision": 1, "world": "facts", "staged_at": OLD, "documents": 1}

ROWS: list[tuple[str, Row]] = [
    ("meta_world", {"world": "facts"}),
    ("dim_source", {"source_id": "inbox", "title": "inbox", "enabled": True, "precedence": 50}),
    ("dim_source", {"source_id": "city", "title": "city", "enabled": True, "precedence": 50}),
    ("dim_region", {"region_code": "510100", "name_zh": "成都市", "level": "prefecture"}),
    ("dim_indicator", {"indicator_code": "GDP", "name_zh": "地区生产总值", "unit": "亿元"}),
    ("dim_measure", {"measure": "level_ytd", "family": "level", "accumulation": "ytd"}),
    ("dim_period", {"period": "2025-Q1", "frequency": "Q", "year": 2025, "quarter": "2025-Q1",
        "period_start": date(2025, 1, 1), "period_end": date(2025, 3, 31), "label_ytd_zh": "2025年一季度"}),
    ("ops_run", {"run_id": "run", "flow": "collect", "state": "loaded", "started_at": OLD}),
    ("ops_batch", {"batch_id": "b1", "part": 1, "source_id": "city", "state": "published", **_BATCH}),
    ("ops_batch", {"batch_id": "b2", "part": 2, "source_id": "city", "state": "held", "held_by": "C1", **_BATCH}),
    ("ops_check", {"check_id": "c", "run_id": "run", "rule_code": "C1", "severity": "critical", "verdict": "fail", "checked_at": OLD}),
    ("ops_quarantine", {"quarantine_id": "q", "row_id": "so", "rule_code": "R1", "severity": "error", "run_id": "run",
        "source_id": "city", "row_json": "{}", "state": "open", "created_at": OLD}),
    ("ops_source_check", {"check_id": "c", "run_id": "run", "source_id": "city", "checked_at": OLD, "outcome": "ok", "ok": True}),
    ("ops_schedule", {"schedule_id": "s", "source_id": "city", "due_on": DAY, "state": "announced", "seen_first_at": OLD, "seen_last_at": OLD}),
    ("raw_fetch", {"fetch_id": "f", "run_id": "run", "source_id": "city", "url": "page", "role": "page", "fetched_at": OLD,
        "outcome": "new", "ok": True, "seconds": 0.1, "size": 3}),
    *(("raw_snapshot", {"snapshot_id": url, "sha256": url, "source_id": source, "run_id": "run", "url": url, "role": role,
        "state": state, "fetched_at": OLD, "status": 200, "size": 3, "headers": "{}",
        "access": "internal" if role == "inbox" else "public", "request": "{}"})
      for url, source, role, state in (("inbox", "inbox", "inbox", "read"), ("page", "city", "page", "pending"),
                                       ("read", "city", "page", "read"))),
    ("core_document", {"document_id": "d1", "document_key": "k1", "source_id": "inbox", "snapshot_id": "inbox", "sha256": "inbox",
        "url": "inbox", "content_hash": "hash", "title": "来函", "role": "inbox", "access": "internal", **_DOCUMENT}),
    ("core_document", {"document_id": "d2", "document_key": "k2", "source_id": "city", "snapshot_id": "read", "sha256": "read",
        "url": "read", "content_hash": "other", "title": "一季度", "role": "page", "access": "public", **_DOCUMENT}),
    ("core_observation", {"observation_id": "o", **_NUMBER, **_STATED}),
    ("core_statement", {"statement_id": "s", "kind": "target", "region": "成都市", "indicator": "GDP", **_NUMBER, **_STATED}),
    ("core_plan", {"plan_id": "p", "document_id": "d1", "title": "行动计划", "status": "issued", "role": "text"}),
    ("core_plan_section", {"section_id": "s", "document_id": "d1", "title": "一、总体要求", "level": 1}),
    ("core_plan_target", {"target_id": "t", "document_id": "d1", "indicator": "GDP", "value": 3.0, "unit": "万亿元", "comparator": ">="}),
    ("core_plan_task", {"task_id": "t", "document_id": "d1", "text": "建设绿道"}),
    ("core_plan_project", {"project_id": "j", "document_id": "d1", "name": "快线", "kind": "project", "span_start": 9, "span_end": 11}),
    ("core_plan_count", {"count_id": "n", "document_id": "d1", "plan_id": "p", "value": 26.0, "what": "项目"}),
    ("core_plan_goal", {"goal_id": "g", "document_id": "d1", "text": "同城化"}),
    ("core_plan_progress", {"progress_id": "r", "document_id": "d1", "name": "快线", "state": "done"}),
    ("core_milestone", {"milestone_id": "m", "document_id": "d1", "project_id": "j", "quarter": "2025-Q1", "text": "开工"}),
    ("core_republication", {"document_id": "d2", "work_id": "d2", "role": "original", "basis": "title", "score": 1.0, "tied_at": OLD}),
    ("core_plan_release", {"release_key": "r", "title": "行动计划", "state": "new", "first_document_id": "d1", "first_seen_at": OLD}),
    ("staging_document", {"row_id": "sd", "content_id": "sd", "snapshot_id": "page", "fetched_at": OLD, "title": "二季度", **_STAGED}),
    ("staging_observation", {"row_id": "so", "content_id": "so", **_NUMBER, **_STAGED}),
]  # fmt: skip


def fill(url: str, revision: str) -> None:
    """Make the warehouse of a revision, with rows in the tables and columns that it had."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(writer(url, foreign_keys=False)) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        there = {name: columns for (_, name), columns in inspect(connection).get_multi_columns().items()}
        for name, row in ROWS:
            if name in there:
                _add(connection, name, there[name], row)


def _add(connection: Connection, name: str, columns: list[ReflectedColumn], row: Row) -> None:
    """One row; what must be there and isn't given is empty or nought."""
    naive = connection.dialect.name == "sqlite"
    values = {}
    for one in columns:
        value = row.get(one["name"])
        if value is None and not one["nullable"]:
            value = (
                "" if isinstance(one["type"], String) else False if isinstance(one["type"], Boolean) else 0
            )
        values[one["name"]] = value.replace(tzinfo=None) if naive and isinstance(value, datetime) else value
    target = table(name, *(column(one["name"], one["type"]) for one in columns))
    connection.execute(target.insert(), [values])


def everything(url: str) -> dict[str, list[Row]]:
    """Every row of the tables whose rows mustn't change (not derived, not of the catalogue), as text, by table."""
    found = {}
    with reading(reader(url)) as connection:
        for name in inspect(connection).get_table_names():
            if not name.startswith(("dim_", "meta_", "alembic", "core_vintage")):
                rows = connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
                found[name] = sorted(({k: str(v) for k, v in row.items()} for row in rows), key=_key(name))
    return found


def _key(name: str) -> Callable[[Row], list[str]]:
    keys = [c.name for c in metadata.tables[name].primary_key] if name in metadata.tables else []
    return lambda row: [row[key] for key in keys]
