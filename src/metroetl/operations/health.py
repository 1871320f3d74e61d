"""Is all well: one question, asked by a person, by cron or by the flow `upkeep`; what isn't, with a stable code.

Each finding says what to do. What rules of the suites judge (sources, release calendar, age of quarantine) is asked of
those rules, by the same SQL: days and numbers stand in the suites only. Nothing is written; Great Expectations isn't
imported.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from metroetl.errors import MetroError
from metroetl.operations.schedules import as_text, overdue_runs

if TYPE_CHECKING:
    from metroetl.settings import Settings
    from metroetl.warehouse import Warehouse

log = logging.getLogger("metroetl.operations")

Code = Literal[
    "run_overdue",
    "run_hanging",
    "release_missed",
    "quarantine_growing",
    "quarantine_waiting",
    "batch_waiting",
    "source_failing",
    "disk_filling",
    "warehouse_behind",
    "warehouse_unreachable",
    "archive_unreachable",
]
_RULES: dict[str, dict[str, Code]] = {
    "mart_source_health": {
        "SRC-FAILING": "source_failing",
        "SRC-STALE": "source_failing",
        "QUA-AGE": "quarantine_waiting",
        "QUA-AGE-LONG": "quarantine_waiting",
    },
    "mart_release_calendar": {"REL-MISSED": "release_missed", "REL-MISSED-LONG": "release_missed"},
}
GROWTH_DAYS, GROWTH_LEAST, GROWTH_SHARE = 7, 20, 0.5
"""Quarantine grows: so many more rows are open than so many days ago, and by so much of what was open then."""
DAYS_LEFT = 90
_GB = 1e9

Check = Callable[["Warehouse", "Settings", datetime], Iterator["HealthFinding"]]


class HealthFinding(BaseModel):
    """Something that isn't well: `code` is stable, `subject` what it is about, `rule` the suite's rule that says so."""

    code: Code
    severity: Literal["error", "warning"]
    subject: str = ""
    detail: str
    way_out: str
    rule: str = ""


def check_health(warehouse: Warehouse, config: Settings, now: datetime | None = None) -> list[HealthFinding]:
    """Everything that isn't well now, what is worse first; empty means healthy. Where the warehouse can't be read,
    only that is told, and what doesn't need it."""
    now = now or datetime.now(UTC)
    found = list(_behind(warehouse))
    checks: tuple[Check, ...] = (_overdue, _hanging, _judged, _growing, _held, _disk, _archive)
    for check in () if found else checks:
        try:
            found += check(warehouse, config, now)
        except MetroError as error:
            log.warning("%s: %s", check.__name__.strip("_"), error)
            found.append(_of_error("warehouse_unreachable", error))
            break
    return sorted(found, key=lambda finding: finding.severity)


def _of_error(code: Code, error: MetroError) -> HealthFinding:
    return HealthFinding(
        code=code, severity="error", detail=f"{error.code}: {error.message}", way_out=error.way_out
    )


def _behind(warehouse: Warehouse) -> Iterator[HealthFinding]:
    from metroetl.warehouse.upgrade import what_is_behind

    try:
        behind = what_is_behind(warehouse.url, warehouse.world, warehouse.catalogue)
    except MetroError as error:
        yield _of_error("warehouse_unreachable", error)
        return
    if behind:
        yield HealthFinding(
            code="warehouse_behind",
            severity="error",
            detail=f"数据库落后于程序：{behind} · the warehouse is behind the program: {behind}",
            way_out="`metroetl warehouse upgrade`（任何一次运行也会升级 · any run upgrades it too）",
        )


def _overdue(warehouse: Warehouse, config: Settings, now: datetime) -> Iterator[HealthFinding]:
    for one in overdue_runs(warehouse, now, timedelta(hours=config.overdue_hours)):
        last = f"{one.last:%Y-%m-%d %H:%M}" if one.last else "从未 never"
        yield HealthFinding(
            code="run_overdue",
            severity="error",
            subject=one.deployment,
            detail=f"应于 {one.due:%Y-%m-%d %H:%M} UTC 运行，最近一次：{last} · was due then, last run: {last}",
            way_out="看 Prefect 服务器与 worker 是否在运行、部署是否暂停 · Do server and worker run? Is the deployment paused? "
            "(docs/how-to/health.md)",
        )


def _hanging(warehouse: Warehouse, config: Settings, now: datetime) -> Iterator[HealthFinding]:
    for run in warehouse.unfinished_runs():
        hours = run.hours(now)
        if run.gone or hours > config.run_hours:
            why = "进程已不在 its process is gone" if run.gone else f"已 {hours:.0f} 小时 hours"
            yield HealthFinding(
                code="run_hanging",
                severity="error",
                subject=run.run_id,
                detail=f"{run.flow} 自 {run.started_at:%Y-%m-%d %H:%M} UTC 未结束 · hasn't ended since：{why}",
                way_out="部署 upkeep 会把它记为 crashed，数据不受影响；再运行一次即可 · The deployment `upkeep` closes it; run again.",
            )


