-- Each code that was abolished, with the code (or codes) that count now: chains are followed (无为 341422 → 340225 → 340281).
-- `new_code` is NULL where a unit was split up and no one code succeeds it. `changed_on` is the first change, from which the
-- old code doesn't count any more; where `day_stated` is 0 only the year is known. `moved` is 1 where the unit went to
-- another city, so that the territory of both changed. Codes that never changed aren't here.
WITH RECURSIVE steps AS (
  SELECT
    CAST(e.old_code AS TEXT) AS old_code,
    CAST(e.old_name AS TEXT) AS old_name,
    CAST(e.new_code AS TEXT) AS new_code,
    e.counts_from AS changed_on,
    e.counts_from AS last_changed_on,
    CASE WHEN e.effective_on IS NULL THEN 0 ELSE 1 END AS day_stated,
    CAST(e.type AS TEXT) AS types,
    CAST(e.old_code || COALESCE(' → ' || e.new_code, '') AS TEXT) AS path,
    1 AS steps,
    CAST(e.doc_number AS TEXT) AS doc_number,
    e.note
  FROM dim_region_event AS e
  WHERE e.old_code IS NOT NULL AND (e.new_code IS NULL OR e.new_code <> e.old_code)
  UNION ALL
  SELECT
    s.old_code,
    s.old_name,
    CAST(e.new_code AS TEXT),
    s.changed_on,
    e.counts_from,
    CASE WHEN e.effective_on IS NULL THEN 0 ELSE s.day_stated END,
    s.types || '、' || e.type,
    s.path || COALESCE(' → ' || e.new_code, ''),
    s.steps + 1,
    s.doc_number || CASE WHEN s.doc_number <> '' AND e.doc_number <> '' THEN '、' ELSE '' END || e.doc_number,
    s.note || CASE WHEN s.note <> '' AND e.note <> '' THEN '; ' ELSE '' END || e.note
  FROM steps AS s
  JOIN dim_region_event AS e ON e.old_code = s.new_code AND e.counts_from >= s.last_changed_on
  WHERE (e.new_code IS NULL OR e.new_code <> e.old_code) AND s.steps < 9
),
ends AS (
  SELECT s.*
  FROM steps AS s
  WHERE NOT EXISTS (
    SELECT 1 FROM dim_region_event AS e
    WHERE e.old_code = s.new_code AND e.counts_from >= s.last_changed_on AND (e.new_code IS NULL OR e.new_code <> e.old_code)
  )
)
SELECT
  e.old_code,
  e.old_name,
  o.level AS old_level,
  o.parent_code AS old_parent_code,
  e.new_code,
  n.name_zh AS new_name,
  n.level AS new_level,
  n.parent_code AS new_parent_code,
  e.changed_on,
  e.last_changed_on,
  e.day_stated,
  e.types,
  e.path,
  e.steps,
  CASE
    WHEN e.new_code IS NULL THEN NULL
    WHEN o.level = 'prefecture' AND n.level = 'prefecture' THEN 0
    WHEN o.parent_code <> n.parent_code THEN 1
    ELSE 0
  END AS moved,
  COUNT(*) OVER (PARTITION BY e.old_code) AS successors,
  CASE WHEN e.new_code IS NOT NULL THEN COUNT(*) OVER (PARTITION BY e.new_code) END AS predecessors,
  e.doc_number,
  e.note
FROM ends AS e
JOIN dim_region AS o ON o.region_code = e.old_code
LEFT JOIN dim_region AS n ON n.region_code = e.new_code
