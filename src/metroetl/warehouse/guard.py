"""Rows that core can't take, whatever the gate thought of them: they go to quarantine in place of failing the load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from metroetl.warehouse.core import FIRST_DAY, LAST_DAY
from metroetl.warehouse.models import Quarantined
from metroetl.warehouse.quarantine import move_to_quarantine


@dataclass(frozen=True)
class Guard:
    """One condition that a row of a staging table must not meet."""

    table: str
    code: str
    unfit: str
    reason_zh: str
    reason_en: str


def _missing(column: str, dimension: str, key: str = "") -> str:
    return f"NOT EXISTS (SELECT 1 FROM {dimension} AS d WHERE d.{key or column} = s.{column})"  # noqa: S608


_NOT_RELEASED = "NOT EXISTS (SELECT 1 FROM ops_quarantine AS q WHERE q.content_id = s.content_id AND q.state = 'released')"
_DAYS = f"BETWEEN '{FIRST_DAY}' AND '{LAST_DAY}'"
_NO_PERIOD = (
    f"s.frequency = '' OR s.period_start > s.period_end"
    f" OR s.period_start NOT {_DAYS} OR s.period_end NOT {_DAYS}"
)
_YEARS = f"BETWEEN {FIRST_DAY[:4]} AND {LAST_DAY[:4]}"
_NO_PLAN_DATE = (
    f"s.period_start NOT {_YEARS} OR s.period_end NOT {_YEARS}"
    f" OR s.issued_on NOT {_DAYS} OR s.expires_on NOT {_DAYS}"
)
_DATE = Guard(
    "staging_document",
    "CORE-DATE",
    f"s.published_on NOT {_DAYS}",
    "发布日期不合理",
    "the date of publication can't be right",
)


def _of_numbers(table: str, *, strict: bool) -> list[Guard]:
    """Observations need a region, an indicator and a normalised value; statements keep the printed words instead."""
    unless_null = "" if strict else "s.{0} IS NOT NULL AND "
    region, indicator = unless_null.format("region_code"), unless_null.format("indicator_code")
    guards = [
        Guard(table, "CORE-ABSTAINED", f"NOT s.publish AND {_NOT_RELEASED}", "提取存疑，未予发布", "the extractor wasn't sure and abstained"),
        Guard(table, "CORE-PERIOD", _NO_PERIOD, "时期无法识别或不合理", "the period is unknown or can't be right"),
        Guard(table, "CORE-MEASURE", _missing("measure", "dim_measure"), "度量代码不在目录中", "the measure isn't in the catalogue"),
        Guard(table, "CORE-REGION", region + _missing("region_code", "dim_region"), "地区不在目录中", "the region isn't in the catalogue"),
        Guard(
            table, "CORE-INDICATOR", indicator + _missing("indicator_code", "dim_indicator"), "指标不在目录中",
            "the indicator isn't in the catalogue",
        ),
    ]  # fmt: skip
    if strict:
        guards.append(
            Guard(table, "CORE-UNIT", "s.value_norm IS NULL OR s.unit_norm IS NULL", "单位无法换算", "the unit can't be converted")
        )  # fmt: skip
    return guards


GUARDS = [
    _DATE,
    *_of_numbers("staging_observation", strict=True),
    *_of_numbers("staging_statement", strict=False),
    Guard(
        "staging_plan",
        "CORE-PLAN-DATE",
        _NO_PLAN_DATE,
        "规划的日期或年份不合理",
        "a day or year of the plan can't be right",
    ),
    Guard(
        "staging_plan",
        "CORE-PLAN-PERIOD",
        "s.period_start > s.period_end",
        "规划起止年份颠倒",
        "the plan ends before it begins",
    ),
    Guard(
        "staging_plan",
        "CORE-PLAN-SERIES",
        "s.series_id IS NOT NULL AND " + _missing("series_id", "dim_plan_series"),
        "规划系列不在目录中",
        "the plan series isn't in the catalogue",
    ),
    Guard(
        "staging_plan",
        "CORE-PLAN-CIRCLE",
        "s.circle_id IS NOT NULL AND " + _missing("circle_id", "dim_circle"),
        "都市圈不在目录中",
        "the circle isn't in the catalogue",
    ),
    Guard(
        "staging_plan_project",
        "CORE-REGION",
        "s.region_code IS NOT NULL AND " + _missing("region_code", "dim_region"),
        "地区不在目录中",
        "the region isn't in the catalogue",
    ),
    Guard(
        "staging_plan_target",
        "CORE-INDICATOR",
        "s.indicator_code IS NOT NULL AND " + _missing("indicator_code", "dim_indicator"),
        "指标不在目录中",
        "the indicator isn't in the catalogue",
    ),
]


def _ownerless(column: str, owner: str, key: str) -> str:
    """That a row names an owner which is neither in core nor staged with it."""
    return (
        f"s.{column} IS NOT NULL"  # noqa: S608
        f" AND NOT EXISTS (SELECT 1 FROM core_{owner} AS c WHERE c.{key} = s.{column})"
        f" AND (s.{column}, s.document_row_id) NOT IN"
        f" (SELECT p.content_id, p.document_row_id FROM staging_{owner} AS p)"
    )


def _orphans(table: str, code: str, owners: dict[str, tuple[str, str]], zh: str, en: str) -> Guard:
    unfit = " OR ".join(f"({_ownerless(column, *owner)})" for column, owner in owners.items())
    return Guard(table, code, unfit, zh, en)


_OF_PLAN = {"plan_content_id": ("plan", "plan_id")}
_ORPHANS = [  # looked for when the plans that can't be taken are out
    _orphans("staging_plan_count", "CORE-PLAN-MISSING", _OF_PLAN, "所属规划在隔离区", "the plan that it counts is in quarantine"),
    _orphans("staging_plan_project", "CORE-PLAN-MISSING", _OF_PLAN, "所属规划在隔离区", "the plan that lists it is in quarantine"),
]  # fmt: skip
_OF_ITEM = {"task_content_id": ("plan_task", "task_id"), "project_content_id": ("plan_project", "project_id")}
_OF_ORPHANS = [  # looked for when those are out too
    _orphans("staging_milestone", "CORE-ITEM-MISSING", _OF_ITEM, "所属任务或项目在隔离区", "its task or project is in quarantine"),
]  # fmt: skip


def put_unfit_aside(connection: Connection, batch_ids: list[str], now: datetime) -> int:
    """Move what core can't take into quarantine; the number of rows."""
    if not batch_ids:
        return 0
    return sum(
        move_to_quarantine(connection, unfit_rows(connection, batch_ids, guards), batch_ids, now)
        for guards in (GUARDS, _ORPHANS, _OF_ORPHANS)
    )


def unfit_rows(
    connection: Connection, batch_ids: list[str], guards: Iterable[Guard] = (*GUARDS, *_ORPHANS, *_OF_ORPHANS)
) -> list[Quarantined]:
    """The rows of these batches that core can't take, each with the first condition it meets."""
    found: dict[str, Quarantined] = {}
    for guard in guards:
        sql = text(
            f"SELECT s.row_id FROM {guard.table} AS s WHERE s.document_row_id IN"  # noqa: S608
            " (SELECT t.row_id FROM staging_document AS t WHERE t.batch_id IN :batches)"
            f" AND ({guard.unfit})"
        ).bindparams(bindparam("batches", expanding=True))
        for row_id in connection.execute(sql, {"batches": batch_ids}).scalars():
            found.setdefault(
                row_id,
                Quarantined(
                    table=guard.table,
                    row_id=row_id,
                    rule_code=guard.code,
                    reason_zh=guard.reason_zh,
                    reason_en=guard.reason_en,
                ),
            )
    return list(found.values())