def _judged(warehouse: Warehouse, config: Settings, now: datetime) -> Iterator[HealthFinding]:
    """What rules of the suites find."""
    from metroetl.quality.quiet import breaking_rows, breaking_rules
    from metroetl.quality.suites import load_after_suites

    for table, codes in _RULES.items():
        suite = load_after_suites()[table]
        for rule_code in breaking_rules(warehouse, suite, codes):
            rule = suite.rules[rule_code]
            for row in breaking_rows(warehouse, suite, rule_code):
                told = "，".join(f"{name}={value}" for name, value in row.items() if value is not None)
                yield HealthFinding(
                    code=codes[rule_code],
                    severity="warning" if rule.severity == "warning" else "error",
                    subject=_subject(row),
                    detail=f"{rule.reason_zh} · {rule.reason_en}（{told}）",
                    way_out=rule.way_out,
                    rule=rule_code,
                )


def _subject(row: dict[str, Any]) -> str:
    """The source, or region, window and period."""
    named = row.get("编号") or row.get("source_id")
    return str(named or "/".join(str(row[name]) for name in ("地区", "窗口", "时期") if row.get(name)))


_OPEN = """
SELECT
  COUNT(DISTINCT CASE WHEN state = 'open' THEN row_id END),
  COUNT(DISTINCT CASE WHEN created_at <= :then AND (decided_at IS NULL OR decided_at > :then) THEN row_id END)
FROM ops_quarantine
WHERE state = 'open' OR decided_at > :then
"""


def _growing(warehouse: Warehouse, config: Settings, now: datetime) -> Iterator[HealthFinding]:
    then = as_text(now - timedelta(days=GROWTH_DAYS))
    [(open_now, open_then)] = warehouse.query(_OPEN, {"then": then})[1]
    more = open_now - open_then
    if more >= GROWTH_LEAST and more > GROWTH_SHARE * open_then:
        yield HealthFinding(
            code="quarantine_growing",
            severity="warning",
            detail=f"隔离区 {open_now} 行待处理，{GROWTH_DAYS} 天前 {open_then} 行 · rows wait, {GROWTH_DAYS} days ago {open_then}",
            way_out="`metroetl quarantine list`：若同一规则占多数，多为解析问题，修正后 replay · "
            "If one rule has most of them, a page is misread: mend it, then replay.",
        )


def _held(warehouse: Warehouse, config: Settings, now: datetime) -> Iterator[HealthFinding]:
    for batch in warehouse.held():
        days = (now - batch.staged_at).days
        if days >= config.held_days:
            yield HealthFinding(
                code="batch_waiting",
                severity="warning",
                subject=batch.batch_id,
                detail=f"批次被拦下已 {days} 天 · held for {days} days：{batch.source_id}（{batch.held_by}）",
                way_out=f"`metroetl decide show {batch.batch_id}`，然后 approve 或 reject · then approve or reject it.",
            )


def _disk(warehouse: Warehouse, config: Settings, now: datetime) -> Iterator[HealthFinding]:
    from metroetl.operations.disk import disk_use, in_words

    try:
        disk = disk_use(warehouse, config, now)
    except MetroError:  # the archive: told by its own check
        return
    left = disk.days_left
    if disk.free < config.disk_free_gb * _GB or (left is not None and left < DAYS_LEFT):
        soon = (
            f"，按目前速度约 {left:.0f} 天后写满 · full in about {left:.0f} days" if left is not None else ""
        )
        yield HealthFinding(
            code="disk_filling",
            severity="error" if disk.free < config.disk_free_gb * _GB else "warning",
            subject=str(config.home),
            detail=f"剩余 {in_words(disk.free)} / {in_words(disk.total)} · free{soon}",
            way_out="`metroetl retention` 列出各部分的占用与增长 · shows what takes room; enlarge the disk or move the archive.",
        )


def _archive(warehouse: Warehouse, config: Settings, now: datetime) -> Iterator[HealthFinding]:
    from metroetl.harvest import Archive

    has_snapshots = bool(warehouse.query("SELECT 1 FROM raw_snapshot LIMIT 1")[1])
    try:
        there = Archive(config.archive).store.is_there()
    except MetroError as error:
        yield _of_error("archive_unreachable", error)
        return
    local = "://" not in config.archive
    writable = not local or not there or os.access(Path(config.archive), os.W_OK)
    if (has_snapshots and not there) or not writable:
        yield HealthFinding(
            code="archive_unreachable",
            severity="error",
            subject=config.archive,
            detail="存档不在或不可写 · the archive isn't there, or can't be written",
            way_out="检查 METROETL_ARCHIVE 及其磁盘或存储服务 · Check METROETL_ARCHIVE and the disk or store behind it.",
        )
