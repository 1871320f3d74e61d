-- Quarters, wide: a region and a quarter, one column a headline indicator and measure with the unit in its name, as
-- headline.csv declares them. Public figures of the main variant in the column's unit; NULL where nothing was published.
-- `region_validity` tells of a code that didn't count at the end of the quarter; `boundary_mixed` is 1 where the row's
-- figures were published for different territories.
SELECT
  q.region_code,
  q.region_name,
  q.region_level,
  q.quarter,
  q.period_end,
  substr(q.quarter, 1, 4) || '年' || CASE substr(q.quarter, 7, 1)
    WHEN '1' THEN '一季度' WHEN '2' THEN '上半年' WHEN '3' THEN '前三季度' ELSE '全年'
  END AS period_label_zh,
{%- for h in headlines %}
  MAX(CASE WHEN q.indicator_code = '{{ h.indicator_code }}' AND q.measure = '{{ h.measure }}' AND q.unit = '{{ h.unit }}' THEN q.value END) AS {{ h.column }},
{%- endfor %}
  CASE WHEN q.period_end > r.valid_to THEN 'abolished' WHEN q.period_end < r.valid_from THEN 'before' ELSE 'valid' END AS region_validity,
  MAX(q.boundary_version) AS boundary_version,
  CASE WHEN MIN(q.boundary_version) <> MAX(q.boundary_version) THEN 1 ELSE 0 END AS boundary_mixed,
  MAX(q.published_on) AS last_published_on,
  q.world
FROM mart_indicator_quarter AS q
JOIN dim_region AS r ON r.region_code = q.region_code
WHERE q.variant = '' AND q.access = 'public'
GROUP BY q.region_code, q.region_name, q.region_level, q.quarter, q.period_end, r.valid_from, r.valid_to, q.world
