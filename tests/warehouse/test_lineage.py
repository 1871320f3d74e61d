"""A figure's chain in one query, on each engine: prints, vintages, days, decisions; and what can't be found is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metroetl.errors import WarehouseError
from metroetl.pipeline.trace import Trace, find_figure, trace
from metroetl.pipeline.trace_text import decisions_of, facts_of, heading_of, prints_of
from metroetl.warehouse.models import Held
from tests.warehouse.desk import Desk, gdp
from tests.warehouse.test_review import load_with_one_row_stopped

PAGE, LATER = "https://city.example.cn/2025/1.html", "https://province.example.cn/2025/2.html"
ASKED = {"region": "成都", "indicator": "地区生产总值", "period": "2025Q1"}


def figures(desk: Desk) -> None:
    """Chengdu's first quarter, printed three times: coarser by the province, then revised by the city."""
    text = "初步核算。一季度，实现地区生产总值5930.3亿元，同比增长6.0%。"
    start = text.index("实现")
    growth = {"measure": "yoy_real_ytd", "unit": "%", "unit_norm": "%"}
    place = {"start": start, "end": text.index("，同比")}
    desk.load(
        desk.read(PAGE, text, [gdp(5930.3, **place), gdp(6.0, **growth)], published_on=date(2025, 4, 29))
    )
    province = gdp(5930, printed="5930")
    desk.load(desk.read(LATER, "各市", [province], published_on=date(2025, 5, 20), source_id="province"))
    revised = gdp(5951.2, revision_stage="最终核实")
    desk.load(desk.read(PAGE + "x", "核实", [revised], published_on=date(2026, 1, 9)))


def text_of(found: Trace) -> str:
    facts = [*facts_of(found.figure), *decisions_of(found)]
    return "\n".join(
        [heading_of(found.figure), *(" ".join(f) for f in facts), *map(" ".join, prints_of(found))]
    )


def test_a_figure_by_name_as_of_days_with_all_prints(desk: Desk) -> None:
    figures(desk)
    latest = trace(desk.warehouse, find_figure(desk.warehouse, **ASKED))
    assert (latest.figure["value"], latest.figure["revision_stage"]) == (5951.2, "最终核实")
    assert [p["value_text"] for p in latest.prints] == ["5930.3", "5930", "5951.2"]
    assert [p["vintage"] for p in latest.prints] == [1, None, 2]
    assert [row[0][:1] for row in prints_of(latest)] == ["2", "2", "→"]
    day = date(2025, 4, 30)
    first = trace(desk.warehouse, find_figure(desk.warehouse, **ASKED, as_of=day), as_of=day)
    assert first.figure["value"] == 5930.3 and len(first.prints) == 1
    assert (first.before, first.quote, first.after) == (
        "一季度，",
        "实现地区生产总值5930.3亿元",
        "，同比增长6.0%。",
    )
    told = text_of(first)
    for words in (
        "成都市 地区生产总值 2025年一季度",
        first.figure["sha256"],
        PAGE,
        desk.one("SELECT run_id FROM raw_fetch ORDER BY fetched_at LIMIT 1"),
        "new",
        "collect",
        "无人工裁定",
    ):
        assert str(words) in told
    growth = find_figure(desk.warehouse, **ASKED, measure="yoy_real_ytd")
    assert trace(desk.warehouse, growth).figure["value"] == 6.0


def test_what_is_not_there_is_named_with_what_is(desk: Desk) -> None:
    figures(desk)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"region": "成都士"}, "no region is called 成都士.*`成都`"),
        ({"indicator": "GDPP"}, "no indicator is called GDPP.*`GDPPC`"),
        ({"period": "2025Q5"}, "2025Q5 is no period"),
        ({"period": "2024"}, "no figure of 510100 GDP 2024"),
        ({"as_of": date(2025, 4, 28)}, "was published by 2025-04-28"),
        ({"measure": "level"}, "no figures of .* level; there are: level_ytd 5951.2 亿元, yoy_real_ytd 6 %"),
    ]
    for changes, what in wrong:
        with pytest.raises(WarehouseError, match=what):
            find_figure(desk.warehouse, **{**ASKED, **changes})


def test_who_decided(desk: Desk) -> None:
    _, row_id = load_with_one_row_stopped(desk)
    with pytest.raises(WarehouseError, match="no observation nothing"):
        trace(desk.warehouse, "nothing")
    desk.warehouse.release_row(row_id, reason="the bureau confirmed", who="chen")
    released = trace(
        desk.warehouse, find_figure(desk.warehouse, region="510600", indicator="GDP", period="2025-Q1")
    )
    (decision,) = released.decisions
    assert (decision["decided_by"], decision["decision_reason"], decision["rule_code"]) == (
        "chen", "the bureau confirmed", "OBS-JUMP",
    )  # fmt: skip
    assert "chen" in text_of(released) and "跳变" in text_of(released)
    desk.new_run()
    batch_id = desk.stage(desk.read(LATER, "二季度", [gdp(12057.3, "2025-Q2")]))
    desk.settle(held=[Held(batch_id=batch_id, rule_codes=["TABLE-X"])])
    desk.warehouse.decide(batch_id, approve=True, reason="as the yearbook", who="li")
    approved = trace(
        desk.warehouse, find_figure(desk.warehouse, region="成都市", indicator="GDP", period="2025Q2")
    )
    assert "li" in text_of(approved) and "as the yearbook" in text_of(approved)


def test_a_withdrawn_figure_keeps_its_chain(desk: Desk) -> None:
    reading = desk.read(PAGE, "一季度", [gdp(5930.3)])
    desk.load(reading)
    wanted = find_figure(desk.warehouse, **ASKED)
    desk.load(reading.model_copy(update={"statements": [gdp(5903.3)]}))
    assert "已撤下" in text_of(trace(desk.warehouse, wanted))
    assert trace(desk.warehouse, find_figure(desk.warehouse, **ASKED)).figure["value"] == 5903.3
