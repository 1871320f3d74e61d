"""Our own validation page: what the gate held and stopped in a run, what was found in what is published, and what each
rule said, with its history.

One self-contained HTML file, Chinese first, no request to anywhere, and the full list of rows as CSV beside it. (GE's
Data Docs load from CDNs and are empty offline; `data_docs` writes them on demand.) Everything comes from ops_check,
ops_quarantine, staging and the suites; strings of strangers are cleaned.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.cells import no_formula
from metroetl.errors import WarehouseError
from metroetl.quality import words
from metroetl.quality.history import LINES, history_of
from metroetl.quality.models import Rule
from metroetl.quality.stopped import Stopped, StoppedRow, counted, stopped_in, unnamed
from metroetl.quality.suites import Suite, load_after_suites, load_suites

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]
ROWS_SHOWN, EXAMPLES_SHOWN = 50, 5
_RANK = ("error", "fail", "pass", "skipped")
_GRAVITY = ("critical", "error", "warning")
_WITH_PAGE = re.compile(r"(.*?) ?(https?://\S+)$")

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


def write_validation_page(warehouse: Warehouse, run_id: str, out_dir: Path) -> Path:
    """Write `validation-<run>.html` and `.csv`; raises WarehouseError when nothing was judged in that run."""
    checks = warehouse.records(_CHECKS, {"run_id": run_id})
    stopped = stopped_in(warehouse, run_id)
    if not checks and not stopped.rows:
        raise WarehouseError(
            f"nothing was judged in run {run_id}", way_out="`metroetl query` on ops_check shows runs."
        )
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / f"validation-{run_id}.html"
    list_file = path.with_suffix(".csv")
    write_list(stopped, list_file)
    groups = groups_of(stopped.rows)
    published = tables_of(checks, load_after_suites())
    page = _template().render(
        run_id=run_id,
        made_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        stopped=stopped,
        quarantined=counted(stopped.rows),
        batches=warehouse.records(_BATCHES, {"run_id": run_id}),
        tables=tables_of(checks, load_suites()),
        published=published,
        alarms=alarms_of(published),
        groups=groups,
        anchors=anchors_of(groups),
        history=history_of(warehouse, run_id),
        words=words,
        rows_shown=ROWS_SHOWN,
        examples_shown=EXAMPLES_SHOWN,
        lines_shown=LINES,
        list_name=list_file.name,
    )
    path.write_text(page, encoding="utf-8")
    return path.absolute()


def _template() -> Any:
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("metroetl.quality"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"clean": clean, "commands": commands}
    return environment.get_template("validation.html")


def clean(text: object) -> Any:
    """A stranger's string as harmless HTML: markup is taken out, the rest escaped."""
    import nh3
    from markupsafe import Markup

    return Markup(nh3.clean(str(text or ""), tags=set()))  # noqa: S704  nh3 has escaped what it left


def commands(text: str) -> Any:
    """Words of ours as HTML, with what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped first


def tables_of(checks: Iterable[Row], suites: Mapping[str, Suite]) -> list[Row]:
    """These suites with the outcome of each rule in this run, summed over batches; rules without a check were skipped."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for check in checks:
        found[check["table_name"], check["rule_code"]].append(check)
    tables = []
    for table, suite in suites.items():
        rules = [_rule(rule, found.get((table, code), [])) for code, rule in suite.rules.items()]
        counts = Counter(rule["verdict"] for rule in rules)
        rules.sort(key=lambda rule: _RANK.index(rule["verdict"]))
        bar = [(verdict, counts[verdict], 100 * counts[verdict] / len(rules)) for verdict in reversed(_RANK)]
        tables.append({"name": table, "rules": rules, "bar": [part for part in bar if part[1]]})
    order = list(words.TABLES)
    return sorted(
        tables, key=lambda t: (order.index(t["name"]) if t["name"] in order else len(order), t["name"])
    )


def _rule(rule: Rule, checks: list[Row]) -> Row:
    evaluated, unexpected = (sum(c[name] for c in checks) for name in ("evaluated", "unexpected"))
    told = [f"{c['source_title'] or ''}\n{unnamed(c['detail'])}".strip() for c in checks if c["detail"]]
    return {
        "rule": rule,
        "verdict": min((c["verdict"] for c in checks), key=_RANK.index, default="skipped"),
        "evaluated": evaluated,
        "unexpected": unexpected,
        "percent": 100 * unexpected / evaluated if evaluated else 0,
        "told": told,
    }


def alarms_of(published: Iterable[Row]) -> list[Row]:
    """Rules on published data that failed or broke, those that make the run red first, with examples and their pages."""
    found = [
        {"table": table["name"], **rule, "examples": _examples(rule["told"])}
        for table in published
        for rule in table["rules"]
        if rule["verdict"] in ("fail", "error")
    ]
    return sorted(found, key=lambda one: _GRAVITY.index(one["rule"].severity))


def _examples(told: Iterable[str]) -> list[tuple[str, str]]:
    """Lines of a verdict, each with the address that it ends with, if it does."""
    lines = [line for text in told for line in text.splitlines()]
    return [(m[1], m[2]) if (m := _WITH_PAGE.fullmatch(line)) else (line, "") for line in lines]


def groups_of(rows: Iterable[StoppedRow]) -> list[Row]:
    """Quarantined rows by table and rule, each group with what to do about it."""
    groups: dict[tuple[str, str], list[StoppedRow]] = defaultdict(list)
    for row in rows:
        groups[row.table, row.rule_code].append(row)
    return [
        {"table": table, "code": code, "rows": found, "advice": words.advice(found[0].owner)}
        for (table, code), found in groups.items()
    ]


def anchors_of(groups: Iterable[Row]) -> dict[str, str]:
    """The table whose group of rows a rule's link leads to: a document's rule stops its parts in other tables too."""
    anchors: dict[str, str] = {}
    for group in groups:
        anchors.setdefault(group["code"], group["table"])
    return anchors


def write_list(stopped: Stopped, path: Path) -> None:
    """Every stopped row as CSV (UTF-8 with a byte order mark, for spreadsheets), those of held batches first.

    No text is run as a formula (`no_formula`).
    """
    held = [row for batch in stopped.held for rule in batch.rules for row in rule.rows]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["held", *StoppedRow.model_fields])
        for is_held, rows in ((1, held), (0, stopped.rows)):
            writer.writerows([is_held, *map(no_formula, row.model_dump().values())] for row in rows)
