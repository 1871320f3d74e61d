"""A synthetic world for the benchmarks of the warehouse: rows as the extractor would stage them, marked synthetic.

Places, circles and indicators are those of the catalogue, so that the marts answer as they do in life; every figure
is made up from a seed, and a facts warehouse refuses them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]
SOURCE = "inbox"
FIGURES = 200  # a document
START = datetime(2026, 1, 1, 2, tzinfo=UTC)


SHARES = {"Q1": 0.23, "Q2": 0.48, "Q3": 0.73}
SIZES = {
    "county": 100.0,
    "prefecture": 1_000.0,
    "aggregate": 3_000.0,
    "province": 10_000.0,
    "nation": 200_000.0,
}


@dataclass(frozen=True)
class World:
    """How many figures there are, one print each, from which on, of which years and of how many places (0: all).

    Figures are random, or `steady`: five per cent a year with the season of a cumulative series, as a gate lets pass
    (of circles there are none then, for they would have to be the sums of their members).
    """

    facts: int
    first: int = 0
    first_year: int = 1990
    last_year: int = 2024
    places: int = 0
    steady: bool = False


def observations(world: World, catalogue: Catalogue, *, batch: str, revised: bool = False) -> Iterator[Row]:
    """Staging rows of observations; `revised` gives a later print of the same facts with another value."""
    from metroetl.warehouse.keys import digest, parse_period

    places = [p for p in _places(catalogue) if not (world.steady and p.level == "aggregate")]
    places = places[: world.places or None]
    series = _series(catalogue)
    periods = [
        parse_period(name)
        for year in range(world.last_year, world.first_year - 1, -1)
        for name in (f"{year}", f"{year}-Q3", f"{year}-Q2", f"{year}-Q1")
    ]
    facts = ((p, s, r) for p in periods if p for s in series for r in places)
    for n, (period, (code, measure, unit, limits), region) in enumerate(
        islice(facts, world.first, world.facts), world.first
    ):
        number = n // FIGURES
        url = f"https://synthetic.example.cn/{number}{'-revised' if revised else ''}.html"
        document = _document_ids(url, batch)
        value = _steady(region, code, measure, period) if world.steady else 100.0 + (n * 7919 % 100_000) / 10
        value = round(value + (3.3 if revised else 0.0), 1)
        printed = f"{value}{unit}"
        content_id = digest(document["content_id"], region.code, code, measure, period.period, value)
        yield document | {
            "row_id": digest(document["document_row_id"], content_id),
            "content_id": content_id,
            "published_on": _published(period.period_end, revised=revised),
            "ordinal": n % FIGURES, "region": region.name_zh, "region_code": region.code,
            "region_level": region.level, "boundary_version": "", "indicator": code, "indicator_code": code,
            "period": period.period, "frequency": period.frequency, "period_start": period.period_start,
            "period_end": period.period_end, "measure": measure.code, "measure_family": measure.family,
            "accumulation": measure.accumulation, "variant": "", "kind": "actual", "value": value, "unit": unit,
            "value_norm": value, "unit_norm": unit, "unit_expected": unit, "value_text": printed, "decimals": 1,
            "decimals_norm": 1, "rounding": 0.05, "obs_status": "A",
            "revision_stage": "最终核实" if revised else "初步核算", **limits,
            "span_start": n % FIGURES * 30, "span_end": n % FIGURES * 30 + 10,
            "quote": f"（合成）{region.name_zh}{code}为{printed}，比上年同期有所变化", "table_no": None, "row_no": None,
            "column_no": None, "rule": "sentence", "confidence": 0.98, "publish": True, "evidence": "",
        }  # fmt: skip


def _steady(region: Any, code: str, measure: Any, period: Any) -> float:
    """A level that grows by 5 % a year from a size that its place has, or a rate around it."""
    seed = hashlib.blake2b(f"{region.code}{code}".encode(), digest_size=2).digest()
    rate: float = 5.0 + (seed[0] % 5 + period.period_end.month % 4) / 10
    size = SIZES.get(region.level, 1_000.0) * (1 + seed[0] / 256)
    level: float = size * 1.05 ** (period.year - 2000) * SHARES.get(period.period[-2:], 1.0)
    return rate if measure.family == "yoy" else level


def _places(catalogue: Catalogue) -> list[Any]:
    """The regions that circles show, then others: as many as a national warehouse would watch."""
    shown = dict.fromkeys(
        code
        for circle in catalogue.circles.values()
        for code in (
            circle.region_code,
            *circle.order,
            *(m.region_code for m in circle.members),
            *circle.province_codes,
        )
    )
    known = [catalogue.regions[code] for code in shown if code in catalogue.regions]
    return known + [r for r in catalogue.regions.values() if r.level == "prefecture" and r.code not in shown]


def _series(catalogue: Catalogue) -> list[tuple[str, Any, str, Row]]:
    wanted = [catalogue.measures[m] for m in ("level_ytd", "yoy_real_ytd") if m in catalogue.measures]
    return [
        (i.code, m, i.unit_of(m.family) or "%", {
            "yoy_min": i.yoy_min, "yoy_max": i.yoy_max, "cumulative": i.cumulative,
            "level_published": i.level_published, "agg_rule": i.agg_rule,
        })
        for i in catalogue.indicators.values() for m in wanted
    ]  # fmt: skip


def _published(end: date, *, revised: bool) -> date:
    return end + timedelta(days=390 if revised else 20)


@lru_cache(maxsize=4)
def _document_ids(url: str, batch: str) -> Row:
    from metroetl.warehouse.keys import digest

    snapshot_id = digest("snapshot", url)
    row_id = digest(batch, snapshot_id)
    return {
        "batch_id": batch, "run_id": f"run-{batch}", "source_id": SOURCE, "content_id": digest("content", url),
        "document_key": digest(url), "document_row_id": row_id,
        "sha256": hashlib.sha256(url.encode()).hexdigest(), "url": url,
    }  # fmt: skip


def documents(rows: Iterator[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """The rows grouped by document, each with its own staging row."""
    from itertools import groupby

    for _, group in groupby(rows, key=lambda row: row["document_row_id"]):
        found = list(group)
        yield _document(found), found


def _document(rows: list[Row]) -> Row:
    from metroetl.warehouse.keys import digest

    first = rows[0]
    ids = _document_ids(first["url"], first["batch_id"])
    empty: Row = dict.fromkeys(
        ("doc_number", "index_number", "issue", "issue_total", "written_on", "effective_on", "listed_on", "region_code",
         "parent_url", "embargo_until")
    )  # fmt: skip
    counts = dict.fromkeys(
        ("block_count", "table_count", "attachment_count", "statement_count", "plan_count"), 0
    )
    return ids | empty | counts | {
        "row_id": ids["document_row_id"], "snapshot_id": digest("snapshot", first["url"]), "fetched_at": START,
        "content_hash": first["sha256"], "title": "（合成）数据", "publisher": "合成", "kind": "other", "flags": "",
        "role": "page", "media_type": "text/html", "text": "（合成）", "text_length": 4,
        "observation_count": len(rows), "source_kinds": "statistics", "source_precedence": 50, "findings": "",
        "access": "public", "world": "synthetic", "published_on": max(r["published_on"] for r in rows),
    }  # fmt: skip


def stage(
    warehouse: Warehouse, rows: Iterator[Row], batch: str, *, chunk: int = 250, bodies: bool = False
) -> int:
    """Put the rows into staging as one batch of one run, `chunk` documents at a time; how many figures.

    `bodies` gives each document the sentences of its figures as text; without, it has next to none.
    """
    from metroetl.warehouse.load import add_new
    from metroetl.warehouse.stage import stage_rows
    from metroetl.warehouse.tables import table

    total = 0
    with warehouse._write() as connection:
        add_new(connection, table("ops_run"), [_run(batch)])
        add_new(connection, table("ops_batch"), [_batch(batch)])
    pairs = documents(rows)
    while part := list(islice(pairs, chunk)):
        figures = [row for _, group in part for row in group]
        papers = [d | _body(group) if bodies else d for d, group in part]
        staged = {"staging_document": papers, "staging_observation": figures}
        with warehouse._write() as connection:
            add_new(connection, table("raw_snapshot"), [_snapshot(d) for d, _ in part])
            stage_rows(connection, batch, staged, "benchmark")
        total += len(figures)
    return total


def _body(figures: list[Row]) -> Row:
    text = "。\n".join(row["quote"] for row in figures)
    return {"text": text, "text_length": len(text)}


def core_rows(rows: Iterator[Row], *, chunk: int = 250) -> Iterator[tuple[list[Row], list[Row], list[Row]]]:
    """The same as rows of raw_snapshot, core_document and core_observation, for loading them without the gate."""
    pairs = documents(rows)
    while part := list(islice(pairs, chunk)):
        papers = [_core_document(d) for d, _ in part]
        yield (
            [_snapshot(d) for d, _ in part],
            papers,
            [
                core_observation(row, paper)
                for paper, (_, group) in zip(papers, part, strict=True)
                for row in group
            ],
        )


def _core_document(staged: Row) -> Row:
    return staged | {
        "document_id": staged["content_id"], "version": 1, "first_seen_at": START, "loaded_at": START,
        "published_at": _moment(staged["published_on"]), "published_basis": "printed", "reading_id": None,
    }  # fmt: skip


def core_observation(row: Row, document: Row) -> Row:
    """A row of core_observation from a staged one and its document."""
    return row | {
        "observation_id": row["content_id"], "document_id": document["content_id"], "withdrawn_at": None,
        "published_at": _moment(row["published_on"]), "published_basis": "printed", "loaded_at": START,
        "access": "public", "embargo_until": None, "world": "synthetic",
    }  # fmt: skip


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _run(batch: str) -> Row:
    return {"run_id": f"run-{batch}", "flow": "benchmark", "parameters": "{}", "state": "running", "started_at": START,
            "finished_at": None, "summary": "{}", "code_version": "benchmark"}  # fmt: skip


def _batch(batch: str) -> Row:
    return {"batch_id": batch, "run_id": f"run-{batch}", "source_id": SOURCE, "part": 1, "state": "staged", "revision": 0,
            "world": "synthetic", "staged_at": START, "settled_at": None, "documents": 0, "observations": 0, "statements": 0, "plans": 0,
            "quarantined": 0, "held_by": ""}  # fmt: skip


def _snapshot(document: Row) -> Row:
    same = (
        "snapshot_id",
        "sha256",
        "source_id",
        "url",
        "run_id",
        "role",
        "fetched_at",
        "media_type",
        "access",
    )
    return {name: document[name] for name in same} | {
        "state": "staged", "status": 200, "size": 4, "etag": None, "last_modified": None, "headers": "{}",
        "title": "", "listed_on": None, "parent_url": None, "name": "", "content_hash": document["content_hash"],
        "request": "{}", "publisher": "合成", "published_on": None,
    }  # fmt: skip
