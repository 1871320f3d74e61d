-- A circle's own published total beside the sum of its cities, where all of them are published and add up by nature:
-- `slack` is what rounding of all the prints allows. Functional areas lie within their city and are not added.
WITH cities AS (
  SELECT r.circle_id, COUNT(*) AS number FROM dim_circle_region AS r WHERE r.role = 'city' GROUP BY r.circle_id
),
sums AS (
  SELECT
    r.circle_id,
    m.quarter,
    m.indicator_code,
    m.measure,
    m.variant,
    COUNT(*) AS number,
    SUM(m.value) AS value,
    SUM(m.rounding) AS rounding,
    MAX(m.value) AS largest,
    MAX(m.published_on) AS published_on,
    MAX(CASE WHEN m.access = 'public' THEN 0 ELSE 1 END) AS internal
  FROM dim_circle AS k
  JOIN dim_circle_region AS r ON r.circle_id = k.circle_id AND r.role = 'city'
  JOIN mart_indicator_quarter AS m ON m.region_code = r.region_code
  JOIN dim_indicator AS i ON i.indicator_code = m.indicator_code
  WHERE k.members_known AND i.agg_rule = 'sum' AND m.measure_family = 'level'
  GROUP BY r.circle_id, m.quarter, m.indicator_code, m.measure, m.variant
)
SELECT
  c.circle_id,
  c.name_zh AS circle_name,
  w.region_code,
  w.quarter,
  w.period,
  w.period_end,
  w.indicator_code,
  w.indicator_name,
  w.measure,
  w.variant,
  w.value,
  w.unit,
  s.value AS sum_of_cities,
  w.value - s.value AS gap,
  w.rounding + s.rounding AS slack,
  CASE WHEN ABS(w.value - s.value) > (w.rounding + s.rounding) * 1.000001 THEN 1 ELSE 0 END AS beyond_rounding,
  CASE WHEN w.value <> 0 THEN 100 * (w.value - s.value) / w.value END AS gap_pct,
  CASE WHEN w.value <> 0 THEN 100 * s.largest / w.value END AS largest_city_pct,
  w.published_on,
  s.published_on AS cities_published_on,
  w.url,
  w.quote,
  CASE WHEN w.access = 'public' AND s.internal = 0 THEN 'public' ELSE 'internal' END AS access,
  w.world
FROM dim_circle AS c
JOIN cities AS n ON n.circle_id = c.circle_id
JOIN sums AS s ON s.circle_id = c.circle_id AND s.number = n.number
JOIN mart_indicator_quarter AS w ON w.region_code = c.region_code AND w.quarter = s.quarter AND w.indicator_code = s.indicator_code
  AND w.measure = s.measure AND w.variant = s.variant
