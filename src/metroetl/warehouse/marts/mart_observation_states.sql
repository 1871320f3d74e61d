-- Every state of every figure: what was shown of it from one moment of publication (`shown_from`) to the next
-- (`shown_to`, empty for the state in force); see vintages.sql. As known at a moment: shown_from <= it < shown_to.
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
  o.frequency,
  o.period_start,
  o.period_end,
  CASE WHEN m.accumulation = 'ytd' THEN p.label_ytd_zh ELSE p.label_zh END AS period_label_zh,
  v.quarter,
  v.quarter_rank,
  v.vintage,
  v.known_from,
  v.known_to,
  v.shown_from,
  v.shown_to,
  v.value,
  o.unit_norm AS unit,
  o.value AS value_printed,
  o.unit AS unit_printed,
  o.value_text,
  v.decimals,
  v.rounding,
  v.obs_status,
  v.revision_stage,
  v.prints,
  v.conflict,
  v.correction_id,
  o.boundary_version,
  o.published_on,
  o.published_basis,
  o.loaded_at,
  o.source_id,
  d.publisher,
  d.title AS document_title,
  d.url,
  d.sha256,
  o.document_id,
  o.observation_id,
  o.span_start,
  o.span_end,
  o.quote,
  o.rule,
  o.confidence,
  o.access,
  o.world
FROM core_vintage AS v
JOIN core_observation AS o ON o.observation_id = v.shown_id AND o.period_end = v.period_end
JOIN core_document AS d ON d.document_id = o.document_id
JOIN dim_region AS r ON r.region_code = v.region_code
JOIN dim_indicator AS i ON i.indicator_code = v.indicator_code
JOIN dim_measure AS m ON m.measure = v.measure
JOIN dim_period AS p ON p.period = v.period
WHERE v.audience IN ('all', {{ audience }})
