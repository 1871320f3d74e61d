-- Lines over time: a region of a circle is a series, in the circle's fixed order; public figures of the main variant. Points
-- of one line with different `boundary_version` are figures of different territories.
SELECT
  s.circle_id,
  c.name_zh AS circle_name,
  q.indicator_code,
  q.indicator_name,
  q.measure,
  m.name_zh AS measure_name,
  q.period_end AS x,
  q.quarter,
  q.period_label_zh AS x_label,
  q.region_code,
  q.region_name AS series,
  s.sort_order AS series_order,
  s.role,
  q.value,
  q.unit,
  q.boundary_version,
  q.observation_id,
  q.world
FROM mart_indicator_quarter AS q
JOIN dim_circle_region AS s ON s.region_code = q.region_code
JOIN dim_circle AS c ON c.circle_id = s.circle_id
JOIN dim_measure AS m ON m.measure = q.measure
WHERE q.variant = '' AND q.access = 'public'
