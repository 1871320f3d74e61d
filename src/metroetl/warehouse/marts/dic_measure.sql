-- Measures for a parameter box; the parent is the family.
SELECT
  m.measure AS code,
  m.name_zh,
  m.family AS parent_code,
  m.accumulation,
  m.basis,
  ROW_NUMBER() OVER (
    ORDER BY
      CASE m.family WHEN 'level' THEN 0 WHEN 'yoy' THEN 1 WHEN 'share' THEN 2 WHEN 'yoy_pp' THEN 3 WHEN 'index' THEN 4 ELSE 5 END,
      m.measure
  ) AS sort_order
FROM dim_measure AS m
