"""Every rule catches the corruption it is for, on the row that has it, and leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
import pytest

from metroetl.catalogue import catalogue
from metroetl.quality.frames import prepare
from metroetl.quality.models import Outcome
from metroetl.quality.past import Past
from metroetl.quality.suites import load_suites
from metroetl.quality.validate import validate
from tests.quality.bench import clean, figure, frames_of, history, past_of, release
from tests.quality.cases import CASES as OTHERS
from tests.quality.cases import Case, Change, all_rows, document, obs, repeat, to, usual_past


def times(factor: float) -> Change:
    """The figure, and the text it was printed as, off by a factor."""

    def change(frame: pd.DataFrame, at: int) -> None:
        value = float(frame.loc[at, "value"]) * factor
        frame.loc[at, ["value", "value_norm", "rounding"]] = [value, value, 0.05 * factor]
        frame.loc[at, "value_text"] = f"{value:g}"

    return change


def scale_everything(frame: pd.DataFrame, at: int) -> None:
    levels = frame["measure"].eq("level_ytd")
    frame.loc[levels, ["value", "value_norm"]] *= 1e4


def published_before(**values: Any) -> Callable[[], Past]:
    """Core already has 2025-Q1 of the city, with these values by indicator."""
    period = {"GDP": "level_ytd", "IVA": "yoy_real_ytd"}
    known = [figure("510600", code, "2025-Q1", period[code], text) for code, text in values.items()]
    return lambda: past_of([*history(), release("first", known, published=date(2025, 4, 20))])


def other_version(**values: Any) -> Callable[[], Past]:
    """Core has an earlier version of the city's page."""

    def past() -> Past:
        known = past_of([clean()[0]])
        return Past(past_of().observations, known.documents.assign(**values))

    return past


def statement(code: str, kind: str, change: Change) -> Case:
    return Case(code, "staging_statement", {"kind": kind}, change)


def of_plan(code: str, table: str, change: Change) -> Case:
    return Case(code, f"staging_plan{table}", {}, change)


CIRCLE = (
    frames_of(clean())["staging_document"].set_index("url").loc["https://tjj.sc.gov.cn/circle.html", "row_id"]
)
UTF8_AS_GBK = "地区生产总值同比增长，全市经济运行总体平稳。".encode().decode("gb18030", "replace") * 20
GDP, IVA, TRD = ("GDP", "level_ytd"), ("IVA", "yoy_real_ytd"), ("TRD", "level_ytd")
SPAN = {"span_start": 9, "span_end": 3}

