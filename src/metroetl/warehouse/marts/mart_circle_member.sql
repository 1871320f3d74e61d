-- Dated members of each circle in both scopes, cities in their fixed order, each followed by its counties. A member whose
-- first day isn't known counts since ever.
SELECT
  m.circle_id,
  c.name_zh AS circle_name,
  m.scope,
  m.region_code,
  r.name_zh AS region_name,
  r.level AS region_level,
  r.parent_code,
  m.valid_from,
  m.valid_to,
  m.partial,
  CASE
    WHEN (m.valid_from IS NULL OR m.valid_from <= {{ today }}) AND (m.valid_to IS NULL OR m.valid_to >= {{ today }}) THEN 1
    ELSE 0
  END AS is_current,
  ROW_NUMBER() OVER (
    PARTITION BY m.circle_id, m.scope
    ORDER BY COALESCE(s.sort_order, 9999), m.region_code, m.valid_from
  ) AS sort_order,
  m.note
FROM dim_circle_member AS m
JOIN dim_circle AS c ON c.circle_id = m.circle_id
JOIN dim_region AS r ON r.region_code = m.region_code
LEFT JOIN dim_circle_region AS s ON s.circle_id = m.circle_id
  AND s.role = 'city' AND s.region_code = CASE WHEN r.level = 'county' THEN r.parent_code ELSE r.region_code END
