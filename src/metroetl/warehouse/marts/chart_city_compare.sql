-- Bars beside one another: the cities and other members of a circle in one quarter, in their fixed order; a measure is a
-- series. Public figures of the main variant.
SELECT
  q.circle_id,
  q.circle_name,
  q.quarter,
  q.period_end AS x,
  q.period_label_zh AS x_label,
  q.region_code,
  q.region_name AS category,
  q.sort_order AS category_order,
  q.indicator_code,
  q.indicator_name,
  q.measure,
  m.name_zh AS series,
  q.value,
  q.unit,
  q.observation_id,
  q.world
FROM mart_circle_quarter AS q
JOIN dim_measure AS m ON m.measure = q.measure
WHERE q.role IN ('city', 'member') AND q.variant = '' AND q.access = 'public'
