"""What the warehouse takes and gives: readings, batches, the gate's decision, what was published."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from metroetl.documents.models import Document
from metroetl.plans.models import PlanReading
from metroetl.statistics.models import Statement

Severity = Literal["critical", "error", "warning"]
Verdict = Literal["pass", "fail", "error"]
BatchState = Literal["staged", "held", "published", "rejected", "replayed"]


class Reading(BaseModel):
    """One document with everything that was read from it."""

    document: Document
    statements: list[Statement] = []
    plan: PlanReading | None = None


class Batch(BaseModel):
    """Rows that one run staged for one source.

    `revision` counts the calls of `stage` that wrote into it: a decision about an older revision leaves the batch
    staged, for it would publish rows that nobody judged.
    """

    model_config = ConfigDict(frozen=True)

    batch_id: str
    run_id: str
    source_id: str
    state: BatchState
    revision: int
    staged_at: datetime
    documents: int = 0
    observations: int = 0
    statements: int = 0
    plans: int = 0
    held_by: list[str] = Field(default=[], description="codes of the critical rules that failed")


class Quarantined(BaseModel):
    """One staged row that breaks one rule; the row itself is taken from staging by `table` and `row_id`.

    A document's row takes everything that was read from the document with it.
    """

    table: str = Field(description="staging table, e.g. staging_observation")
    row_id: str
    rule_code: str
    severity: Severity = "error"
    reason_zh: str
    reason_en: str


class Held(BaseModel):
    """A batch that critical rules stop."""

    batch_id: str
    rule_codes: list[str] = Field(min_length=1)


class Check(BaseModel):
    """One rule's verdict on one table; `batch_id` where the verdict is about one batch."""

    table: str
    rule_code: str
    severity: Severity
    verdict: Verdict
    batch_id: str | None = None
    evaluated: int = 0
    unexpected: int = 0
    seconds: float = 0.0
    detail: str = ""


class Decision(BaseModel):
    """What the gate decided about the batches it saw: those not held are published, but for the quarantined rows."""

    run_id: str
    batches: list[Batch] = Field(description="as `staged_batches` gave them before the frames were read")
    quarantine: list[Quarantined] = []
    held: list[Held] = []
    checks: list[Check] = []


class Published(BaseModel):
    """What a settlement did; counts are of new rows in core, `skipped` names batches another run settled or changed."""

    batches: list[str] = []
    held: list[str] = []
    skipped: list[str] = []
    documents: int = 0
    observations: int = 0
    statements: int = 0
    plans: int = 0
    quarantined: int = 0
    unchanged: int = Field(default=0, description="staged observations that core had already")
