-- What happened to each loop, in order: outcomes of check-ups by quarter, responses, verifications, ends. Persons and what
-- they wrote are shown to those who see internal rows only.
SELECT
  e.loop_id,
  l.circle_id,
  e.ordinal,
  e.kind,
  CASE e.kind
    WHEN 'opened' THEN '立项' WHEN 'found' THEN '仍存在' WHEN 'clear' THEN '本季未出现' WHEN 'unjudged' THEN '缺数据未判定'
    WHEN 'proposed' THEN '建议销号' WHEN 'reopened' THEN '重新打开' WHEN 'responded' THEN '应对' WHEN 'verified' THEN '核验销号' ELSE '关闭'
  END AS kind_zh,
  e.state,
  e.quarter AS of_quarter,
  e.severity,
  e.value,
  CASE WHEN e.kind NOT IN ('responded', 'verified', 'closed') OR {{ audience }} = 'internal' THEN e.text_zh END AS text_zh,
  CASE WHEN e.kind NOT IN ('responded', 'verified', 'closed') OR {{ audience }} = 'internal' THEN e.text_en END AS text_en,
  e.clear_quarters,
  e.item_id,
  e.owner,
  e.due_quarter,
  CASE WHEN e.kind NOT IN ('responded', 'verified', 'closed') OR {{ audience }} = 'internal' THEN e.who END AS who,
  e.at
FROM ops_loop_event AS e
JOIN ops_loop AS l ON l.loop_id = e.loop_id
