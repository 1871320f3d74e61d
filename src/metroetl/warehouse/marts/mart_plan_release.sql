-- One row a release of a plan, however many sites carry it: what it is, which round it follows, how many documents of each
-- kind belong to it, and its best document. The state is told from the documents, so that it is right as of a day too.
WITH counted AS (
  SELECT
    release_key,
    COUNT(*) AS documents,
    SUM(CASE WHEN part = 'plan' THEN 1 ELSE 0 END) AS plans,
    SUM(CASE WHEN part = 'notice' THEN 1 ELSE 0 END) AS notices,
    SUM(CASE WHEN part = 'news' THEN 1 ELSE 0 END) AS news,
    SUM(CASE WHEN part = 'interpretation' THEN 1 ELSE 0 END) AS interpretations,
    SUM(CASE WHEN part = 'draft' THEN 1 ELSE 0 END) AS drafts,
    SUM(CASE WHEN part = 'mention' THEN 1 ELSE 0 END) AS mentions,
    COUNT(DISTINCT source_id) AS sources,
    MIN(published_on) AS published_on,
    MIN(CASE WHEN part <> 'mention' THEN circle_id END) AS circle_id,
    MIN(CASE WHEN part <> 'mention' THEN succeeds END) AS succeeds,
    MAX(
      CASE
        WHEN part = 'mention' THEN 0
        WHEN status = 'repealed' THEN 4 WHEN status = 'amended' THEN 3 WHEN status = 'draft' THEN 1 ELSE 2
      END
    ) AS state_order
  FROM mart_plan_release_document
  GROUP BY release_key
)
SELECT
  r.release_key,
  r.title,
  r.plan_type,
  r.series_id,
  s.title_zh AS series_title,
  COALESCE(s.circle_id, n.circle_id) AS circle_id,
  c.name_zh AS circle_name,
  r.round,
  r.period_start,
  r.period_end,
  CASE
    WHEN r.period_start IS NOT NULL AND r.period_start <> r.period_end
      THEN CAST(r.period_start AS VARCHAR(4)) || '—' || CAST(r.period_end AS VARCHAR(4))
    WHEN r.period_end IS NOT NULL THEN CAST(r.period_end AS VARCHAR(4))
  END AS period,
  r.issuers,
  r.doc_number,
  r.issued_on,
  CASE n.state_order WHEN 4 THEN 'repealed' WHEN 3 THEN 'revised' WHEN 2 THEN 'new' ELSE 'draft' END AS state,
  r.succeeds_key,
  COALESCE(b.title, n.succeeds) AS succeeds_title,
  n.documents,
  n.plans,
  n.notices,
  n.news,
  n.interpretations,
  n.drafts,
  n.mentions,
  n.sources,
  n.published_on,
  d.part AS best_part,
  d.document_id,
  d.document_title,
  d.publisher,
  d.url,
  d.access,
  r.first_document_id,
  r.first_seen_at,
  r.announced_state,
  r.announced_at,
  {{ before_dot('r.release_key') }} AS family_key,
  ROW_NUMBER() OVER (
    PARTITION BY {{ before_dot('r.release_key') }} ORDER BY COALESCE(r.period_start, r.period_end), r.release_key
  ) AS family_order
FROM core_plan_release AS r
JOIN counted AS n ON n.release_key = r.release_key
JOIN mart_plan_release_document AS d ON d.release_key = r.release_key AND d.place = 1
LEFT JOIN core_plan_release AS b ON b.release_key = r.succeeds_key
LEFT JOIN dim_plan_series AS s ON s.series_id = r.series_id
LEFT JOIN dim_circle AS c ON c.circle_id = COALESCE(s.circle_id, n.circle_id)
WHERE r.withdrawn_at IS NULL AND n.state_order > 0
