-- Rounds of plans for reports: what documents state and what the catalogue has, in Chinese words.
SELECT
  c.circle_id,
  c.circle_name,
  c.circle_number AS sort_order,
  c.series_id,
  c.series_title,
  c.round,
  c.stage,
  c.title,
  c.plan_type,
  CASE
    WHEN c.period_start IS NOT NULL AND c.period_start <> c.period_end
      THEN CAST(c.period_start AS VARCHAR(4)) || '—' || CAST(c.period_end AS VARCHAR(4))
    WHEN c.period_end IS NOT NULL THEN CAST(c.period_end AS VARCHAR(4))
  END AS plan_period,
  c.expires_on AS period_end,
  c.came_out_on,
  c.issuers,
  c.doc_number,
  CASE c.status
    WHEN 'issued' THEN '已印发' WHEN 'draft' THEN '征求意见' WHEN 'expected' THEN '预计' WHEN 'amended' THEN '已修订' ELSE '已废止'
  END AS status_zh,
  CASE c.origin WHEN 'extracted' THEN '文件所载' ELSE '登记' END AS origin_zh,
  CASE c.role WHEN 'text' THEN '正文' ELSE '提及' END AS role_zh,
  c.count_value,
  c.count_what,
  c.days_to_expiry,
  c.successor_round,
  c.successor_issued_on,
  c.successor_gap_days,
  c.publisher,
  c.published_on,
  c.url,
  c.provenance,
  c.access
FROM mart_plan_calendar AS c
