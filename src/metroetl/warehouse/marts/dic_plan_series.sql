-- Series of plans for a parameter box; the parent is the circle.
SELECT
  s.series_id AS code,
  s.title_zh AS name_zh,
  s.title_en AS name_en,
  s.circle_id AS parent_code,
  c.name_zh AS parent_name,
  s.plan_type,
  ROW_NUMBER() OVER (ORDER BY COALESCE(c.number, 99), s.circle_id, s.plan_type, s.series_id) AS sort_order
FROM dim_plan_series AS s
LEFT JOIN dim_circle AS c ON c.circle_id = s.circle_id
