-- Quarters that occur (of figures, statements or milestones), newest first; a year is its fourth quarter.
SELECT
  p.quarter AS code,
  CAST(p.year AS VARCHAR(4)) || '年' || CASE substr(p.quarter, 7, 1)
    WHEN '1' THEN '一季度' WHEN '2' THEN '二季度' WHEN '3' THEN '三季度' ELSE '四季度'
  END AS name_zh,
  CAST(p.year AS VARCHAR(4)) || '年' || CASE substr(p.quarter, 7, 1)
    WHEN '1' THEN '一季度' WHEN '2' THEN '上半年' WHEN '3' THEN '前三季度' ELSE '全年'
  END AS name_ytd_zh,
  CAST(p.year AS VARCHAR(4)) AS parent_code,
  p.year,
  p.period_end,
  ROW_NUMBER() OVER (ORDER BY p.quarter DESC) AS sort_order
FROM dim_period AS p
WHERE p.quarter IS NOT NULL
GROUP BY p.quarter, p.year, p.period_end
