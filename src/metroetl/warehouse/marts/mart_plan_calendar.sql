-- Rounds of plans side by side: as documents state them (extracted, one row a document) and as the catalogue has them
-- (curated, with its provenance). The first round that follows in the series gives the gap: days from the end of the
-- old round to the issue of the new one, negative when the new one came in time. `days_to_expiry` counts from today in
-- China, or from the day as of which the mart is asked.
WITH counted AS (
  SELECT
    c.*,
    ROW_NUMBER() OVER (
      PARTITION BY c.plan_id
      ORDER BY
        CASE WHEN c.what LIKE '%项目%' THEN 0 WHEN c.what LIKE '%任务%' THEN 1 WHEN c.what LIKE '%事项%' THEN 2
          WHEN c.what LIKE '%工程%' OR c.what LIKE '%举措%' OR c.what LIKE '%措施%' THEN 3 ELSE 4 END,
        c.ordinal
    ) AS place
  FROM core_plan_count AS c
  WHERE c.plan_id IS NOT NULL AND c.withdrawn_at IS NULL
),
rounds AS (
  SELECT
    'extracted' AS origin,
    p.plan_id AS entry_id,
    p.series_id,
    p.round,
    p.stage,
    p.period_start,
    p.period_end,
    p.expires_on,
    p.title,
    p.plan_type,
    p.issuers,
    p.doc_number,
    p.issued_on,
    p.status,
    p.role,
    n.value AS count_value,
    n.what AS count_what,
    n.span_start AS count_span_start,
    n.span_end AS count_span_end,
    n.quote AS count_quote,
    p.span_start,
    p.span_end,
    p.quote,
    d.title AS document_title,
    d.publisher,
    d.published_on,
    d.url,
    d.sha256,
    d.document_id,
    '' AS provenance,
    d.access,
    p.system_place AS own_place,
    p.circle_id AS own_circle
  FROM core_plan AS p
  JOIN core_document AS d ON d.document_id = p.document_id
  LEFT JOIN counted AS n ON n.plan_id = p.plan_id AND n.place = 1
  WHERE p.withdrawn_at IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM core_document AS newer
      WHERE newer.document_key = d.document_key AND newer.first_seen_at > d.first_seen_at
    )
  UNION ALL
  SELECT
    'curated', r.round_id, r.series_id, r.round, r.stage, r.period_start, r.period_end, r.expires_on, r.title,
    s.plan_type, r.issuers, r.doc_number, r.issued_on, r.status, 'text', r.count_value, r.count_what,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.provenance, 'public', NULL,
    NULL
  FROM dim_plan_round AS r
  JOIN dim_plan_series AS s ON s.series_id = r.series_id
),
out AS (
  -- a plan that states no day of issue came out when its own text was published
  SELECT
    r.*,
    COALESCE(r.issued_on, CASE WHEN r.role = 'text' AND r.status IN ('issued', 'amended') THEN r.published_on END) AS came_out_on
  FROM rounds AS r
),
issues AS (
  SELECT series_id, round, MIN(came_out_on) AS issued_on
  FROM out
  WHERE series_id IS NOT NULL AND round IS NOT NULL
  GROUP BY series_id, round
)
SELECT
  r.origin, r.entry_id, r.series_id, r.round, r.stage, r.period_start, r.period_end, r.expires_on, r.title, r.plan_type,
  r.issuers, r.doc_number, r.issued_on, r.status, r.role, r.count_value, r.count_what, r.count_span_start,
  r.count_span_end, r.count_quote, r.span_start, r.span_end, r.quote, r.document_title, r.publisher, r.published_on, r.url,
  r.sha256, r.document_id, r.provenance, r.access,
  s.title_zh AS series_title,
  COALESCE(s.circle_id, r.own_circle) AS circle_id,
  n.round AS successor_round,
  n.issued_on AS successor_issued_on,
  {{ days('r.expires_on', 'n.issued_on') }} AS successor_gap_days,
  c.name_zh AS circle_name,
  c.number AS circle_number,
  CASE
    WHEN r.own_place IS NOT NULL THEN r.own_place
    WHEN s.circle_id IS NULL THEN NULL
    WHEN r.title LIKE '%毗邻地区%' OR s.title_zh LIKE '%毗邻地区%' THEN '毗邻地区规划'
    WHEN s.plan_type IN ('发展规划', '国土空间规划', '专项规划') THEN s.plan_type
  END AS system_place,
  {{ days(today, 'r.expires_on') }} AS days_to_expiry,
  r.came_out_on
FROM out AS r
LEFT JOIN dim_plan_series AS s ON s.series_id = r.series_id
LEFT JOIN dim_circle AS c ON c.circle_id = COALESCE(s.circle_id, r.own_circle)
LEFT JOIN issues AS n ON n.series_id = r.series_id AND n.round = r.round + 1
