"""Rules on what is published: each catches what it is for, on both engines, and leaves a sound warehouse alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from metroetl import clock
from metroetl.catalogue import Catalogue
from metroetl.catalogue.models import Correction
from metroetl.errors import SuiteError
from metroetl.harvest.models import STAND_IN, Fetch, Harvested
from metroetl.pipeline.findings import published_findings
from metroetl.quality import after
from metroetl.quality.after import Judged, judge_published, keep_judged
from metroetl.quality.suites import load_after_suites, load_suites
from metroetl.runs import RunSummary, SourceCheck
from metroetl.warehouse import Warehouse
from metroetl.warehouse.engine import writer, writing
from metroetl.warehouse.models import Check, Quarantined
from tests.quality.templates import ENGINES, add_runs, copy_of
from tests.warehouse.desk import Desk, gdp, small_catalogue

LISTING = "https://city.example.cn/list/"
GDP = {"510100": 5930.3, "510600": 771.1, "511400": 447.7, "512000": 244.0}
TODAY = clock.today()
TRADE = Correction.model_validate(
    {
        "id": "trade", "region": "510600", "indicator": "TRD", "measure": "level_ytd", "period": "2025-Q1",
        "action": "withhold", "expect": 240.2, "reason": "存疑：上年上半年仅109.2亿元", "reason_en": "suspect",
        "source": "与上年同期比较", "declared_on": date(2026, 11, 29),
    }
)  # fmt: skip
Change = Callable[[Desk], object]


@dataclass(frozen=True)
class Case:
    """What goes wrong in the warehouse, the rule that says so, and words of the row that it tells."""

    code: str
    change: Change
    told: str


def words() -> Catalogue:
    return dataclasses.replace(small_catalogue(), corrections={TRADE.id: TRADE})


def listing(desk: Desk, source_id: str = "city", **values: Any) -> None:
    """Record one good reading of a listing, a day after the one before."""
    desk.clock += timedelta(days=1)
    fetch = Fetch(
        source_id=source_id,
        url=LISTING,
        role="listing",
        at=desk.clock,
        outcome="listed",
        **({"items": 20, "newest": date(2025, 12, 20)} | values),
    )
    desk.warehouse.record(desk.run_id, [Harvested(fetch=fetch)])


def load_clean(warehouse: Warehouse) -> None:
    """Four cities and their circle, a revision, a withheld figure, a row in quarantine, a listing that was read often."""
    desk = Desk(warehouse)
    page, seen = "https://city.example.cn/{}.html", {"title": "经济运行情况"}
    first = [gdp(value, region=code) for code, value in GDP.items() if code != "510600"]
    trade = gdp(240.2, region="510600", indicator_code="TRD", indicator="货物进出口总额")
    desk.load(
        desk.read(page.format(1), "第一页，足够长的正文", [*first, gdp(770.0, region="510600"), trade], seen=seen),
        desk.read(page.format(2), "第二页，足够长的正文", [gdp(1500.0, "2025-Q2", "510600")], published_on=date(2025, 7, 20), seen=seen),
    )  # fmt: skip
    circle = gdp(7393.1, region="AGG.CDMC")
    desk.load(
        desk.read(page.format(3), "第三页，足够长的正文", [gdp(771.1, region="510600"), circle], published_on=date(2025, 5, 17), seen=seen)
    )  # fmt: skip
    desk.new_run()
    desk.stage(desk.read(page.format(4), "第四页，足够长的正文", [gdp(9.9)], seen=seen))
    row_id = desk.one("SELECT row_id FROM staging_observation")
    stop = Quarantined(
        table="staging_observation", row_id=row_id, rule_code="OBS-SCALE", reason_zh="错位", reason_en="scale"
    )
    desk.settle(quarantine=[stop])
    for _ in range(4):
        listing(desk)


def sql(*statements: str) -> Change:
    """Rows changed behind everybody's back."""

    def change(desk: Desk) -> None:
        with writing(writer(desk.warehouse.url)) as connection:
            for statement in statements:
                connection.execute(text(statement))

    return change


