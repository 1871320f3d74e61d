-- The documents of each release of a plan, in the latest version of each page: the plan's text first, that of the issuer's
-- own site before copies, then by the order of sources (`place` 1 is the best one).
WITH members AS (
  SELECT
    p.release_key,
    COALESCE(p.release_part, 'mention') AS part,
    p.status,
    p.issuers,
    p.issued_on,
    p.circle_id,
    p.succeeds,
    p.document_id,
    CASE COALESCE(p.release_part, 'mention')
      WHEN 'plan' THEN 0 WHEN 'notice' THEN 1 WHEN 'news' THEN 2 WHEN 'interpretation' THEN 3 WHEN 'draft' THEN 4 ELSE 5
    END AS part_order,
    ROW_NUMBER() OVER (PARTITION BY p.release_key, p.document_id ORDER BY p.ordinal) AS again
  FROM core_plan AS p
  WHERE p.release_key IS NOT NULL AND p.withdrawn_at IS NULL AND p.status <> 'expected'
)
SELECT
  m.release_key,
  m.part,
  m.status,
  m.issued_on,
  m.circle_id,
  m.succeeds,
  d.document_id,
  d.title AS document_title,
  d.publisher,
  d.published_on,
  d.source_id,
  d.url,
  d.access,
  d.first_seen_at,
  ROW_NUMBER() OVER (
    PARTITION BY m.release_key
    ORDER BY
      m.part_order,
      CASE WHEN d.publisher <> '' AND m.issuers LIKE '%' || d.publisher || '%' THEN 0 ELSE 1 END,
      s.precedence,
      d.document_id
  ) AS place
FROM members AS m
JOIN core_document AS d ON d.document_id = m.document_id
JOIN dim_source AS s ON s.source_id = d.source_id
WHERE m.again = 1
  AND NOT EXISTS (
    SELECT 1 FROM core_document AS newer
    WHERE newer.document_key = d.document_key AND newer.first_seen_at > d.first_seen_at
  )
