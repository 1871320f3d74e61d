-- Regions for a parameter box, a parent before its children. Only `summable` ones add up to their parent: functional areas
-- overlap the counties, aggregates (circles) the cities.
SELECT
  r.region_code AS code,
  r.name_zh,
  r.level,
  CASE r.level
    WHEN 'nation' THEN '全国' WHEN 'province' THEN '省级' WHEN 'prefecture' THEN '市级' WHEN 'county' THEN '县级'
    WHEN 'functional' THEN '功能区' ELSE '合计区'
  END AS level_zh,
  r.parent_code,
  p.name_zh AS parent_name,
  r.valid_from,
  r.valid_to,
  CASE
    WHEN (r.valid_from IS NULL OR r.valid_from <= {{ today }}) AND (r.valid_to IS NULL OR r.valid_to >= {{ today }}) THEN 1
    ELSE 0
  END AS is_current,
  CASE WHEN r.level IN ('nation', 'province', 'prefecture', 'county') THEN 1 ELSE 0 END AS summable,
  ROW_NUMBER() OVER (ORDER BY r.region_code) AS sort_order
FROM dim_region AS r
LEFT JOIN dim_region AS p ON p.region_code = r.parent_code
