-- Items of lists, and tasks that are in none, by list, year and quarter: what is due, who carries it, how far it is.
-- One row a milestone, one without quarter for an item without milestones. A row of a list that is both a task and an
-- item stands once. The latest report on an item tells its state; it is overdue where the quarter has ended, and no
-- report says that it is done.
WITH current_document AS (
  SELECT d.*
  FROM core_document AS d
  WHERE NOT EXISTS (
    SELECT 1 FROM core_document AS newer
    WHERE newer.document_key = d.document_key AND newer.first_seen_at > d.first_seen_at
  )
),
items AS (
  SELECT
    p.project_id AS item_id, p.item_key, p.kind, p.number, p.name, p.under, p.field, p.list_year, p.stage, p.lead,
    p.responsible, p.cooperating, p.guiding, p.units, p.deadline, p.funding, p.document_id, p.span_start, p.span_end
  FROM core_plan_project AS p
  WHERE p.withdrawn_at IS NULL
  UNION ALL
  SELECT
    t.task_id, NULL, 'task', t.number, t.text, t.under, NULL, NULL, NULL, t.lead,
    t.responsible, t.cooperating, t.guiding, t.units, t.deadline, t.funding, t.document_id, t.span_start, t.span_end
  FROM core_plan_task AS t
  WHERE t.withdrawn_at IS NULL
    AND (t.document_id, t.span_start) NOT IN (
      SELECT p.document_id, p.span_start FROM core_plan_project AS p WHERE p.withdrawn_at IS NULL
    )
),
due AS MATERIALIZED (
  SELECT CAST(COALESCE(m.project_id, m.task_id) AS TEXT) AS item_id, m.quarter, m.text, m.span_start, m.span_end
  FROM core_milestone AS m
  WHERE m.withdrawn_at IS NULL
),
reports AS MATERIALIZED (
  SELECT
    r.item_key, r.state, r.percent, r.text, d.published_on, d.url,
    ROW_NUMBER() OVER (
      PARTITION BY r.item_key ORDER BY d.published_at DESC, d.document_id, r.ordinal
    ) AS place
  FROM core_plan_progress AS r
  JOIN current_document AS d ON d.document_id = r.document_id
  WHERE r.withdrawn_at IS NULL AND r.item_key IS NOT NULL
)
SELECT
  i.item_id,
  i.item_key,
  i.kind,
  i.number,
  i.name,
  i.under,
  i.field,
  i.list_year,
  i.stage,
  q.year,
  m.quarter,
  m.text AS due,
  q.period_end AS due_to,
  i.deadline,
  i.lead,
  i.responsible,
  i.cooperating,
  i.guiding,
  i.units,
  i.funding,
  r.state,
  r.percent,
  r.text AS progress,
  r.published_on AS progress_on,
  r.url AS progress_url,
  CASE
    WHEN q.period_end IS NULL THEN NULL
    WHEN q.period_end < CURRENT_DATE AND COALESCE(r.state, '') <> 'done' THEN 1
    ELSE 0
  END AS overdue,
  COALESCE(m.span_start, i.span_start) AS span_start,
  COALESCE(m.span_end, i.span_end) AS span_end,
  d.title AS document_title,
  d.publisher,
  d.published_on,
  d.url,
  d.document_id,
  d.access
FROM items AS i
JOIN current_document AS d ON d.document_id = i.document_id
LEFT JOIN due AS m ON m.item_id = i.item_id
LEFT JOIN dim_period AS q ON q.period = m.quarter
LEFT JOIN reports AS r ON r.item_key = i.item_key AND r.place = 1
