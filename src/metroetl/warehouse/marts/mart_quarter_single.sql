-- Single quarters of what adds up over time (levels of indicators that accumulate within the year and are sums), never of
-- growth. `basis`: 'published', where the quarter alone was published (当季); 'first_quarter', where the cumulative figure is
-- the quarter's own; else 'difference' of two cumulative figures (a year's is its fourth quarter's), which is `derived`, with
-- the rounding of both. A published one is preferred, the derived one stands beside it. `mixed_vintage` is 1 where the two
-- cumulative figures are of different generations: another revision stage, another boundary version, or one of them was
-- revised after the other had been published; their difference then holds the revision too.
{%- set before = "substr(q.quarter, 1, 6) || CAST(CAST(substr(q.quarter, 7, 1) AS INTEGER) - 1 AS VARCHAR(1))" %}
{%- set more = "CASE WHEN p.decimals > q.decimals THEN p.decimals ELSE q.decimals END" %}
WITH singles AS (
  SELECT
    q.region_code, q.region_name, q.region_level, q.indicator_code, q.indicator_name, q.variant, q.quarter, q.period_end, q.unit,
    s.value AS published_value,
    s.decimals AS published_decimals,
    s.rounding AS published_rounding,
    s.observation_id AS published_observation_id,
    CASE
      WHEN q.measure = 'level' THEN NULL WHEN q.quarter LIKE '%-Q1' THEN q.value ELSE {{ rounded('q.value - p.value', more) }}
    END AS derived_value,
    CASE WHEN q.measure = 'level' THEN NULL WHEN q.quarter LIKE '%-Q1' THEN q.decimals ELSE {{ more }} END AS derived_decimals,
    CASE
      WHEN q.measure = 'level' THEN NULL WHEN q.quarter LIKE '%-Q1' THEN q.rounding ELSE q.rounding + p.rounding
    END AS derived_rounding,
    CASE
      WHEN q.measure = 'level' THEN NULL
      WHEN q.quarter LIKE '%-Q1' THEN 0
      WHEN p.observation_id IS NULL THEN NULL
      WHEN p.revision_stage <> q.revision_stage OR p.boundary_version <> q.boundary_version THEN 1
      WHEN p.vintage > 1 AND p.published_on > q.published_on THEN 1
      WHEN q.vintage > 1 AND p.published_on < q.published_on THEN 1
      ELSE 0
    END AS mixed_vintage,
    CASE WHEN q.measure <> 'level' THEN q.value END AS cumulative_value,
    p.value AS cumulative_before,
    q.revision_stage,
    p.revision_stage AS revision_stage_before,
    q.boundary_version,
    p.boundary_version AS boundary_version_before,
    COALESCE(s.published_on, q.published_on) AS published_on,
    CASE WHEN q.measure <> 'level' THEN q.observation_id END AS cumulative_observation_id,
    p.observation_id AS cumulative_before_observation_id,
    CASE WHEN q.access = 'internal' OR p.access = 'internal' OR s.access = 'internal' THEN 'internal' ELSE 'public' END AS access,
    q.world
  FROM mart_indicator_quarter AS q
  JOIN dim_indicator AS i ON i.indicator_code = q.indicator_code AND i.cumulative AND i.agg_rule = 'sum'
  LEFT JOIN mart_indicator_quarter AS p
    ON q.measure = 'level_ytd' AND p.measure = 'level_ytd' AND p.region_code = q.region_code
    AND p.indicator_code = q.indicator_code AND p.variant = q.variant AND p.unit = q.unit AND p.quarter = {{ before }}
  LEFT JOIN mart_indicator_quarter AS s
    ON s.measure = 'level' AND s.region_code = q.region_code AND s.indicator_code = q.indicator_code
    AND s.variant = q.variant AND s.unit = q.unit AND s.quarter = q.quarter
  WHERE q.measure = 'level_ytd'
    OR q.measure = 'level' AND NOT EXISTS (
      -- a quarter that is published alone, without a cumulative figure, stands for itself
      SELECT 1 FROM mart_indicator_quarter AS y
      WHERE y.measure = 'level_ytd' AND y.region_code = q.region_code AND y.indicator_code = q.indicator_code
        AND y.variant = q.variant AND y.unit = q.unit AND y.quarter = q.quarter
    )
)
SELECT
  x.region_code,
  x.region_name,
  x.region_level,
  x.indicator_code,
  x.indicator_name,
  x.variant,
  x.quarter,
  {{ date("substr(x.quarter, 1, 5) || CASE substr(x.quarter, 7, 1) WHEN '1' THEN '01-01' WHEN '2' THEN '04-01' WHEN '3' THEN '07-01' ELSE '10-01' END") }} AS period_start,
  x.period_end,
  substr(x.quarter, 1, 4) || '年' || CASE substr(x.quarter, 7, 1)
    WHEN '1' THEN '一季度' WHEN '2' THEN '二季度' WHEN '3' THEN '三季度' ELSE '四季度'
  END AS period_label_zh,
  COALESCE(x.published_value, x.derived_value) AS value,
  x.unit,
  COALESCE(x.published_decimals, x.derived_decimals) AS decimals,
  COALESCE(x.published_rounding, x.derived_rounding) AS rounding,
  CASE
    WHEN x.published_value IS NOT NULL THEN 'published' WHEN x.quarter LIKE '%-Q1' THEN 'first_quarter' ELSE 'difference'
  END AS basis,
  CASE WHEN x.published_value IS NOT NULL OR x.quarter LIKE '%-Q1' THEN 0 ELSE 1 END AS derived,
  x.mixed_vintage,
  x.published_value,
  x.derived_value,
  x.derived_rounding,
  {{ rounded('x.published_value - x.derived_value', 6) }} AS difference,
  x.cumulative_value,
  x.cumulative_before,
  x.revision_stage,
  x.revision_stage_before,
  x.boundary_version,
  x.boundary_version_before,
  x.published_on,
  x.published_observation_id,
  x.cumulative_observation_id,
  x.cumulative_before_observation_id,
  x.access,
  x.world
FROM singles AS x
WHERE x.published_value IS NOT NULL OR x.derived_value IS NOT NULL
