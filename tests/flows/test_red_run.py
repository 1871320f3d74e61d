"""A red run, as its operator meets it: the artifacts alone tell what happened, which rows, on which page, what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from flows.artifacts import cell, page_link, row_cells, summary_markdown
from metroetl.cli import app
from metroetl.quality.stopped import HeldBatch, HeldRule, Stopped, StoppedRow
from metroetl.runs import Finding, GateOutcome, RunSummary
from tests.flows.conftest import Run, World, open_world
from tests.flows.test_bad_input import GARBLED, READABLE

DAY, SICK = date(2021, 10, 25), "meishan"
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "metroetl",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "GX_ANALYTICS_ENABLED": "false",
}


@pytest.fixture(scope="module")
def red(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Run]]:
    """A run over a site whose growth is a hundred times too large, and an inbox with a garbled file."""
    folder = tmp_path_factory.mktemp("red")
    with open_world(folder / "home", DAY, SICK, faults={SICK: "out_of_range"}) as world:
        file = folder / "简报.txt"
        file.write_text(READABLE + GARBLED, encoding="utf-8")
        world.add_to_inbox(file)
        yield world, world.collect()


def artifacts() -> dict[str, Any]:
    """The newest artifact by key."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        found = client.read_artifacts()
    return {a.key: a.data for a in sorted(found, key=lambda a: a.updated)}


@pytest.fixture(scope="module")
def told(red: tuple[World, Run]) -> dict[str, Any]:
    return artifacts()


def test_the_summary_says_what_happened_which_rows_and_what_to_do(
    red: tuple[World, Run], told: dict[str, Any]
) -> None:
    _, run = red
    assert run.state == "Held"
    ((batch_id, _),) = run.summary.gate.held.items()
    text = told["run-summary"]
    assert "**1 个批次被拦下，未入库**；新入库" in text and "1 行被隔离。 1 batches held" in text
    held = text[text.index("## 被拦下") : text.index("## 被隔离")]
    for words in (
        "收件箱",
        batch_id,
        "DOC-MOJIBAKE",
        "正文是乱码",
        "1 / 1 行不合",
        "成都市统计简报",
        "怎么办",
    ):
        assert words in held
    assert "metroetl explain --snapshot " in held, "what was read from which bytes"
    assert f"metroetl decide approve {batch_id}" in held, "no server with the deployment: the command"
    stopped = text[text.index("## 被隔离") :]
    assert "眉山市 地区生产总值" in stopped and "**1270.0**%" in stopped and "[网页](http" in stopped
    assert "metroetl quarantine show " in stopped and "怎么办" in stopped


def test_the_tables_have_the_rows(red: tuple[World, Run], told: dict[str, Any]) -> None:
    world, run = red
    (held,) = json.loads(told["held-rows"])
    (stopped,) = json.loads(told["quarantined-rows"])
    assert held["规则"] == "DOC-MOJIBAKE" and held["来源"] == "收件箱"
    entry = world.one("SELECT quarantine_id FROM ops_quarantine")
    assert stopped["编号"] == entry and stopped["地区"] == "眉山市" and stopped["时期"] == "2021-Q2"
    assert "1270.0%" in stopped["原句"]
    page = Path(str(run.summary.validation_page))
    assert str(page) in told["validation-page"] and "metroetl serve" in told["validation-page"]
    shown = page.read_text(encoding="utf-8")
    assert entry in shown and "<mark>1270.0</mark>" in shown


