"""What a run brought that is unusual in its own series, with the history of each, from what the warehouse keeps.

Rows that the gate let pass, quarantined or held are all looked at; they are scored again by what core held when the
gate judged them, so that an old run can be looked at too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from metroetl.errors import WarehouseError
from metroetl.quality.anomalies import TOLD, facts_of, score, sentence
from metroetl.quality.series import SERIES, add_series_columns, positions

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue
    from metroetl.warehouse import Warehouse

_BATCHES = "SELECT c.batch_id FROM ops_check AS c WHERE c.run_id = :run_id AND c.batch_id IS NOT NULL"
_PUBLISHED = f"""
SELECT 'core' AS place, o.observation_id AS row_id, o.region_code, o.indicator_code, o.measure, o.variant, o.period,
  o.frequency, o.period_end, o.value_norm, o.unit_norm, o.rounding, o.published_on, o.quote, d.url,
  o.document_id AS document_row_id
FROM core_observation AS o JOIN core_document AS d ON d.document_id = o.document_id
WHERE o.batch_id IN ({_BATCHES})
UNION ALL
SELECT 'held', s.row_id, s.region_code, s.indicator_code, s.measure, s.variant, s.period,
  s.frequency, s.period_end, s.value_norm, s.unit_norm, s.rounding, s.published_on, s.quote, s.url, s.document_row_id
FROM staging_observation AS s
WHERE s.batch_id IN ({_BATCHES})
"""  # noqa: S608  put together of this module's own text
_QUARANTINED = f"""
SELECT q.row_id, q.row_json
FROM ops_quarantine AS q
WHERE q.table_name = 'staging_observation' AND q.state <> 'released' AND q.batch_id IN ({_BATCHES})
"""  # noqa: S608
_HISTORY = """
SELECT o.region_code, o.indicator_code, o.measure, o.variant, o.frequency, o.period_end, o.value_norm, o.rounding,
  o.published_at AS published_on
FROM core_observation AS o
WHERE o.withdrawn_at IS NULL AND o.batch_id NOT IN ({batches}) AND o.loaded_at <= (
    SELECT MAX(c.checked_at) FROM ops_check AS c WHERE c.run_id = :run_id
  )
  AND o.region_code IN ({regions}) AND o.indicator_code IN ({indicators})
"""
_LATEST = "SELECT run_id FROM ops_check ORDER BY checked_at DESC LIMIT 1"
_ROW = (
    "row_id", "region_code", "indicator_code", "measure", "variant", "period", "frequency", "period_end", "value_norm",
    "unit_norm", "rounding", "published_on", "quote", "url", "document_row_id",
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """A figure of the series; what is usual for it is None where it couldn't be judged."""

    period_end: date
    value: float
    low: float | None
    middle: float | None
    high: float | None
    told: bool


@dataclass(frozen=True)
class Anomaly:
    """A figure that is unusual in its series. `place`: core, quarantine or held."""

    row_id: str
    place: str
    region: str
    indicator: str
    measure: str
    period: str
    period_end: date
    value: float
    unit: str
    score: float
    words: str
    quote: str
    url: str
    history: tuple[Point, ...]

    @property
    def title(self) -> str:
        """Region, indicator, measure and period, for people."""
        return f"{self.region} {self.indicator} {self.measure} {self.period}"


def latest_run(warehouse: Warehouse) -> str:
    """The run whose rows the gate judged last; raises WarehouseError where it never judged any."""
    _, rows = warehouse.query(_LATEST)
    if not rows:
        raise WarehouseError(
            "the gate hasn't judged anything yet", way_out="`metroetl collect` first, or `metroetl demo`."
        )
    return str(rows[0][0])


def find_anomalies(warehouse: Warehouse, run_id: str) -> list[Anomaly]:
    """The unusual figures of a run, the furthest out first."""
    rows = _rows_of(warehouse, run_id)
    if rows.empty:
        return []
    past = positions(_kinds(_history(warehouse, run_id, rows), warehouse.catalogue))
    frame = positions(_kinds(rows, warehouse.catalogue))
    frame = frame.assign(suspect=add_series_columns(frame, past)[0]["suspect"])
    scores = score(facts_of(frame, past), warehouse.catalogue)
    told = scores[~scores["known"] & scores["score"].abs().gt(TOLD)]
    told = told.drop_duplicates([*SERIES, "at", "value_norm"])
    told = told.iloc[told["score"].abs().argsort()[::-1]]
    series = {n: group for n, group in scores.groupby("series") if n in set(told["series"])}
    return [
        _anomaly(fact, frame.loc[fact["row"]], series[fact["series"]], warehouse.catalogue)
        for fact in told.to_dict("records")
    ]


