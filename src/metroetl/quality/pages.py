"""Our own validation page: what each rule said of a run's batches, and every row that it stopped, with its sentence.

One self-contained HTML file, Chinese first, no request to anywhere. (GE's Data Docs load from CDNs and are empty
offline.) Everything comes from ops_check, ops_quarantine and the suites; strings of strangers are cleaned.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.errors import WarehouseError
from metroetl.quality.models import Rule
from metroetl.quality.suites import load_suites

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]
ROWS_SHOWN = 50
VERDICTS = {"pass": "通过", "fail": "未通过", "error": "规则出错", "skipped": "无可判断的行"}
SEVERITIES = {"critical": "拦下整批", "error": "隔离该行", "warning": "仅提示"}
TABLES = {
    "staging_document": "文件",
    "staging_observation": "数字",
    "staging_statement": "陈述（目标、预计、比较等）",
    "staging_plan": "规划",
    "staging_plan_section": "规划章节",
    "staging_plan_target": "规划目标",
    "staging_plan_task": "规划任务",
    "staging_plan_count": "规划数量",
    "staging_plan_project": "清单条目",
    "staging_milestone": "季度节点",
    "staging_plan_goal": "定性目标",
    "staging_plan_progress": "条目进展",
    "raw_snapshot": "存档（无法读取）",
}
BATCH_STATES = {
    "published": "已入库",
    "held": "已拦下",
    "rejected": "已驳回",
    "staged": "待处理",
    "replayed": "已重放",
}
_RANK = ("error", "fail", "pass", "skipped")

_CHECKS = """
SELECT c.table_name, c.rule_code, c.severity, c.verdict, c.evaluated, c.unexpected, c.detail, s.title AS source_title
FROM ops_check AS c
LEFT JOIN ops_batch AS b ON b.batch_id = c.batch_id
LEFT JOIN dim_source AS s ON s.source_id = b.source_id
WHERE c.run_id = :run_id
ORDER BY c.table_name, c.rule_code, s.title
"""
_BATCHES = """
SELECT b.batch_id, b.state, b.held_by, b.documents, b.observations, b.statements, b.plans, b.quarantined,
  s.title AS source_title
FROM ops_batch AS b JOIN dim_source AS s ON s.source_id = b.source_id
WHERE b.batch_id IN (SELECT c.batch_id FROM ops_check AS c WHERE c.run_id = :run_id)
ORDER BY b.state, s.title
"""
_QUARANTINE = """
SELECT q.row_id, q.table_name, q.rule_code, q.reason_zh, q.reason_en, q.quote, q.url, q.state, s.title AS source_title
FROM ops_quarantine AS q JOIN dim_source AS s ON s.source_id = q.source_id
WHERE q.batch_id IN (SELECT c.batch_id FROM ops_check AS c WHERE c.run_id = :run_id)
  OR (q.table_name = 'raw_snapshot' AND q.run_id = :run_id)
ORDER BY q.table_name, q.rule_code, s.title, q.row_id
"""


def write_validation_page(warehouse: Warehouse, run_id: str, out_dir: Path) -> Path:
    """Write `validation-<run>.html`; raises WarehouseError when the gate judged nothing in that run."""
    from jinja2 import Environment, PackageLoader

    checks = _rows(warehouse, _CHECKS, run_id)
    stopped = _rows(warehouse, _QUARANTINE, run_id)
    if not checks and not stopped:
        raise WarehouseError(
            f"the gate judged nothing in run {run_id}", way_out="`metroetl query` on ops_check shows runs."
        )
    environment = Environment(
        loader=PackageLoader("metroetl.quality"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["clean"] = clean
    groups = groups_of(stopped)
    page = environment.get_template("validation.html").render(
        run_id=run_id,
        made_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        batches=_rows(warehouse, _BATCHES, run_id),
        tables=tables_of(checks),
        groups=groups,
        anchors=anchors_of(groups),
        words={"verdict": VERDICTS, "severity": SEVERITIES, "table": TABLES, "batch": BATCH_STATES},
        rows_shown=ROWS_SHOWN,
    )
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / f"validation-{run_id}.html"
    path.write_text(page, encoding="utf-8")
    return path.absolute()


def clean(text: object) -> Any:
    """A stranger's string as harmless HTML: markup is taken out, the rest escaped."""
    import nh3
    from markupsafe import Markup

    return Markup(nh3.clean(str(text or ""), tags=set()))  # noqa: S704  nh3 has escaped what it left


def tables_of(checks: Iterable[Row]) -> list[Row]:
    """The suites with the outcome of each rule in this run, summed over batches; rules without a check were skipped."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for check in checks:
        found[check["table_name"], check["rule_code"]].append(check)
    tables = []
    for table, suite in load_suites().items():
        rules = [_rule(rule, found.get((table, code), [])) for code, rule in suite.rules.items()]
        counts = Counter(rule["verdict"] for rule in rules)
        rules.sort(key=lambda rule: _RANK.index(rule["verdict"]))
        bar = [(verdict, counts[verdict], 100 * counts[verdict] / len(rules)) for verdict in reversed(_RANK)]
        tables.append({"name": table, "rules": rules, "bar": [part for part in bar if part[1]]})
    return sorted(tables, key=lambda t: list(TABLES).index(t["name"]))


def _rule(rule: Rule, checks: list[Row]) -> Row:
    evaluated, unexpected = (sum(c[name] for c in checks) for name in ("evaluated", "unexpected"))
    told = [f"{c['source_title'] or ''}\n{c['detail']}" for c in checks if c["detail"]]
    return {
        "rule": rule,
        "verdict": min((c["verdict"] for c in checks), key=_RANK.index, default="skipped"),
        "evaluated": evaluated,
        "unexpected": unexpected,
        "percent": 100 * unexpected / evaluated if evaluated else 0,
        "told": told,
    }


def groups_of(stopped: Iterable[Row]) -> list[Row]:
    """Quarantined rows by table and rule; a link is shown only where it is one to the web."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in stopped:
        row["link"] = row["url"] if row["url"].startswith(("http://", "https://")) else ""
        groups[row["table_name"], row["rule_code"]].append(row)
    return [{"table": table, "code": code, "rows": rows} for (table, code), rows in groups.items()]


def anchors_of(groups: Iterable[Row]) -> dict[str, str]:
    """The table whose group of rows a rule's link leads to: a document's rule stops its parts in other tables too."""
    anchors: dict[str, str] = {}
    for group in groups:
        anchors.setdefault(group["code"], group["table"])
    return anchors


def _rows(warehouse: Warehouse, sql: str, run_id: str) -> list[Row]:
    columns, rows = warehouse.query(sql, parameters={"run_id": run_id})
    return [dict(zip(columns, row, strict=True)) for row in rows]
