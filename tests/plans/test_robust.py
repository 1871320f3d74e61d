"""Whatever the text: no exception, spans inside the text, bounded time."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metroetl.documents.models import Document
from metroetl.plans import extract_lines, read_plan

PIECES = st.sampled_from(
    [
        "一、", "（一）", "1.", "（1）", "第一章", "第一条 ", "《", "》", "（", "）", "2025年", "到2027年，", "达到", "分别", "和", "、",
        "，", "。", "；", "：", "\n", "\t", "3.5%", "30家", "规划", "行动计划", "印发", "甲市人民政府", "关于", "的通知", "第一轮", "三轮",
        "2020—2022年", "成都都市圈三年行动计划", "起步期", "牵头", "负责", "责任单位：", "九个方面", "**", " ", "　", "十五五", "〔2024〕3号",
        "不低于", "的30%", "一半", "２０２５", "今年", "目标", "征求意见", "0年13月40日", "零〇年一月一日",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


@given(title=TEXTS, text=TEXTS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read(words, title, text):
    reading = read_plan(Document(sha256="0", source_id="t", url="", title=title, text=text), words)
    spans = (
        [t.span for t in reading.targets] + [t.span for t in reading.tasks] + [c.span for c in reading.counts]
    )
    spans += [s for r in reading.releases for s in r.spans.values()]
    assert all(0 <= s.start <= s.end <= len(text) for s in spans)
    assert all(text[h.start : h.end] for h in reading.headings)


@pytest.mark.parametrize(
    "piece",
    [
        "，",
        "、",
        "（一）",
        "《",
        "3",
        "建设10个",
        "分别和",
        "第一轮",
        "牵头单位：",
        "由",
        "甲部门、",
        "一、甲\n",
        "\t",
        " ",
    ],
)
def test_time_is_bounded(words, piece):
    begun = time.monotonic()
    for title, text in (("甲市规划", piece * (150_000 // len(piece))), (piece * 20_000, "甲")):
        read_plan(Document(sha256="0", source_id="t", url="", title=title, text=text), words)
    assert time.monotonic() - begun < 15


def test_a_volume_of_two_thousand_pages_is_read(words):
    chapter = (
        "第一章 目标\n第一节 总体\n到2030年，绿道里程达到500公里，驿站达到80座。"
        + "说明文字若干，" * 60
        + "。\n"
    )
    text = chapter * 4000
    begun = time.monotonic()
    reading = read_plan(Document(sha256="0", source_id="t", url="", title="甲市规划", text=text), words)
    assert time.monotonic() - begun < 30
    assert len(reading.headings) == 8000
    assert [t.value for t in reading.targets] == [500, 80]


def test_lines_in_lines_out(words, tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    record = {
        "id": "a",
        "title": "《甲市绿道规划（2024—2027年）》发布",
        "url": None,
        "text": "《甲市绿道规划（2024—2027年）》发布。",
    }
    source.write_text(
        json.dumps(record) + "\n\n" + json.dumps({"id": "b", "title": None, "text": None}), "utf-8"
    )
    extract_lines(source, target, words)
    first, second = map(json.loads, target.read_text("utf-8").splitlines())
    assert set(first) == {
        "id", "kind", "plan_title", "plan_type", "period_start", "period_end", "stage", "issuers", "doc_number",
        "issued_on", "published_on", "headings", "targets", "tasks", "counts",
    }  # fmt: skip
    assert (first["id"], first["kind"], first["period_start"]) == ("a", "news", 2024)
    assert (second["id"], second["kind"]) == ("b", "other")
