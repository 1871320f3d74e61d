"""The run in a table: source × outcome, with totals, the source's page and the forms that go on from there."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flows.links import action, cell, page_link, several, source_page
from metroetl.catalogue.models import INBOX
from metroetl.runs import RunSummary, SourceOutcome

OUTCOMES_ZH = {"new": "新页面", "changed": "有变化", "unchanged": "无变化", "listed": "列表"}
TOTAL = "合计 total"


def summary_rows(summary: RunSummary) -> list[dict[str, Any]]:
    """One row a source: where to go on, failures by code, pages by outcome, what could be read; then the totals.

    Columns that are 0 in every row aren't shown, but those of new pages and documents.
    """
    rows = [_row(outcome) for outcome in summary.sources]
    if not rows:
        return []
    counts = [name for name, value in rows[0].items() if isinstance(value, int)]
    total = {name: sum(row[name] for row in rows) for name in counts}
    always = {"新页面", "文档"}
    empty = {name for name in counts if not total[name] and name not in always}
    failures = sum(len(s.failures) for s in summary.sources)
    told = {"来源": TOTAL, "去办": "", "失败": str(failures or ""), **total}
    return [{k: row[k] for k in rows[0] if k not in empty} for row in (*rows, told)]


def _row(outcome: SourceOutcome) -> dict[str, Any]:
    return {
        "来源": page_link(source_page(outcome.source_id), outcome.title),
        "去办": _forms(outcome.source_id),
        "失败": _codes(Counter(f.code for f in outcome.failures)),
        "新发布": outcome.announced,
        **{zh: outcome.outcomes.get(code, 0) for code, zh in OUTCOMES_ZH.items()},
        "消失": outcome.vanished,
        "文档": outcome.documents,
        "数据": outcome.statements,
        "规划": outcome.plans,
        "不可读": outcome.unreadable,
        "余下": outcome.left,
    }


def _codes(failed: Counter[str]) -> str:
    return cell(", ".join(f"{code} {n}" for code, n in failed.items()))


def _forms(source_id: str) -> str:
    """Links to the forms that go on with one source."""
    asked = several([source_id])
    links = [
        "" if source_id == INBOX else action("采集", "collect/collect", asked),
        "" if source_id == INBOX else action("补采", "backfill/backfill", asked),
        action("重放", "replay/replay", asked),
    ]
    return " ".join(filter(None, links))
