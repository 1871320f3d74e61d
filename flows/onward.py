"""Where a run leads on: failed parts to retry, pages that the budget left, what a retry mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.links import action, cell, page_link, several, verbatim
from flows.parameters import SOURCES
from metroetl.runs import Retried, RunSummary

BECAME_ZH = {
    "mended": "已补上 mended",
    "remains": "仍失败 remain",
    "left": "不再请求，由人处理 left alone",
}
LISTED = 50
DEEPEST = 500


def next_line(summary: RunSummary) -> str:
    """Links to what an operator may do next, filled in; or the commands where no server has the forms."""
    from metroetl.pipeline.retry import LEFT_ALONE

    links = []
    failures = [f for s in summary.sources for f in s.failures]
    if any(f.code not in LEFT_ALONE for f in failures):
        command = f"metroetl retry {summary.run_id}"
        links.append(action("重试失败的部分 retry", "retry/retry", {"run": summary.run_id}, command))
    ids = [s.source_id for s in summary.sources if s.source_id in SOURCES]
    if ids:
        links.append(action("重放 replay", "replay/replay", several(ids)))
    if any(summary.gate.published.values()):
        links.append(action("监测报告 report", "monitor/monitor", {}))
    found = " ｜ ".join(filter(None, links))
    return f"**下一步 next**：{found}" if found else ""


def left_lines(summary: RunSummary, request: Mapping[str, Any]) -> list[str]:
    """What the budget or the depth left out, source by source, and the next run's form filled in."""
    left = [s for s in summary.sources if s.left or s.deeper]
    if not left:
        return []
    lines = ["", "## 还没有取的 left for the next run", ""]
    for s in left:
        pages = f"还有 {s.left} 页 pages" if s.left else "已翻到的列表都已取"
        lines.append(f"- {cell(s.title)}：{pages}{'；列表更深处还没有翻 the listing goes deeper' * s.deeper}")
    onward = dict(request) | several(s.source_id for s in left)
    depth = int(onward.get("max_pages", 0))
    if depth and any(s.deeper for s in left):
        onward["max_pages"] = min(2 * depth, DEEPEST)
    years = " ".join(f"--{n.replace('_', '-')} {onward[n]}" for n in ("year_from", "year_to") if n in onward)
    command = " ".join(["metroetl backfill", *(f"--source {s.source_id}" for s in left), years])
    return [*lines, "", f"**接着取 go on**：{action('补采 backfill', 'backfill/backfill', onward, command)}"]


def retried_lines(summary: RunSummary) -> list[str]:
    """What became of the failures of the run that was retried."""
    if summary.retry_of is None:
        return []
    lines = ["", f"## 重试 retry of `{summary.retry_of}`"]
    for became, words in BECAME_ZH.items():
        found = [r for r in summary.retried if r.became == became]
        if found:
            lines += ["", f"**{words}：{len(found)}**", ""]
            lines += [_retried_line(r) for r in found[:LISTED]]
        if len(found) > LISTED:
            lines.append(f"- …… 共 {len(found)} 项")
    return lines


def _retried_line(retried: Retried) -> str:
    title = cell(SOURCES.get(retried.source_id, retried.source_id))
    page = f" {page_link(retried.url)} {verbatim(retried.url)}" if retried.url else ""
    onward = "" if retried.became == "mended" else f" {cell(retried.detail)} → {cell(retried.way_out)}"
    return f"- {title} **{cell(retried.code)}**{page}{onward}"
