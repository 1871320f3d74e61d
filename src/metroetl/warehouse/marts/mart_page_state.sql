-- Each archived page, part and attachment: is it still there, when was it seen and asked, did its files change.
-- Only an answer decides: read well is present, not found is vanished; a barrier or a dead host says nothing of the page.
WITH snapshots AS (
  SELECT
    t.*,
    MIN(t.fetched_at) OVER (PARTITION BY t.source_id, t.url) AS first_at,
    ROW_NUMBER() OVER (PARTITION BY t.source_id, t.url ORDER BY t.fetched_at DESC, t.snapshot_id) AS place
  FROM raw_snapshot AS t
  WHERE t.role IN ('page', 'part', 'attachment')
),
attempts AS (
  SELECT
    f.source_id,
    f.url,
    f.outcome,
    f.fetched_at,
    ROW_NUMBER() OVER (PARTITION BY f.source_id, f.url ORDER BY f.fetched_at DESC, f.fetch_id) AS place,
    MAX(CASE WHEN f.ok THEN f.fetched_at END) OVER (PARTITION BY f.source_id, f.url) AS last_ok_at,
    MAX(CASE WHEN f.outcome IN ('NOT_FOUND', 'SOFT_NOT_FOUND') THEN f.fetched_at END)
      OVER (PARTITION BY f.source_id, f.url) AS last_gone_at
  FROM raw_fetch AS f
  WHERE f.role IN ('page', 'part', 'attachment')
),
versions AS (
  SELECT d.source_id, d.url, COUNT(*) AS versions, MAX(d.first_seen_at) AS changed_at
  FROM core_document AS d
  GROUP BY d.source_id, d.url
),
files AS (
  SELECT
    p.source_id,
    p.parent_url,
    COUNT(*) AS attachments,
    SUM(CASE WHEN v.versions > 1 THEN 1 ELSE 0 END) AS attachments_replaced,
    MAX(CASE WHEN v.versions > 1 THEN v.changed_at END) AS attachment_replaced_at
  FROM snapshots AS p
  LEFT JOIN versions AS v ON v.source_id = p.source_id AND v.url = p.url
  WHERE p.place = 1 AND p.role = 'attachment' AND p.parent_url IS NOT NULL
  GROUP BY p.source_id, p.parent_url
)
SELECT
  s.source_id,
  s.url,
  s.role,
  s.parent_url,
  CASE WHEN s.title <> '' THEN s.title ELSE s.name END AS title,
  s.listed_on,
  s.first_at AS first_seen_at,
  COALESCE(a.last_ok_at, s.fetched_at) AS last_seen_at,
  COALESCE(a.fetched_at, s.fetched_at) AS last_asked_at,
  CASE
    WHEN a.last_gone_at > COALESCE(a.last_ok_at, s.fetched_at) THEN 'vanished'
    WHEN s.state = 'unreadable' THEN 'unreadable'
    ELSE 'present'
  END AS state,
  a.outcome AS last_outcome,
  COALESCE(v.versions, 0) AS versions,
  COALESCE(f.attachments, 0) AS attachments,
  COALESCE(f.attachments_replaced, 0) AS attachments_replaced,
  f.attachment_replaced_at
FROM snapshots AS s
LEFT JOIN attempts AS a ON a.source_id = s.source_id AND a.url = s.url AND a.place = 1
LEFT JOIN versions AS v ON v.source_id = s.source_id AND v.url = s.url
LEFT JOIN files AS f ON f.source_id = s.source_id AND f.parent_url = s.url
WHERE s.place = 1