def test_the_commands_of_the_artifact_decide(red: tuple[World, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    world, run = red
    for name, value in QUIET.items():  # what the command would set for good
        monkeypatch.setenv(name, os.environ.get(name, value))
    monkeypatch.setenv("METROETL_USER", "值班员")
    ((batch_id, _),) = run.summary.gate.held.items()

    def metroetl(*arguments: str) -> str:
        with world.here():
            done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    assert batch_id in metroetl("decide", "list")
    shown = metroetl("decide", "show", batch_id)
    assert "DOC-MOJIBAKE" in shown and "成都市统计简报" in shown and "1 / 1" in shown
    metroetl("decide", "approve", batch_id, "--reason", "第一页可读，数字已核对")
    (row,) = world.ask(
        "SELECT state, decided_by, decision_reason, decided_at FROM ops_batch WHERE held_by <> ''"
    )
    assert row.pop("decided_at")
    assert list(row.values()) == ["published", "值班员", "第一页可读，数字已核对"]
    assert artifacts()["decision"].startswith("# 批准入库")
    assert "0 个批次待裁定" in metroetl("decide", "list")


def test_words_of_strangers_are_no_markup() -> None:
    evil = "[点我](javascript:alert(1)) <img src=x onerror=alert(1)> | `a` **b**\n# c"
    row = StoppedRow(
        row_id="1", table="staging_observation", rule_code="OBS-SCALE", source_id="s", source_title=evil,
        indicator=evil, quote=evil, value_text="**b**", reason_zh=evil, url="https://x.cn/a)b[c](d)<e>",
    )  # fmt: skip
    rule = HeldRule(code="DOC-MOJIBAKE", table="staging_document", verdict="fail", owner="documents",
                    reason_zh="乱码", reason_en="mojibake", evaluated=1, unexpected=1, rows=[row])  # fmt: skip
    batch = HeldBatch(batch_id="b1", source_id="s", source_title=evil, state="held", held_by="DOC-MOJIBAKE",
                      staged_at="2025-01-01", documents=1, observations=0, statements=0, plans=0, quarantined=0,
                      rules=[rule])  # fmt: skip
    summary = RunSummary(
        run_id="r", flow="collect", started_at="2025-01-01T00:00:00Z", gate=GateOutcome(held={"b1": ["x"]})
    )
    text = summary_markdown(summary, Stopped(run_id="r", held=[batch], rows=[row]))
    for told in (text, *map(str, row_cells(row).values())):
        shown = MarkdownIt("gfm-like", {"linkify": False}).render(told)
        assert "<img" not in shown and 'href="javascript:' not in shown and ">点我<" not in shown
        assert "&amp;#" not in shown and "\\" not in shown
    assert "\n# c" not in text
    assert page_link("https://x.cn/a)b[c](d)<e>") == "[网页](https://x.cn/a%29b%5Bc%5D%28d%29%3Ce%3E)"
    assert page_link("javascript:alert(1)") == cell("javascript:alert(1)")


def finding(code: str, severity: str, detail: str, url: str = "") -> Finding:
    table = "mart_circle_sum" if severity == "error" else "mart_source_health"
    return Finding.model_validate(
        {"code": code, "severity": severity, "table": table, "url": url, "detail": detail, "way_out": "核对原页：`metroetl explain`",
         "reason_zh": "各市之和与都市圈不符", "reason_en": "cities don't add up"}
    )  # fmt: skip


def test_failed_checks_are_told_a_rule_at_a_time_with_page_and_way_out() -> None:
    page = "https://tjj.sc.gov.cn/city.html"
    failed = [finding("CIR-SUM", "error", f"季度=2025-Q{n}", page) for n in (1, 2)]
    stale = [finding("SRC-STALE", "warning", f"来源={n}") for n in range(12)]
    summary = RunSummary(
        run_id="r", flow="collect", started_at="2025-01-01T00:00:00Z", findings=[*failed, *stale]
    )
    text = summary_markdown(summary)
    assert text.startswith("# 已入库数据未通过检查") and "**已入库数据有 1 条规则未通过**" in text
    red, _, warned = text.partition("## 提示 warnings")
    assert red.count("**CIR-SUM**") == 1 and "运行变红：各市之和与都市圈不符" in red
    assert "季度=2025-Q1" in red and "季度=2025-Q2" in red and f"[网页]({page})" in red
    assert (
        red.count("怎么办 what to do：核对原页：`metroetl explain`") == 1
        and "metroetl warehouse check" in red
    )
    assert "SRC-STALE" not in red and warned.count("- 来源=") == 5 and "共 12 项" in warned
