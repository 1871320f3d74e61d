-- Quarters, long: figures of a quarter, and those of a year or month that end with it and are cumulative or stocks
-- (2024 is the fourth quarter's cumulative figure). Where several exist the quarter's own is preferred, then the year's.
SELECT
  f.region_code,
  f.region_name,
  f.region_level,
  f.indicator_code,
  f.indicator_name,
  f.measure,
  f.measure_family,
  f.accumulation,
  f.variant,
  f.quarter,
  f.period,
  f.period_start,
  f.period_end,
  f.period_label_zh,
  f.value,
  f.unit,
  f.value_printed,
  f.unit_printed,
  f.decimals,
  f.rounding,
  f.obs_status,
  f.revision_stage,
  f.vintage,
  f.conflict,
  f.boundary_version,
  f.published_on,
  f.publisher,
  f.document_title,
  f.url,
  f.document_id,
  f.observation_id,
  f.quote,
  f.access,
  f.world,
  f.frequency,
  f.correction_id,
  f.indicator_order
FROM mart_observation_latest AS f
WHERE f.quarter_rank IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM core_vintage AS b
    WHERE b.region_code = f.region_code AND b.quarter = f.quarter AND b.indicator_code = f.indicator_code
      AND b.measure = f.measure AND b.variant = f.variant AND b.shown_to IS NULL
      AND b.audience IN ('all', {{ audience }}) AND b.quarter_rank < f.quarter_rank
  )
