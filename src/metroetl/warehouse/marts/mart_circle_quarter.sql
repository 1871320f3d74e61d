-- A circle's quarter: the circle's own published figures, its cities in their fixed order, then the provinces and the
-- nation for comparison. Nothing is computed here; a figure that isn't published isn't there.
SELECT
  c.circle_id,
  c.name_zh AS circle_name,
  s.role,
  s.sort_order,
  q.region_code,
  q.region_name,
  q.quarter,
  q.period,
  q.period_start,
  q.period_end,
  q.period_label_zh,
  q.indicator_code,
  q.indicator_name,
  i.sort_order AS indicator_order,
  q.measure,
  q.measure_family,
  q.variant,
  q.value,
  q.unit,
  q.value_printed,
  q.unit_printed,
  q.decimals,
  q.obs_status,
  q.revision_stage,
  q.conflict,
  q.published_on,
  q.publisher,
  q.document_title,
  q.url,
  q.quote,
  q.document_id,
  q.observation_id,
  q.access,
  q.world,
  q.frequency,
  q.correction_id
FROM mart_indicator_quarter AS q
JOIN dim_circle_region AS s ON s.region_code = q.region_code
JOIN dim_circle AS c ON c.circle_id = s.circle_id
JOIN dim_indicator AS i ON i.indicator_code = q.indicator_code
