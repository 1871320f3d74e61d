"""What core knows of the staged series, their neighbours, and the staged pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from metroetl.warehouse import Warehouse
    from metroetl.warehouse.models import Batch

# Staged series and those of the region above as far back as they go; beside them, for two years before the staged
# periods, what stands in the same tables: other indicators of the regions, other regions below the same one.
_OBSERVATIONS = """
WITH wanted AS (
  SELECT DISTINCT s.region_code, s.indicator_code
  FROM staging_observation AS s
  WHERE {judged} AND s.region_code IS NOT NULL AND s.indicator_code IS NOT NULL
),
places AS (
  SELECT region_code, indicator_code FROM wanted
  UNION
  SELECT r.parent_code, w.indicator_code FROM wanted AS w JOIN dim_region AS r ON r.region_code = w.region_code
  WHERE r.parent_code IS NOT NULL
  UNION
  SELECT n.region_code, w.indicator_code
  FROM wanted AS w
  JOIN dim_region AS r ON r.region_code = w.region_code AND r.level = 'province'
  JOIN dim_region AS n ON n.level = 'nation'
),
beside AS (
  SELECT DISTINCT o.region_code, w.indicator_code
  FROM wanted AS w
  JOIN dim_region AS r ON r.region_code = w.region_code
  JOIN dim_region AS o ON o.parent_code = r.parent_code OR (o.level = 'province' AND r.level = 'province')
  UNION
  SELECT w.region_code, i.indicator_code
  FROM (SELECT DISTINCT region_code FROM wanted) AS w CROSS JOIN dim_indicator AS i
  EXCEPT
  SELECT region_code, indicator_code FROM places
),
asked AS (
  SELECT region_code, indicator_code, NULL AS first_day FROM places
  UNION ALL
  SELECT region_code, indicator_code, :first_day AS first_day FROM beside
)
SELECT o.region_code, o.indicator_code, o.measure, o.variant, o.frequency, o.period_end, o.value_norm, o.rounding,
  o.published_at AS published_on, m.family AS measure_family, m.accumulation
FROM asked AS p
JOIN core_observation AS o ON o.region_code = p.region_code AND o.indicator_code = p.indicator_code
JOIN dim_measure AS m ON m.measure = o.measure
WHERE o.withdrawn_at IS NULL AND (p.first_day IS NULL OR o.period_end >= p.first_day)
"""
_FIRST_PERIOD = """
SELECT MIN(s.period_end), MAX(s.period_end)
FROM staging_observation AS s
WHERE {judged}
"""
_DOCUMENTS = """
SELECT d.document_key, d.version, d.url, d.content_hash, d.title, d.text_length,
  (
    SELECT COUNT(DISTINCT o.region_code || o.indicator_code || o.measure || o.variant || o.period)
    FROM core_observation AS o JOIN core_document AS v ON v.document_id = o.document_id
    WHERE v.document_key = d.document_key AND o.withdrawn_at IS NULL
  ) AS observations
FROM core_document AS d
WHERE d.document_key IN (SELECT s.document_key FROM staging_document AS s WHERE {judged})
  OR d.content_hash IN (SELECT s.content_hash FROM staging_document AS s WHERE {judged})
"""
_RELEASES = """
SELECT DISTINCT d.source_id, d.title, d.published_on, o.region_code, o.indicator_code, o.measure
FROM core_document AS d JOIN core_observation AS o ON o.document_id = d.document_id
WHERE o.withdrawn_at IS NULL AND d.published_at >= :since AND d.source_id IN (
  SELECT s.source_id FROM staging_document AS s WHERE {judged}
)
"""
_ANNOUNCED = """
SELECT s.row_id, r.title
FROM staging_document AS s
JOIN raw_snapshot AS r ON r.snapshot_id = s.snapshot_id
WHERE {judged} AND r.role = 'page' AND r.title <> ''
"""
# :batches is ,id,id, for neither database takes a list where the other does
_JUDGED = """s.batch_id IN (
    SELECT batch_id FROM ops_batch WHERE state = 'staged' AND REPLACE(:batches, ',' || batch_id || ',', '') <> :batches
  )"""
NEAR_DAYS, SPAN_DAYS, RELEASE_DAYS = 800, 1_500, 1_200


@dataclass(frozen=True)
class Past:
    """Core's figures around the staged ones, its versions of the staged pages, the releases of their sources.

    `releases` has a row a fact of each document (source_id, title, published_on, region_code, indicator_code, measure);
    `announced` maps a staged document's row_id to the title that its listing gave. Both may be missing.
    """

    observations: pd.DataFrame
    documents: pd.DataFrame
    releases: pd.DataFrame | None = None
    announced: dict[str, str] | None = None


def load_past(warehouse: Warehouse, batches: Sequence[Batch]) -> Past:
    """What core has of what these batches staged; of a history that is loaded at once, neighbours of its last years
    only."""
    from datetime import timedelta

    def rows(sql: str, **parameters: date) -> pd.DataFrame:
        import pandas as pd

        columns, found = warehouse.query(sql.replace("{judged}", _JUDGED), {**parameters, "batches": ids})
        return pd.DataFrame(found, columns=list(columns))

    ids = "".join(f",{batch.batch_id}" for batch in batches) + ","
    ((first, last),) = rows(_FIRST_PERIOD).itertuples(index=False)
    first, last = _day(first), _day(last)
    near = (
        max(first, last - timedelta(days=SPAN_DAYS)) - timedelta(days=NEAR_DAYS) if first and last else None
    )
    since = (last or first or _today()) - timedelta(days=RELEASE_DAYS)
    announced = rows(_ANNOUNCED)
    return Past(
        rows(_OBSERVATIONS, first_day=near or _today()),
        rows(_DOCUMENTS),
        rows(_RELEASES, since=since),
        dict(zip(announced["row_id"], announced["title"], strict=True)),
    )


def _day(value: date | str | None) -> date | None:
    """A day as SQLite or PostgreSQL gives it."""
    from datetime import date

    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _today() -> date:
    from metroetl import clock

    return clock.now().date()
