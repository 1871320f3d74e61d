-- The regions that a circle's tables show, in their fixed order (成都, 德阳, 眉山, 资阳).
SELECT
  s.circle_id,
  c.name_zh AS circle_name,
  s.region_code AS code,
  r.name_zh,
  r.parent_code,
  s.role,
  CASE s.role
    WHEN 'circle' THEN '都市圈' WHEN 'core' THEN '核心范围' WHEN 'city' THEN '城市' WHEN 'member' THEN '其他成员'
    WHEN 'province' THEN '省' ELSE '全国'
  END AS role_zh,
  s.sort_order
FROM dim_circle_region AS s
JOIN dim_circle AS c ON c.circle_id = s.circle_id
JOIN dim_region AS r ON r.region_code = s.region_code
