-- Lines of single quarters by region of a circle, in its fixed order; derived ones and mixed vintages are marked. Public
-- figures of the main variant.
SELECT
  s.circle_id,
  c.name_zh AS circle_name,
  q.indicator_code,
  q.indicator_name,
  q.period_end AS x,
  q.quarter,
  q.period_label_zh AS x_label,
  q.region_code,
  q.region_name AS series,
  s.sort_order AS series_order,
  s.role,
  q.value,
  q.unit,
  q.derived,
  q.mixed_vintage,
  q.rounding,
  q.world
FROM mart_quarter_single AS q
JOIN dim_circle_region AS s ON s.region_code = q.region_code
JOIN dim_circle AS c ON c.circle_id = s.circle_id
WHERE q.variant = '' AND q.access = 'public'
