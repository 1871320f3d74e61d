from __future__ import annotations

from datetime import date

import pytest

from metroetl.errors import Unreadable

BULLETIN = """
甲乙同城化工作简报

2025年第7期（总第31期）

甲省推进甲乙同城化发展领导小组办公室

2025年3月4日

甲乙都市圈三年行动计划 实施情况分析

【编者按】两市自2023年起连续实施行动计划，取得阶段性成效，现将各自特

点、实施情况编发，供参考。

一、总体情况

（一）关于项目。**两市共推进项目20个**，其中续建12个，

新建8个。

责任编辑：王某

（共印 20 份）
"""


def test_the_masthead_of_a_bulletin(read):
    document = read(BULLETIN, role="inbox", url="inbox:a.txt", name="a.txt")
    assert (document.issue, document.issue_total) == ("2025年第7期", 31)
    assert document.title == "甲乙都市圈三年行动计划实施情况分析"
    assert document.publisher == "甲省推进甲乙同城化发展领导小组办公室"
    assert document.published_on == date(2025, 3, 4)
    assert document.access == "internal"


def test_a_sentence_cut_by_a_page_break_is_whole(read):
    document = read(BULLETIN)
    assert "现将各自特点、实施情况编发，供参考。" in document.text
    assert "两市共推进项目20个，其中续建12个，新建8个。" in document.text
    lines = [b.text for b in document.blocks]
    assert {"责任编辑：王某", "（共印 20 份）", "甲乙同城化工作简报"} <= set(lines)


def test_headings_of_a_text(read):
    document = read("# 年度报告\n\n## 一、农业\n\n粮食生产稳定。\n\n1.2.3 不是标题，\n\n- 第一项\n")
    assert [(b.kind, b.level) for b in document.blocks] == [
        ("heading", 1),
        ("heading", 1),
        ("paragraph", 0),
        ("paragraph", 0),
        ("list_item", 0),
    ]


def test_a_markdown_table_is_a_grid(read):
    table = read(
        "主要指标表（单位：亿元）\n\n| 指标 | 总量 |\n|---|---:|\n| 甲 | 1.50 |\n| 乙 | 2 |\n"
    ).tables[0]
    assert (table.rows, table.columns, table.unit_note) == (3, 2, "单位：亿元")
    assert [c.text for c in table.cells if c.header] == ["指标", "总量"]


def test_gb18030_text(read):
    assert read(BULLETIN.encode("gb18030")).issue_total == 31


def test_a_text_without_masthead_has_no_issue(read):
    document = read("甲市二〇二五年工作要点\n\n全面推进各项工作，确保完成全年任务。\n")
    assert document.issue is None
    assert document.title == "甲市二〇二五年工作要点"


def test_bytes_that_are_no_text(read):
    with pytest.raises(Unreadable, match="no text"):
        read(bytes(range(256)) * 40, name="junk.txt")


def test_ten_megabytes_of_text(read):
    line = "全市经济运行总体平稳，各项工作有序推进，为全年目标打下基础。\n"
    document = read(line * (10_000_000 // len(line.encode())))
    assert len(document.blocks) > 100_000
