-- Figures in force whose code didn't count at the end of their period. 'abolished': the code was gone; 'restated': the code
-- came later, and the figure was published since (a series counted back to today's territory); 'not_yet': the code came
-- later, and the figure was published before: one of the two days is wrong.
SELECT
  l.region_code,
  l.region_name,
  l.region_level,
  r.valid_from,
  r.valid_to,
  CASE
    WHEN l.period_end > r.valid_to THEN 'abolished'
    WHEN l.published_on >= r.valid_from THEN 'restated'
    ELSE 'not_yet'
  END AS validity,
  l.indicator_code,
  l.indicator_name,
  l.measure,
  l.variant,
  l.period,
  l.period_start,
  l.period_end,
  l.period_label_zh,
  l.value,
  l.unit,
  l.boundary_version,
  l.published_on,
  l.publisher,
  l.url,
  l.document_id,
  l.observation_id,
  l.access,
  l.world
FROM dim_region AS r
JOIN mart_observation_latest AS l ON l.region_code = r.region_code
WHERE l.period_end > r.valid_to OR l.period_end < r.valid_from
