"""A plan explained: each field with its place, as a page in which nothing of the text can act."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from metroetl.cli import app
from metroetl.documents.models import Document
from metroetl.plans.explanation.model import explain_plan, lines
from metroetl.plans.explanation.page import render_plan_page

TITLE = "甲都市圈绿道建设行动计划（2024—2027年）"
TEXT = "\n".join(
    [
        TITLE,
        "甲政发〔2024〕7号",
        "甲市人民政府",
        "2024年3月5日",
        "一、主要目标",
        "到2027年，绿道里程达到500公里以上，绿道网络基本成型。本行动计划共8个方面、26项重点任务。",
        "二、重点任务",
        "1. 建设环城绿道，统一标识<script>alert(1)</script>。（市林业局牵头，市财政局配合，2026年底前完成）",
    ]
)


@pytest.fixture
def document() -> Document:
    return Document(sha256="0" * 64, source_id="t", url="t", title=TITLE, text=TEXT)


def test_every_field_has_the_place_that_states_it(document, words):
    found = explain_plan(document, words)
    told = {(e.kind, e.name.split(" ")[0]): (e.value, found.quote(e)) for e in found.entries}
    assert told["fact", "发文字号"] == ("甲政发〔2024〕7号", "甲政发〔2024〕7号")
    assert told["fact", "规划期"] == ("2024—2027", "2024—2027")
    assert told["fact", "成文日期"] == ("2024-03-05", "2024年3月5日")
    assert told["target", "绿道里程"][0] == "≥500公里（2027）"
    assert "500公里以上" in told["target", "绿道里程"][1]
    assert told["goal", "绿道网络基本成型"] == ("2027", "绿道网络基本成型")
    assert told["count", "重点任务"][0] == "26"
    task = next(e for e in found.entries if e.kind == "task")
    assert task.value == "牵头 市林业局；责任 市财政局" and task.detail.startswith("2026年底")
    assert found.counts["heading"] == 2


def test_the_lines_hold_the_whole_text_and_every_mark(document, words):
    found = explain_plan(document, words)
    pieces = [piece for _, line in lines(found) for piece in line]
    assert "".join(p.text for p in pieces) == TEXT.replace("\n", "")
    marked = {n for p in pieces for n in p.entries}
    wanted = {n for n, e in enumerate(found.entries, 1) if e.span and e.kind != "heading"}
    assert marked == wanted
    for number in wanted:
        text = "".join(p.text for p in pieces if number in p.entries)
        assert text == found.quote(found.entries[number - 1]).replace("\n", "")


def test_the_page_links_entries_and_places_and_runs_nothing(document, words):
    page = BeautifulSoup(render_plan_page(explain_plan(document, words)), "lxml")
    assert page.find("script") is None and "alert(1)" in page.get_text()
    for link in page.select("aside a, mark a"):
        assert page.select_one(str(link["href"])) is not None, link
    assert [h.get_text() for h in page.select(".doc p.h")] == ["一、主要目标", "二、重点任务"]


def test_the_command_explains_a_plan_as_a_plan(tmp_path: Path):
    path, page = tmp_path / "plan.txt", tmp_path / "plan.html"
    path.write_text(TEXT.replace("<script>alert(1)</script>", ""), encoding="utf-8")
    shown = CliRunner().invoke(app, ["explain", str(path)])
    assert shown.exit_code == 0 and "定量目标 targets 1" in shown.stdout and "≥500公里" in shown.stdout
    assert CliRunner().invoke(app, ["explain", str(path), "-o", str(page)]).exit_code == 0
    assert "定性目标" in page.read_text(encoding="utf-8")
    numbers = CliRunner().invoke(app, ["explain", str(path), "--numbers"])
    assert "定量目标" not in numbers.stdout
