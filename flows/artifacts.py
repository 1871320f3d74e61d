"""What a run leaves in the Prefect UI: its summary as markdown and tables, and a state that says what happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.links import action, file_words, several, verbatim
from flows.links import cell as cell
from flows.links import page_link as page_link
from flows.matrix import summary_rows
from flows.names import DECISIONS
from flows.onward import left_lines, next_line, retried_lines
from metroetl import pipeline
from metroetl.quality.stopped import HeldBatch, HeldRule, Stopped, StoppedRow, counted
from metroetl.quality.words import TOLD, advice, table_words
from metroetl.runs import Failure, Finding, RedRun, RunSummary
from metroetl.served import served_address

STATES_ZH = {
    "held": "有批次被拦下",
    "checks_failed": "已入库数据未通过检查",
    "sources_failed": "有来源未能读取",
    "announced": "有新内容（试运行，未取）",
    "nothing_new": "没有新内容",
    "loaded": "已入库",
}
KINDS_ZH = {"documents": "文件", "observations": "数字", "statements": "陈述", "plans": "规划"}
ROWS, EXAMPLES, SHOWN, LISTED = 200, 3, 5, 50
UNSERVED = (
    "浏览器不从网页打开本机文件：请复制地址，或运行 `metroetl serve` 并设置 METROETL_SITE_URL，以后这里就是链接。"
    " Browsers open no local file from a page: copy the address, or run `metroetl serve` and set METROETL_SITE_URL."
)


def row_cells(row: StoppedRow) -> dict[str, Any]:
    """A stopped row as a row of a table artifact, whose cells the UI takes for markdown."""
    return {
        "规则": cell(row.rule_code),
        "地区": cell(row.region),
        "指标": cell(row.indicator or row.title),
        "时期": cell(row.period),
        "数值": cell(row.value),
        "网页": page_link(row.url),
        "编号": row.quarantine_id or row.row_id,
        "原句": cell(row.quote[-200:]),
        "来源": cell(row.source_title),
    }


# --- the summary ---------------------------------------------------------------------------------------------------


def sentence(summary: RunSummary, stopped: Stopped) -> str:
    """What happened, in one sentence of each language."""
    gate, failed = summary.gate, [s for s in summary.sources if s.failed]
    new = {KINDS_ZH.get(kind, kind): n for kind, n in gate.published.items() if n}
    parts = [
        f"**{len(stopped.held)} 个批次被拦下，未入库**" if stopped.held else "",
        f"**{len(failed)} 个来源有内容未能读取**" if failed else "",
        f"新入库 {'、'.join(f'{zh} {n}' for zh, n in new.items())}" if new else "没有新的内容入库",
        f"{gate.quarantined} 行被隔离" if gate.quarantined else "",
        f"**已入库数据有 {_codes(summary.failed_checks)} 条规则未通过**" if summary.failed_checks else "",
    ]
    english = [
        f"{len(stopped.held)} batches held" if stopped.held else "",
        f"{len(failed)} sources with failures" if failed else "",
        f"{sum(new.values())} rows new in core",
        f"{gate.quarantined} rows quarantined",
        f"{_codes(summary.failed_checks)} rules on what is published failed" if summary.failed_checks else "",
    ]
    return "；".join(filter(None, parts)) + "。 " + ", ".join(filter(None, english)) + "."


def _codes(findings: Iterable[Finding]) -> int:
    return len({finding.code for finding in findings})


def summary_markdown(
    summary: RunSummary, stopped: Stopped | None = None, request: Mapping[str, Any] | None = None
) -> str:
    """The summary that an operator reads: what happened, which rows, on which page, what to do, where to go on.

    `request` is what the run was asked.
    """
    stopped = stopped or Stopped(run_id=summary.run_id)
    lines = [f"# {STATES_ZH[summary.state]}", "", sentence(summary, stopped), ""]
    lines += [next_line(summary), "", f"运行 run `{summary.run_id}`（{summary.flow}）"]
    if summary.validation_page:
        lines += ["", file_words(summary.validation_page, "校验页 validation page")]
    lines += retried_lines(summary)
    lines += left_lines(summary, request or {})
    for batch in stopped.held:
        lines += ["", *held_lines(batch)]
    lines += finding_lines("已入库数据未通过检查 checks failed", summary.failed_checks)
    if stopped.waiting:
        lines += ["", "## 以前被拦下、仍待裁定的批次 still waiting", ""]
        lines += [
            f"- {cell(b.source_title)} `{b.batch_id}`（{b.held_by}）：{decide_links(b)}"
            for b in stopped.waiting
        ]
    if stopped.rows:
        lines += ["", *quarantine_lines(stopped)]
    failures = [f for s in summary.sources for f in s.failures]
    lines += _section("未能读取 could not be read", failures, "raw_fetch")
    warnings = [f for f in summary.findings if f.severity == "warning"]
    lines += finding_lines("提示 warnings（运行不变红）", warnings)
    lines += _section("未能通知 not told", summary.not_told, "")
    if summary.releases:
        lines += ["", "## 新发布规划 new plans", "", "表见 artifact **new-plans**：", ""]
        lines += [f"- {cell(r.title)}" for r in summary.releases[:LISTED]]
    return "\n".join(lines) + "\n"


def _section(title: str, failures: Sequence[Failure], where: str) -> list[str]:
    if not failures:
        return []
    lines = ["", f"## {title}", ""]
    for f in failures[:LISTED]:
        lines.append(f"- **{cell(f.code)}** {cell(f.detail)}{_address(f)} → {cell(f.way_out)}")
    if len(failures) > LISTED:
        lines.append(f"- …… 共 {len(failures)} 项，见 {where}")
    return lines


def finding_lines(title: str, findings: Iterable[Finding]) -> list[str]:
    """What rules found in what is published, a rule at a time: why it matters, which rows on which page, what to do."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.code].append(finding)
    lines = ["", f"## {title}", ""] if by_rule else []
    for code, found in by_rule.items():
        first = found[0]
        table = f"（{table_words(first.table)} `{first.table}`）" if first.table else ""
        lines.append(
            f"- **{cell(code)}** {TOLD[first.severity]}：{cell(first.reason_zh)} · {cell(first.reason_en)}{table}"
        )
        lines += [f"  - {cell(f.detail)} {page_link(f.url)}".rstrip() for f in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"  - …… 共 {len(found)} 项，见校验页“发布后检查”与 ops_check")
        way_out = first.way_out if first.table else cell(first.way_out)  # a suite's words are ours
        lines.append(f"  - 怎么办 what to do：{way_out}")
    return [*lines, "", "处理后再查一次 judge again：`metroetl warehouse check`"] if lines else []


