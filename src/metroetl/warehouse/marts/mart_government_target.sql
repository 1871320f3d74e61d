-- Targets that governments set for a year (政府工作报告, 计划报告, the target column of a release), in the catalogue's unit: the
-- newest statement of each. A year's target is stated in that year or at the end of the one before; what a document aims at
-- in later years is a plan's (mart_plan_target). `comparator` is what the words beside the number say: >= (以上, 突破, 不低于),
-- <= (以内, 不超过), about (左右); = where a figure is named alone. `wanted` is growth or level.
WITH stated AS (
  SELECT
    s.statement_id,
    s.region_code,
    s.indicator_code,
    s.measure,
    s.period,
    s.period_start,
    s.period_end,
    s.value_norm,
    s.unit_norm,
    s.decimals_norm,
    s.quote,
    s.span_start,
    s.span_end,
    d.document_id,
    d.title,
    d.publisher,
    d.published_on,
    d.url,
    CASE WHEN s.access = 'internal' OR d.access = 'internal' THEN 'internal' ELSE 'public' END AS access,
    substr(d.text, s.span_end + 1, 4) AS behind,
    substr(d.text, s.span_start + 1, s.span_end - s.span_start) AS words,
    ROW_NUMBER() OVER (
      PARTITION BY s.region_code, s.indicator_code, s.measure, s.variant, s.period, s.unit_norm
      ORDER BY s.published_at DESC, d.document_id, s.span_start
    ) AS place
  FROM core_statement AS s
  JOIN core_document AS d ON d.document_id = s.document_id
  WHERE s.kind = 'target' AND s.frequency = 'A' AND s.withdrawn_at IS NULL
    AND s.indicator_code IS NOT NULL AND s.region_code IS NOT NULL AND s.value_norm IS NOT NULL
    AND (
      {{ year('d.published_on') }} = {{ year('s.period_end') }}
      OR ({{ year('d.published_on') }} = {{ year('s.period_end') }} - 1 AND {{ month('d.published_on') }} >= 11)
    )
    AND NOT EXISTS (
      SELECT 1 FROM core_document AS newer
      WHERE newer.document_key = d.document_key AND newer.first_seen_at > d.first_seen_at
    )
)
SELECT
  s.statement_id AS target_id,
  s.region_code,
  r.name_zh AS region_name,
  s.indicator_code,
  i.name_zh AS indicator_name,
  s.measure,
  CASE WHEN s.measure = 'target' THEN 'level' ELSE 'growth' END AS wanted,
  s.period,
  s.period_start,
  s.period_end,
  CASE
    WHEN s.behind LIKE '以上%' OR s.behind LIKE '及以上%' OR s.words LIKE '%突破%' OR s.words LIKE '%超过%'
      OR s.words LIKE '%不低于%' OR s.words LIKE '%不少于%' OR s.words LIKE '%高于%' THEN '>='
    WHEN s.behind LIKE '以内%' OR s.behind LIKE '以下%' OR s.words LIKE '%不超过%' OR s.words LIKE '%不高于%'
      OR s.words LIKE '%低于%' THEN '<='
    WHEN s.behind LIKE '左右%' THEN 'about'
    ELSE '='
  END AS comparator,
  s.value_norm AS value,
  s.unit_norm AS unit,
  s.decimals_norm AS decimals,
  s.quote,
  s.span_start,
  s.span_end,
  s.document_id,
  s.title AS document_title,
  s.publisher,
  s.published_on,
  s.url,
  s.access
FROM stated AS s
JOIN dim_region AS r ON r.region_code = s.region_code
JOIN dim_indicator AS i ON i.indicator_code = s.indicator_code
WHERE s.place = 1
