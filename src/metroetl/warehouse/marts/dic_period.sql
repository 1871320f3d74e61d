-- Periods that occur, newest first; the parent is the year.
SELECT
  p.period AS code,
  p.label_zh AS name_zh,
  p.label_ytd_zh AS name_ytd_zh,
  p.label_en AS name_en,
  CASE WHEN p.frequency <> 'A' THEN CAST(p.year AS VARCHAR(4)) END AS parent_code,
  p.frequency,
  p.year,
  p.quarter,
  p.period_start,
  p.period_end,
  ROW_NUMBER() OVER (ORDER BY p.period_end DESC, p.period_start, p.period) AS sort_order
FROM dim_period AS p