CASES = [
    obs("OBS-ABSTAINED", *GDP, {"publish": False}),
    obs("OBS-REGION-UNKNOWN", *GDP, {"region": "新名市", "region_code": None, "region_level": None}),
    obs("OBS-INDICATOR-UNKNOWN", *GDP, {"indicator_code": None, "cumulative": None}),
    obs("OBS-MEASURE-UNKNOWN", *GDP, {"measure": "level_tdy", "measure_family": None}),
    obs("OBS-PERIOD-UNKNOWN", *GDP, {"period": "一季度", "frequency": ""}),
    obs("OBS-PERIOD-ORDER", *GDP, {"period_start": pd.Timestamp("2025-06-01")}),
    obs("OBS-PERIOD-ENDS", *GDP, {"period": "2025-Q2"}),
    obs("OBS-VALUE-MISSING", *GDP, {"value": None}),
    obs("OBS-UNIT-UNKNOWN", *GDP, {"unit": "", "unit_norm": None, "value_norm": None}),
    obs("OBS-UNIT-MEASURE", *GDP, {"unit": "%", "unit_norm": "%"}),
    obs("OBS-STATUS-CODE", *GDP, {"obs_status": "Z"}),
    obs("OBS-CONFIDENCE", *GDP, {"confidence": 1.2}),
    obs("OBS-SPAN", *GDP, SPAN),
    obs("OBS-PERIOD-FUTURE", *GDP, {"published_on": pd.Timestamp("2025-03-10")}),
    obs("OBS-PERIOD-OLD", *GDP, {"published_on": pd.Timestamp("2029-03-10")}),
    obs("OBS-JANUARY-ALONE", *GDP, {"period": "2025-M01", "period_end": pd.Timestamp("2025-01-31")}),
    obs("OBS-RANGE-YOY", "GDP", "yoy_real_ytd", to(61.0)),
    obs("OBS-RANGE-LEVEL", *GDP, to(-770.0)),
    obs("OBS-RANGE-SIZE", *GDP, times(1e4)),
    obs("OBS-RANGE-SHARE", "URB", "rate_eop", to(601.0)),
    obs("OBS-RANGE-POINTS", "URB", "pp_change", to(110.0)),
    obs("OBS-RANGE-INDEX", "IDX_HQD", "score_0_100", to(764.0)),
    obs("OBS-LEVEL-UNPUBLISHED", *GDP, {"level_published": False}),
    obs("OBS-PRINTED", *GDP, {"value": 7700.0}),
    obs("OBS-SIGN-TEXT", "GDP", "yoy_real_ytd", {"quote": "地区生产总值下降6.1%"}),
    obs("OBS-FORECAST", *GDP, {"quote": "预计实现地区生产总值770.0亿元"}),
    obs("OBS-CONFLICT-DOC", "EXP", "level_ytd", {"indicator_code": "IMP"}),
    obs("OBS-CONFLICT-UNIT", *GDP, {"evidence": "unit-error:table(770.0亿元≠7700000万元,×10^1) 0.5"}),
    obs("OBS-ARITHMETIC", *GDP, {"evidence": "broken:sum:GDP(地区生产总值770.0亿元≠第一产业增加值60.0亿元+…) 0.5"}),
    Case("OBS-CONFLICT-DAY", "staging_observation", {"region_code": "510600", "indicator_code": "GDP", "document_row_id": CIRCLE}, to(790.0)),
    obs("OBS-SUM-SECTORS", "VA3", "level_ytd", to(420.0)),
    obs("OBS-SUM-PARTS", "EXP", "level_ytd", to(26.0)),
    obs("OBS-SUM-ROUNDING", "VA2", "level_ytd", to(330.9)),
    Case("OBS-SUM-CIRCLE", "staging_observation", {"region_code": "AGG.CDMC"}, to(7800.0)),
    Case("OBS-SUM-CIRCLE-ROUND", "staging_observation", {"region_code": "AGG.CDMC"}, to(7373.0)),
    obs("OBS-OVER-PARENT", *GDP, times(1.0), past=lambda: past_of([release("province", [figure("510000", "GDP", "2025-Q1", "level_ytd", "700.0")])])),
    obs("OBS-SCALE", *GDP, times(10)),
    obs("OBS-JUMP-PACE", *TRD, times(4.4)),
    obs("OBS-ANOMALY", *TRD, times(4.4)),
    obs("OBS-JUMP-YEAR", *GDP, to(400.0)),
    obs("OBS-SAME-YEAR-AGO", *GDP, to(728.0)),
    obs("OBS-YTD-SHRINK", *GDP, to(750.0, period="2025-Q2", period_end=pd.Timestamp("2025-06-30")), past=published_before(GDP="770.0")),
    obs("OBS-REVISION-SIZE", *GDP, to(1150.0), past=published_before(GDP="770.0")),
    obs("OBS-REVISED", *GDP, to(771.5), past=published_before(GDP="770.0")),
    obs("OBS-REVISION-RATE", *IVA, to(11.5), past=published_before(IVA="6.1")),
    obs("OBS-SIGN-LAST", *IVA, to(-6.1), past=published_before(IVA="6.1")),
    obs("OBS-SIGN-LEVELS", "GDP", "yoy_real_ytd", to(-5.8)),
    obs("OBS-SIGN-SERIES", *IVA, to(-6.1)),
    obs("OBS-GROWTH-FAR", "TRD", "yoy_nominal_ytd", to(55.0)),
    obs("OBS-GROWTH-LEVELS", *GDP, to(800.0)),
    obs("OBS-BATCH-UNUSABLE", *GDP, all_rows(region_code=None), of_batch=True),
    obs("OBS-BATCH-SCALE", *GDP, scale_everything, of_batch=True),
    obs("OBS-BATCH-STALE", *GDP, repeat("2024-03-31"), of_batch=True),
    document("DOC-MOJIBAKE", {"text": UTF8_AS_GBK}),
    document("DOC-BROKEN-CHARS", {"text": "全市经济运行总体平稳" * 20 + "\ufffd\ufffd\ufffd"}),
    document("DOC-TITLE-MISSING", {"title": " "}),
    document("DOC-TITLE-SITE", {"title": catalogue().sources["tjj_sc"].publisher}),
    document("DOC-BODY-EMPTY", {"text": "", "text_length": 0}),
    document("DOC-NOT-CHINESE", {"text": "home about contact " * 30, "text_length": 570}),
    document("DOC-DATE-MISSING", {"published_on": None, "written_on": None, "listed_on": None}),
    document("DOC-DATE-FUTURE", {"published_on": pd.Timestamp("2025-07-25")}),
    document("DOC-DATE-OLD", {"published_on": pd.Timestamp("1970-01-01")}),
    document("DOC-DATES-ORDER", {"written_on": pd.Timestamp("2025-05-20")}),
    document("DOC-OTHER-PAGE", {}, past=other_version(title="网站地图")),
    document("DOC-COVERAGE", {}, past=other_version(observations=60)),
    document("DOC-SHRUNK", {}, past=other_version(text_length=9000)),
    document("DOC-DUPLICATE", {}, past=other_version(url="https://www.sc.gov.cn/copy.html")),
    document("DOC-NO-FIGURES", {"table_count": 1, "observation_count": 0, "source_kinds": "statistics"}),
    statement("STA-ABSTAINED", "target", {"publish": False}),
    statement("STA-MEASURE-UNKNOWN", "target", {"measure_family": None}),
    statement("STA-PERIOD-UNKNOWN", "target", {"period": "明年"}),
    statement("STA-PERIOD-ORDER", "target", {"period_start": pd.Timestamp("2026-06-01")}),
    statement("STA-REGION-UNKNOWN", "target", {"region_code": "999999", "region_level": None}),
    statement("STA-REGION-MISSING", "target", {"region_code": None}),
    statement("STA-INDICATOR-UNKNOWN", "target", {"indicator_code": "GPD", "cumulative": None}),
    statement("STA-VALUE-MISSING", "target", {"value": None}),
    statement("STA-UNIT-UNKNOWN", "target", {"value_norm": None}),
    statement("STA-KIND", "target", {"kind": "wish"}),
    statement("STA-STATUS-CODE", "target", {"obs_status": "Z"}),
    statement("STA-CONFIDENCE", "target", {"confidence": -0.1}),
    statement("STA-SPAN", "target", SPAN),
    statement("STA-RANGE-RANK", "rank", {"value": 0.0}),
    statement("STA-RANGE-POINTS", "comparison", {"value": 300.0}),
    statement("STA-RANGE-SHARE", "average", {"value_norm": 551.0}),
    of_plan("PLAN-TITLE-MISSING", "", {"title": ""}),
    of_plan("PLAN-PERIOD-ORDER", "", {"period_start": 2025, "period_end": 2023}),
    of_plan("PLAN-PERIOD-LONG", "", {"period_end": 2099}),
    of_plan("PLAN-YEARS", "", {"period_start": 1023}),
    of_plan("PLAN-ROUND", "", {"round": 34}),
    of_plan("PLAN-SERIES-UNKNOWN", "", {"series_id": "nowhere"}),
    of_plan("PLAN-STATUS", "", {"status": "lost"}),
    of_plan("PLAN-ROLE", "", {"role": "rumour"}),
    of_plan("PLAN-ISSUED-LATE", "", {"issued_on": pd.Timestamp("2026-02-19")}),
    of_plan("PLAN-ISSUER-MISSING", "", {"issuers": ""}),
    of_plan("PLAN-DOC-NUMBER", "", {"doc_number": "川府"}),
    of_plan("TGT-INDICATOR-MISSING", "_target", {"indicator": ""}),
    of_plan("TGT-INDICATOR-UNKNOWN", "_target", {"indicator_code": "GPD"}),
    of_plan("TGT-VALUE-MISSING", "_target", {"value": None}),
    of_plan("TGT-UNIT-MISSING", "_target", {"unit": ""}),
    of_plan("TGT-COMPARATOR", "_target", {"comparator": "~"}),
    of_plan("TGT-YEAR", "_target", {"by_year": 202}),
    of_plan("TGT-YEAR-PAST", "_target", {"by_year": 2020}),
    of_plan("TGT-RANGE-PERCENT", "_target", {"value": 5500.0}),
    of_plan("TGT-SPAN", "_target", SPAN),
    of_plan("TSK-TEXT-SHORT", "_task", {"text": "推进"}),
    of_plan("TSK-UNITS-MISSING", "_task", {"lead": "", "responsible": ""}),
    of_plan("TSK-UNITS-MANY", "_task", {"lead": "、".join(f"第{n}局" for n in range(90))}),
    of_plan("TSK-SPAN", "_task", SPAN),
    of_plan("CNT-POSITIVE", "_count", {"value": 0.0}),
    of_plan("CNT-LARGE", "_count", {"value": 2e6}),
    of_plan("CNT-WHAT-MISSING", "_count", {"what": ""}),
    of_plan("CNT-SPAN", "_count", SPAN),
    of_plan("SEC-TITLE-MISSING", "_section", {"title": ""}),
    of_plan("SEC-LEVEL", "_section", {"level": 0}),
    of_plan("SEC-SPAN", "_section", SPAN),
    of_plan("PRJ-NAME-MISSING", "_project", {"name": ""}),
    of_plan("PRJ-KIND", "_project", {"kind": "wish"}),
    of_plan("PRJ-INVESTMENT", "_project", {"year_investment": 0.0}),
    of_plan("PRJ-INVESTMENT-UNIT", "_project", {"investment_unit": None}),
    of_plan("PRJ-YEAR", "_project", {"list_year": 202}),
    of_plan("PRJ-UNITS-DOUBTFUL", "_project", {"lead": "尽快开工"}),
    of_plan("PRJ-UNITS-MANY", "_project", {"lead": "、".join(f"第{n}局" for n in range(90))}),
    of_plan("PRJ-SPAN", "_project", {"span_end": 10**6}),
    Case("MST-QUARTER", "staging_milestone", {}, {"quarter": "2023年一季度"}),
    Case("MST-TEXT-MISSING", "staging_milestone", {}, {"text": ""}),
    Case("MST-OWNER", "staging_milestone", {}, {"project_content_id": None}),
    Case("MST-SPAN", "staging_milestone", {}, SPAN),
    of_plan("GOL-TEXT-SHORT", "_goal", {"text": "更好"}),
    of_plan("GOL-YEAR", "_goal", {"by_year": 20}),
    of_plan("GOL-SPAN", "_goal", SPAN),
    of_plan("PRG-NAME-MISSING", "_progress", {"name": ""}),
    of_plan("PRG-TEXT-MISSING", "_progress", {"text": ""}),
    of_plan("PRG-STATE", "_progress", {"state": "lost"}),
    of_plan("PRG-PERCENT", "_progress", {"percent": 5057.0}),
    of_plan("PRG-SPAN", "_progress", SPAN),
    *OTHERS,
]  # fmt: skip


