"""From outcomes to a decision: which rows go to quarantine, which batches are held, what is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from metroetl.quality.models import Outcome
from metroetl.warehouse.models import Check, Decision, Held, Quarantined

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.warehouse.models import Batch

ABSTAINED = ("OBS-ABSTAINED", "STA-ABSTAINED")
EXAMPLES = 10
LONGEST_VALUE = 200
_LABELS = ("title", "region", "indicator", "period", "measure", "value", "unit", "what", "text")


def decide(
    run_id: str,
    batches: Sequence[Batch],
    frames: Mapping[str, pd.DataFrame],
    outcomes: Iterable[Outcome],
) -> Decision:
    """The gate's decision.

    A critical rule holds the batches whose rows failed, or all that it judged if it names no row. An error rule
    quarantines its rows, also those of a held batch (they stay out when a person approves it). A rule that could not
    be computed holds what it should have judged, unless it is a warning: nothing passes a gate that didn't work.
    """
    found = list(outcomes)
    owners = {
        table: dict(zip(frame["row_id"], frame["batch_id"], strict=True))
        for table, frame in frames.items()
        if not frame.empty
    }
    held: dict[str, set[str]] = defaultdict(set)
    checks: list[Check] = []
    for outcome in found:
        rows = owners.get(outcome.table, {})
        for batch_id in _stopped(outcome, rows):
            held[batch_id].add(outcome.rule.code)
        checks += _checks(outcome, frames.get(outcome.table), rows)
    return Decision(
        run_id=run_id,
        batches=list(batches),
        quarantine=_quarantine(found),
        held=[Held(batch_id=b, rule_codes=sorted(codes)) for b, codes in sorted(held.items())],
        checks=checks,
    )


def _stopped(outcome: Outcome, rows: Mapping[str, str]) -> set[str]:
    severity = outcome.rule.severity
    if outcome.verdict == "error":
        return set() if severity == "warning" else set(rows.values())
    if outcome.verdict != "fail" or severity == "warning":
        return set()
    if not outcome.failed:
        return set(rows.values())
    return {rows[row_id] for row_id in outcome.failed} if severity == "critical" else set()


def _quarantine(outcomes: Iterable[Outcome]) -> list[Quarantined]:
    """Rows of failed error rules; that the reader abstained is said only where no rule names the cause."""
    entries: list[Quarantined] = []
    abstained: list[Quarantined] = []
    for outcome in outcomes:
        rule = outcome.rule
        if outcome.verdict != "fail" or rule.severity != "error":
            continue
        for row_id, values in outcome.failed.items():
            entry = Quarantined(
                table=outcome.table,
                row_id=row_id,
                rule_code=rule.code,
                severity=rule.severity,
                reason_zh=rule.reason_zh + _values(values, "（{}）"),
                reason_en=rule.reason_en + _values(values, " ({})"),
            )
            (abstained if rule.code in ABSTAINED else entries).append(entry)
    named = {(e.table, e.row_id) for e in entries}
    return entries + [e for e in abstained if (e.table, e.row_id) not in named]


def _checks(outcome: Outcome, frame: pd.DataFrame | None, rows: Mapping[str, str]) -> Iterable[Check]:
    """One verdict a batch, so that history knows the source; where a rule could judge no row, it leaves none."""
    if frame is None:
        return
    failed: dict[str, list[str]] = defaultdict(list)
    for row_id in outcome.failed:
        failed[rows[row_id]].append(row_id)
    of_all = outcome.verdict == "error" or (outcome.verdict == "fail" and not outcome.failed)
    for batch_id, judged in outcome.judged.items():
        mine = failed[batch_id]
        yield Check(
            table=outcome.table,
            rule_code=outcome.rule.code,
            severity=outcome.rule.severity,
            verdict=_verdict(outcome) if mine or of_all else "pass",
            batch_id=batch_id,
            evaluated=judged,
            unexpected=len(mine),
            seconds=outcome.seconds,
            detail=outcome.message or _examples(outcome, frame, mine),
        )


def _verdict(outcome: Outcome) -> Literal["fail", "error"]:
    return "error" if outcome.verdict == "error" else "fail"


def _examples(outcome: Outcome, frame: pd.DataFrame, row_ids: Sequence[str]) -> str:
    """Lines that say which rows, each ending in its id; only where no quarantine row will say it."""
    if not row_ids or outcome.rule.severity == "error":
        return ""
    shown = frame[frame["row_id"].isin(row_ids[:EXAMPLES])]
    labels = [c for c in _LABELS if c in frame]
    lines = [
        " ".join(str(row[c])[:60] for c in labels)
        + _values(outcome.failed[row["row_id"]], "：{}")
        + f" #{row['row_id']}"
        for row in shown.to_dict("records")
    ]
    more = len(row_ids) - len(lines)
    return "\n".join(lines + ([f"… {more} more"] if more > 0 else []))


def _values(values: Mapping[str, Any], form: str) -> str:
    """The values that the rule looked at, in the form given; empty where there is nothing to say."""
    told = "、".join(f"{name}={_short(value)}" for name, value in values.items() if value is not None)
    return form.format(told) if told else ""


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:LONGEST_VALUE]
