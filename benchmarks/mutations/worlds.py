"""Clean worlds to corrupt: releases in the order of their publication, and what core knows before each."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metroetl.documents.models import Document
from metroetl.statistics.models import Statement
from metroetl.warehouse.keys import parse_period
from metroetl.warehouse.models import Reading

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue

SOURCE = "inbox"
FACTS = Path(__file__).parents[2] / "src/metroetl/replica/facts.csv"
OPENING = "今年以来，全市上下坚持稳中求进工作总基调，经济运行总体平稳，主要指标稳中有进。"
CLOSING = "注：1.部分数据因四舍五入的原因，存在总计与分项合计不等的情况。2.增长速度为同比。"
_LABELS = {"Q1": "一季度", "Q2": "上半年", "Q3": "前三季度", "": ""}


@dataclass
class Page:
    """A page before it is read: its statements as the reader gives them, and its text around their sentences."""

    key: str
    title: str
    published: date
    region: str
    statements: list[Statement]
    url: str = ""
    text: str | None = None
    announced: str | None = None
    fetched: date | None = None
    findings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = self.url or f"https://tjj.example.cn/{self.key}.html"

    @property
    def body(self) -> str:
        """The text: what a corruption made of it, or the sentences of the statements."""
        return self.text if self.text is not None else body_of(self.statements)

    def reading(self) -> Reading:
        """The page as read."""
        body = self.body
        content = hashlib.sha256(f"{self.title}\n{body}".encode()).hexdigest()
        sha256 = hashlib.sha256(f"{self.url}{content}".encode()).hexdigest()
        document = Document(
            sha256=sha256, source_id=SOURCE, url=self.url, title=self.title, published_on=self.published, text=body,
            region_code=self.region, content_hash=content, findings=self.findings,
        )  # fmt: skip
        return Reading(document=document, statements=self.statements)

    @property
    def seen_at(self) -> datetime:
        """When it was fetched: the day after its publication, or as told."""
        return datetime.combine(self.fetched or self.published + timedelta(days=1), time(2), UTC)


@dataclass(frozen=True)
class World:
    """A catalogue and clean batches, each the pages that one run collects, in the order of their publication."""

    name: str
    catalogue: Catalogue
    batches: Sequence[Sequence[Page]]


def body_of(statements: Iterable[Statement]) -> str:
    """The text of a release: an opening, a line a sentence or table row, a closing note."""
    lines = [OPENING]
    row: tuple[int | None, int | None] = (None, None)
    for s in statements:
        if s.row is None:
            lines.append(f"{s.quote}。")
        elif (s.table, s.row) == row:
            lines[-1] += f"\t{s.value_text}"
        else:
            lines.append(f"{s.quote.removesuffix(s.value_text)}\t{s.value_text}")
        row = (s.table, s.row)
    return "\n".join([*lines, CLOSING])


def stated(
    words: Catalogue, region: str, indicator: str, period: str, measure: str, value: str, **other: Any
) -> Statement:
    """A number as the reader gives it; `value` as printed, in the catalogue's unit unless `other` has a unit."""
    named, kind = words.indicators[indicator], words.measures[measure]
    found = parse_period(period)
    if found is None:
        raise ValueError(period)
    starts = {"ytd": date(found.year, 1, 1), "eop": found.period_end, "pit": found.period_end}
    start = starts.get(kind.accumulation, found.period_start)
    share = named.unit if named.unit in ("%", "‰", "倍") else "%"
    unit = other.pop("unit", None) or {
        "level": named.unit_of("level"), "share": share, "yoy": "%", "yoy_pp": "百分点"
    }.get(kind.family, "%")  # fmt: skip
    printed = value.removeprefix("-")
    verb = ("下降" if value.startswith("-") else "增长") if kind.family == "yoy" else ""
    place = words.regions[region].name_zh
    in_table = other.get("row") is not None
    quote = f"{place}{named.name_zh} {value}" if in_table else f"{place}{named.name_zh}{verb}{printed}{unit}"
    values: dict[str, Any] = {
        "region": place, "region_code": region, "indicator": named.name_zh, "indicator_code": indicator,
        "period": period, "period_start": start, "period_end": found.period_end, "measure": measure,
        "value": float(value), "unit": unit, "value_norm": float(value), "unit_norm": unit,
        "value_text": value if in_table else printed, "decimals": len(value.partition(".")[2]),
        "start": 0, "end": 12, "quote": quote, "rule": "cell" if in_table else "clause",
    }  # fmt: skip
    return Statement.model_validate(values | other)


def label(period: str) -> str:
    """A period as titles tell it: 2025年上半年, 2025年1—8月, 2025年."""
    year, _, part = period.partition("-")
    if part.startswith("M"):
        return f"{year}年1—{int(part[1:])}月"
    return f"{year}年{_LABELS[part]}" if part != "Q4" else f"{year}年"


def facts_world(words: Catalogue, shared: Path | None = None) -> World:
    """The published figures: those that reference_series.csv declares good, or the replica's own without it."""
    pages: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in fact_rows(words, shared):
        place = "" if row["url"] else row["region_code"]
        pages[row["published_on"], place, row["url"]].append(row)
    days: dict[str, list[Page]] = defaultdict(list)
    for number, (key, rows) in enumerate(sorted(pages.items())):
        statements = [
            stated(
                words, r["region_code"], r["indicator_code"], r["period"], r["measure"], r["value"], unit=r["unit"],
                variant=r.get("variant") or "", revision_stage=r.get("stage") or "",
            )
            for r in rows
        ]  # fmt: skip
        period = max((s.period for s in statements if len(s.period) <= 8), default=key[0][:4])
        title = f"{rows[0]['region']}{label(period)}主要经济指标（{key[0]}）"
        days[key[0]].append(
            Page(f"fact-{number}", title, date.fromisoformat(key[0]), rows[0]["region_code"], statements)
        )
    return World("facts", words, list(days.values()))


def fact_rows(words: Catalogue, shared: Path | None) -> list[dict[str, str]]:
    """Rows of published figures that are observations."""
    path = shared / "domain/reference_series.csv" if shared else FACTS
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        r
        for r in rows
        if r.get("quality", "ok") == "ok"
        and r["published_on"]
        and r["region_code"] in words.regions
        and (measure := words.measures.get(r["measure"])) is not None
        and measure.family != "statement"
    ]
