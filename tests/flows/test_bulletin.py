"""A bulletin that a person received goes the whole way: document, plan rounds, counts with the place in the text."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import NewWorld, World

DAY = date(2024, 9, 10)
OFFICE = "四川省推进成德眉资同城化发展领导小组办公室"
LEADING_GROUP = "四川省推进成德眉资同城化发展领导小组"
ROUNDS = """
SELECT series_id, round, stage, period_start, period_end, issuers, count_value
FROM mart_plan_calendar WHERE origin = 'extracted' AND period_start IS NOT NULL ORDER BY series_id DESC, round
"""
COUNTS = """
SELECT m.count_value, m.count_span_start, m.count_span_end, m.count_quote, d.text
FROM mart_plan_calendar AS m JOIN core_document AS d ON d.document_id = m.document_id
WHERE m.count_value IS NOT NULL AND m.origin = 'extracted' ORDER BY m.round
"""
DOCUMENT = "SELECT title, issue, issue_total, published_on, publisher, access, source_id FROM core_document"

OURS = f"""
成德眉资同城化发展工作简报

2024年第7期（总第245期）

{OFFICE}

2024年2月20日

两轮三年行动计划的衔接情况

一、印发情况

（一）关于制发主体。成德眉资同城化发展暨成都都市圈建设三年行动计划（以下简称“成都都市圈三年行动计划”）由省同城化办公室牵头起草，以省同城化发展领导小组名义印发。

（二）关于印发轮次。自2020年起，省同城化发展领导小组已连续印发两轮成都都市圈三年行动计划（分别为起步期2020—2022年、成长期2023—2025年）。

二、项目情况

第一轮起步期三年行动计划列入31个重大项目；第二轮成长期三年行动计划列入42个重大项目事项。
"""


def add(world: World, file: Path) -> str:
    """Put a file into the inbox and take it the whole way; the name of the run's state."""
    added = world.add_to_inbox(file)
    run = world.collect(sources=["inbox"])
    assert run.summary.exit_code == 0
    return f"{added} {run.state}"


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in world.ask(sql)]


def counts(world: World) -> list[float]:
    """The counts of the calendar, each of which stands in the text at the span that is stored."""
    found = world.ask(COUNTS)
    for row in found:
        said = row["text"][row["count_span_start"] : row["count_span_end"]]
        assert f"{row['count_value']:g}" in said
        assert "".join(said.split()) == row["count_quote"]
    return [row["count_value"] for row in found]


@pytest.mark.shared
def test_the_real_bulletin(new_world: NewWorld, shared: Path) -> None:
    world = new_world(DAY, "ndrc")
    bulletin = shared / "seed/000_67e96b11509b1685.txt"
    assert add(world, bulletin) == "1 Completed"
    title = "成都都市圈建设三年行动计划与长三角地区一体化发展三年行动计划对比分析"
    assert rows(world, DOCUMENT) == [(title, "2024年第40期", 278, "2024-09-06", OFFICE, "internal", "inbox")]
    delta = "长三角区域合作办公室"
    assert rows(world, ROUNDS) == [
        ("delta_three_year", 1, None, 2018, 2020, delta, None),
        ("delta_three_year", 2, None, 2021, 2023, delta, None),
        ("delta_three_year", 3, None, 2024, 2026, delta, None),
        ("chengdu_three_year", 1, "起步期", 2020, 2022, LEADING_GROUP, 202),
        ("chengdu_three_year", 2, "成长期", 2023, 2025, LEADING_GROUP, 197),
    ]
    assert counts(world) == [202, 197]
    sizes, contents = world.sizes(), world.contents()
    assert add(world, bulletin) == "0 NoChange"
    assert (world.sizes(), world.contents()) == (sizes, contents)


def test_a_bulletin_in_our_own_words(new_world: NewWorld, tmp_path: Path) -> None:
    world = new_world(DAY, "ndrc")
    bulletin = tmp_path / "简报第7期.txt"
    bulletin.write_text(OURS, encoding="utf-8")
    assert add(world, bulletin) == "1 Completed"
    assert rows(world, DOCUMENT) == [
        ("两轮三年行动计划的衔接情况", "2024年第7期", 245, "2024-02-20", OFFICE, "internal", "inbox")
    ]
    assert rows(world, ROUNDS) == [
        ("chengdu_three_year", 1, "起步期", 2020, 2022, LEADING_GROUP, 31),
        ("chengdu_three_year", 2, "成长期", 2023, 2025, LEADING_GROUP, 42),
    ]
    assert counts(world) == [31, 42]
    assert world.ask("SELECT DISTINCT access FROM mart_plan_calendar WHERE origin = 'extracted'") == [
        {"access": "internal"}
    ]
    sizes = world.sizes()
    assert add(world, bulletin) == "0 NoChange"
    assert world.sizes() == sizes


def test_the_same_text_under_another_name_is_told(new_world: NewWorld, tmp_path: Path) -> None:
    world = new_world(DAY, "ndrc")
    for name in ("简报.txt", "简报（副本）.txt"):
        file = tmp_path / name
        file.write_text(OURS, encoding="utf-8")
        assert add(world, file) == "1 Completed"
    assert world.one("SELECT COUNT(*) FROM core_document") == 2
    assert world.ask("SELECT rule_code FROM ops_check WHERE verdict = 'fail'") == [
        {"rule_code": "DOC-DUPLICATE"}
    ]
