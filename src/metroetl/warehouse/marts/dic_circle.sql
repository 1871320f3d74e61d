-- Circles for a parameter box, in the order of the national list.
SELECT
  c.circle_id AS code,
  c.name_zh,
  c.name_en,
  c.region_code,
  r.parent_code,
  c.members_known,
  COALESCE(c.number, 99) AS sort_order
FROM dim_circle AS c
JOIN dim_region AS r ON r.region_code = c.region_code
