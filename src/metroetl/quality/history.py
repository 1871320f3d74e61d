"""The history of quality: each rule's verdicts at each source over the last runs, and rules that never or always fire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from metroetl.quality.suites import load_suites

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

RUNS, LINES, ENOUGH = 30, 40, 3
_VERDICTS = ("pass", "fail", "error")

# one row a run, rule and source: the last runs that a gate judged, up to the run given
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
    """A rule at a source that fired in at least one run; cells in the order of the runs, None where it judged nothing."""

    code: str
    source_id: str
    source_title: str
    cells: list[Cell | None]

    @property
    def fired(self) -> int:
        """Runs in which it found something."""
        return sum(1 for cell in self.cells if cell and cell.verdict != "pass")


class History(BaseModel):
    """Rule × source over runs, newest run first; lines that fired most lately and most often first.

    `always` names the rules that fired in each of at least ENOUGH runs in which they judged something, with their
    number; `never` those that judged and found nothing, with the rows judged; `blind` those that judged no row.
    """

    runs: list[RunOf] = []
    lines: list[Line] = []
    always: dict[str, int] = {}
    never: dict[str, int] = {}
    blind: list[str] = []


def history_of(warehouse: Warehouse, run_id: str, runs: int = RUNS) -> History:
    """The history up to a run, over the last `runs` runs that a gate judged."""
    return arranged(warehouse.records(CHECKS, {"run_id": run_id, "runs": runs}))


def arranged(checks: Iterable[dict[str, Any]]) -> History:
    """Verdicts (a row a run, rule and source, newest run first) as a history."""
    runs: dict[str, RunOf] = {}
    by_line: dict[tuple[str, str, str], dict[str, Cell]] = defaultdict(dict)
    by_rule: dict[str, dict[str, bool]] = defaultdict(dict)
    judged: dict[str, int] = defaultdict(int)
    for check in checks:
        run_id, code = check["run_id"], check["rule_code"]
        runs.setdefault(run_id, RunOf(**{name: check[name] for name in RunOf.model_fields}))
        cell = Cell(
            verdict=_VERDICTS[check["worst"]], evaluated=check["evaluated"], unexpected=check["unexpected"]
        )
        by_line[code, check["source_id"], check["source_title"]][run_id] = cell
        by_rule[code][run_id] = by_rule[code].get(run_id, False) or cell.verdict != "pass"
        judged[code] += cell.evaluated
    lines = [
        Line(code=code, source_id=source_id, source_title=title, cells=[cells.get(run) for run in runs])
        for (code, source_id, title), cells in by_line.items()
    ]
    known = [code for suite in load_suites().values() for code in suite.rules]
    return History(
        runs=list(runs.values()),
        lines=sorted((line for line in lines if line.fired), key=_rank),
        always={c: len(f) for c, f in sorted(by_rule.items()) if len(f) >= ENOUGH and all(f.values())},
        never={c: judged[c] for c in known if by_rule.get(c) and not any(by_rule[c].values())},
        blind=[c for c in known if c not in by_rule],
    )


def _rank(line: Line) -> tuple[int, int, str, str]:
    latest = next(i for i, cell in enumerate(line.cells) if cell and cell.verdict != "pass")
    return latest, -line.fired, line.code, line.source_title