def release(state: str, due_to: date, published_on: date | None = None) -> Change:
    """A row of the release calendar, in the days around today."""
    day = f"'{published_on}'" if published_on else "NULL"
    return sql(
        "INSERT INTO ops_release (release_id, window_id, region_code, period, period_end, due_from, due_to, watched_from,"
        " came_before, published_on, state, checked_at)"
        f" VALUES ('r', 'gdp_city', '510600', '2025-Q1', '2025-03-31', '{due_to - timedelta(days=10)}', '{due_to}',"
        f" '2025-01-01', 3, {day}, '{state}', '2026-01-01 00:00:00+00:00')"
    )


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def mended(desk: Desk) -> None:
    trade = gdp(42.0, region="510600", indicator_code="TRD", indicator="货物进出口总额")
    desk.load(
        desk.read("https://city.example.cn/5.html", "第五页正文", [trade], published_on=date(2025, 6, 20))
    )


def disagree(desk: Desk) -> None:
    desk.load(desk.read("https://media.example.cn/1", "媒体报道正文", [gdp(5931.9)], source_id="media"))


def failing(desk: Desk) -> None:
    desk.clock += timedelta(days=9)
    for _ in range(3):
        desk.ask(LISTING, "HOST_DOWN", "listing")


def other_family(desk: Desk) -> None:
    check = SourceCheck(source_id="city", outcome="listed", family_declared="trs_wcm", family_seen="jpaas")
    desk.warehouse.record_checks(desk.run_id, [check])


def untitled(desk: Desk) -> None:
    desk.new_run()
    desk.archive("https://city.example.cn/6.html", "无题")


def judged_often(times: int, verdict: str) -> Change:
    def change(desk: Desk) -> None:
        desk.warehouse.keep_rules([
            {"rule_code": "OBS-SCALE", "table_name": "staging_observation", "stage": "gate", "severity": "error",
             "owner": "statistics", "reason_zh": "错位", "reason_en": "scale"}
        ])  # fmt: skip
        check = Check.model_validate(
            {"table": "staging_observation", "rule_code": "OBS-SCALE", "severity": "error", "verdict": verdict, "evaluated": 9}
        )  # fmt: skip
        add_runs(desk.warehouse.url, times, check)

    return change


def in_force(change: str, where: str = "region_code = '510600' AND period = '2025-Q1'") -> Change:
    return sql(
        f"UPDATE core_vintage SET {change} WHERE shown_to IS NULL AND indicator_code = 'GDP' AND {where}"
    )


