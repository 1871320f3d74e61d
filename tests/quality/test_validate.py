"""Validation tells pass, fail, error and skipped apart, where Great Expectations alone does not."""

from __future__ import annotations

import pandas as pd

from metroetl.quality.models import Outcome, Rule
from metroetl.quality.suites import Suite, load_suites
from metroetl.quality.validate import validate
from tests.quality.bench import clean, frames_of, judge, release

CONDITION = {"row_condition": 'kind == "level"', "condition_parser": "pandas"}


def suite(**kwargs: object) -> Suite:
    rule = Rule(
        code="TST-VALUE", severity="error", owner="statistics", reason_zh="数值不对", reason_en="wrong"
    )
    between = {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "value", "min_value": 0, **kwargs},
        "meta": rule.model_dump(),
    }
    spec = {"name": "table", "expectations": [between]}
    return Suite("table", {rule.code: rule}, spec, load_suites()["staging_plan"].path)


def outcome(values: list[float | None], kinds: str = "level", **kwargs: object) -> Outcome:
    rows = len(values)
    frame = pd.DataFrame(
        {
            "row_id": [f"r{n}" for n in range(rows)],
            "batch_id": ["b1"] * rows,
            "kind": [kinds] * rows,
            "value": pd.Series(values, dtype=float),
        }
    )
    (found,) = validate({"table": frame}, {"table": suite(**kwargs)})
    return found


def test_pass_and_fail() -> None:
    assert outcome([1.0, 2.0]).verdict == "pass"
    failed = outcome([1.0, -2.0, None])
    assert (failed.verdict, failed.failed, failed.judged) == ("fail", {"r1": {"value": -2.0}}, {"b1": 2})


def test_an_empty_frame_is_skipped_not_passed() -> None:
    assert outcome([]).verdict == "skipped"
    assert validate({}, {"table": suite()})[0].verdict == "skipped"


def test_nulls_alone_are_skipped_not_passed() -> None:
    found = outcome([None, None])
    assert (found.verdict, found.evaluated) == ("skipped", 0)


def test_a_condition_that_no_row_meets_is_skipped_not_passed() -> None:
    assert outcome([-1.0], "yoy", **CONDITION).verdict == "skipped"
    assert outcome([-1.0], "level", **CONDITION).verdict == "fail"


def test_a_missing_column_is_an_error_not_a_failure() -> None:
    found = outcome([1.0], column="valeu")
    assert found.verdict == "error" and "valeu" in found.message and found.failed == {}


def test_a_condition_that_cannot_be_read_is_an_error() -> None:
    found = outcome([1.0], row_condition='knid == "level"', condition_parser="pandas")
    assert found.verdict == "error" and found.message


def test_rows_are_counted_by_batch() -> None:
    frames = frames_of(clean())
    other = frames_of([release("other", [])], "b2")
    both = {t: pd.concat([frames[t], other[t]], ignore_index=True) for t in frames}
    titles = judge(both).outcomes["DOC-TITLE-MISSING"]
    assert titles.judged == {"b1": 3, "b2": 1}
