"""Clean rows pass: every rule that could judge them says so."""

from __future__ import annotations

from metroetl.quality.suites import load_suites
from tests.quality.bench import clean, frames_of, history, judge, past_of


def test_clean_rows_break_no_rule() -> None:
    found = judge(frames_of(clean()), past_of(history()))
    told = {
        code: (o.failed, o.message) for code, o in found.outcomes.items() if o.verdict in ("fail", "error")
    }
    assert told == {}


def test_every_table_has_rows_so_that_passing_means_something() -> None:
    found = judge(frames_of(clean()), past_of(history()))
    judged = {o.table for o in found.outcomes.values() if o.verdict == "pass"}
    assert judged == set(load_suites())
