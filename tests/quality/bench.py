"""Makers of staged frames with the real columns, and a judge: what a rule's test needs.

The figures are made up for the tests of rules and are nowhere shown as facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pandas as pd

from metroetl.catalogue import catalogue
from metroetl.documents.models import Document, Span
from metroetl.harvest.models import Fetch, Harvested, Snapshot
from metroetl.plans.models import (
    Count,
    Goal,
    Heading,
    Milestone,
    PlanReading,
    PlanRelease,
    Progress,
    Project,
    Target,
    Task,
)
from metroetl.quality.frames import Past, prepare
from metroetl.quality.models import Outcome
from metroetl.quality.validate import validate
from metroetl.statistics.models import Statement
from metroetl.warehouse import Warehouse
from metroetl.warehouse.keys import parse_period
from metroetl.warehouse.models import Reading
from metroetl.warehouse.records import BatchKey, Seen, staging_rows
from metroetl.warehouse.staging import STAGING

SOURCE = "tjj_sc"
FETCHED = datetime(2025, 6, 1, 2, tzinfo=UTC)
SENTENCE = "今年以来，全市经济运行总体平稳，主要指标稳中有进。"
PAST_COLUMNS = [
    "region_code", "indicator_code", "measure", "variant", "frequency", "period_end", "value_norm", "rounding",
    "published_on", "measure_family", "accumulation",
]  # fmt: skip
PAST_DOCUMENTS = ["document_key", "version", "url", "content_hash", "title", "text_length", "observations"]
TABLES = tuple(str(model.__tablename__) for model in STAGING)


def figure(region: str, indicator: str, period: str, measure: str, value: str, **other: Any) -> Statement:
    """A number as the statistics room gives it; `value` as printed, in the catalogue's unit."""
    words = catalogue()
    named, kind = words.indicators[indicator], words.measures[measure]
    found = parse_period(period)
    assert found is not None
    start = {"ytd": date(found.year, 1, 1), "eop": found.period_end, "pit": found.period_end}.get(
        kind.accumulation, found.period_start
    )
    share = named.unit if named.unit in ("%", "‰", "倍") else "%"
    unit = {"level": named.unit, "share": share, "yoy": "%", "yoy_pp": "百分点"}.get(kind.family, "%")
    printed = value.removeprefix("-")
    verb = ("下降" if value.startswith("-") else "增长") if kind.family == "yoy" else ""
    place = words.regions[region].name_zh
    values: dict[str, Any] = {
        "region": place,
        "region_code": region,
        "indicator": named.name_zh,
        "indicator_code": indicator,
        "period": period,
        "period_start": start,
        "period_end": found.period_end,
        "measure": measure,
        "value": float(value),
        "unit": unit,
        "value_norm": float(value),
        "unit_norm": unit,
        "value_text": printed,
        "decimals": len(value.partition(".")[2]),
        "start": 0,
        "end": 12,
        "quote": f"{place}{named.name_zh}{verb}{printed}{unit}",
        "rule": "clause",
    }
    return Statement.model_validate(values | other)


def release(
    name: str,
    statements: Sequence[Statement] = (),
    *,
    published: date | None = date(2025, 4, 25),
    title: str = "2025年一季度德阳市经济运行情况",
    text: str = "",
    plan: PlanReading | None = None,
    **other: Any,
) -> Reading:
    """A reading of one page."""
    body = text or "\n".join([SENTENCE, *(s.quote for s in statements), name])
    sha256 = hashlib.sha256(f"{name}{body}".encode()).hexdigest()
    document = Document(
        sha256=sha256,
        source_id=SOURCE,
        url=f"https://tjj.sc.gov.cn/{name}.html",
        title=title,
        published_on=published,
        text=body,
        region_code="510600",
        content_hash=sha256,
        **other,
    )
    return Reading(document=document, statements=list(statements), plan=plan)


def frames_of(readings: Iterable[Reading], batch: str = "b1") -> dict[str, pd.DataFrame]:
    """All staging tables of one batch, with the columns and kinds that the warehouse gives."""
    seen = [(r, Seen(r.document.sha256[:24], FETCHED, "page", r.document.published_on)) for r in readings]
    rows = staging_rows(seen, BatchKey(batch, "run", SOURCE, "facts"), catalogue())
    frames = {}
    for model in STAGING:
        table = str(model.__tablename__)
        frame = pd.DataFrame(rows.get(table, []), columns=list(model.model_fields))
        for column in ("published_on", "period_start", "period_end", "written_on", "listed_on", "issued_on"):
            if column in frame and not pd.api.types.is_numeric_dtype(frame[column]):
                frame[column] = pd.to_datetime(frame[column])
        frames[table] = frame
    return frames


