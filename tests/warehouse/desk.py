"""A small catalogue, and makers of harvested pages and of what was read from them."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from metroetl.catalogue import Catalogue
from metroetl.catalogue.models import (
    Circle,
    Indicator,
    Measure,
    Member,
    PlanRound,
    PlanSeries,
    Region,
    RegionEvent,
    ReleaseWindow,
    Source,
)
from metroetl.catalogue.regions import with_history
from metroetl.documents.models import Document
from metroetl.harvest.models import Fetch, Harvested, Role, Snapshot
from metroetl.plans.models import PlanReading
from metroetl.statistics.models import Statement
from metroetl.warehouse import Warehouse
from metroetl.warehouse.keys import parse_period
from metroetl.warehouse.models import Decision, Held, Published, Quarantined, Reading

CITIES = {"510100": "成都市", "510600": "德阳市", "511400": "眉山市", "512000": "资阳市"}
START = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)


def source(source_id: str, region: str, precedence: int = 50) -> Source:
    return Source.model_validate(
        {
            "id": source_id,
            "title": f"{source_id} 数据发布",
            "publisher": f"{source_id} 统计局",
            "regions": [region],
            "kinds": ["statistics"],
            "family": "trs_wcm",
            "list": f"https://{source_id}.example.cn/list/",
            "hosts": [f"{source_id}.example.cn"],
            "cadence": {"cron": "0 9 * * *"},
            "expect": {"min_items": 1},
            "precedence": precedence,
        }
    )


def small_catalogue() -> Catalogue:
    """A small catalogue in the form of the project's own."""
    regions = {
        c: Region(code=c, name_zh=n, level="prefecture", parent_code="510000") for c, n in CITIES.items()
    }
    regions["000000"] = Region(code="000000", name_zh="全国", level="nation")
    regions["510000"] = Region(code="510000", name_zh="四川省", level="province", parent_code="000000")
    regions["AGG.CDMC"] = Region(code="AGG.CDMC", name_zh="成都都市圈", level="aggregate")
    measures = [
        Measure(code="level_ytd", family="level", accumulation="ytd"),
        Measure(code="level_eop", family="level", accumulation="eop"),
        Measure(code="level", family="level", accumulation="period"),
        Measure(code="yoy_real_ytd", family="yoy", accumulation="ytd", basis="constant prices"),
        Measure(code="target", family="statement"),
        Measure(code="target_yoy_real", family="statement"),
    ]
    indicators = [
        Indicator(
            code="GDP",
            name_zh="地区生产总值",
            name_en="GDP",
            unit="亿元",
            yoy_min=-8,
            yoy_max=20,
            cumulative=True,
            agg_rule="sum",
        ),
        Indicator(code="TRD", name_zh="货物进出口总额", name_en="Trade", unit="亿元", cumulative=True),
        Indicator(code="POP", name_zh="常住人口", name_en="Population", unit="万人"),
    ]
    events = [
        RegionEvent(year=2016, type="划转", level=3, old_code="512081", new_code="510185"),
        RegionEvent(year=2020, type="撤县设区", level=3, old_code="510132", new_code="510118"),
    ]
    regions = with_history(regions, events)
    regions["510100.TFNA"] = Region(
        code="510100.TFNA", name_zh="四川天府新区", level="functional", parent_code="510100"
    )
    circle = Circle(
        id="chengdu",
        region_code="AGG.CDMC",
        name_zh="成都都市圈",
        name_en="Chengdu",
        province_codes=["510000"],
        order=list(CITIES),
        members=[Member(region_code=code, valid_from=date(2020, 1, 1)) for code in CITIES],
    )
    series = PlanSeries(
        id="chengdu_action",
        title_zh="成都都市圈建设三年行动计划",
        circle="chengdu",
        plan_type="action_plan",
        rounds=[PlanRound(round=2, stage="成长期", period_start=2023, period_end=2025, issued_on=date(2023, 2, 19), source="a page")],
    )  # fmt: skip
    sources = [
        source("city", "510100", 10),
        source("province", "510000", 20),
        source("media", "AGG.CDMC", 90),
        source("inbox", "AGG.CDMC", 60),
    ]
    return Catalogue(
        sources={s.id: s for s in sources},
        indicators={i.code: i for i in indicators},
        measures={m.code: m for m in measures},
        regions=regions,
        circles={"chengdu": circle},
        plan_series={series.id: series},
        region_events=events,
        release_windows=[ReleaseWindow(id="gdp_city", indicator_codes=["GDP"], level="city", frequency="Q", first_day=17, last_day=35)],
    )  # fmt: skip


