-- Indicators for a parameter box; the parent is the indicator that it is a part of.
SELECT
  i.indicator_code AS code,
  i.name_zh,
  i.name_en,
  i.parent_code,
  p.name_zh AS parent_name,
  i.unit,
  i.frequency,
  i.cumulative,
  i.agg_rule,
  i.sort_order
FROM dim_indicator AS i
LEFT JOIN dim_indicator AS p ON p.indicator_code = i.parent_code