def _rows_of(warehouse: Warehouse, run_id: str) -> pd.DataFrame:
    """The figures that the gate judged in a run, wherever they are now."""
    import pandas as pd

    columns, rows = warehouse.query(_PUBLISHED, {"run_id": run_id})
    _, stopped = warehouse.query(_QUARANTINED, {"run_id": run_id})
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    kept = {row_id: json.loads(text) for row_id, text in stopped}
    found += [{"place": "quarantine"} | {name: row.get(name) for name in _ROW} for row in kept.values()]
    return pd.DataFrame(found, columns=["place", *_ROW]).assign(publish=True)


def _history(warehouse: Warehouse, run_id: str, rows: pd.DataFrame) -> pd.DataFrame:
    """What core held of these indicators in these regions and the regions above when the gate judged them."""
    import pandas as pd

    regions = set(rows["region_code"].dropna())
    regions |= {
        warehouse.catalogue.regions[code].parent_code or code
        for code in regions & set(warehouse.catalogue.regions)
    }
    names = {"r": sorted(regions), "i": sorted(set(rows["indicator_code"].dropna()))}
    parameters = {f"{k}{n}": code for k, codes in names.items() for n, code in enumerate(codes)}
    lists = {k: ", ".join(f":{k}{n}" for n in range(len(codes))) or "NULL" for k, codes in names.items()}
    sql = _HISTORY.format(batches=_BATCHES, regions=lists["r"], indicators=lists["i"])
    columns, found = warehouse.query(sql, parameters | {"run_id": run_id})
    return pd.DataFrame(found, columns=list(columns))


def _kinds(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The rows with what the catalogue says of their measures and indicators, in the kinds that the gate's columns have."""
    measures, indicators = catalogue.measures.values(), catalogue.indicators.values()
    return rows.assign(
        value_norm=rows["value_norm"].astype(float),
        rounding=rows["rounding"].astype(float),
        measure_family=rows["measure"].map({m.code: m.family for m in measures}),
        accumulation=rows["measure"].map({m.code: m.accumulation for m in measures}),
        yoy_min=rows["indicator_code"].map({i.code: i.yoy_min for i in indicators}).astype(float),
        yoy_max=rows["indicator_code"].map({i.code: i.yoy_max for i in indicators}).astype(float),
    )


def _anomaly(
    fact: Mapping[Any, Any], row: pd.Series[Any], series: pd.DataFrame, catalogue: Catalogue
) -> Anomaly:
    region, indicator = (
        catalogue.regions.get(row["region_code"]),
        catalogue.indicators.get(row["indicator_code"]),
    )
    measure = catalogue.measures.get(row["measure"])
    return Anomaly(
        row_id=row["row_id"],
        place=row["place"],
        region=region.name_zh if region else row["region_code"],
        indicator=indicator.name_zh if indicator else row["indicator_code"],
        measure=measure.name_zh if measure else row["measure"],
        period=row["period"],
        period_end=date.fromisoformat(str(row["period_end"])[:10]),
        value=float(fact["value_norm"]),
        unit=str(row["unit_norm"] or ""),
        score=float(fact["score"]),
        words=sentence(fact),
        quote=str(row["quote"] or ""),
        url=str(row["url"] or ""),
        history=tuple(_points(series)),
    )


def _points(series: pd.DataFrame) -> Iterable[Point]:
    """One point a position: the staged figure before core's, the last published before others."""
    ordered = series.sort_values(["at", "known", "published"], ascending=[True, False, True], kind="stable")
    for fact in ordered.drop_duplicates("at", keep="last").to_dict("records"):
        low, middle, high = (
            None if fact[c] != fact[c] else float(fact[c]) for c in ("low", "middle", "high")
        )
        yield Point(
            period_end=_last_day(int(fact["year"]), int(fact["month"])),
            value=float(fact["value_norm"]),
            low=low,
            middle=middle,
            high=high,
            told=abs(fact["score"]) > TOLD,
        )


def _last_day(year: int, month: int) -> date:
    import calendar

    return date(year, month, calendar.monthrange(year, month)[1])
