"""Answers of the data interface of the National Bureau of Statistics: what is read of them, and what is left open."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from metroetl.catalogue import catalogue
from metroetl.documents import read_document
from metroetl.documents.models import Document
from metroetl.errors import Unreadable
from metroetl.harvest.models import Snapshot
from metroetl.statistics import extract_statistics

INTERFACE = "https://data.stats.gov.cn/dg/website/publicrelease/web/external/getEsDataByCidAndDt"
Figure = tuple[str, str, str]


def document(code: str, *figures: Figure, area: str = "全国", title: str = "") -> Document:
    """The document of an answer of one period; a figure is (indicator, value, unit)."""
    values = [
        {"_id": str(n), "i_showname": name, "value": value, "da_name": area, "du_name": unit}
        for n, (name, value, unit) in enumerate(figures)
    ]
    answer = {"success": True, "data": [{"code": code, "name": "", "values": values}]}
    snapshot = Snapshot(
        sha256="0" * 64,
        source_id="nbs_data_gdp",
        url=f"{INTERFACE}#c-000000000000-{code}",
        role="page",
        fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
        title=title,
    )
    source = catalogue().sources["stats_gov_cn"]
    return read_document(json.dumps(answer, ensure_ascii=False).encode(), snapshot, source)


def read(
    code: str, *figures: Figure, **options: Any
) -> list[tuple[str, str | None, str | None, str, float | None]]:
    found = extract_statistics(document(code, *figures, **options), catalogue())
    return [
        (s.region_code or "", s.indicator_code, s.period, s.measure, s.value_norm)
        for s in found
        if s.kind == "actual" and s.publish
    ]


def test_tables_part_the_year_to_date_from_the_period() -> None:
    made = document(
        "202503SS",
        ("国内生产总值_累计值", "1015036.0", "亿元"),
        ("国内生产总值_当季值", "", "亿元"),
        ("第一产业增加值_累计值", "58061", "亿元"),
        ("国内生产总值_当季值", "354500.0", "亿元"),
    )
    assert made.text.splitlines() == [
        "指标\t单位\t2025年前三季度",
        "国内生产总值（累计值）\t亿元\t1015036.0",
        "第一产业增加值（累计值）\t亿元\t58061",
        "指标\t单位\t2025年第三季度",
        "国内生产总值（当季值）\t亿元\t354500.0",
    ]
    assert (made.title, made.publisher, made.published_on) == (
        "2025年第三季度 国内生产总值 全国 国家统计局数据发布库",
        "国家统计局",
        None,
    )
    assert document("202503SS", ("国内生产总值", "1", "亿元"), title="甲表").title == "甲表"


@pytest.mark.parametrize(
    ("code", "figure", "period", "measure"),
    [
        ("202501SS", ("国内生产总值_累计值", "318758", "亿元"), "2025-Q1", "level_ytd"),
        ("202502SS", ("国内生产总值累计值", "660536", "亿元"), "2025-Q2", "level_ytd"),
        ("202504SS", ("国内生产总值_累计值", "1401879", "亿元"), "2025", "level_ytd"),
        ("202503SS", ("国内生产总值_当季值", "354500", "亿元"), "2025-Q3", "level"),
        ("2024YY", ("国内生产总值", "1349084", "亿元"), "2024", "level_ytd"),
        ("202602MM", ("社会消费品零售总额_累计增长", "2.8", "%"), "2026-M02", "yoy_nominal_ytd"),
        ("202512MM", ("社会消费品零售总额_累计值", "501202", "亿元"), "2025", "level_ytd"),
        ("202411MM", ("固定资产投资额_累计增长", "3.3", "%"), "2024-M11", "yoy_comparable_ytd"),
    ],
)
def test_figures_are_read(code: str, figure: Figure, period: str, measure: str) -> None:
    (found,) = read(code, figure)
    assert found[0] == "000000"
    assert found[2:] == (period, measure, float(figure[1]))


def test_an_index_is_no_level_and_has_no_growth_made_of_it() -> None:
    found = read(
        "202503SS",
        ("国内生产总值指数(上年同期=100)_累计值", "105.2", ""),
        ("国内生产总值指数(上年同期=100)_当季值", "104.8", ""),
    )
    assert {(code, measure) for _, code, _, measure, _ in found} <= {
        ("GDP", "yoy_index_ytd"),
        ("GDP", "yoy_index"),
    }
    assert {period for _, _, period, _, _ in found} == {"2025-Q3"}


def test_a_part_of_the_country_is_said_in_every_row() -> None:
    (found,) = read("202503SS", ("地区生产总值_累计值", "49000.5", "亿元"), area="四川省")
    assert found == ("510000", "GDP", "2025-Q3", "level_ytd", 49000.5)


def test_an_answer_without_a_value_is_no_document() -> None:
    with pytest.raises(Unreadable, match="without a value"):
        document("202604SS", ("国内生产总值_累计值", "", "亿元"))