def _address(failure: Failure) -> str:
    return f"（{page_link(failure.url)} {verbatim(failure.url)}）" if failure.url else ""


def held_lines(batch: HeldBatch) -> list[str]:
    """A held batch: who stopped it and why, which rows, what to do, and the links to decide."""
    held = f"文件 {batch.documents}、数字 {batch.observations}、陈述 {batch.statements}、规划 {batch.plans}"
    lines = [
        f"## 被拦下 held：{cell(batch.source_title)}",
        "",
        f"批次 batch `{batch.batch_id}`（{held}），未入库。",
        "",
    ]
    for rule in batch.rules:
        lines += _rule_lines(rule)
    if batch.shown:
        look = f"`metroetl explain --snapshot {batch.shown.sha256} -o page.html`"
        lines += [f"**先看 look first**：存档页读出了什么 what was read from the archived page：{look}", ""]
    lines += [f"**裁定 decide**：{decide_links(batch)}", ""]
    replay = action("重放 replay", "replay/replay", several([batch.source_id]) | {"only_quarantined": True})
    return [
        *lines,
        f"若是读错了：修正后{replay or '部署 replay'}，本批即被取代 · if it was read wrongly, replay after the fix.",
    ]


def _rule_lines(rule: HeldRule) -> list[str]:
    zh, en = rule.advice
    if rule.verdict == "error":
        return [
            f"- **{rule.code}** 规则本身未能计算 the rule could not be computed：{cell(rule.message)}",
            "",
        ]
    lines = [
        f"- **{rule.code}** {rule.reason_zh} · {rule.reason_en}",
        f"  - {table_words(rule.table)}：{rule.unexpected} / {rule.evaluated} 行不合 rows failed",
    ]
    lines += [f"  - 例 {row_line(row)}" for row in rule.rows[:EXAMPLES]]
    return [*lines, f"  - 怎么办 what to do：{zh} {cell(en)}", ""]


def row_line(row: StoppedRow) -> str:
    """A row in a line: the figure, its sentence with the value marked, its page."""
    before, value, after = row.marked
    said = f"{cell(before[-160:])}**{cell(value)}**{cell(after[:60])}" if value else cell(row.quote[:160])
    return f"{cell(row.what)}：“{said}” {page_link(row.url)}"


