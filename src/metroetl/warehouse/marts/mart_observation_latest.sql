-- The vintage in force of every fact, with names and where it was read.
SELECT
  v.region_code,
  r.name_zh AS region_name,
  r.level AS region_level,
  v.indicator_code,
  i.name_zh AS indicator_name,
  v.measure,
  m.family AS measure_family,
  m.accumulation,
  v.variant,
  v.period,
  v.frequency,
  v.period_start,
  v.period_end,
  CASE WHEN m.accumulation = 'ytd' THEN p.label_ytd_zh ELSE p.label_zh END AS period_label_zh,
  p.quarter,
  v.value,
  v.unit,
  v.value_printed,
  v.unit_printed,
  v.value_text,
  v.decimals,
  v.rounding,
  v.obs_status,
  v.revision_stage,
  v.vintage,
  v.known_from,
  v.conflict,
  v.boundary_version,
  v.published_on,
  v.published_basis,
  v.loaded_at,
  v.source_id,
  d.publisher,
  d.title AS document_title,
  d.url,
  d.sha256,
  v.document_id,
  v.observation_id,
  v.span_start,
  v.span_end,
  v.quote,
  v.confidence,
  v.access,
  v.world
FROM mart_observation_vintages AS v
JOIN dim_region AS r ON r.region_code = v.region_code
JOIN dim_indicator AS i ON i.indicator_code = v.indicator_code
JOIN dim_measure AS m ON m.measure = v.measure
JOIN dim_period AS p ON p.period = v.period
JOIN core_document AS d ON d.document_id = v.document_id
WHERE v.known_to IS NULL
