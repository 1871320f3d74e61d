"""After publishing: the suites of core tables and marts, judged by Great Expectations in the database itself.

Nothing can be held any more: what fails is written to ops_check and told as findings of the run. GE reads through a
read-only connection of its own, one way on both engines; rules for which it has no expectation are SQL in the suite
(UnexpectedRowsExpectation), into which nothing but GE's own `{batch}` is put.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metroetl.quality.models import Rule, Verdict, worst
from metroetl.quality.quiet import quiet_rules
from metroetl.quality.suites import great_expectations, load_after_suites, load_suites
from metroetl.quality.validate import exception_message
from metroetl.runs import Finding
from metroetl.warehouse.engine import reader_address
from metroetl.warehouse.models import Check

if TYPE_CHECKING:
    from metroetl.quality.suites import Suite
    from metroetl.warehouse import Warehouse

log = logging.getLogger("metroetl.quality")

SHOWN = 20
"""Rows of one rule that are told; all are counted."""
_JUDGED_BEFORE = "SELECT 1 FROM ops_check WHERE rule_code = 'PUB-WORLD' LIMIT 1"
SQL = "unexpected_rows_expectation"
SEVERITIES = ("critical", "error", "warning")
_LONGEST = 200


@dataclass
class Judged:
    """What one rule found in one published table or view; `rows` are the first that failed, as names and values."""

    table: str
    rule: Rule
    verdict: Verdict = "skipped"
    evaluated: int = 0
    unexpected: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""
    seconds: float = 0.0

    def check(self) -> Check | None:
        """The verdict for the history; None where there was nothing to judge."""
        if self.verdict == "skipped":
            return None
        return Check(
            table=self.table,
            rule_code=self.rule.code,
            severity=self.rule.severity,
            verdict=self.verdict,
            evaluated=self.evaluated,
            unexpected=self.unexpected,
            seconds=self.seconds,
            detail=self.message or "\n".join(f"{f.detail} {f.url}".strip() for f in self.findings()),
        )

    def findings(self) -> list[Finding]:
        """One a row that is shown, and one that counts the others; a rule that broke is a finding of its own."""
        if self.verdict not in ("fail", "error"):
            return []
        if self.verdict == "error":
            return [self._finding(f"规则无法计算 · the rule could not be computed: {self.message}")]
        found = [self._finding(_told(row), str(row.get("url") or "")) for row in self.rows[:SHOWN]]
        more = self.unexpected - len(found)
        return found + ([self._finding(f"另有 {more} 项 · {more} more")] if more > 0 else [])

    def _finding(self, detail: str, url: str = "") -> Finding:
        rule = self.rule
        return Finding(
            code=rule.code,
            severity=rule.severity,
            table=self.table,
            url=url,
            detail=detail,
            reason_zh=rule.reason_zh,
            reason_en=rule.reason_en,
            way_out=rule.way_out,
        )


def judge_published(
    warehouse: Warehouse,
    *,
    loaded: bool = True,
    touched: bool = False,
    suites: Mapping[str, Suite] | None = None,
) -> list[Judged]:
    """Judge what is published, worst severity first; nothing is written.

    `loaded` False leaves out what only a load can change; `touched` judges of the largest tables only the series that
    were loaded since they were last judged (a suite's `touched`). GE is asked, and imported, only where a rule may have
    something to tell. Raises SuiteError when a suite that GE is asked with is wrong.
    """
    chosen = load_after_suites() if suites is None else suites
    touched = touched and bool(warehouse.query(_JUDGED_BEFORE)[1])
    judged: list[Judged] = []
    loud: list[tuple[Suite, str, int]] = []
    for suite in chosen.values():
        if not loaded and suite.when != "run":
            continue
        rows = f"({suite.touched})" if touched and suite.touched else f'"{suite.table}"'
        number, quiet = quiet_rules(warehouse, suite, rows)
        judged += [_quiet(suite, code, evaluated) for code, evaluated in quiet.items()]
        if others := set(suite.rules) - set(quiet):
            loud.append((suite.part(others), rows, number))
    if loud:
        with _database(warehouse.url) as source:
            for suite, rows, number in loud:
                judged += judge_table(source, suite, rows, number)
    found = [one.rule.code for one in judged if one.verdict in ("fail", "error")]
    log.info("%d rules on what is published, found: %s", len(judged), ", ".join(found) or "none")
    return sorted(judged, key=lambda one: SEVERITIES.index(one.rule.severity))


def _quiet(suite: Suite, code: str, evaluated: int) -> Judged:
    verdict: Verdict = "pass" if evaluated else "skipped"
    return Judged(suite.table, suite.rules[code], verdict, evaluated)


def keep_judged(warehouse: Warehouse, run_id: str, judged: Iterable[Judged]) -> None:
    """Keep the verdicts for the history, and the rules of all suites as its dimension."""
    warehouse.keep_rules(rule_rows())
    warehouse.add_checks(run_id, [check for one in judged if (check := one.check())])


def rule_rows() -> list[dict[str, Any]]:
    """The rules of all suites as rows of dim_rule."""
    kept = {"severity", "owner", "reason_zh", "reason_en"}
    return [
        {"rule_code": code, "table_name": table, "stage": stage, **rule.model_dump(include=kept)}
        for stage, suites in (("gate", load_suites()), ("after", load_after_suites()))
        for table, suite in suites.items()
        for code, rule in suite.rules.items()
    ]


def judge_table(source: Any, suite: Suite, rows: str, number: int) -> list[Judged]:
    """GE's outcome of each rule on one table or view, or on a SELECT in brackets, of so many rows."""
    judged = {code: Judged(suite.table, rule) for code, rule in suite.rules.items()}
    suite.compile()
    began = time.perf_counter()
    if rows.startswith("("):
        asset = source.add_query_asset(suite.table, query=rows[1:-1])
        batch = asset.add_batch_definition_whole_table("rows").get_batch()
    else:
        asset = source.add_table_asset(suite.table, table_name=suite.table)
        batch = asset.add_batch_definition_whole_table("rows").get_batch()
    by_sql = {e["meta"]["code"] for e in suite.spec["expectations"] if e["type"] == SQL}
    shown = {"unexpected_index_column_names": suite.shows} if suite.shows else {}
    for codes, form in (
        (by_sql, {"result_format": "COMPLETE"}),
        (set(suite.rules) - by_sql, {"result_format": "SUMMARY", **shown}),
    ):
        if codes:
            report = batch.validate(suite.part(codes).compile(), result_format=form)
            for result in report.results:
                _take(judged[result.expectation_config.meta["code"]], result.to_json_dict(), number)
    seconds = (time.perf_counter() - began) / len(judged)
    for one in judged.values():
        one.seconds = round(seconds, 6)
    return list(judged.values())


def _take(one: Judged, answer: dict[str, Any], rows: int) -> None:
    """Add the result of one expectation to its rule's outcome."""
    result = answer["result"]
    message = exception_message(answer.get("exception_info") or {})
    evaluated = result.get("element_count", rows) - result.get("missing_count", 0)
    verdict: Verdict = "error" if message else _verdict(answer["success"], evaluated)
    one.verdict = worst(one.verdict, verdict)
    one.message = one.message or message
    if message:
        return
    one.evaluated = max(one.evaluated, evaluated)
    if verdict == "fail":
        one.unexpected += result.get("unexpected_count", result.get("observed_value", 0))
        one.rows += (
            result.get("details", {}).get("unexpected_rows")
            or result.get("partial_unexpected_index_list")
            or []
        )


def _verdict(success: bool, evaluated: int) -> Verdict:
    if not success:
        return "fail"
    return "pass" if evaluated else "skipped"


def _told(row: Mapping[str, Any]) -> str:
    return "、".join(f"{name}={_short(v)}" for name, v in row.items() if v is not None and name != "url")


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:_LONGEST]


@contextmanager
def _database(url: str) -> Iterator[Any]:
    """GE's data source over a read-only connection, closed at the end; no project folder, no progress bars."""
    gx = great_expectations()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    address, arguments = reader_address(url)
    add = context.data_sources.add_sqlite if url.startswith("sqlite") else context.data_sources.add_postgres
    source = add(
        "warehouse",
        connection_string=address,
        create_temp_table=False,
        kwargs={"connect_args": arguments},
    )
    try:
        yield source
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()
