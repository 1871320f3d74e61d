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
  f.world
FROM (
  SELECT
    l.*,
    ROW_NUMBER() OVER (
      PARTITION BY l.region_code, l.indicator_code, l.measure, l.variant, l.quarter
      ORDER BY CASE l.frequency WHEN 'Q' THEN 0 WHEN 'A' THEN 1 ELSE 2 END, l.known_from DESC, l.observation_id
    ) AS place
  FROM mart_observation_latest AS l
  WHERE l.quarter IS NOT NULL
    AND (l.frequency = 'Q' OR l.accumulation IN ('ytd', 'eop', 'as the rate', 'as the level'))
) AS f
WHERE f.place = 1
