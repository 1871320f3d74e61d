"""Cases of the rules that set a figure against others: whose it is, what it should be, what page it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from metroetl.catalogue import catalogue
from metroetl.quality.past import Past
from tests.quality.bench import SOURCE, circle, city, clean, figure, frames_of, history, past_of, release

Change = Mapping[str, Any] | Callable[[pd.DataFrame, int], None]
DEYANG, MIANYANG = "510600", "510700"
GDP, TRD = ("GDP", "level_ytd"), ("TRD", "level_ytd")
GROWTH = ("GDP", "yoy_real_ytd")


@cache
def usual_past() -> Past:
    """What core knows unless a case says otherwise."""
    return past_of(history())


@dataclass(frozen=True)
class Case:
    """One corruption: which row of which table (column to value), what becomes of it, what core knows.

    `paper` changes the documents; `of_batch` means that clean rows beside it fail with it.
    """

    code: str
    table: str
    row: Mapping[str, Any]
    change: Change
    past: Callable[[], Past] = usual_past
    of_batch: bool = False
    paper: Mapping[str, Any] = field(default_factory=dict)


def obs(code: str, indicator: str, measure: str, change: Change, **more: Any) -> Case:
    row = {"region_code": DEYANG, "indicator_code": indicator, "measure": measure}
    return Case(code, "staging_observation", row, change, **more)


def document(code: str, change: Change, name: str = "city", **more: Any) -> Case:
    return Case(code, "staging_document", {"url": f"https://tjj.sc.gov.cn/{name}.html"}, change, **more)


def to(value: float, **more: Any) -> dict[str, Any]:
    return {
        "value": value,
        "value_norm": value,
        "value_text": f"{abs(value):g}",
        "quote": f"{abs(value):g}",
        **more,
    }


def all_rows(**values: Any) -> Change:
    def change(frame: pd.DataFrame, at: int) -> None:
        for column, value in values.items():
            frame[column] = value

    return change


def repeat(day: str) -> Change:
    """The whole page took the column of another period, as history() has it."""

    def change(frame: pd.DataFrame, at: int) -> None:
        known = past_of(history()).observations
        last = known[known["period_end"].eq(pd.Timestamp(day))].set_index(["indicator_code", "measure"])
        for row in frame.index[frame["region_code"].eq(DEYANG) & frame["period"].eq("2025-Q1")]:
            key = (frame.loc[row, "indicator_code"], frame.loc[row, "measure"])
            if key in last.index:
                frame.loc[row, ["value", "value_norm"]] = last.loc[key, "value_norm"]

    return change


def with_level(level: float, growth: float) -> Change:
    """The growth of a row, and the level beside it."""

    def change(frame: pd.DataFrame, at: int) -> None:
        beside = frame["indicator_code"].eq("GDP") & frame["measure"].eq("level_ytd")
        beside &= frame["document_row_id"].eq(frame.loc[at, "document_row_id"])
        frame.loc[beside, ["value", "value_norm"]] = level
        frame.loc[at, ["value", "value_norm"]] = growth

    return change


def with_sectors(frame: pd.DataFrame, at: int) -> None:
    """Growth of the three sectors that can't make up that of GDP."""
    rates = {"VA1": 3.0, "VA2": 8.0, "VA3": 9.5}
    own = frame["document_row_id"].eq(frame.loc[at, "document_row_id"]) & frame["region_code"].eq(DEYANG)
    for row in frame.index[own & frame["indicator_code"].isin(rates) & frame["measure"].eq("level_ytd")]:
        rate = rates[frame.loc[row, "indicator_code"]]
        made = frame.loc[at].copy()
        made["row_id"], made["indicator_code"] = f"rate-{row}", frame.loc[row, "indicator_code"]
        made["value"] = made["value_norm"] = rate
        frame.loc[len(frame)] = made


def with_districts(frame: pd.DataFrame, at: int) -> None:
    """Counties that add up to a tenth more than their city."""
    counties = catalogue().children(DEYANG)
    for county in counties:
        made = frame.loc[at].copy()
        made["row_id"], made["region_code"], made["region_level"] = (
            f"county-{county.code}",
            county.code,
            "county",
        )
        made["value"] = made["value_norm"] = 770.0 * 1.1 / len(counties)
        frame.loc[len(frame)] = made


def one_row_off(frame: pd.DataFrame, at: int) -> None:
    """The values of the circle's table stand one row off."""
    rows = frame.index[frame["document_row_id"].eq(frame.loc[at, "document_row_id"])]
    values = list(frame.loc[rows, "value_norm"])
    frame.loc[rows, "value"] = frame.loc[rows, "value_norm"] = values[1:] + values[:1]


def circles_before() -> Past:
    """The circle's tables of the two years before."""
    years = {"2023-Q1": 0.91, "2024-Q1": 0.95}
    tables = [
        [figure(str(s.region_code), "GDP", period, "level_ytd", f"{s.value * scale:.1f}") for s in circle()]
        for period, scale in years.items()
    ]
    return past_of(
        release(f"circle-{n}", table, published=date(2023 + n, 5, 1)) for n, table in enumerate(tables)
    )


