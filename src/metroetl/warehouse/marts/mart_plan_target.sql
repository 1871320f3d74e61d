-- Targets of plans, each tied to the series that measures it: the indicator of the catalogue, in the plan's circle (else the
-- region of its document), as growth where a rate of growth is wanted (per cent of what
-- is counted otherwise, or is published as growth only), else as a level. `value_in_series_unit` is NULL where
-- the units can't be converted; no target is measured by a series of another kind.
WITH plans AS (
  SELECT
    p.*,
    ROW_NUMBER() OVER (PARTITION BY p.document_id ORDER BY CASE p.role WHEN 'text' THEN 0 ELSE 1 END, p.ordinal) AS place
  FROM core_plan AS p
  WHERE p.withdrawn_at IS NULL
),
targets AS (
  SELECT
    t.*,
    i.name_zh AS indicator_name,
    COALESCE(c.region_code, d.region_code) AS region_code,
    CASE WHEN t.unit = '%' AND (i.unit <> '%' OR NOT i.level_published) THEN 'growth' ELSE 'level' END AS wanted,
    p.title AS plan_title,
    p.release_key,
    p.circle_id,
    p.period_start,
    p.period_end,
    d.title AS document_title,
    d.publisher,
    d.published_on,
    d.url,
    d.access
  FROM core_plan_target AS t
  JOIN core_document AS d ON d.document_id = t.document_id
  LEFT JOIN plans AS p ON p.document_id = t.document_id AND p.place = 1
  LEFT JOIN dim_circle AS c ON c.circle_id = p.circle_id
  LEFT JOIN dim_indicator AS i ON i.indicator_code = t.indicator_code
  WHERE t.withdrawn_at IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM core_document AS newer
      WHERE newer.document_key = d.document_key AND newer.first_seen_at > d.first_seen_at
    )
)
SELECT
  t.target_id,
  t.release_key,
  t.plan_title,
  t.circle_id,
  t.period_start,
  t.period_end,
  t.region_code,
  t.indicator,
  t.indicator_code,
  t.indicator_name,
  t.comparator,
  t.value,
  t.unit,
  t.by_year,
  t.binding,
  m.measure,
  m.variant,
  m.unit AS series_unit,
  CASE
    WHEN t.unit = m.unit THEN t.value
    WHEN t.unit = '万亿元' AND m.unit = '亿元' THEN t.value * 10000
    WHEN t.unit = '万元' AND m.unit = '元' THEN t.value * 10000
    WHEN t.unit = '亿人' AND m.unit = '万人' THEN t.value * 10000
    WHEN t.unit = '人' AND m.unit = '万人' THEN t.value / 10000
  END AS value_in_series_unit,
  m.period AS latest_period,
  m.period_label_zh AS latest_period_label_zh,
  m.value AS latest_value,
  m.shown_id AS latest_observation_id,
  t.quote,
  t.span_start,
  t.span_end,
  t.document_id,
  t.document_title,
  t.publisher,
  t.published_on,
  t.url,
  CASE WHEN t.access = 'internal' OR m.access = 'internal' THEN 'internal' ELSE 'public' END AS access
FROM targets AS t
LEFT JOIN core_vintage AS m ON m.audience IN ('all', {{ audience }}) AND m.observation_id = (
  SELECT v.observation_id
  FROM core_vintage AS v
  WHERE v.region_code = t.region_code AND v.indicator_code = t.indicator_code AND v.variant = ''
    AND v.shown_to IS NULL AND v.audience IN ('all', {{ audience }}) AND v.measure_family IN ('level', 'share', 'yoy')
    AND t.wanted = CASE WHEN v.measure_family = 'yoy' THEN 'growth' ELSE 'level' END
  ORDER BY
    v.period_end DESC, CASE WHEN v.frequency = 'A' THEN 0 WHEN v.accumulation = 'ytd' THEN 1 ELSE 2 END, v.measure
  LIMIT 1
)
