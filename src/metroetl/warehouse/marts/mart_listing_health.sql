-- The last good reading of each listing beside its earlier ones: how many items, how many there usually are (the median
-- of up to 30 readings before), whether its newest date went back or is no longer told.
WITH readings AS (
  SELECT
    f.source_id,
    f.url,
    f.run_id,
    f.fetched_at,
    f.items,
    f.fresh,
    f.newest,
    ROW_NUMBER() OVER (PARTITION BY f.source_id, f.url ORDER BY f.fetched_at DESC, f.fetch_id) AS place
  FROM raw_fetch AS f
  WHERE f.role = 'listing' AND f.ok AND f.items IS NOT NULL
),
past AS (
  SELECT
    r.source_id,
    r.url,
    r.items,
    r.newest,
    ROW_NUMBER() OVER (PARTITION BY r.source_id, r.url ORDER BY r.items, r.place) AS rank_by_items,
    COUNT(*) OVER (PARTITION BY r.source_id, r.url) AS readings
  FROM readings AS r
  WHERE r.place BETWEEN 2 AND 31
),
usual AS (
  SELECT
    p.source_id,
    p.url,
    MAX(p.readings) AS past_readings,
    AVG(CASE WHEN 2 * p.rank_by_items BETWEEN p.readings AND p.readings + 2 THEN 1.0 * p.items END) AS usual_items,
    MAX(p.newest) AS newest_before
  FROM past AS p
  GROUP BY p.source_id, p.url
)
SELECT
  r.source_id,
  s.title,
  r.url,
  r.run_id,
  r.fetched_at,
  r.items,
  s.min_items,
  u.usual_items,
  CASE WHEN u.usual_items > 0 THEN 1.0 * r.items / u.usual_items END AS usual_share,
  COALESCE(u.past_readings, 0) AS past_readings,
  r.fresh,
  r.newest,
  u.newest_before,
  {{ days('r.newest', 'u.newest_before') }} AS days_back,
  {{ days(china_day('r.fetched_at'), 'r.newest') }} AS days_ahead,
  CASE WHEN r.items > 0 AND r.newest IS NULL AND u.newest_before IS NOT NULL THEN 1 ELSE 0 END AS dates_lost
FROM readings AS r
JOIN dim_source AS s ON s.source_id = r.source_id
LEFT JOIN usual AS u ON u.source_id = r.source_id AND u.url = r.url
WHERE r.place = 1
