"""What the gate works with: rules, what validation found, what the gate did."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["critical", "error", "warning"]
Verdict = Literal["pass", "fail", "error", "skipped"]
_WORST: tuple[Verdict, ...] = ("error", "fail", "pass", "skipped")


def worst(*verdicts: Verdict) -> Verdict:
    """The gravest of several verdicts; what was judged at all tells more than what was skipped."""
    return min(verdicts, key=_WORST.index)


class Rule(BaseModel):
    """One rule: a stable code, what its failure does, who answers for it and why it exists.

    At the gate critical holds the batch, error quarantines the row, warning is told. After publishing nothing can be held
    any more: critical and error make the run's state say so. `way_out` is what a person does about it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[A-Z]{3,4}(-[A-Z0-9]{2,12}){1,3}$")
    severity: Severity
    owner: Literal["harvest", "documents", "statistics", "plans", "catalogue", "publisher", "warehouse"]
    reason_zh: str = Field(min_length=4)
    reason_en: str = Field(min_length=4)
    way_out: str = ""


class Outcome(BaseModel):
    """What one rule found in one table; `failed` maps a failing row's id to the values that the rule looked at.

    `judged` counts the rows that the rule could judge (in its condition, not null) by batch. skipped: there was none.
    error: the rule itself could not be computed, which says nothing about the rows.
    """

    table: str
    rule: Rule
    verdict: Verdict
    judged: dict[str, int] = {}
    failed: dict[str, dict[str, Any]] = {}
    seconds: float = Field(
        default=0.0, description="of the whole table's validation, shared evenly by its rules"
    )
    message: str = ""

    @property
    def evaluated(self) -> int:
        """Rows that the rule could judge."""
        return sum(self.judged.values())


class GateResult(BaseModel):
    """What the gate did with the staged batches."""

    run_id: str
    batches: int = 0
    published: dict[str, int] = Field(default={}, description="new rows in core by kind")
    quarantined: int = Field(default=0, description="staged rows stopped, whatever the number of rules")
    held: dict[str, list[str]] = Field(
        default={}, description="batch id to the codes of the rules that stop it"
    )
    skipped: list[str] = Field(
        default=[], description="batches that another run settled or changed meanwhile"
    )
    checks: dict[str, int] = Field(default={}, description="rules by verdict")
    seconds: dict[str, float] = Field(
        default={}, description="wall time by step: import, suites, frames, validate, settle"
    )