@cache
def clean_frames() -> dict[str, pd.DataFrame]:
    """The clean world as staged."""
    return frames_of(clean())


def corrupted(case: Case) -> tuple[dict[str, pd.DataFrame], str]:
    """Clean frames with the case's corruption, and the id of its row."""
    frames = {table: frame.copy() for table, frame in clean_frames().items()}
    frame = frames[case.table]
    chosen = pd.Series(True, index=frame.index)
    for column, value in case.row.items():
        chosen &= frame[column].eq(value)
    at = frame.index[chosen][0]
    if callable(case.change):
        case.change(frame, at)
    else:
        for column, value in case.change.items():
            frame[column] = frame[column].astype(object)
            frame.loc[at, column] = value
            frame[column] = frame[column].infer_objects()
    papers = frames["staging_document"]
    frames["staging_document"] = papers.assign(**case.paper)
    return frames, frame.loc[at, "row_id"]


@cache
def clean_prepared() -> dict[str, pd.DataFrame]:
    """The same with the columns that rules compare."""
    return prepare(clean_frames(), usual_past(), catalogue())


@cache
def derived(table: str) -> set[str]:
    """The columns that `prepare` adds to a table, or gives other values."""
    staged, made = clean_frames()[table], clean_prepared()[table]
    return {name for name in made if name not in staged or not made[name].equals(staged[name])}


def outcome_of(case: Case) -> tuple[Outcome, str, int]:
    frames, row_id = corrupted(case)
    suite = load_suites()[case.table].part([case.code])
    beside = {case.table, "staging_document"}
    if case.past is not usual_past:  # what core knows is set against figures, whose columns take longest
        beside.add("staging_observation")
    frames = {table: frame for table, frame in frames.items() if table in beside}
    if derived(case.table) & set(suite.columns(clean_prepared()[case.table])):
        frames = prepare(frames, case.past(), catalogue())
    (outcome,) = validate(frames, {case.table: suite})
    return outcome, row_id, len(frames[case.table])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_rule_catches_its_row(case: Case) -> None:
    outcome, row_id, rows = outcome_of(case)
    assert outcome.verdict == "fail", outcome.message
    assert row_id in outcome.failed
    if case.of_batch or rows == 1:
        return
    assert len(outcome.failed) < rows, "the clean rows are left alone"


def test_every_rule_has_a_case() -> None:
    codes = [case.code for case in CASES]
    assert sorted(codes) == sorted(code for suite in load_suites().values() for code in suite.rules)
