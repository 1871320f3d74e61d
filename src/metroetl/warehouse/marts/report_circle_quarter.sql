-- A circle's quarter for reports: a region and an indicator a row, level, growth and shares side by side, public figures
-- only. Of several measures of one kind the first of the list stands; `value_measure` and `growth_measure` say which.
-- Regions in the circle's fixed order (sort_order), indicators in the catalogue's (indicator_order).
{%- set values = ['level_ytd', 'level_eop', 'level', 'level_avg', 'rate_eop', 'rate', 'ratio', 'yoy_index_ytd', 'yoy_index'] %}
{%- set growth = ['yoy_real_ytd', 'yoy_comparable_ytd', 'yoy_nominal_ytd', 'yoy_ytd', 'yoy_eop', 'yoy_real', 'yoy_nominal', 'yoy'] %}
{%- macro of(measure, column) %}MAX(CASE WHEN q.measure = '{{ measure }}' THEN q.{{ column }} END){% endmacro %}
{%- macro first(measures, column) %}CASE
{%- for m in measures %}
    WHEN {{ of(m, 'value') }} IS NOT NULL THEN {{ of(m, column) }}
{%- endfor %}
  END{% endmacro %}
SELECT
  q.circle_id,
  q.circle_name,
  q.quarter,
  q.period_end,
  substr(q.quarter, 1, 4) || '年' || CASE substr(q.quarter, 7, 1)
    WHEN '1' THEN '一季度' WHEN '2' THEN '上半年' WHEN '3' THEN '前三季度' ELSE '全年'
  END AS period_label_zh,
  q.region_code,
  q.region_name,
  q.role,
  CASE q.role
    WHEN 'circle' THEN '都市圈' WHEN 'core' THEN '核心范围' WHEN 'city' THEN '城市' WHEN 'member' THEN '其他成员'
    WHEN 'province' THEN '省' ELSE '全国'
  END AS role_zh,
  q.sort_order,
  q.indicator_code,
  q.indicator_name,
  q.indicator_order,
  q.variant,
  {{ first(values, 'value') }} AS value,
  {{ first(values, 'unit') }} AS unit,
  {{ first(values, 'measure') }} AS value_measure,
  {{ first(growth, 'value') }} AS growth_pct,
  {{ first(growth, 'measure') }} AS growth_measure,
  MAX(CASE WHEN q.measure IN ('yoy_pp', 'pp_change') THEN q.value END) AS change_pp,
  {{ of('share_of_circle', 'value') }} AS share_of_circle_pct,
  {{ of('share_of_province', 'value') }} AS share_of_province_pct,
  {{ of('share_of_nation', 'value') }} AS share_of_nation_pct,
  {{ of('share_of_gdp', 'value') }} AS share_of_gdp_pct,
  MAX(q.conflict) AS conflict,
  MAX(q.published_on) AS last_published_on,
  COUNT(*) AS figures,
  {{ first(values, 'url') }} AS value_url,
  {{ first(growth, 'url') }} AS growth_url,
  q.world
FROM mart_circle_quarter AS q
WHERE q.access = 'public'
GROUP BY
  q.circle_id, q.circle_name, q.quarter, q.period_end, q.region_code, q.region_name, q.role, q.sort_order,
  q.indicator_code, q.indicator_name, q.indicator_order, q.variant, q.world
