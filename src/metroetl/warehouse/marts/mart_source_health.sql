-- How each source fares: last attempt, last listing read, failures since, newest document, what waits for a person.
WITH listings AS (
  SELECT
    f.*,
    ROW_NUMBER() OVER (PARTITION BY f.source_id ORDER BY f.fetched_at DESC, f.fetch_id) AS place,
    MAX(CASE WHEN f.ok THEN f.fetched_at END) OVER (PARTITION BY f.source_id) AS last_ok_at
  FROM raw_fetch AS f
  WHERE f.role = 'listing'
),
attempts AS (
  SELECT
    f.source_id,
    COUNT(*) AS fetches,
    SUM(CASE WHEN f.ok THEN 0 ELSE 1 END) AS failures,
    MAX(f.fetched_at) AS last_attempt_at
  FROM raw_fetch AS f
  GROUP BY f.source_id
),
-- attempts that found nothing new are folded when they are old
folded AS (
  SELECT m.source_id, SUM(m.fetches) AS fetches FROM raw_fetch_month AS m GROUP BY m.source_id
),
streaks AS (
  SELECT l.source_id, SUM(CASE WHEN l.last_ok_at IS NULL OR l.fetched_at > l.last_ok_at THEN 1 ELSE 0 END) AS streak
  FROM listings AS l
  GROUP BY l.source_id
),
documents AS (
  SELECT d.source_id, COUNT(*) AS documents, MAX(d.published_on) AS newest_published_on, MAX(d.loaded_at) AS last_loaded_at
  FROM core_document AS d
  GROUP BY d.source_id
),
waiting AS (
  SELECT t.source_id, COUNT(*) AS pending FROM raw_snapshot AS t WHERE t.state = 'pending' GROUP BY t.source_id
),
quarantined AS (
  SELECT q.source_id, COUNT(DISTINCT q.row_id) AS quarantined, MIN(q.created_at) AS oldest_open_at
  FROM ops_quarantine AS q WHERE q.state = 'open' GROUP BY q.source_id
),
-- the project's stand-ins mark their answers: how old what they show is says nothing of the publisher
shown AS (
  SELECT
    t.source_id,
    CASE WHEN t.headers LIKE '%x-metroetl-stand-in%' THEN 1 ELSE 0 END AS stand_in,
    ROW_NUMBER() OVER (PARTITION BY t.source_id ORDER BY t.fetched_at DESC, t.snapshot_id) AS place
  FROM raw_snapshot AS t
),
held AS (
  SELECT b.source_id, COUNT(*) AS held FROM ops_batch AS b WHERE b.state = 'held' GROUP BY b.source_id
)
SELECT
  s.source_id,
  s.title,
  s.publisher,
  s.kinds,
  s.enabled,
  s.reason,
  s.verified,
  a.last_attempt_at,
  l.last_ok_at AS last_listing_ok_at,
  l.outcome AS last_listing_outcome,
  l.items AS last_listing_items,
  s.min_items,
  l.detail AS last_listing_detail,
  COALESCE(k.streak, 0) AS failures_in_a_row,
  COALESCE(a.fetches, 0) + COALESCE(o.fetches, 0) AS fetches,
  COALESCE(a.failures, 0) AS failures,
  COALESCE(d.documents, 0) AS documents,
  d.newest_published_on,
  s.max_age_days,
  d.last_loaded_at,
  COALESCE(w.pending, 0) AS pending_snapshots,
  COALESCE(q.quarantined, 0) AS open_quarantine,
  COALESCE(h.held, 0) AS held_batches,
  c.checked_at AS last_check_at,
  c.live AS last_check_live,
  c.outcome AS last_check_outcome,
  c.family_declared,
  c.family_seen,
  c.items AS last_check_items,
  c.newest AS last_check_newest,
  c.days_late,
  c.robots,
  c.seconds AS last_check_seconds,
  c.detail AS last_check_detail,
  c.way_out AS last_check_way_out,
  {{ days(china_day('q.oldest_open_at'), today) }} AS oldest_open_days,
  {{ days('d.newest_published_on', today) }} AS newest_age_days,
  COALESCE(v.stand_in, 0) AS stand_in
FROM dim_source AS s
LEFT JOIN listings AS l ON l.source_id = s.source_id AND l.place = 1
LEFT JOIN attempts AS a ON a.source_id = s.source_id
LEFT JOIN folded AS o ON o.source_id = s.source_id
LEFT JOIN streaks AS k ON k.source_id = s.source_id
LEFT JOIN documents AS d ON d.source_id = s.source_id
LEFT JOIN waiting AS w ON w.source_id = s.source_id
LEFT JOIN quarantined AS q ON q.source_id = s.source_id
LEFT JOIN held AS h ON h.source_id = s.source_id
LEFT JOIN shown AS v ON v.source_id = s.source_id AND v.place = 1
LEFT JOIN mart_source_check AS c ON c.source_id = s.source_id AND c.place = 1