def published_before(text: str, day: date = date(2025, 4, 20)) -> Callable[[], Past]:
    """Core already has 2025-Q1's GDP of the city."""
    known = figure(DEYANG, "GDP", "2025-Q1", "level_ytd", text)
    return lambda: past_of([*history(), release("first", [known], published=day)])


def same_figures_long_ago() -> Past:
    return past_of([release("long-ago", city(), published=date(2024, 9, 1))])


def releases_before() -> Past:
    """Five releases of this name that all state what this one lacks."""
    stated = ("RS", "PBR", "FAI", "DEP", "LOAN", "ELEC", "GDP")
    rows = [
        (
            SOURCE,
            f"{2020 + year}年一季度德阳市经济运行情况",
            pd.Timestamp(2020 + year, 4, 25),
            DEYANG,
            code,
            "level_ytd",
        )
        for year in range(5)
        for code in stated
    ]
    columns = ["source_id", "title", "published_on", "region_code", "indicator_code", "measure"]
    known = past_of()
    return Past(known.observations, known.documents, pd.DataFrame(rows, columns=columns))


def announced_otherwise() -> Past:
    papers = frames_of(clean())["staging_document"]
    known = past_of()
    return Past(
        known.observations, known.documents, announced=dict.fromkeys(papers["row_id"], "关于召开听证会的公告")
    )


def published_elsewhere() -> Past:
    known = past_of([clean()[0]])
    return Past(past_of().observations, known.documents.assign(url="https://www.sc.gov.cn/copy.html"))


POINTS = {"quote": "德阳市规模以上工业增加值增速回落6.1个百分点"}
CUT = "全市经济运行总体平稳。\n一季度，全市规模以上工业增加值同比增长"
LATER = {"period": "2024-Q3", "period_end": pd.Timestamp("2024-09-30")}
IN_CIRCLE = {"region_code": "510100", "indicator_code": "GDP"}

CASES = [
    obs("OBS-OTHER-REGION", *GDP, to(5930.3)),
    obs("OBS-OTHER-INDICATOR", "VA3", "level_ytd", to(330.0)),
    obs("OBS-OTHER-MEASURE", *GROWTH, to(770.0)),
    obs("OBS-OTHER-PERIOD", *GDP, to(1470.0)),
    obs("OBS-RATE-YEAR-AGO", *GROWTH, with_level(690.0, 6.2)),
    obs("OBS-OTHER-SPAN", *GDP, to(257.0)),
    obs("OBS-DIGITS", *GDP, to(675.0)),
    obs("OBS-SIGN-EXPECTED", *GROWTH, to(-6.1)),
    obs("OBS-GROWTH-DRIFT", *GDP, to(820.0)),
    obs("OBS-GROWTH-SUM", *GROWTH, with_sectors),
    obs("OBS-SOURCES", *GDP, to(790.0), past=published_before("770.0")),
    obs("OBS-TABLE-SHIFTED", *GDP, repeat("2024-06-30"), of_batch=True),
    Case("OBS-COLUMN-SHIFTED", "staging_observation", IN_CIRCLE, one_row_off, past=circles_before, of_batch=True),
    obs("OBS-PAGE-OLD", *GDP, repeat("2024-03-31"), of_batch=True),
    obs("OBS-SUM-PLACES", *GDP, with_districts),
    obs("OBS-PERIOD-TITLE", *GDP, all_rows(**LATER), of_batch=True),
    obs("OBS-REGION-TEXT", *GDP, {"region": "绵阳市", "region_code": MIANYANG}),
    obs("OBS-PRECISION", *GDP, all_rows(rounding=0.5), of_batch=True),
    obs("OBS-POINTS", "IVA", "yoy_real_ytd", POINTS),
    obs("OBS-STATUS-FORECAST", *GDP, {"obs_status": "F"}),
    obs("OBS-STAGE-EARLY", *GDP, {"revision_stage": "最终核实"}),
    document("DOC-ANNOUNCED", {}, past=announced_otherwise, of_batch=True),
    document("DOC-ERROR-PAGE", {"title": "提示信息", "text": "抱歉，您访问的页面不存在或已被删除！"}),
    document("DOC-CUT", {"text": CUT}),
    document("DOC-COVERAGE-USUAL", {}, past=releases_before),
    document("DOC-REPEATED", {}, past=published_elsewhere),
    document("DOC-STALE", {}, past=same_figures_long_ago),
    Case("TGT-RECOGNISED", "staging_plan_target", {}, {}, paper={"findings": "READ_BY_OCR: 12 pieces of text"}),
    Case("CNT-RECOGNISED", "staging_plan_count", {}, {}, paper={"findings": "FORMATS_UNREAD: 5.2% as 0.052"}),
]  # fmt: skip
