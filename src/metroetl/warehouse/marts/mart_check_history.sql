-- Each rule's verdicts by source and day (in China): what a chart of quality over time needs. Rules that judge what is
-- published have no source.
SELECT
  {{ china_day('c.checked_at') }} AS checked_on,
  c.rule_code,
  c.table_name,
  c.severity,
  b.source_id,
  s.title AS source_title,
  COUNT(*) AS verdicts,
  SUM(CASE WHEN c.verdict = 'pass' THEN 1 ELSE 0 END) AS passed,
  SUM(CASE WHEN c.verdict = 'fail' THEN 1 ELSE 0 END) AS fired,
  SUM(CASE WHEN c.verdict = 'error' THEN 1 ELSE 0 END) AS broken,
  SUM(c.evaluated) AS evaluated,
  SUM(c.unexpected) AS unexpected,
  SUM(c.seconds) AS seconds
FROM ops_check AS c
LEFT JOIN ops_batch AS b ON b.batch_id = c.batch_id
LEFT JOIN dim_source AS s ON s.source_id = b.source_id
GROUP BY {{ china_day('c.checked_at') }}, c.rule_code, c.table_name, c.severity, b.source_id, s.title
