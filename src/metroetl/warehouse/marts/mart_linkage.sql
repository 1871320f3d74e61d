-- Links of a circle's places: of invoice flows that an operator gave (kind od, always internal; the newest vintage of each
-- source and period) and of the gravity model over published figures (kind gravity). A measure is of two places, of one
-- (`to_code` empty) or of the circle (both empty); `_O` is everything outside it. What is suppressed has no value.
WITH links AS (
  SELECT
    l.*,
    MAX(l.vintage) OVER (PARTITION BY l.circle_id, l.period, l.kind, l.source_name) AS newest_vintage
  FROM core_linkage AS l
)
SELECT
  l.circle_id,
  c.name_zh AS circle_name,
  l.period,
  l.period_end,
  l.kind,
  l.from_code,
  CASE l.from_code WHEN '_O' THEN '圈外' WHEN '' THEN c.name_zh ELSE f.name_zh END AS from_name,
  l.to_code,
  CASE l.to_code WHEN '_O' THEN '圈外' ELSE t.name_zh END AS to_name,
  l.measure,
  l.value,
  l.unit,
  l.obs_status,
  l.suppressed,
  l.rank,
  CASE l.kind WHEN 'od' THEN 'operator' ELSE 'computed' END AS origin,
  l.source_name,
  l.vintage,
  l.observation_ids,
  l.embargo_until,
  l.access,
  l.world
FROM links AS l
JOIN dim_circle AS c ON c.circle_id = l.circle_id
LEFT JOIN dim_region AS f ON f.region_code = l.from_code
LEFT JOIN dim_region AS t ON t.region_code = l.to_code
WHERE l.vintage = l.newest_vintage
