-- Loops of check-up, diagnosis and response (体检—诊断—应对), one row each, as they stand after their last event: what was
-- found last, who answers for it until when, how many judged quarters passed without the finding, who ended it. Persons
-- and their reasons are shown to those who see internal rows only.
WITH events AS (
  SELECT
    e.*,
    ROW_NUMBER() OVER (PARTITION BY e.loop_id ORDER BY e.ordinal DESC) AS place,
    ROW_NUMBER() OVER (
      PARTITION BY e.loop_id, CASE WHEN e.kind IN ('opened', 'found', 'reopened') THEN 'found' ELSE e.kind END
      ORDER BY e.ordinal DESC
    ) AS place_of_kind,
    ROW_NUMBER() OVER (
      PARTITION BY e.loop_id, CASE WHEN e.kind IN ('responded', 'verified', 'closed') THEN 1 ELSE 0 END
      ORDER BY e.ordinal DESC
    ) AS place_of_side
  FROM ops_loop_event AS e
),
counted AS (
  SELECT
    loop_id, COUNT(*) AS events,
    SUM(CASE WHEN kind = 'reopened' THEN 1 ELSE 0 END) AS times_reopened,
    MAX(CASE WHEN kind = 'reopened' THEN ordinal ELSE 0 END) AS reopened_ordinal
  FROM ops_loop_event
  GROUP BY loop_id
)
SELECT
  l.loop_id,
  l.circle_id,
  c.name_zh AS circle_name,
  l.rule_code,
  l.rule_zh,
  l.rule_en,
  l.region_code,
  r.name_zh AS region_name,
  l.indicator_code,
  i.name_zh AS indicator_name,
  l.opened_quarter,
  l.opened_at,
  last.state,
  CASE last.state
    WHEN 'open' THEN '待应对' WHEN 'responding' THEN '应对中' WHEN 'proposed' THEN '待核验' WHEN 'verified' THEN '已核验销号' ELSE '已关闭'
  END AS state_zh,
  found.severity,
  CASE found.severity WHEN 'alert' THEN '预警' WHEN 'watch' THEN '关注' ELSE '提示' END AS severity_zh,
  found.quarter AS found_quarter,
  found.value AS found_value,
  found.text_zh AS finding_zh,
  found.text_en AS finding_en,
  checked.quarter AS checked_quarter,
  checked.kind AS checked_outcome,
  last.clear_quarters,
  answer.item_id,
  answer.owner,
  answer.due_quarter,
  CASE WHEN {{ audience }} = 'internal' THEN answer.text_zh END AS response_note,
  CASE WHEN {{ audience }} = 'internal' THEN answer.who END AS responded_by,
  answer.at AS responded_at,
  CASE WHEN {{ audience }} = 'internal' AND last.kind IN ('verified', 'closed') THEN last.who END AS ended_by,
  CASE WHEN last.kind IN ('verified', 'closed') THEN last.at END AS ended_at,
  CASE WHEN {{ audience }} = 'internal' AND last.kind IN ('verified', 'closed') THEN last.text_zh END AS ended_reason,
  n.times_reopened,
  n.events,
  last.at AS updated_at
FROM ops_loop AS l
JOIN counted AS n ON n.loop_id = l.loop_id
JOIN dim_circle AS c ON c.circle_id = l.circle_id
JOIN dim_region AS r ON r.region_code = l.region_code
JOIN dim_indicator AS i ON i.indicator_code = l.indicator_code
JOIN events AS last ON last.loop_id = l.loop_id AND last.place = 1
JOIN events AS found
  ON found.loop_id = l.loop_id AND found.kind IN ('opened', 'found', 'reopened') AND found.place_of_kind = 1
LEFT JOIN events AS checked
  ON checked.loop_id = l.loop_id AND checked.kind NOT IN ('responded', 'verified', 'closed') AND checked.place_of_side = 1
LEFT JOIN events AS answer
  ON answer.loop_id = l.loop_id AND answer.kind = 'responded' AND answer.place_of_kind = 1
  AND answer.ordinal > n.reopened_ordinal
