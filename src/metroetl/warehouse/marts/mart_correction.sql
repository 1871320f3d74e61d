-- A declared correction beside what is printed: whether it waits for a print, applies, or was mended by the publisher
-- (a later print says something else: the declaration is to be removed).
WITH matched AS (
  SELECT
    c.correction_id,
    (
      SELECT o.observation_id
      FROM core_observation AS o
      WHERE o.region_code = c.region_code AND o.indicator_code = c.indicator_code AND o.measure = c.measure
        AND o.variant = c.variant AND o.period = c.period AND o.withdrawn_at IS NULL
        AND ABS(o.value_norm - c.expect) <= o.rounding * 1.000001
      ORDER BY o.published_at DESC, o.observation_id
      LIMIT 1
    ) AS printed_id,
    (
      SELECT o.observation_id
      FROM core_observation AS o
      WHERE o.region_code = c.region_code AND o.indicator_code = c.indicator_code AND o.measure = c.measure
        AND o.variant = c.variant AND o.period = c.period AND o.withdrawn_at IS NULL
      ORDER BY o.published_at DESC, o.observation_id
      LIMIT 1
    ) AS newest_id
  FROM dim_correction AS c
)
SELECT
  c.correction_id,
  CASE WHEN n.observation_id IS NULL THEN 'waiting'
    WHEN n.published_at = o.published_at THEN 'applied'
    ELSE 'mended' END AS state,
  c.action,
  c.region_code,
  r.name_zh AS region_name,
  c.indicator_code,
  i.name_zh AS indicator_name,
  c.measure,
  c.variant,
  c.period,
  n.period_end,
  c.expect,
  c.value,
  o.value_norm AS value_in_print,
  o.unit_norm AS unit,
  o.value_text,
  o.quote,
  d.publisher,
  d.title AS document_title,
  d.url AS document_url,
  d.published_on,
  n.value_norm AS newest_value,
  n.published_on AS newest_published_on,
  m.printed_id AS observation_id,
  c.reason,
  c.reason_en,
  c.source,
  c.url,
  c.declared_on,
  COALESCE(o.access, n.access, 'public') AS access
FROM dim_correction AS c
JOIN matched AS m ON m.correction_id = c.correction_id
JOIN dim_region AS r ON r.region_code = c.region_code
JOIN dim_indicator AS i ON i.indicator_code = c.indicator_code
LEFT JOIN core_observation AS o ON o.observation_id = m.printed_id
LEFT JOIN core_document AS d ON d.document_id = o.document_id
LEFT JOIN core_observation AS n ON n.observation_id = m.newest_id
