"""Staged rows against their suites: one Great Expectations validation a table, whatever the number of batches."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from metroetl.quality.models import Outcome, Verdict
from metroetl.quality.suites import Suite, great_expectations, load_suites

if TYPE_CHECKING:
    import pandas as pd

_YES_OR_NO = {"result_format": "BOOLEAN_ONLY"}
_WITH_ROWS = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row_id"]}
_WORST: tuple[Verdict, ...] = ("error", "fail", "pass", "skipped")


def validate(frames: Mapping[str, pd.DataFrame], suites: Mapping[str, Suite] | None = None) -> list[Outcome]:
    """Each rule's outcome, in the order of the suites; a table that is missing or empty is skipped, not passed."""
    outcomes: list[Outcome] = []
    for table, suite in (load_suites() if suites is None else suites).items():
        frame = frames.get(table)
        if frame is None or frame.empty:
            outcomes += [Outcome(table=table, rule=rule, verdict="skipped") for rule in suite.rules.values()]
        else:
            outcomes += validate_table(frame, suite)
    return outcomes


def validate_table(frame: pd.DataFrame, suite: Suite) -> list[Outcome]:
    """One validation of one table; a rule of several expectations has one outcome.

    GE first says yes or no; what it said no to is asked again for the rows, which costs it twice as much.
    """
    expectations = suite.compile()
    began = time.perf_counter()
    needed = frame[suite.columns(frame)]
    batch = _batch_definition().get_batch({"dataframe": needed})
    answers = _answers(batch.validate(expectations, result_format=_YES_OR_NO))
    if wrong := {code for code, results in answers.items() if not all(r["success"] for r in results)}:
        answers |= _answers(batch.validate(suite.part(wrong).compile(), result_format=_WITH_ROWS))
    judged = _judged(needed, suite)
    share = round((time.perf_counter() - began) / len(suite.rules), 6)
    outcomes = []
    for code, rule in suite.rules.items():
        rows = frame["batch_id"][judged[code]].value_counts().to_dict()
        blank = Outcome(table=suite.table, rule=rule, verdict="skipped", judged=rows, seconds=share)
        outcomes.append(_outcome(blank, answers[code]))
    return outcomes


def _answers(report: Any) -> dict[str, list[dict[str, Any]]]:
    """GE's results by rule code; it gives them in an order of its own."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in report.results:
        found[result.expectation_config.meta["code"]].append(result.to_json_dict())
    return found


def _outcome(outcome: Outcome, results: Iterable[dict[str, Any]]) -> Outcome:
    for result in results:
        message = exception_message(result.get("exception_info") or {})
        verdict: Verdict = "error" if message else _judge(result["success"], outcome.evaluated)
        outcome.verdict = min(outcome.verdict, verdict, key=_WORST.index)
        outcome.message = outcome.message or message
        if verdict == "fail":
            for row in result["result"].get("unexpected_index_list") or ():
                values = {k: _plain(v) for k, v in row.items() if k != "row_id"}
                outcome.failed.setdefault(row["row_id"], {}).update(values)
    return outcome


def _plain(value: Any) -> Any:
    """numpy's scalars as Python's; GE leaves them in lists of rows."""
    return value.item() if hasattr(value, "item") else value


def _judge(success: bool, evaluated: int) -> Verdict:
    if not success:
        return "fail"
    return "pass" if evaluated else "skipped"


def _judged(frame: pd.DataFrame, suite: Suite) -> dict[str, pd.Series[bool]]:
    """Which rows each rule could judge: GE passes nulls, and rows outside a condition, without a word.

    A column or condition that can't be computed leaves all rows: GE tells that as an error.
    """
    import pandas as pd

    everything = pd.Series(True, index=frame.index)
    masks: dict[str, pd.Series[bool]] = {}
    conditions: dict[str, pd.Series[bool]] = {}
    for expectation in suite.spec["expectations"]:
        kwargs, code = expectation["kwargs"], expectation["meta"]["code"]
        columns = [kwargs[c] for c in ("column", "column_A", "column_B") if kwargs.get(c) in frame]
        mask = everything
        if expectation["type"] != "expect_column_values_to_not_be_null":
            mask = frame[columns].notna().all(axis=1)
        if condition := kwargs.get("row_condition"):
            mask = mask & _remembered(conditions, frame, condition)
        masks[code] = masks.get(code, ~everything) | mask
    return masks


def _remembered(known: dict[str, pd.Series[bool]], frame: pd.DataFrame, condition: str) -> pd.Series[bool]:
    import pandas as pd

    if condition not in known:
        try:
            known[condition] = pd.Series(frame.eval(condition), index=frame.index).astype(bool)
        except (NameError, ValueError, TypeError, SyntaxError):
            known[condition] = frame["row_id"].notna()
    return known[condition]


def exception_message(info: Mapping[str, Any]) -> str:
    """The message of an exception, which GE nests a metric deep; empty if there was none."""
    if "raised_exception" in info:
        return str(info.get("exception_message") or "unknown error") if info["raised_exception"] else ""
    return next((message for nested in info.values() if (message := exception_message(nested))), "")


@lru_cache
def _batch_definition() -> Any:
    """One ephemeral context a process: no project folder, no progress bars, one asset that takes any frame."""
    gx = great_expectations()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("staging").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("rows")