class Desk:
    """Does what a run does, with pages given as text: archive, stage, settle."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.clock = START
        self.run_id = warehouse.start_run("collect", {"test": True})

    def new_run(self) -> str:
        self.run_id = self.warehouse.start_run("collect", {})
        return self.run_id

    def archive(self, url: str, content: str, source_id: str = "city", **values: Any) -> Snapshot:
        """Record a page that was fetched an hour after the one before."""
        self.clock += timedelta(hours=1)
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        snapshot = Snapshot.model_validate(
            {"sha256": sha256, "source_id": source_id, "url": url, "role": "page", "fetched_at": self.clock}
            | values
        )
        fetch = Fetch(source_id=source_id, url=url, role="page", at=self.clock, outcome="new", sha256=sha256)
        self.warehouse.record(self.run_id, [Harvested(fetch=fetch, snapshot=snapshot)])
        return snapshot

    def ask(self, url: str, outcome: str, role: Role = "page") -> None:
        """Record an attempt that brought no bytes, an hour after the one before."""
        self.clock += timedelta(hours=1)
        fetch = Fetch(source_id="city", url=url, role=role, at=self.clock, outcome=outcome)
        self.warehouse.record(self.run_id, [Harvested(fetch=fetch)])

    def read(
        self,
        url: str,
        text: str,
        statements: list[Statement] | None = None,
        *,
        published_on: date | None = date(2025, 4, 29),
        source_id: str = "city",
        plan: PlanReading | None = None,
        seen: dict[str, Any] | None = None,
        **values: Any,
    ) -> Reading:
        """Archive a page (`seen` are values of its snapshot) and give what was read from it."""
        snapshot = self.archive(url, text, source_id, **(seen or {}))
        document = Document.model_validate(
            {
                "sha256": snapshot.sha256,
                "source_id": source_id,
                "url": url,
                "title": text[:20],
                "text": text,
                "published_on": published_on,
                "parent_url": snapshot.parent_url,
                "content_hash": hashlib.sha256(text.encode()).hexdigest(),
            }
            | values
        )
        return Reading(document=document, statements=statements or [], plan=plan)

    def stage(self, *readings: Reading, judged_by: str = "") -> str | None:
        return self.warehouse.stage(self.run_id, readings[0].document.source_id, readings, judged_by)

    def settle(
        self, quarantine: list[Quarantined] | None = None, held: list[Held] | None = None
    ) -> Published:
        """What the gate does when these rows and batches break rules."""
        decision = Decision(
            run_id=self.run_id,
            batches=self.warehouse.staged_batches(),
            quarantine=quarantine or [],
            held=held or [],
        )
        return self.warehouse.settle(decision)

    def load(self, *readings: Reading) -> Published:
        self.new_run()
        self.stage(*readings)
        return self.settle()

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return self.warehouse.query(sql, parameters)[1]

    def one(self, sql: str, **parameters: Any) -> Any:
        rows = self.rows(sql, **parameters)
        assert len(rows) == 1, rows
        return rows[0][0] if len(rows[0]) == 1 else rows[0]


def gdp(value: float, period: str = "2025-Q1", region: str = "510100", **values: Any) -> Statement:
    """A cumulative GDP of a region, printed with its decimals."""
    parsed = parse_period(period)
    assert parsed is not None
    printed = values.pop("printed", f"{value:g}")
    return Statement.model_validate(
        {
            "region": CITIES.get(region, region),
            "region_code": region,
            "indicator": "地区生产总值",
            "indicator_code": "GDP",
            "period": period,
            "period_start": date(parsed.year, 1, 1),
            "period_end": parsed.period_end,
            "measure": "level_ytd",
            "value": value,
            "unit": "亿元",
            "value_norm": value,
            "unit_norm": "亿元",
            "value_text": printed,
            "decimals": len(printed.partition(".")[2]),
            "start": 0,
            "end": len(printed),
            "quote": f"实现地区生产总值{printed}亿元",
            "rule": "test",
        }
        | values
    )
