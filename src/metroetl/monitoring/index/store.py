"""Scores and published values as rows of the warehouse; `keep_indices` is what the monitor flow calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from metroetl.monitoring.figures import Figure
from metroetl.monitoring.index.change import Change, change
from metroetl.monitoring.index.definitions import Edition, editions
from metroetl.monitoring.index.published import Published, published
from metroetl.monitoring.index.read import quarter_of
from metroetl.monitoring.index.score import Score, rank, scores
from metroetl.monitoring.index.sensitivity import Range, sensitivity
from metroetl.warehouse.keys import digest
from metroetl.warehouse.versions import midnight

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

Row = dict[str, Any]
_EMPTY: Row = {
    "data_year": None, "period": None, "period_end": None, "part": "", "part_level": "total", "part_zh": "总指数",
    "part_en": "whole", "sort_order": 0, "value": None, "unit": "", "raw_value": None, "raw_unit": "", "raw_period": None,
    "obs_status": "A", "weight_pct": None, "covered_pct": None, "rank": None, "rank_of": None, "rank_best": None,
    "rank_worst": None, "value_low": None, "value_high": None, "contribution": None, "contribution_pct": None,
    "missing": "", "note": "", "observation_ids": "", "publisher": "", "source": "", "published_on": None,
    "published_at": None, "access": "public",
}  # fmt: skip


def keep_indices(
    warehouse: Warehouse,
    known: Mapping[str, Edition] | None = None,
    stated_by_others: Sequence[Published] | None = None,
) -> dict[str, int]:
    """Compute all editions from the public figures, and keep them beside the published ones; how many rows of each origin.

    The same figures give the same rows; each call replaces those of the call before. A synthetic world has no published
    ones: they are facts.
    """
    found = editions() if known is None else known
    now = {"loaded_at": datetime.now(UTC), "world": warehouse.world}
    computed = [row for edition in found.values() for row in _of_edition(edition, scores(warehouse, edition))]
    told = published() if stated_by_others is None else stated_by_others
    told = told if warehouse.world == "facts" else ()
    stated = [_of_published(row, n) for n, row in enumerate(told)]
    definitions = [*map(_definition, found.values()), *_published_definitions(told)]
    warehouse.keep_indices(definitions, [_tidy({**_EMPTY, **row, **now}) for row in [*computed, *stated]])
    return {"computed": len(computed), "published": len(stated)}


def _tidy(row: Row) -> Row:
    """Nine decimals: 100, not 100.00000000000001, and the same on every machine."""
    return {key: round(value, 9) if isinstance(value, float) else value for key, value in row.items()}


# --- computed --------------------------------------------------------------------------------------------------------


def _definition(edition: Edition) -> Row:
    return {
        "index_id": edition.id,
        "edition": str(edition.edition),
        "origin": "computed",
        "kind": edition.kind,
        "title_zh": edition.title_zh,
        "title_en": edition.title_en,
        "data_year": edition.data_year,
        "normalisation": edition.normalisation,
        "weighting": edition.weighting,
        "aggregation": edition.aggregation,
        "base": f"{edition.base}=100" if edition.base else f"{edition.scale[0]:g}-{edition.scale[1]:g}",
        "coverage_minimum": edition.coverage.minimum,
        "as_of": edition.as_of,
        "publisher": "metroetl",
        "basis": edition.basis,
    }


def _of_edition(edition: Edition, found: Sequence[Score]) -> Iterator[Row]:
    ranges = {(r.score.region, r.score.year): r for year in edition.years for r in sensitivity(found, year)}
    before: dict[str, Score] = {}
    for one in found:
        moved = change(before[one.region], one) if one.region in before else None
        before[one.region] = one
        shared = _shared(one)
        rows = [_total(one, found, ranges.get((one.region, one.year)), moved)]
        rows += [*_dimensions(one, moved), *_items(one, moved), *_coverage(moved)]
        for order, row in enumerate(rows):
            yield {**shared, "sort_order": order, **row, "value_id": _key(edition, one, row.get("part", ""))}


def _key(edition: Edition, one: Score, part: str) -> str:
    return digest("computed", edition.id, edition.edition, one.region, one.year, part)


def _shared(one: Score) -> Row:
    edition, figure = one.edition, one.figure()
    known = [d for f in (figure.sources() if figure else ()) if (d := _day(f))]
    latest = max(known, default=None)
    return {
        "index_id": edition.id,
        "edition": str(edition.edition),
        "origin": "computed",
        "data_year": one.year,
        "period": quarter_of(one.year),
        "period_end": date(one.year, 12, 31),
        "region_code": one.region,
        "unit": edition.unit,
        "publisher": "metroetl",
        "published_on": latest,
        "published_at": midnight(latest) if latest else None,
    }


def _total(one: Score, found: Sequence[Score], range_: Range | None, moved: Change | None) -> Row:
    place, figure = rank(found, one), one.figure()
    row: Row = {
        "value": one.value,
        "obs_status": "L" if one.value is None else "E" if one.carried else "A",
        "weight_pct": 100.0 if one.value is not None else None,
        "covered_pct": one.covered,
        "rank": place[0] if place else None,
        "rank_of": place[1] if place else None,
        "missing": "、".join(one.missing_names()),
        "note": one.why,
        "observation_ids": _ids([figure] if figure else []),
        "contribution": moved.total if moved else None,
        "contribution_pct": 100.0 if moved and moved.rate(1) is not None else None,
    }
    if range_:
        row |= {"rank_best": range_.best, "rank_worst": range_.worst}
        row |= {"value_low": range_.low, "value_high": range_.high}
    return row


def _dimensions(one: Score, moved: Change | None) -> Iterator[Row]:
    for dimension in one.edition.dimensions:
        mine = [s for s in one.items if s.item.dimension == dimension.key]
        value = one.dimension(dimension.key)
        yield {
            "part": dimension.key,
            "part_level": "dimension",
            "part_zh": dimension.name_zh,
            "part_en": dimension.name_en,
            "value": value,
            "obs_status": "L" if value is None else "E" if any(s.carried for s in mine) else "A",
            "weight_pct": sum(s.weight for s in mine) * 100 if value is not None else None,
            **_given(moved, moved.dimension(dimension.key) if moved else None),
        }


def _items(one: Score, moved: Change | None) -> Iterator[Row]:
    for s in one.items:
        figure = s.raw.figure
        yield {
            "part": s.item.key,
            "part_level": "indicator",
            "part_zh": s.item.name_zh,
            "part_en": s.item.name_en,
            "value": s.d,
            "raw_value": figure.value if figure and s.d is not None else None,
            "raw_unit": s.item.unit,
            "raw_period": figure.quarter if figure and s.d is not None else None,
            "obs_status": "L" if s.d is None else "E" if s.carried else "A",
            "weight_pct": s.weight * 100 if one.value is not None else None,
            "observation_ids": _ids([figure] if figure and s.d is not None else []),
            **_given(moved, moved.of(s.item.key) if moved else None),
        }


def _coverage(moved: Change | None) -> Iterator[Row]:
    """What came from other indicators being covered; only where that happened."""
    if moved and abs(moved.coverage) > 1e-9:
        yield {
            "part": "coverage",
            "part_level": "coverage",
            "part_zh": "覆盖变化",
            "part_en": "change of coverage",
            "unit": moved.after.edition.unit,
            "obs_status": "L",
            **_given(moved, moved.coverage),
        }


def _given(moved: Change | None, value: float | None) -> Row:
    if moved is None or value is None:
        return {}
    return {"contribution": value, "contribution_pct": moved.rate(value)}


def _ids(figures: Iterable[Figure]) -> str:
    found = (s.evidence.observation_id for f in figures for s in f.sources() if s.evidence)
    return "、".join(dict.fromkeys(found))


def _day(figure: Figure) -> date | None:
    day = figure.evidence.published_on if figure.evidence else None
    return date.fromisoformat(day[:10]) if isinstance(day, str) else day


# --- published -------------------------------------------------------------------------------------------------------


def _published_definitions(rows: Iterable[Published]) -> list[Row]:
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        entry = {
            "index_id": row.index,
            "edition": row.edition,
            "origin": "published",
            "kind": "",
            "title_zh": row.index_zh,
            "title_en": row.index_en,
            "data_year": row.data_year,
            "normalisation": "",
            "weighting": "",
            "aggregation": "",
            "base": row.base,
            "coverage_minimum": None,
            "as_of": None,
            "publisher": row.publisher,
            "basis": "",
        }
        known = found.setdefault((row.index, row.edition), entry)
        known["base"] = known["base"] or row.base
    return list(found.values())


def _of_published(row: Published, order: int) -> Row:
    quarter = quarter_of(row.data_year) if row.data_year else None
    return {
        "value_id": digest("published", row.index, row.edition, row.data_year, row.region, row.part),
        "index_id": row.index,
        "edition": row.edition,
        "origin": "published",
        "data_year": row.data_year,
        "period": quarter,
        "period_end": date(row.data_year, 12, 31) if row.data_year else None,
        "region_code": row.region,
        "part": row.part,
        "part_level": "dimension" if row.part else "total",
        "part_zh": row.part_zh or "总指数",
        "part_en": row.part_en or "whole",
        "sort_order": order,
        "value": float(row.value) if row.value is not None else None,
        "unit": "分" if row.base == "0-100" else row.base,
        "rank": row.rank,
        "rank_of": row.of,
        "note": row.note,
        "publisher": row.publisher,
        "source": row.source,
        "published_on": row.published_on,
        "published_at": midnight(row.published_on) if row.published_on else None,
    }
