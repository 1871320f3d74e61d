"""From readings to staging rows: plain dicts, one list a table, with the limits that the gate compares against."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from metroetl.warehouse.boundaries import Boundaries
from metroetl.warehouse.keys import digest, frequency_of
from metroetl.warehouse.plan_records import plan_rows

if TYPE_CHECKING:
    from datetime import datetime

    from metroetl.catalogue import Catalogue
    from metroetl.documents.models import Document
    from metroetl.statistics.models import Statement
    from metroetl.warehouse.models import Reading

Row = dict[str, Any]
_FIXED_UNITS = {"yoy": "%", "yoy_pp": "百分点"}
_SHARES = frozenset({"%", "‰", "倍"})


@dataclass(frozen=True)
class Seen:
    """The snapshot that a document was read from, as raw_snapshot has it."""

    snapshot_id: str
    fetched_at: datetime
    role: str
    listed_on: date | None


@dataclass(frozen=True)
class BatchKey:
    """What every row of a batch carries."""

    batch_id: str
    run_id: str
    source_id: str
    world: str


def staging_rows(
    readings: Iterable[tuple[Reading, Seen]], key: BatchKey, catalogue: Catalogue
) -> dict[str, list[Row]]:
    """The rows of a batch by staging table; a snapshot that is given twice counts once."""
    tables: dict[str, list[Row]] = {}
    boundaries = Boundaries(catalogue.region_events)
    by_snapshot = {seen.snapshot_id: (reading, seen) for reading, seen in readings}
    for reading, seen in by_snapshot.values():
        common = _common(reading.document, seen, key)
        numbers = _numbers(reading, common, catalogue, boundaries)
        found = {
            "staging_observation": [n for n in numbers if n["kind"] == "actual"],
            "staging_statement": [n for n in numbers if n["kind"] != "actual"],
            **(plan_rows(reading.document, reading.plan, common) if reading.plan else {}),
        }
        counts = {
            "observation_count": len(found["staging_observation"]),
            "statement_count": len(found["staging_statement"]),
            "plan_count": len(found.get("staging_plan", ())),
        }
        document = _document(reading, seen, common, catalogue) | counts | {"world": key.world}
        for table, rows in {"staging_document": [document], **found}.items():
            tables.setdefault(table, []).extend(rows)
    return tables


def _common(document: Document, seen: Seen, key: BatchKey) -> Row:
    row_id = digest(key.batch_id, seen.snapshot_id)
    return {
        "row_id": row_id,
        "batch_id": key.batch_id,
        "run_id": key.run_id,
        "source_id": key.source_id,
        "content_id": digest(document.url, document.content_hash or document.sha256),
        "document_key": digest(document.url),
        "document_row_id": row_id,
        "sha256": document.sha256,
        "url": document.url,
        "published_on": document.published_on,
    }


def _document(reading: Reading, seen: Seen, common: Row, catalogue: Catalogue) -> Row:
    document, plan = reading.document, reading.plan
    source = catalogue.sources.get(common["source_id"])
    return common | {
        "snapshot_id": seen.snapshot_id,
        "fetched_at": seen.fetched_at,
        "content_hash": document.content_hash or document.sha256,
        "title": document.title,
        "publisher": document.publisher or (source.publisher if source else ""),
        "kind": plan.kind if plan else "other",
        "flags": "、".join(plan.flags) if plan else "",
        "doc_number": document.doc_number,
        "index_number": document.index_number,
        "issue": document.issue,
        "issue_total": document.issue_total,
        "written_on": document.written_on,
        "effective_on": document.effective_on,
        "listed_on": seen.listed_on,
        "region_code": document.region_code if document.region_code in catalogue.regions else None,
        "role": seen.role,
        "parent_url": document.parent_url,
        "media_type": document.media_type,
        "text": document.text,
        "text_length": len(document.text),
        "block_count": len(document.blocks),
        "table_count": len(document.tables),
        "attachment_count": len(document.attachments),
        "source_kinds": "、".join(source.kinds) if source else "",
        "source_precedence": source.precedence if source else 99,
        "findings": "\n".join(document.findings),
        "access": document.access,
    }


def _numbers(reading: Reading, common: Row, catalogue: Catalogue, boundaries: Boundaries) -> list[Row]:
    """One row a number; what a document prints twice with the same content (in text and table) is one."""
    best: dict[str, Row] = {}
    for ordinal, statement in enumerate(reading.statements):
        row = _number(reading.document, statement, common, catalogue) | {
            "ordinal": ordinal,
            "boundary_version": boundaries.version(statement.region_code, reading.document.published_on),
        }
        other = best.get(row["content_id"])
        if other is None or (row["publish"], row["confidence"]) > (other["publish"], other["confidence"]):
            best[row["content_id"]] = row
    return list(best.values())


def _number(document: Document, statement: Statement, common: Row, catalogue: Catalogue) -> Row:
    s = statement
    place = () if s.kind == "actual" else (s.start, s.end)
    content_id = digest(
        common["content_id"], s.kind, s.region_code or s.region, s.indicator_code or s.indicator, s.measure, s.variant,
        s.period, s.value, s.unit, s.decimals, s.obs_status, s.revision_stage, *place,
    )  # fmt: skip
    return (
        common
        | {"row_id": digest(common["document_row_id"], content_id), "content_id": content_id}
        | s.model_dump(exclude={"start", "end", "table", "row", "column", "evidence"})
        | _limits(s, catalogue)
        | _normalised(s, catalogue)
        | {
            "frequency": frequency_of(s.period),
            "span_start": s.start,
            "span_end": s.end,
            "quote": s.quote or document.text[s.start : s.end],
            "table_no": s.table,
            "row_no": s.row,
            "column_no": s.column,
            "evidence": "\n".join(s.evidence),
        }
    )


def _limits(statement: Statement, catalogue: Catalogue) -> Row:
    indicator = catalogue.indicators.get(statement.indicator_code or "")
    measure = catalogue.measures.get(statement.measure)
    region = catalogue.regions.get(statement.region_code or "")
    return {
        "region_level": region.level if region else None,
        "measure_family": measure.family if measure else None,
        "accumulation": measure.accumulation if measure else None,
        "yoy_min": indicator.yoy_min if indicator else None,
        "yoy_max": indicator.yoy_max if indicator else None,
        "cumulative": indicator.cumulative if indicator else None,
        "level_published": indicator.level_published if indicator else None,
        "agg_rule": indicator.agg_rule if indicator else None,
    }


def _normalised(statement: Statement, catalogue: Catalogue) -> Row:
    """Value, unit, decimals and half of the last printed place, in the catalogue's unit."""
    s = statement
    indicator = catalogue.indicators.get(s.indicator_code or "")
    measure = catalogue.measures.get(s.measure)
    family = measure.family if measure else ""
    expected = expected_unit(family, indicator.unit_of(family) if indicator else "")
    norm, unit = s.value_norm, s.unit_norm
    if norm is None and s.unit and s.unit == expected:
        norm, unit = s.value, s.unit
    if not math.isfinite(s.value) or not math.isfinite(norm or 0.0):
        return _NO_NUMBER | {"unit_expected": expected}
    factor = abs(norm / s.value) if norm and s.value else 1.0
    return {
        "unit_expected": expected,
        "value_norm": norm,
        "unit_norm": unit,
        "decimals_norm": max(0, s.decimals - round(math.log10(factor))),
        "rounding": 0.5 * 10.0**-s.decimals * factor,
    }


# A number too large for a float can't be stored; its print stays in value_text, and it is abstained from.
_NO_NUMBER: Row = {
    "value": 0.0, "value_norm": None, "unit_norm": None, "decimals_norm": 0, "rounding": 0.0, "publish": False,
}  # fmt: skip


def expected_unit(family: str, indicator_unit: str) -> str | None:
    """The unit that a measure of this family has, None where it can't be told."""
    if family == "level":
        return indicator_unit or None
    if family == "share":
        return indicator_unit if indicator_unit in _SHARES else "%"
    return _FIXED_UNITS.get(family)