TWICE = sql("UPDATE core_vintage SET shown_to = NULL")
CASES = [
    Case("PUB-WORLD", sql("UPDATE core_observation SET world = 'synthetic' WHERE region_code = '512000'"), "所属=synthetic"),
    Case("PUB-EVIDENCE", sql("UPDATE core_observation SET span_end = 100000 WHERE region_code = '512000'"), "地区=512000"),
    Case("PUB-STATELESS", sql("DELETE FROM core_vintage WHERE region_code = '512000'"), "地区=512000"),
    Case("VNT-IN-FORCE", TWICE, "状态数=2"),
    Case("VNT-ORDER", sql("UPDATE core_vintage SET shown_to = '2000-01-01 00:00:00+00:00' WHERE shown_to IS NOT NULL"), "地区=510600"),
    Case("VNT-GAP", sql("UPDATE core_vintage SET shown_to = '2025-05-02 00:00:00+00:00' WHERE shown_to IS NOT NULL"), "地区=510600"),
    Case("VNT-PRINT", in_force("shown_id = 'gone'"), "编号=gone"),
    Case("VNT-UNIT", in_force("unit = '万元'"), "单位一=万元"),
    Case("LAT-KEY", TWICE, "地区=德阳市"),
    Case("LAT-PUBLISHER", sql("UPDATE core_document SET publisher = ''"), "来源=city"),
    Case("CIR-KEY", TWICE, "季度=2025-Q1"),
    Case("CIR-ORDER", sql("UPDATE dim_circle_region SET sort_order = 99 WHERE role = 'circle'"), "地区=AGG.CDMC"),
    Case("CIR-SUM", in_force("value = 7711.0"), "circle_name=成都都市圈"),
    Case("CIR-SUM-ROUNDING", in_force("value = 772.1"), "sum_of_cities=7394.1"),
    Case("CIR-CITY-OVER", in_force("value = 7711.0"), "quarter=2025-Q1"),
    Case("COR-MENDED", mended, "新数=42"),
    Case("SRC-DISAGREE", disagree, "另一数值=5931.9"),
    Case("SRC-FAILING", failing, "连续失败=3"),
    Case("SRC-STALE", sql("UPDATE dim_source SET max_age_days = 30"), "上限=30"),
    Case("SRC-FAMILY", other_family, "所见=jpaas"),
    Case("QUA-AGE", sql(f"UPDATE ops_quarantine SET created_at = '{back(9)} 00:00:00+00:00'"), "oldest_open_days=9"),
    Case("QUA-AGE-LONG", sql(f"UPDATE ops_quarantine SET created_at = '{back(40)} 00:00:00+00:00'"), "open_quarantine=1"),
    Case("LST-EMPTY", lambda desk: listing(desk, items=0), "items=0"),
    Case("LST-FEW", lambda desk: (sql("UPDATE dim_source SET min_items = 5")(desk), listing(desk, "province", items=2)), "条数=2"),
    Case("LST-SHRANK", lambda desk: listing(desk, items=9), "以往中位数=20"),
    Case("LST-BACK", lambda desk: listing(desk, newest=date(2025, 12, 1)), "days_back=19"),
    Case("LST-DATES-LOST", lambda desk: listing(desk, newest=None), "newest_before=2025-12-20"),
    Case("LST-AHEAD", lambda desk: listing(desk, newest=date(2026, 12, 20)), "newest=2026-12-20"),
    Case("NTC-TITLE", untitled, "来源=city"),
    Case("REL-MISSED", release("missed", back(5)), "逾期天数=5"),
    Case("REL-MISSED-LONG", release("missed", back(50)), "逾期天数=50"),
    Case("REL-LATE", release("late", back(8), back(3)), "晚天数=5"),
    Case("REL-EARLY", release("early", back(-10), back(3)), "早天数=3"),
    Case("RULE-NOISY", judged_often(10, "fail"), "触发次数=10"),
    Case("RULE-SILENT", judged_often(51, "pass"), "判断次数=51"),
]  # fmt: skip


def make(url: str) -> None:
    """A sound warehouse."""
    made = Warehouse(url, "facts", words())
    made.upgrade()
    load_clean(made)


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """Someone at a copy of the sound warehouse, on each engine."""
    return later(Warehouse(copy_of("sound", make, request, tmp_path), "facts", words()))


def later(warehouse: Warehouse) -> Desk:
    """A desk whose clock goes on after what was loaded."""
    desk = Desk(warehouse)
    desk.clock += timedelta(days=30)
    return desk


def judge(desk: Desk, code: str) -> Judged:
    """The outcome of one rule."""
    suite = next(s for s in load_after_suites().values() if code in s.rules)
    (found,) = judge_published(desk.warehouse, suites={suite.table: suite.part([code])})
    return found


def test_a_sound_warehouse_breaks_no_rule(desk: Desk) -> None:
    found = {one.rule.code: one for one in judge_published(desk.warehouse)}
    told = {
        code: (o.verdict, o.message, o.rows) for code, o in found.items() if o.verdict in ("fail", "error")
    }
    assert told == {}
    assert found["CIR-SUM"].evaluated == 1 and found["VNT-GAP"].evaluated == 7
    assert found["REL-MISSED"].verdict == "skipped", "an empty table is not passed"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_rule_catches_what_it_is_for(desk: Desk, case: Case) -> None:
    case.change(desk)
    found = judge(desk, case.code)
    assert found.verdict == "fail", (found.verdict, found.message)
    assert found.unexpected >= 1
    assert any(case.told in finding.detail for finding in found.findings()), found.rows
    assert all(f.way_out and f.reason_zh and f.table == found.table for f in found.findings())


