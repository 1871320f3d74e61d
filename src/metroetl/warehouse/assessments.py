"""Scores of assessments (考核), each with the rule and its version: append-only, the newest score again adds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Connection, Text, select
from sqlalchemy import Table as SqlTable
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime, one_of
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import add_new

STATES = ("scored", "reweighted", "vetoed", "refused")


class OpsAssessmentScore(Table, table=True):
    """A city's score of a year by one version of a rule, or why there is none; `items` is JSON of its parts.

    Whether readers see it (`access`) the office decides; the views keep internal ones from those who see public rows.
    """

    __table_args__ = (
        one_of("state", *STATES),
        one_of("access", "public", "internal"),
        CheckConstraint("(state = 'refused') = (score IS NULL)", name="score_or_reason"),
    )

    score_id: str = Field(primary_key=True)
    circle_id: str = Field(foreign_key="dim_circle.circle_id", index=True)
    region_code: str = Field(foreign_key="dim_region.region_code")
    year: int
    rule_id: str
    rule_version: str
    rule_digest: str
    state: str
    score: float | None = None
    refused: str = Field(sa_type=Text)
    veto: str = Field(sa_type=Text)
    items: str = Field(sa_type=Text)
    computed_at: datetime = Field(sa_type=UtcDateTime)
    access: str


def keep_scores(connection: Connection, scores: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Keep the scores that differ from the newest kept ones of their city, year and rule; how many those were."""
    table: SqlTable = OpsAssessmentScore.__table__  # type: ignore[attr-defined]
    newest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for kept in connection.execute(select(table).order_by(table.c.computed_at)).mappings():
        newest[_of(dict(kept))] = dict(kept)
    new = [
        {"score_id": digest(*row.values(), now), **row, "computed_at": now}
        for row in scores
        if any(newest.get(_of(row), {}).get(name) != value for name, value in row.items())
    ]
    add_new(connection, table, new)
    return len(new)


def _of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(
        row[name] for name in ("circle_id", "region_code", "year", "rule_id", "rule_version", "rule_digest")
    )
