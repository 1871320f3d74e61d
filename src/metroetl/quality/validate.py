"""Staged rows against their suites: one Great Expectations validation a table, whatever the number of batches."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from metroetl.quality.models import Outcome, Verdict, worst
from metroetl.quality.suites import Suite, columns_of, great_expectations, load_suites

if TYPE_CHECKING:
    import pandas as pd

RULES_AT_ONCE = 12
# Rows are named by their place in the frame: by a column, GE looks each of them up by itself.
_YES_OR_NO = {"result_format": "BOOLEAN_ONLY"}
_WITH_ROWS = {"result_format": "COMPLETE", "exclude_unexpected_values": True, "partial_unexpected_count": 0}


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

    Rules that can judge no row are skipped. GE first says yes or no; what it said no to is asked again for the rows,
    which costs it twice as much.
    """
    began = time.perf_counter()
    needed = _needed(frame, suite)
    judged = _judged(needed, suite)
    answers = _answers(needed, suite.part({code for code, rows in judged.items() if rows.any()}), _YES_OR_NO)
    if wrong := {code for code, results in answers.items() if not all(r.success for r in results)}:
        part = suite.part(wrong)
        answers |= _answers(_needed(needed, part), part, _WITH_ROWS)
    share = round((time.perf_counter() - began) / len(suite.rules), 6)
    count = _counter(frame["batch_id"])
    outcomes = []
    for code, rule in suite.rules.items():
        blank = Outcome(
            table=suite.table, rule=rule, verdict="skipped", judged=count(judged[code]), seconds=share
        )
        outcomes.append(_outcome(blank, answers.get(code, ()), frame))
    return outcomes


def _needed(frame: pd.DataFrame, suite: Suite) -> pd.DataFrame:
    """The columns that the suite names, rows numbered from 0, one block a kind: a row_condition copies every block.

    Text, and yes or no with gaps, that is only looked for in a list becomes categories: they are copied as numbers.
    """
    import pandas as pd

    needed = frame[suite.columns(frame)].reset_index(drop=True)
    for name in set(needed.columns) - suite.compared_columns:
        if isinstance(needed[name].dtype, pd.StringDtype) or needed[name].dtype == object:
            needed[name] = needed[name].astype("category")
    return needed.copy()


def _answers(frame: pd.DataFrame, suite: Suite, form: dict[str, Any]) -> dict[str, list[Any]]:
    """GE's results by rule code; it gives them in an order of its own.

    It copies every column of the frame for each rule that leaves rows out, so it gets the columns of some rules at a time.
    """
    found: dict[str, list[Any]] = defaultdict(list)
    for part in suite.parts(RULES_AT_ONCE):
        batch = _batch_definition().get_batch({"dataframe": frame[part.columns(frame)].copy()})
        for result in batch.validate(part.compile(), result_format=form).results:
            found[result.expectation_config.meta["code"]].append(result)
    return found


def _counter(owners: pd.Series[str]) -> Callable[[pd.Series[bool]], dict[str, int]]:
    """What counts the chosen rows by batch."""
    import numpy as np
    import pandas as pd

    codes, names = pd.factorize(owners)
    return lambda chosen: {
        str(names[n]): int(count)
        for n, count in enumerate(np.bincount(codes[chosen.to_numpy()], minlength=len(names)))
        if count
    }


def _outcome(outcome: Outcome, results: Iterable[Any], frame: pd.DataFrame) -> Outcome:
    for result in results:
        message = exception_message(result.exception_info or {})
        verdict: Verdict = "error" if message else _judge(result.success, outcome.evaluated)
        outcome.verdict = worst(outcome.verdict, verdict)
        outcome.message = outcome.message or message
        if verdict == "fail":
            places = result.result.get("unexpected_index_list") or []
            columns = columns_of(result.expectation_config.kwargs)
            for row_id, values in _values_at(frame, places, columns):
                outcome.failed.setdefault(row_id, {}).update(values)
    return outcome


def _values_at(
    frame: pd.DataFrame, places: list[int], columns: list[str]
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Row id and what stands in the columns, of the rows at these places."""
    rows = frame[list(dict.fromkeys(["row_id", *columns]))].iloc[places]
    values = [[_plain(value) for value in rows[column].tolist()] for column in columns]
    for row_id, *told in zip(rows["row_id"].tolist(), *values, strict=True):
        yield row_id, dict(zip(columns, told, strict=True))


def _plain(value: Any) -> Any:
    """What is missing as None, numpy's scalars as Python's, days and moments as text."""
    import pandas as pd

    if value is None or value is pd.NaT or value != value:
        return None
    if isinstance(value, datetime):
        return str(value)
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
    filled = frame.notna()
    masks: dict[str, pd.Series[bool]] = {}
    conditions: dict[str, pd.Series[bool]] = {}
    for expectation in suite.spec["expectations"]:
        kwargs, code = expectation["kwargs"], expectation["meta"]["code"]
        mask = everything
        if expectation["type"] != "expect_column_values_to_not_be_null":
            for column in columns_of(kwargs):
                mask = mask & filled[column] if column in filled else mask
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
            known[condition] = pd.Series(True, index=frame.index)
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
