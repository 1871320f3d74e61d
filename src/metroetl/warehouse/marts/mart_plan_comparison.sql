-- Each round of a plan series beside the round before: what is counted in the newest document of either, what texts state
-- of them, and what the catalogue has (curated, never over the extracted). A plan's own text comes before a text that
-- speaks of it; parts are counted in its own text only, and are NULL where that isn't known. Where internal documents
-- speak of a round there is a second row, access 'internal', that counts them too.
WITH scopes AS (
  SELECT 'public' AS scope
  UNION ALL
  SELECT 'internal'
),
spoken AS (
  SELECT
    s.scope,
    p.*,
    d.url,
    n.count_value AS stated_count,
    n.count_what AS stated_what,
    CASE WHEN p.role = 'text' THEN 1 ELSE 0 END AS own_text,
    ROW_NUMBER() OVER (
      PARTITION BY s.scope, p.series_id, p.round
      ORDER BY
        CASE WHEN p.role = 'text' THEN 0 ELSE 1 END,
        CASE WHEN d.published_on IS NULL THEN 1 ELSE 0 END,
        d.published_on DESC,
        d.first_seen_at DESC,
        p.plan_id
    ) AS place,
    MIN(CASE WHEN p.status = 'issued' THEN p.issued_on END) OVER (PARTITION BY s.scope, p.series_id, p.round) AS first_issued_on,
    MIN(n.came_out_on) OVER (PARTITION BY s.scope, p.series_id, p.round) AS first_out_on,
    MAX(CASE WHEN d.access = 'internal' THEN 1 ELSE 0 END) OVER (PARTITION BY s.scope, p.series_id, p.round) AS has_internal
  FROM core_plan AS p
  JOIN core_document AS d ON d.document_id = p.document_id
  JOIN scopes AS s ON s.scope = 'internal' OR d.access = 'public'
  LEFT JOIN mart_plan_calendar AS n ON n.entry_id = p.plan_id AND n.origin = 'extracted'
  WHERE p.withdrawn_at IS NULL AND p.series_id IS NOT NULL AND p.round IS NOT NULL
    AND NOT EXISTS (
      SELECT 1 FROM core_document AS newer
      WHERE newer.document_key = d.document_key AND newer.first_seen_at > d.first_seen_at
    )
),
curated AS (
  SELECT
    r.*,
    ROW_NUMBER() OVER (PARTITION BY r.series_id, r.round ORDER BY r.round_id) AS place
  FROM dim_plan_round AS r
  WHERE r.round IS NOT NULL
),
keys AS (
  SELECT scope, series_id, round FROM spoken
  UNION
  SELECT s.scope, c.series_id, c.round FROM curated AS c CROSS JOIN scopes AS s
),
rounds AS (
  SELECT
    k.scope,
    k.series_id,
    k.round,
    COALESCE(x.stage, c.stage) AS stage,
    COALESCE(x.period_start, c.period_start) AS period_start,
    COALESCE(x.period_end, c.period_end) AS period_end,
    COALESCE(x.expires_on, c.expires_on) AS expires_on,
    COALESCE(x.first_issued_on, c.issued_on, x.first_out_on) AS issued_on,
    x.issuers,
    c.issuers AS curated_issuers,
    COALESCE(x.status, c.status) AS status,
    COALESCE(x.own_text, 0) AS text_known,
    CASE WHEN x.own_text = 1 THEN (
      SELECT COUNT(*) FROM core_plan_section AS t WHERE t.document_id = x.document_id AND t.withdrawn_at IS NULL
    ) END AS sections,
    CASE WHEN x.own_text = 1 THEN (
      SELECT COUNT(*) FROM core_plan_target AS t WHERE t.document_id = x.document_id AND t.withdrawn_at IS NULL
    ) END AS targets,
    CASE WHEN x.own_text = 1 THEN (
      SELECT COUNT(*) FROM core_plan_task AS t WHERE t.document_id = x.document_id AND t.withdrawn_at IS NULL
    ) END AS tasks,
    CASE WHEN x.own_text = 1 THEN (
      SELECT COUNT(*) FROM core_plan_project AS t WHERE t.document_id = x.document_id AND t.withdrawn_at IS NULL
    ) END AS projects,
    x.stated_count,
    x.stated_what,
    c.count_value AS curated_count,
    c.count_what AS curated_what,
    x.document_id,
    x.url,
    COALESCE(c.provenance, '') AS provenance,
    COALESCE(x.has_internal, 0) AS has_internal
  FROM keys AS k
  LEFT JOIN spoken AS x ON x.scope = k.scope AND x.series_id = k.series_id AND x.round = k.round AND x.place = 1
  LEFT JOIN curated AS c ON c.series_id = k.series_id AND c.round = k.round AND c.place = 1
)
SELECT
  a.series_id,
  s.title_zh AS series_title,
  s.circle_id,
  b.round AS round_before,
  a.round AS round_after,
  b.stage AS stage_before,
  a.stage AS stage_after,
  b.period_start AS period_start_before,
  a.period_start AS period_start_after,
  b.period_end AS period_end_before,
  a.period_end AS period_end_after,
  b.status AS status_before,
  a.status AS status_after,
  b.expires_on AS expires_on_before,
  a.issued_on AS issued_on_after,
  {{ days('b.expires_on', 'a.issued_on') }} AS lag_days,
  b.issuers AS issuers_before,
  a.issuers AS issuers_after,
  b.curated_issuers AS curated_issuers_before,
  a.curated_issuers AS curated_issuers_after,
  b.text_known AS text_known_before,
  a.text_known AS text_known_after,
  b.sections AS sections_before,
  a.sections AS sections_after,
  b.targets AS targets_before,
  a.targets AS targets_after,
  b.tasks AS tasks_before,
  a.tasks AS tasks_after,
  b.projects AS projects_before,
  a.projects AS projects_after,
  b.stated_count AS stated_count_before,
  b.stated_what AS stated_what_before,
  a.stated_count AS stated_count_after,
  a.stated_what AS stated_what_after,
  b.curated_count AS curated_count_before,
  b.curated_what AS curated_what_before,
  a.curated_count AS curated_count_after,
  a.curated_what AS curated_what_after,
  b.document_id AS document_id_before,
  a.document_id AS document_id_after,
  b.url AS url_before,
  a.url AS url_after,
  b.provenance AS provenance_before,
  a.provenance AS provenance_after,
  a.scope AS access
FROM rounds AS a
JOIN rounds AS b ON b.scope = a.scope AND b.series_id = a.series_id AND b.round = a.round - 1
LEFT JOIN dim_plan_series AS s ON s.series_id = a.series_id
WHERE a.scope = 'public' OR a.has_internal = 1 OR b.has_internal = 1
