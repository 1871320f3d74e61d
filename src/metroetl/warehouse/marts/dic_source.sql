-- Sources for a parameter box; the parent is the region whose releases a source lists.
SELECT
  s.source_id AS code,
  s.title AS name_zh,
  s.title_en AS name_en,
  s.publisher,
  s.region_code AS parent_code,
  r.name_zh AS parent_name,
  s.kinds,
  s.enabled,
  ROW_NUMBER() OVER (ORDER BY CASE WHEN s.region_code IS NULL THEN 1 ELSE 0 END, s.region_code, s.precedence, s.source_id) AS sort_order
FROM dim_source AS s
LEFT JOIN dim_region AS r ON r.region_code = s.region_code
