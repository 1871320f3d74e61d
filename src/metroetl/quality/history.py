"""The history of quality: each rule's verdicts at each source over the last runs, and rules that never or always fire.

The verdicts come from ops_check, what a rule did in all its runs from the view mart_rule_activity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from metroetl.quality.suites import load_after_suites
from metroetl.quality.words import table_words

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

RUNS, LINES = 30, 40
_VERDICTS = ("pass", "fail", "error")

# one row a run, rule and source: the last runs in which anything was judged, up to the run given
CHECKS = """
WITH recent AS (
  SELECT r.run_id, r.flow, r.started_at FROM ops_run AS r
  WHERE r.started_at <= (SELECT this.started_at FROM ops_run AS this WHERE this.run_id = :run_id)
    AND EXISTS (SELECT 1 FROM ops_check AS c WHERE c.run_id = r.run_id)
  ORDER BY r.started_at DESC LIMIT :runs
)
SELECT r.run_id, r.flow, r.started_at, c.rule_code, COALESCE(s.source_id, '') AS source_id,
  COALESCE(s.title, '') AS source_title, SUM(c.evaluated) AS evaluated, SUM(c.unexpected) AS unexpected,
  MAX(CASE c.verdict WHEN 'error' THEN 2 WHEN 'fail' THEN 1 ELSE 0 END) AS worst
FROM recent AS r
JOIN ops_check AS c ON c.run_id = r.run_id
LEFT JOIN ops_batch AS b ON b.batch_id = c.batch_id
LEFT JOIN dim_source AS s ON s.source_id = b.source_id
GROUP BY r.run_id, r.flow, r.started_at, c.rule_code, s.source_id, s.title
ORDER BY r.started_at DESC, r.run_id, c.rule_code, source_title
"""
ACTIVITY = """
SELECT rule_code AS code, runs_judged, runs_fired, runs_broken, evaluated, always_fires
FROM mart_rule_activity WHERE active ORDER BY stage DESC, rule_code
"""


class RunOf(BaseModel):
    """A run in the history."""

    run_id: str
    flow: str
    started_at: str


class Cell(BaseModel):
    """A rule's verdict at a source in one run."""

    verdict: str
    evaluated: int
    unexpected: int

    @property
    def shade(self) -> int:
        """0 nothing found, 1 to 4 by the share of rows that failed: up to 1 %, 10 %, 50 %, all."""
        if not self.unexpected:
            return 0 if self.verdict == "pass" else 4
        share = self.unexpected / max(self.evaluated, 1)
        return 1 + sum(share > limit for limit in (0.01, 0.1, 0.5))


class Line(BaseModel):
    """A rule at a source that fired in at least one run; cells in the order of the runs, None where it judged nothing.

    A rule on what is published has no source; `source_title` names its table.
    """

    code: str
    source_id: str
    source_title: str
    cells: list[Cell | None]

    @property
    def fired(self) -> int:
        """Runs in which it found something."""
        return sum(1 for cell in self.cells if cell and cell.verdict != "pass")


class Activity(BaseModel):
    """What a rule did in all its runs (mart_rule_activity); `always_fires` is of the last thirty, three at least."""

    code: str
    runs_judged: int
    runs_fired: int
    runs_broken: int
    evaluated: int
    always_fires: bool


class History(BaseModel):
    """Rule × source over runs, newest run first; lines that fired most lately and most often first."""

    runs: list[RunOf] = []
    lines: list[Line] = []
    rules: list[Activity] = []

    @property
    def always(self) -> list[Activity]:
        """Rules that fired each time."""
        return [rule for rule in self.rules if rule.always_fires]

    @property
    def never(self) -> list[Activity]:
        """Rules that judged and found nothing."""
        return [r for r in self.rules if r.runs_judged and not r.runs_fired and not r.runs_broken]

    @property
    def blind(self) -> list[Activity]:
        """Rules that never had a row to judge."""
        return [rule for rule in self.rules if not rule.runs_judged]

    @property
    def broken(self) -> list[Activity]:
        """Rules that could not be computed in some run."""
        return [rule for rule in self.rules if rule.runs_broken]


def history_of(warehouse: Warehouse, run_id: str, runs: int = RUNS) -> History:
    """The history up to a run, over the last `runs` runs that judged anything; what each rule did until now."""
    found = arranged(warehouse.records(CHECKS, {"run_id": run_id, "runs": runs}))
    return found.model_copy(update={"rules": [Activity(**row) for row in warehouse.records(ACTIVITY)]})


def arranged(checks: Iterable[dict[str, Any]]) -> History:
    """Verdicts (a row a run, rule and source, newest run first) as a history."""
    runs: dict[str, RunOf] = {}
    by_line: dict[tuple[str, str, str], dict[str, Cell]] = defaultdict(dict)
    published = {code: table for table, suite in load_after_suites().items() for code in suite.rules}
    for check in checks:
        run_id, code = check["run_id"], check["rule_code"]
        runs.setdefault(run_id, RunOf(**{name: check[name] for name in RunOf.model_fields}))
        where = check["source_title"] or (
            f"发布后：{table_words(published[code])}" if code in published else ""
        )
        by_line[code, check["source_id"], where][run_id] = Cell(
            verdict=_VERDICTS[check["worst"]], evaluated=check["evaluated"], unexpected=check["unexpected"]
        )
    lines = [
        Line(code=code, source_id=source_id, source_title=title, cells=[cells.get(run) for run in runs])
        for (code, source_id, title), cells in by_line.items()
    ]
    return History(runs=list(runs.values()), lines=sorted((line for line in lines if line.fired), key=_rank))


def _rank(line: Line) -> tuple[int, int, str, str]:
    latest = next(i for i, cell in enumerate(line.cells) if cell and cell.verdict != "pass")
    return latest, -line.fired, line.code, line.source_title