def test_every_rule_has_a_case_and_a_way_out() -> None:
    rules = {code: rule for suite in load_after_suites().values() for code, rule in suite.rules.items()}
    assert sorted(case.code for case in CASES) == sorted(rules)
    assert all(" · " in rule.way_out for rule in rules.values())
    assert not set(rules) & {code for suite in load_suites().values() for code in suite.rules}


def test_the_run_says_what_failed_and_keeps_the_verdicts(desk: Desk) -> None:
    in_force("value = 7711.0")(desk)
    run_id = desk.new_run()
    summary = RunSummary(run_id=run_id, flow="collect", started_at=datetime.now(UTC))
    summary.findings = published_findings(desk.warehouse, run_id, loaded=True)
    of_circle = {f.code for f in summary.failed_checks if f.table == "mart_circle_sum"}
    assert of_circle == {"CIR-SUM", "CIR-CITY-OVER"}
    assert (summary.state, summary.exit_code) == ("checks_failed", 4)
    assert all(f.url.startswith("https://city") for f in summary.findings if f.table == "mart_circle_sum")
    kept = desk.rows(
        "SELECT rule_code, verdict, unexpected, evaluated FROM ops_check WHERE run_id = :run AND verdict = 'fail' AND table_name = 'mart_circle_sum' AND severity = 'error'"
        " ORDER BY rule_code", run=run_id,
    )  # fmt: skip
    assert kept == [("CIR-CITY-OVER", "fail", 1, 1), ("CIR-SUM", "fail", 1, 1)]
    again = RunSummary.model_validate_json(summary.model_dump_json())
    assert again.failed_checks == summary.failed_checks


def test_without_a_load_only_what_time_changes_is_judged(desk: Desk) -> None:
    tables = {one.table for one in judge_published(desk.warehouse, loaded=False)}
    assert "mart_source_health" in tables and "core_vintage" not in tables


def test_a_stand_in_is_never_stale(desk: Desk) -> None:
    """The project's stand-ins end where their facts end; that says nothing of the publisher."""
    sql("UPDATE dim_source SET max_age_days = 30")(desk)
    assert judge(desk, "SRC-STALE").unexpected == 1
    page = "https://city.example.cn/7.html"
    desk.archive(page, "仿真站点的页面", headers={STAND_IN: "replica"})
    assert judge(desk, "SRC-STALE").verdict == "pass"
    desk.archive(page, "官网的页面")
    assert judge(desk, "SRC-STALE").unexpected == 1, "the site itself answers again"


def test_a_rule_that_cannot_be_computed_is_an_error(desk: Desk) -> None:
    suite = load_after_suites()["mart_correction"]
    spec = json.loads(json.dumps(suite.spec).replace("c.state", "c.staet").replace("state =", "staet ="))
    (found,) = judge_published(desk.warehouse, suites={suite.table: dataclasses.replace(suite, spec=spec)})
    assert found.verdict == "error" and "staet" in found.message
    check = found.check()
    assert check is not None and check.verdict == "error" and len(found.findings()) == 1
    keep_judged(desk.warehouse, desk.run_id, [found])
    assert desk.one("SELECT verdict FROM ops_check WHERE rule_code = 'COR-MENDED'") == "error"


def test_many_rows_are_counted_and_some_are_told(desk: Desk) -> None:
    figures = [gdp(1000.0 + n, f"{1990 + n // 4}-Q{n % 4 + 1}") for n in range(40)]
    desk.load(desk.read("https://city.example.cn/9.html", "历史数据正文", figures))
    sql("UPDATE core_observation SET span_end = 100000")(desk)
    found = judge(desk, "PUB-EVIDENCE")
    assert found.unexpected > 40 and len(found.findings()) == 21
    assert "另有" in found.findings()[-1].detail


