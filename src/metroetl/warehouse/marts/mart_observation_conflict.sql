-- Sources that disagree at one moment by more than their rounding: the print that is shown beside each other one.
SELECT
  v.region_code,
  r.name_zh AS region_name,
  v.indicator_code,
  i.name_zh AS indicator_name,
  v.measure,
  v.variant,
  v.period,
  v.period_end,
  v.shown_from AS published_at,
  a.value_norm AS value,
  a.unit_norm AS unit,
  da.publisher,
  da.title AS document_title,
  da.url,
  b.value_norm AS other_value,
  b.value_norm - a.value_norm AS difference,
  db.publisher AS other_publisher,
  db.title AS other_document_title,
  db.url AS other_url,
  a.quote,
  b.quote AS other_quote,
  a.observation_id,
  b.observation_id AS other_observation_id,
  CASE WHEN v.shown_to IS NULL THEN 1 ELSE 0 END AS in_force,
  CASE WHEN a.access = 'public' AND b.access = 'public' THEN 'public' ELSE 'internal' END AS access
FROM core_vintage AS v
JOIN core_observation AS a ON a.observation_id = v.observation_id AND a.period_end = v.period_end
JOIN core_observation AS b ON b.region_code = v.region_code AND b.indicator_code = v.indicator_code
  AND b.measure = v.measure AND b.variant = v.variant AND b.period = v.period AND b.period_end = v.period_end
  AND b.published_at = a.published_at AND b.observation_id <> a.observation_id AND b.withdrawn_at IS NULL
JOIN core_document AS da ON da.document_id = a.document_id
JOIN core_document AS db ON db.document_id = b.document_id
JOIN dim_region AS r ON r.region_code = v.region_code
JOIN dim_indicator AS i ON i.indicator_code = v.indicator_code
WHERE v.conflict = 1
  AND v.audience IN ('all', {{ audience }})
  AND ABS(b.value_norm - a.value_norm) > CASE WHEN a.rounding > b.rounding THEN a.rounding ELSE b.rounding END * 1.000001