def joined(*batches: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Several batches as one run's frames."""
    return {table: pd.concat([b[table] for b in batches], ignore_index=True) for table in TABLES}


def past_of(readings: Iterable[Reading] = ()) -> Past:
    """What core would know if these readings had been published."""
    frames = frames_of(readings, "old")
    documents = frames["staging_document"]
    known = documents.assign(version=1, observations=documents["observation_count"])
    return Past(frames["staging_observation"][PAST_COLUMNS], known[PAST_DOCUMENTS])


@dataclass(frozen=True)
class Judgement:
    """Frames as judged, and each rule's outcome by code."""

    frames: dict[str, pd.DataFrame]
    outcomes: dict[str, Outcome]

    def failed(self, severity: str | None = None) -> set[str]:
        """Codes of the rules that found something, or could not be computed."""
        return {
            code
            for code, o in self.outcomes.items()
            if o.verdict in ("fail", "error") and severity in (None, o.rule.severity)
        }


def judge(frames: dict[str, pd.DataFrame], past: Past | None = None) -> Judgement:
    """The frames, prepared and validated by the project's own suites."""
    prepared = prepare(frames, past or past_of(), catalogue())
    outcomes = validate(prepared)
    assert len({o.rule.code for o in outcomes}) == len(outcomes)
    return Judgement(prepared, {o.rule.code: o for o in outcomes})


# --- a clean world -------------------------------------------------------------------------------------------------


def _economy(region: str, period: str, scale: float, growth: str) -> list[Statement]:
    """GDP with its sectors, trade with its parts, and rates, all consistent."""
    parts = {"VA1": 40.0, "VA2": 300.0, "VA3": 360.0, "EXP": 20.0, "IMP": 15.0}
    levels = {code: round(value * scale, 1) for code, value in parts.items()}
    levels["GDP"] = round(levels["VA1"] + levels["VA2"] + levels["VA3"], 1)
    levels["TRD"] = round(levels["EXP"] + levels["IMP"], 1)
    return [
        *(figure(region, code, period, "level_ytd", f"{value:.1f}") for code, value in levels.items()),
        figure(region, "GDP", period, "yoy_real_ytd", growth),
        figure(region, "IVA", period, "yoy_real_ytd", growth),
        figure(region, "TRD", period, "yoy_nominal_ytd", "5.5"),
    ]


def city(region: str = "510600", size: float = 1.0) -> list[Statement]:
    """What a city states of 2025-Q1, each kind of measure once."""
    return [
        *_economy(region, "2025-Q1", 1.1 * size, "6.1"),
        figure(region, "INC", "2025-Q1", "level_ytd", "11000"),
        figure(region, "CPI", "2025-Q1", "yoy_index_ytd", "100.2", unit="", unit_norm="上年同期=100"),
        figure(region, "URB", "2024", "rate_eop", "60.1"),
        figure(region, "URB", "2024", "pp_change", "1.1"),
        figure(region, "PRJ_INV", "2025-Q1", "completion_rate", "25.3"),
        figure(region, "POP", "2024", "level_eop", "345.3"),
        figure(region, "IDX_HQD", "2024", "score_0_100", "76.4", unit="分", unit_norm="分"),
    ]


@cache
def history() -> tuple[Reading, ...]:
    """What was published of the city before."""
    quarters = {"2024-Q1": 1.04, "2024-Q2": 2.1, "2024-Q3": 3.2, "2024": 4.3, "2023-Q1": 1.0}
    releases = []
    for period, scale in quarters.items():
        found = parse_period(period)
        assert found is not None
        statements = _economy("510600", period, scale, "6.2")
        releases.append(
            release(
                f"old-{period}",
                statements,
                published=found.period_end + pd.Timedelta(days=25),
                title=f"{found.label_zh}德阳市经济运行情况",
            )
        )
    return tuple(releases)


def circle() -> list[Statement]:
    """GDP of the four cities and of their circle, from one bulletin."""
    sizes = {"510100": "5930.3", "510600": "770.0", "511400": "390.5", "512000": "280.2"}
    cities = [figure(code, "GDP", "2025-Q1", "level_ytd", value) for code, value in sizes.items()]
    total = sum(float(v) for v in sizes.values())
    return [*cities, figure("AGG.CDMC", "GDP", "2025-Q1", "level_ytd", f"{total:.1f}")]


def plan() -> PlanReading:
    """A plan's own text with a section, a target, a task, a count, an item with a milestone, a goal and a progress."""
    span = Span(start=0, end=20)
    return PlanReading(
        kind="plan",
        headings=[Heading(level=1, number="一、", title="总体要求", start=0, end=6)],
        targets=[Target(indicator="地区生产总值", indicator_code="GDP", value=5.5, unit="%", by_year=2027, comparator=">=", span=span, quote="年均增长5.5%以上")],
        tasks=[Task(text="推进轨道交通互联互通", lead=["市发展改革委"], responsible=["市交通运输局"], span=span)],
        projects=[
            Project(
                name="成资快线", number="1", place="成都市、资阳市", investment=120.5, year_investment=8.0,
                investment_unit="亿元", list_year=2023, lead=["市交通运输局"], funding=["专项债"], span=span,
                milestones=[Milestone(quarter="2023-Q2", text="主体开工", span=span)], quote="成资快线 120.5",
            )
        ],
        goals=[Goal(text="同城化水平显著提升", by_year=2025, span=span)],
        progress=[Progress(name="成资快线", text="完成投资4亿元", state="on_time", percent=50.0, span=span)],
        counts=[Count(count=120, what="项目", span=span, quote="实施120个项目")],
        releases=[
            PlanRelease(
                title="成都都市圈建设三年行动计划（2023—2025年）",
                series_id="chengdu_three_year",
                round=2,
                period_start=2023,
                period_end=2025,
                issuers=["四川省推进成德眉资同城化发展领导小组"],
                doc_number="川同城化发〔2023〕1号",
                issued_on=date(2023, 2, 19),
                role="text",
                spans={"title": span},
            )
        ],
    )  # fmt: skip


def other_statements() -> list[Statement]:
    """A target, a rank and a comparison."""
    return [
        figure("510600", "GDP", "2025", "yoy_real_ytd", "6.0", kind="target"),
        figure(
            "510600", "GDP", "2025-Q1", "rank", "3", kind="rank", unit="位", value_norm=None, unit_norm=None
        ),
        figure("510600", "GDP", "2025-Q1", "yoy_pp", "0.3", kind="comparison"),
        figure("510600", "VA_PRIV", "2025-Q1", "share_of_gdp", "55.1", kind="average"),
    ]


def clean() -> list[Reading]:
    """A run's readings that break no rule."""
    return [
        release("city", [*city(), *other_statements()]),
        release("circle", circle(), title="2025年一季度成都都市圈经济运行情况"),
        release("plan", title="关于印发三年行动计划的通知", plan=plan(), published=date(2023, 2, 20)),
    ]


def with_typo(factor: float = 1e4) -> list[Reading]:
    """The city's release with its trade in 万元 where 亿元 is said."""
    statements = city()
    wrong = next(s for s in statements if s.indicator_code == "EXP")
    wrong.value *= factor
    wrong.value_norm = wrong.value
    wrong.value_text = f"{wrong.value:.1f}"
    wrong.quote = f"德阳市出口总额{wrong.value_text}亿元"
    return [release("city", statements)]


# --- a page on its way into a real warehouse -------------------------------------------------------------------------


def harvested(reading: Reading) -> Harvested:
    """The attempt and the snapshot that a reading was made from."""
    document = reading.document
    snapshot = Snapshot(
        sha256=document.sha256,
        source_id=SOURCE,
        url=document.url,
        role="page",
        fetched_at=FETCHED,
        title=document.title,
        listed_on=document.published_on,
    )
    fetch = Fetch(
        source_id=SOURCE, url=document.url, role="page", at=FETCHED, outcome="new", sha256=document.sha256
    )
    return Harvested(fetch=fetch, snapshot=snapshot)


def stage_into(warehouse: Warehouse, readings: Iterable[Reading]) -> tuple[str, str]:
    """Records and stages readings as a run of their own; run id and batch id."""
    found = list(readings)
    run_id = warehouse.start_run("collect", {})
    warehouse.record(run_id, [harvested(r) for r in found])
    return run_id, warehouse.stage(run_id, SOURCE, found)
