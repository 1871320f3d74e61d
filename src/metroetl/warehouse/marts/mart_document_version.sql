-- The versions of each document, with how much each differs from the one before; a page also tells of its files.
-- `files_replaced` counts versions, other than the first, of attachments that were first seen while this version stood.
WITH versions AS (
  SELECT
    d.*,
    LAG(d.title) OVER (PARTITION BY d.document_key ORDER BY d.first_seen_at, d.version) AS title_before,
    LAG(d.text_length) OVER (PARTITION BY d.document_key ORDER BY d.first_seen_at, d.version) AS length_before,
    LAG(d.published_on) OVER (PARTITION BY d.document_key ORDER BY d.first_seen_at, d.version) AS published_before,
    LEAD(d.first_seen_at) OVER (PARTITION BY d.document_key ORDER BY d.first_seen_at, d.version) AS replaced_at,
    COUNT(*) OVER (PARTITION BY d.document_key) AS versions
  FROM core_document AS d
),
figures AS (
  SELECT o.document_id, COUNT(*) AS observations
  FROM core_observation AS o
  WHERE o.withdrawn_at IS NULL
  GROUP BY o.document_id
),
replaced AS (
  SELECT d.source_id, d.parent_url, d.first_seen_at
  FROM core_document AS d
  WHERE d.role = 'attachment' AND d.version > 1
),
replacements AS (
  SELECT v.document_id, COUNT(*) AS files_replaced
  FROM replaced AS a
  JOIN versions AS v ON v.source_id = a.source_id AND v.url = a.parent_url
  WHERE a.first_seen_at >= v.first_seen_at AND (v.replaced_at IS NULL OR a.first_seen_at < v.replaced_at)
  GROUP BY v.document_id
)
SELECT
  v.document_key,
  v.document_id,
  v.version,
  v.versions,
  v.source_id,
  v.url,
  v.role,
  v.parent_url,
  v.title,
  v.published_on,
  v.published_at,
  v.published_basis,
  v.first_seen_at,
  v.replaced_at,
  v.content_hash,
  v.snapshot_id,
  v.sha256,
  CASE WHEN v.title <> v.title_before THEN 1 ELSE 0 END AS title_changed,
  CASE WHEN v.published_on <> v.published_before THEN 1 ELSE 0 END AS date_changed,
  v.text_length,
  v.text_length - v.length_before AS length_change,
  COALESCE(f.observations, 0) AS new_observations,
  COALESCE(r.files_replaced, 0) AS files_replaced
FROM versions AS v
LEFT JOIN figures AS f ON f.document_id = v.document_id
LEFT JOIN replacements AS r ON r.document_id = v.document_id
