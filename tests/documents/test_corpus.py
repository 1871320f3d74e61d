"""The real pages and the real bulletin beside the repo, read where they lie."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from metroetl.documents import read_folder

pytestmark = pytest.mark.shared

NEEDED = {
    "title": 0.98,
    "doc_number": 0.98,
    "index_number": 1.0,
    "written_on": 0.98,
    "published_on": 0.95,
    "body": 0.97,
    "attachments": 0.90,
}


def test_real_pages_are_read_as_well_as_needed(shared: Path, tmp_path: Path):
    predictions = tmp_path / "pages.jsonl"
    with predictions.open("w", encoding="utf-8") as out:
        for record in read_folder(shared / "corpus" / "pages"):
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    program = [
        sys.executable,
        str(shared / "score" / "score_pages.py"),
        str(shared / "corpus" / "pages_gold"),
    ]
    done = subprocess.run([*program, str(predictions), "--json"], capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    assert min(result["n"].values()) > 0
    assert {k: v for k, v in result["scores"].items() if v < NEEDED[k]} == {}


def test_lists_and_error_pages_are_no_documents(shared: Path):
    pages = shared / "corpus" / "pages"
    for folder in ("ucap", "error_pages", "retyped_excerpts"):
        for record in read_folder(pages / folder):
            assert record["error"].startswith("LAYOUT_CHANGED: "), record["file"]


def test_the_real_bulletin(shared: Path, read):
    data = next((shared / "seed").glob("*.txt")).read_bytes()
    document = read(data, role="inbox", url="inbox:bulletin.txt", name="bulletin.txt")
    assert (document.issue, document.issue_total) == ("2024年第40期", 278)
    assert (document.published_on, document.access) == (date(2024, 9, 6), "internal")
    assert document.title == "成都都市圈建设三年行动计划与长三角地区一体化发展三年行动计划对比分析"
    assert document.publisher == "四川省推进成德眉资同城化发展领导小组办公室"
    assert "**" not in document.text
    headings = [b.text for b in document.blocks if b.kind == "heading"]
    assert headings == ["一、基本情况对比分析", "二、内容形式各自特点", "三、经验启示"]
    assert len(document.blocks) == 25
    for whole in (
        "各自特点、实施情况",
        "实施并达到预期目标",
        "发展格局、推进区域协调发展",
        "实干助力，合力推进",
    ):
        assert whole in document.text
