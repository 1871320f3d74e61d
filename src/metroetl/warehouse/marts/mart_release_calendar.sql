-- What is expected of each region that is watched, and when it came: windows of the catalogue × regions × periods, as the
-- last run found it. Only what was due since a source of the region is read; missed needs that earlier ones came.
SELECT
  w.window_id,
  w.level AS window_level,
  w.frequency,
  w.indicator_codes,
  r.region_code,
  g.name_zh AS region_name,
  r.period,
  r.period_end,
  r.due_from,
  r.due_to,
  r.state,
  CASE r.state
    WHEN 'expected' THEN '待发布'
    WHEN 'early' THEN '早于窗口'
    WHEN 'on_time' THEN '按时'
    WHEN 'late' THEN '晚于窗口'
    WHEN 'missed' THEN '逾期未见'
    ELSE '从未见过'
  END AS state_zh,
  r.published_on,
  CASE
    WHEN r.state = 'late' THEN {{ days('r.due_to', 'r.published_on') }}
    WHEN r.state IN ('missed', 'unproven') THEN {{ days('r.due_to', today) }}
  END AS days_late,
  CASE WHEN r.state = 'early' THEN {{ days('r.published_on', 'r.due_from') }} END AS days_early,
  {{ days(today, 'r.due_to') }} AS days_left,
  {{ days('r.published_on', today) }} AS days_since,
  r.came_before,
  r.watched_from,
  d.publisher,
  d.title AS document_title,
  d.url,
  r.document_id,
  w.note,
  r.checked_at
FROM ops_release AS r
JOIN dim_release_window AS w ON w.window_id = r.window_id
JOIN dim_region AS g ON g.region_code = r.region_code
LEFT JOIN core_document AS d ON d.document_id = r.document_id
WHERE r.document_id IS NULL OR d.document_id IS NOT NULL
