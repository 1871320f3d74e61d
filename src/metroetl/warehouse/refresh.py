"""Dimensions from the catalogue: entries are added and updated, never deleted, for figures point at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete

from metroetl.catalogue.models import INBOX
from metroetl.catalogue.regions import LEVELS, effective
from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import add_bulk, put
from metroetl.warehouse.plan_records import end_of_year
from metroetl.warehouse.tables import table

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.catalogue.models import Circle, Correction, PlanSeries, RegionEvent, Source

Row = dict[str, Any]
NATION = "000000"
_REPLACED = ("dim_region_event", "dim_circle_member", "dim_circle_region", "dim_plan_round", "dim_correction")


def dimension_rows(catalogue: Catalogue) -> dict[str, list[Row]]:
    """Rows of the dimensions, in an order that satisfies the foreign keys."""
    circles, series = catalogue.circles.values(), catalogue.plan_series.values()
    wholes = {part: i.code for i in reversed(catalogue.indicators.values()) for part in i.parts}
    return {
        "dim_region": [
            {"region_code": r.code, **r.model_dump(include=_REGION)} for r in catalogue.regions.values()
        ],
        "dim_region_event": [_event(e) for e in catalogue.region_events],
        "dim_circle": [{"circle_id": c.id, **c.model_dump(include=_CIRCLE)} for c in circles],
        "dim_indicator": [
            {
                "indicator_code": i.code,
                **i.model_dump(include=_INDICATOR),
                "aliases": "、".join(i.aliases),
                "frequency": "、".join(i.frequency),
                "sort_order": n,
                "note": i.notes,
                "parent_code": wholes.get(i.code),
            }
            for n, i in enumerate(catalogue.indicators.values(), start=1)
        ],
        "dim_measure": [
            {"measure": m.code, **m.model_dump(include=_MEASURE)} for m in catalogue.measures.values()
        ],
        "dim_source": [_INBOX, *(_source(s, catalogue) for s in catalogue.sources.values())],
        "dim_plan_series": [
            {"series_id": s.id, "circle_id": s.circle, **s.model_dump(include=_SERIES)} for s in series
        ],
        "dim_release_window": [
            {
                "window_id": w.id,
                "indicator_codes": "、".join(w.indicator_codes),
                **w.model_dump(include=_WINDOW),
            }
            for w in catalogue.release_windows
        ],
        "dim_circle_member": [row for c in circles for row in _members(c)],
        "dim_circle_region": [row for c in circles for row in _shown(c, catalogue)],
        "dim_plan_round": [row for s in series for row in _rounds(s)],
        "dim_correction": [_correction(c) for c in catalogue.corrections.values()],
    }


_REGION = {"name_zh", "level", "parent_code", "valid_from", "valid_to", "note"}
_EVENT = {"year", "effective_on", "type", "old_name", "new_name", "note"}
_CIRCLE = {"region_code", "name_zh", "name_en", "number", "members_known", "approved_on", "note"}
_INDICATOR = {
    "name_zh", "name_en", "unit", "cumulative", "source_body", "yoy_min", "yoy_max", "price_basis", "lag_days",
    "agg_rule", "level_published",
}  # fmt: skip
_MEASURE = {"name_zh", "family", "accumulation", "basis", "note"}
_SERIES = {"title_zh", "title_en", "plan_type", "issuer", "cycle_years"}
_WINDOW = {"level", "frequency", "first_day", "last_day", "note"}
_MEMBER = {"region_code", "scope", "valid_from", "valid_to", "partial", "note"}
_SOURCE = {"title", "title_en", "publisher", "family", "enabled", "reason", "verified", "precedence", "note"}
_CORRECTION = {
    "measure", "variant", "period", "action", "expect", "value", "reason", "reason_en", "source", "url", "declared_on",
}  # fmt: skip
_ROUND = {
    "round", "stage", "period_start", "period_end", "title", "doc_number", "issued_on", "count_what", "status", "note",
}  # fmt: skip


def load_dimensions(connection: Connection, rows: dict[str, list[Row]]) -> None:
    """Write the rows of `dimension_rows`; small tables that nothing points at are replaced."""
    for name, found in rows.items():
        if name in _REPLACED:
            connection.execute(delete(table(name)))
            add_bulk(connection, table(name), found)
        else:
            put(connection, table(name), found)


_INBOX: Row = {
    "source_id": INBOX, "title": "收件箱", "title_en": "Inbox", "publisher": "", "region_code": None, "kinds": "",
    "family": "", "list_url": "", "enabled": True, "reason": "", "verified": "", "cron": "", "precedence": 50,
    "min_items": 0, "max_age_days": None, "note": "人工保存或收到的文件",
}  # fmt: skip


def _event(event: RegionEvent) -> Row:
    return {
        "event_id": digest(event.year, event.type, event.old_code, event.new_code),
        **event.model_dump(include=_EVENT),
        "counts_from": effective(event),
        "level": LEVELS[event.level],
        "old_code": event.old_code or None,
        "new_code": event.new_code or None,
        "doc_number": event.doc_no,
    }


def _source(source: Source, catalogue: Catalogue) -> Row:
    own = source.regions[0]
    return {
        "source_id": source.id,
        **source.model_dump(include=_SOURCE),
        "region_code": own if own in catalogue.regions else None,
        "kinds": "、".join(source.kinds),
        "list_url": source.list,
        "cron": source.cadence.cron,
        "min_items": source.expect.min_items,
        "max_age_days": source.expect.max_age_days,
    }


def _members(circle: Circle) -> Iterable[Row]:
    for n, member in enumerate(circle.members):
        yield {
            "member_id": digest(circle.id, n),
            "circle_id": circle.id,
            **member.model_dump(include=_MEMBER),
        }


def _shown(circle: Circle, catalogue: Catalogue) -> Iterable[Row]:
    """The circle, its core, cities in their fixed order, other members, provinces, the nation: each region once."""
    core = f"{circle.region_code}_CORE"
    wanted = [
        ("circle", [circle.region_code]),
        ("core", [core]),
        ("city", circle.order),
        ("member", [m.region_code for m in circle.members]),
        ("province", circle.province_codes),
        ("nation", [NATION]),
    ]
    roles: dict[str, str] = {}
    for role, codes in wanted:
        for code in codes:
            if code in catalogue.regions:
                roles.setdefault(code, role)
    for n, (code, role) in enumerate(roles.items()):
        yield {"circle_id": circle.id, "region_code": code, "role": role, "sort_order": n}


def _correction(entry: Correction) -> Row:
    replaces = entry.value is not None
    return {
        "correction_id": entry.id,
        "region_code": entry.region,
        "indicator_code": entry.indicator,
        **entry.model_dump(include=_CORRECTION),
        "decimals": entry.decimals if replaces else None,
        "rounding": 0.5 * 10.0**-entry.decimals if replaces else None,
    }


def _rounds(series: PlanSeries) -> Iterable[Row]:
    for n, entry in enumerate(series.rounds):
        yield {
            "round_id": digest(series.id, n),
            "series_id": series.id,
            **entry.model_dump(include=_ROUND),
            "expires_on": end_of_year(entry.period_end),
            "issuers": "、".join(entry.issuers),
            "count_value": entry.count,
            "provenance": entry.source,
        }