def decide_links(batch: HeldBatch) -> str:
    """Links to the form of `decide`, filled in; the commands where no server has that deployment."""
    links = []
    for decision, zh in DECISIONS.items():
        request = {"batch_id": batch.batch_id, "decision": decision}
        command = f'metroetl decide {decision} {batch.batch_id} --reason "…"'
        links.append(action(f"{zh} {decision}", "decide/decide", request, command))
    return " ｜ ".join(links)


def quarantine_lines(stopped: Stopped) -> list[str]:
    """Quarantined rows by rule: how many, why, examples, what to do."""
    lines = [f"## 被隔离 quarantined：{counted(stopped.rows)} 行", ""]
    several = "同一行被几条规则拦下时，各条之下都有它。" if len(stopped.rows) > counted(stopped.rows) else ""
    lines += [f"未入库，逐行等待处理；全部见 artifact **quarantined-rows** 与校验页。{several}", ""]
    for (table, code), rows in stopped.by_rule().items():
        zh, en = advice(rows[0].owner)
        lines.append(
            f"- **{cell(code)}** {table_words(table)} {len(rows)} 行：{cell(rows[0].reason_zh)} · {cell(rows[0].reason_en)}"
        )
        for row in rows[:EXAMPLES]:
            lines.append(f"  - {row_line(row)} `metroetl quarantine show {row.quarantine_id}`")
        lines.append(f"  - 怎么办 what to do：{zh} {cell(en)}")
    return [
        *lines,
        "",
        '处理 decide：`metroetl quarantine release 编号 --reason "…"`（放行入库）或 `reject`（驳回）。',
    ]


# --- what the UI gets ------------------------------------------------------------------------------------------------


def publish_summary(summary: RunSummary) -> None:
    """Put the summary beside the run: markdown, source × outcome, and the rows that were stopped."""
    stopped = pipeline.stopped_in(summary.run_id)
    text = summary_markdown(summary, stopped, _request())
    create_markdown_artifact(key="run-summary", markdown=text, description=STATES_ZH[summary.state])
    create_table_artifact(key="run-sources", table=summary_rows(summary), description="来源 × 结果")
    held = [row for batch in stopped.held for rule in batch.rules for row in rule.rows]
    tables: Iterable[tuple[str, list[StoppedRow], str]] = (
        ("held-rows", held, "被拦下批次中不合规则的行（举例）"),
        ("quarantined-rows", stopped.rows, "被隔离的行"),
    )
    for key, rows, told in tables:
        if rows:
            more = f"，前 {ROWS} 行，共 {len(rows)} 行" if len(rows) > ROWS else ""
            create_table_artifact(key=key, table=[row_cells(r) for r in rows[:ROWS]], description=told + more)
    if summary.validation_page:
        publish_file("validation-page", summary.validation_page, "校验页 validation page")


def _request() -> dict[str, Any]:
    """What the flow run was asked."""
    request = flow_run.parameters.get("request") or {}
    return request if isinstance(request, dict) else dict(request.model_dump(mode="json"))


def publish_file(key: str, path: str, words: str) -> None:
    """A file that a run wrote: a link where `metroetl serve` shows it, else the words where it lies."""
    if address := served_address(path):
        create_link_artifact(key=key, link=address, link_text=words, description=path)
    else:
        create_markdown_artifact(key=key, markdown=f"{file_words(path, words)}\n\n{UNSERVED}\n")


def state_of(summary: RunSummary) -> State[RunSummary]:
    """The state that the list of runs shows: red only when something could not be read, was held, or is wrong in what is published.

    What Prefect gets of a red run is an error, for of anything else it says in the log that it isn't one.
    """
    message = f"run {summary.run_id}: {STATES_ZH[summary.state]}"
    match summary.state:
        case "nothing_new":
            return Completed(name="NoChange", message=message, data=summary)
        case "announced":
            return Completed(name="Announced", message=message, data=summary)
        case "loaded":
            return Completed(message=message, data=summary)
        case "held":
            return Failed(name="Held", message=message, data=RedRun(summary))
        case "checks_failed":
            return Failed(name="ChecksFailed", message=message, data=RedRun(summary))
        case _:
            return Failed(name="SourcesFailed", message=message, data=RedRun(summary))
