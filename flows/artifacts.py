"""What a run leaves in the Prefect UI: its summary as markdown and table, and a state that says what happened."""

from __future__ import annotations

from collections import Counter
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from metroetl.runs import RunSummary

OUTCOMES_ZH = {"new": "新页面", "changed": "有变化", "unchanged": "无变化", "listed": "列表"}
STATES_ZH = {
    "held": "有批次被拦下",
    "checks_failed": "已入库数据未通过检查",
    "sources_failed": "有来源未能读取",
    "announced": "有新内容（试运行，未取）",
    "nothing_new": "没有新内容",
    "loaded": "已入库",
}


def cell(value: object) -> str:
    """Words of strangers in a cell: no markup, no line break."""
    text = "" if value is None else " ".join(str(value).split())
    return "".join(f"&#{ord(char)};" if char in "|[]<>*_`\\!&#" else char for char in text)


def summary_rows(summary: RunSummary) -> list[dict[str, Any]]:
    """One row a source: pages by outcome, documents, failures."""
    rows = []
    for s in summary.sources:
        failed = Counter(f.code for f in s.failures)
        rows.append(
            {
                "来源": f"{s.title} ({s.source_id})",
                "新发布": s.announced,
                **{zh: s.outcomes.get(code, 0) for code, zh in OUTCOMES_ZH.items()},
                "消失": s.vanished,
                "失败": ", ".join(f"{code} {n}" for code, n in failed.items()),
                "文档": s.documents,
                "数据": s.statements,
                "规划": s.plans,
                "不可读": s.unreadable,
            }
        )
    return rows


def summary_markdown(summary: RunSummary) -> str:
    """The summary that an operator reads: what happened, which rows, on which page, what to do."""
    lines = [f"# {STATES_ZH[summary.state]}", "", f"运行：`{summary.run_id}`（{summary.flow}）", ""]
    published = "，".join(f"{table} {n}" for table, n in summary.gate.published.items()) or "无"
    lines += [
        f"- 入库：{published}",
        f"- 隔离：{summary.gate.quarantined} 行",
        f"- 批次：{summary.gate.batches}",
    ]
    if summary.validation_page:
        lines.append(f"- 校验页：`{summary.validation_page}`")
    if summary.releases:
        lines += ["", "## 新发布规划", "", "表见 artifact **new-plans**：", ""]
        lines += [f"- {cell(r.title)}" for r in summary.releases[:50]]
    if summary.not_told:
        lines += ["", "## 未能通知", ""]
        lines += [f"- **{f.code}** `{f.url}`：{cell(f.detail)} → {f.way_out}" for f in summary.not_told]
    if summary.gate.held:
        lines += ["", "## 被拦下的批次", "", "请在部署 **decide** 中批准或驳回：", ""]
        lines += [f"- `{batch}`：{'、'.join(codes)}" for batch, codes in summary.gate.held.items()]
    if summary.findings:
        lines += ["", "## 需要留意的数据", ""]
        lines += [f"- **{f.code}** {cell(f.detail)} → {f.way_out}" for f in summary.findings[:50]]
    failures = [f for s in summary.sources for f in s.failures]
    if failures:
        lines += ["", "## 未能读取", ""]
        lines += [f"- **{f.code}** `{f.url}`：{f.detail} → {f.way_out}" for f in failures[:50]]
        if len(failures) > 50:
            lines.append(f"- …… 共 {len(failures)} 项，见 `raw_fetch`")
    return "\n".join(lines) + "\n"


def publish_summary(summary: RunSummary) -> None:
    """Put the summary beside the run: markdown and a source × outcome table."""
    create_markdown_artifact(
        key="run-summary", markdown=summary_markdown(summary), description=STATES_ZH[summary.state]
    )
    create_table_artifact(key="run-sources", table=summary_rows(summary), description="来源 × 结果")


def state_of(summary: RunSummary) -> State[RunSummary]:
    """The state that the list of runs shows: red only when something could not be read, was held, or is wrong in what is published."""
    message = f"run {summary.run_id}: {STATES_ZH[summary.state]}"
    match summary.state:
        case "nothing_new":
            return Completed(name="NoChange", message=message, data=summary)
        case "announced":
            return Completed(name="Announced", message=message, data=summary)
        case "loaded":
            return Completed(message=message, data=summary)
        case "held":
            return Failed(name="Held", message=message, data=summary)
        case "checks_failed":
            return Failed(name="ChecksFailed", message=message, data=summary)
        case _:
            return Failed(name="SourcesFailed", message=message, data=summary)