def test_judging_writes_nothing(desk: Desk) -> None:
    counts = "SELECT (SELECT COUNT(*) FROM ops_check), (SELECT COUNT(*) FROM dim_rule), (SELECT COUNT(*) FROM core_vintage)"
    before = desk.one(counts)
    judge_published(desk.warehouse)
    assert desk.one(counts) == before


BATCH = "SELECT 1 FROM {batch} AS b JOIN core_document AS d ON d.document_id = b.document_id"


@pytest.mark.parametrize(
    "query",
    ["SELECT 1 FROM core_document", "SELECT 1 FROM {batch} AS b", BATCH.replace(" AS b JOIN", " JOIN")],
    ids=["no batch", "named without a join", "not named with a join"],
)
def test_sql_that_would_not_read_its_batch_is_refused(tmp_path: Path, query: str) -> None:
    with pytest.raises(SuiteError, match="CORE-TEST"):
        load_after_suites(written(tmp_path, query))


def test_sql_may_stand_in_lines(tmp_path: Path) -> None:
    suite = load_after_suites(written(tmp_path, BATCH.split(" FROM ")))["core_observation"]
    assert suite.spec["expectations"][0]["kwargs"]["unexpected_rows_query"].count("\n") == 1
    assert len(suite.compile().expectations) == 1


def written(folder: Path, query: str | list[str]) -> Path:
    meta = {
        "code": "CORE-TEST", "severity": "error", "owner": "warehouse", "reason_zh": "试验规则", "reason_en": "a test",
    }  # fmt: skip
    if isinstance(query, list):
        query = [query[0], "FROM " + query[1]]
    expectation = {"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": query}, "meta": meta}  # fmt: skip
    spec = {"name": "core_observation", "when": "loaded", "expectations": [expectation]}
    (folder / "core_observation.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


def test_what_was_loaded_since_is_judged_and_all_of_it_when_asked(desk: Desk) -> None:
    first = judge_published(desk.warehouse, touched=True)
    evaluated = {one.rule.code: one.evaluated for one in first}
    assert evaluated["PUB-EVIDENCE"] == desk.one("SELECT COUNT(*) FROM core_observation"), "never judged: all"
    desk.run_id = desk.new_run()
    keep_judged(desk.warehouse, desk.run_id, first)
    desk.load(desk.read("https://city.example.cn/9.html", "历史数据正文", [gdp(999.0, "1990-Q4")]))
    sql("UPDATE core_observation SET span_end = 100000")(desk)
    some = {one.rule.code: one for one in judge_published(desk.warehouse, touched=True)}
    every = {one.rule.code: one for one in judge_published(desk.warehouse)}
    assert 0 < some["PUB-EVIDENCE"].unexpected < every["PUB-EVIDENCE"].unexpected
    assert some["LAT-KEY"].evaluated < every["LAT-KEY"].evaluated == evaluated["LAT-KEY"] + 1
    assert some["PUB-EVIDENCE"].verdict == "fail" and "1990-Q4" in str(some["PUB-EVIDENCE"].rows)


def test_great_expectations_is_asked_only_of_what_has_something_to_tell(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    judge_by_ge = after.judge_table

    def judged(source: Any, suite: Any, rows: str, number: int) -> list[Judged]:
        asked.extend(suite.rules)
        return judge_by_ge(source, suite, rows, number)

    monkeypatch.setattr(after, "judge_table", judged)
    judge_published(desk.warehouse)
    assert asked == []
    in_force("value = 7711.0")(desk)
    failed = {one.rule.code for one in judge_published(desk.warehouse) if one.verdict == "fail"}
    assert set(asked) == failed and "CIR-SUM" in failed
