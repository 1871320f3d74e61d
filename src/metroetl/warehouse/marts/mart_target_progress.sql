-- How far each target of a plan is: the newest figure up to the target's day, in the target's place and unit. A cumulative
-- level counts at the end of a year only. `reached_pct` is the figure as a share of a level that is to be reached; growth
-- and upper limits have a gap only. `met` is NULL where the target names a figure without saying at least or at most.
-- `elapsed_pct` is the share of the time from the plan's first day to the target's day that is over today, or on the day
-- as of which the mart is asked. What can't be computed is NULL.
WITH targets AS (
  SELECT
    t.*,
    {{ last_day('COALESCE(t.by_year, t.period_end)') }} AS due_on,
    {{ first_day('t.period_start') }} AS starts_on,
    c.name_zh AS circle_name
  FROM mart_plan_target AS t
  LEFT JOIN dim_circle AS c ON c.circle_id = t.circle_id
),
measured AS (
  SELECT
    t.target_id,
    o.period,
    o.period_end,
    o.period_label_zh,
    o.measure_family,
    o.value,
    o.unit,
    o.boundary_version,
    o.observation_id,
    o.access,
    ROW_NUMBER() OVER (
      PARTITION BY t.target_id
      ORDER BY o.period_end DESC, CASE o.frequency WHEN 'A' THEN 0 WHEN 'Q' THEN 1 ELSE 2 END, o.period
    ) AS place
  FROM targets AS t
  JOIN mart_observation_latest AS o
    ON o.region_code = t.region_code AND o.indicator_code = t.indicator_code AND o.measure = t.measure AND o.variant = t.variant
  WHERE (t.due_on IS NULL OR o.period_end <= t.due_on)
    AND (o.accumulation <> 'ytd' OR o.measure_family <> 'level' OR {{ month('o.period_end') }} = 12)
),
progress AS (
  SELECT
    t.*,
    r.name_zh AS region_name,
    m.period,
    m.period_end AS measured_on,
    m.period_label_zh,
    m.measure_family,
    m.value AS observed_value,
    m.boundary_version,
    m.observation_id,
    m.access AS observed_access,
    CASE WHEN m.unit = t.series_unit THEN m.value - t.value_in_series_unit END AS gap,
    {{ days('t.starts_on', today) }} * 100.0 / NULLIF({{ days('t.starts_on', 't.due_on') }}, 0) AS elapsed
  FROM targets AS t
  LEFT JOIN dim_region AS r ON r.region_code = t.region_code
  LEFT JOIN measured AS m ON m.target_id = t.target_id AND m.place = 1
)
SELECT
  p.target_id,
  p.release_key,
  p.plan_title,
  p.circle_id,
  p.circle_name,
  p.region_code,
  p.region_name,
  p.indicator,
  p.indicator_code,
  p.indicator_name,
  p.comparator,
  p.value AS target_printed,
  p.unit AS unit_printed,
  p.value_in_series_unit AS target_value,
  p.binding,
  p.by_year,
  p.due_on,
  p.measure,
  p.variant,
  p.period,
  p.measured_on AS period_end,
  p.period_label_zh,
  p.observed_value,
  p.series_unit AS unit,
  {{ rounded('p.gap', 6) }} AS gap,
  CASE WHEN p.measure_family IN ('level', 'share') AND p.comparator <> '<=' AND p.gap IS NOT NULL AND p.value_in_series_unit > 0
    THEN {{ rounded('p.observed_value * 100.0 / p.value_in_series_unit', 2) }}
  END AS reached_pct,
  CASE
    WHEN p.comparator = '>=' AND p.gap >= -0.000001 OR p.comparator = '<=' AND p.gap <= 0.000001 THEN 1
    WHEN p.comparator IN ('>=', '<=') AND p.gap IS NOT NULL THEN 0
  END AS met,
  CASE WHEN p.elapsed < 0 THEN 0 WHEN p.elapsed > 100 THEN 100 ELSE {{ rounded('p.elapsed', 2) }} END AS elapsed_pct,
  p.boundary_version,
  p.observation_id,
  p.quote,
  p.span_start,
  p.span_end,
  p.document_id,
  p.document_title,
  p.publisher,
  p.published_on,
  p.url,
  CASE WHEN p.access = 'internal' OR p.observed_access = 'internal' THEN 'internal' ELSE 'public' END AS access
FROM progress AS p
