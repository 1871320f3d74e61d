-- Every check of a source, newest first within the source (place 1), with what the catalogue declares.
SELECT
  c.check_id,
  c.run_id,
  c.source_id,
  s.title,
  c.checked_at,
  ROW_NUMBER() OVER (PARTITION BY c.source_id ORDER BY c.checked_at DESC, c.check_id) AS place,
  c.live,
  c.outcome,
  c.ok,
  c.family_declared,
  c.family_seen,
  CASE WHEN c.family_seen <> c.family_declared THEN 1 ELSE 0 END AS family_changed,
  c.items,
  c.newest,
  c.days_late,
  c.robots,
  c.seconds,
  c.detail,
  c.way_out
FROM ops_source_check AS c
JOIN dim_source AS s ON s.source_id = c.source_id
