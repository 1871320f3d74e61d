-- One row a vintage. A fact is region × indicator × measure × variant × period; its prints are ordered by published_at.
-- Prints of one moment: the source with the lower precedence is preferred, then the more precise print; they conflict
-- when they differ by more than their rounding. A vintage opens when a print differs from the one before, or from the
-- last one of its own precision, by more than the coarser rounding of the two; it is shown by its most precise print.
WITH prints AS (
  SELECT
    o.region_code,
    o.indicator_code,
    o.measure,
    o.variant,
    o.period,
    o.published_at,
    o.value_norm,
    o.rounding,
    o.obs_status,
    o.revision_stage,
    o.observation_id,
    ROW_NUMBER() OVER (
      PARTITION BY o.region_code, o.indicator_code, o.measure, o.variant, o.period, o.published_at
      ORDER BY s.precedence, o.rounding, o.loaded_at DESC, o.span_start, o.observation_id
    ) AS place,
    CASE WHEN
      MAX(o.value_norm) OVER (
        PARTITION BY o.region_code, o.indicator_code, o.measure, o.variant, o.period, o.published_at
      ) - MIN(o.value_norm) OVER (
        PARTITION BY o.region_code, o.indicator_code, o.measure, o.variant, o.period, o.published_at
      ) > MAX(o.rounding) OVER (
        PARTITION BY o.region_code, o.indicator_code, o.measure, o.variant, o.period, o.published_at
      ) * 1.000001
      THEN 1 ELSE 0
    END AS conflicting
  FROM core_observation AS o
  JOIN dim_source AS s ON s.source_id = o.source_id
  WHERE o.withdrawn_at IS NULL
    AND (o.embargo_until IS NULL OR o.embargo_until <= CURRENT_TIMESTAMP)
),
followed AS (
  SELECT
    p.*,
    LAG(p.value_norm) OVER fact AS before_value,
    LAG(p.rounding) OVER fact AS before_rounding,
    LAG(p.value_norm) OVER (
      PARTITION BY p.region_code, p.indicator_code, p.measure, p.variant, p.period, p.rounding
      ORDER BY p.published_at
    ) AS before_like
  FROM prints AS p
  WHERE p.place = 1
  WINDOW fact AS (
    PARTITION BY p.region_code, p.indicator_code, p.measure, p.variant, p.period ORDER BY p.published_at
  )
),
opened AS (
  SELECT
    f.*,
    CASE
      WHEN f.before_value IS NULL THEN 1
      WHEN ABS(f.value_norm - f.before_value) > 0.000000001 + 1.000001
        * CASE WHEN f.rounding > f.before_rounding THEN f.rounding ELSE f.before_rounding END THEN 1
      WHEN ABS(f.value_norm - f.before_like) > 0.000000001 + 1.000001 * f.rounding THEN 1
      ELSE 0
    END AS opens
  FROM followed AS f
),
numbered AS (
  SELECT
    o.*,
    SUM(o.opens) OVER (
      PARTITION BY o.region_code, o.indicator_code, o.measure, o.variant, o.period
      ORDER BY o.published_at ROWS UNBOUNDED PRECEDING
    ) AS vintage
  FROM opened AS o
),
shown AS (
  SELECT
    n.*,
    ROW_NUMBER() OVER (
      PARTITION BY n.region_code, n.indicator_code, n.measure, n.variant, n.period, n.vintage
      ORDER BY n.rounding, n.published_at, n.observation_id
    ) AS place_in_vintage,
    MIN(n.published_at) OVER whole AS known_from,
    MAX(n.published_at) OVER whole AS last_printed_at,
    COUNT(*) OVER whole AS prints,
    MAX(n.conflicting) OVER whole AS conflict,
    FIRST_VALUE(n.obs_status) OVER newest AS last_obs_status,
    FIRST_VALUE(n.revision_stage) OVER newest AS last_revision_stage
  FROM numbered AS n
  WINDOW
    whole AS (PARTITION BY n.region_code, n.indicator_code, n.measure, n.variant, n.period, n.vintage),
    newest AS (
      PARTITION BY n.region_code, n.indicator_code, n.measure, n.variant, n.period, n.vintage
      ORDER BY n.published_at DESC
    )
),
vintages AS (
  SELECT
    s.*,
    LEAD(s.known_from) OVER (
      PARTITION BY s.region_code, s.indicator_code, s.measure, s.variant, s.period ORDER BY s.vintage
    ) AS known_to
  FROM shown AS s
  WHERE s.place_in_vintage = 1
)
SELECT
  v.region_code,
  v.indicator_code,
  v.measure,
  v.variant,
  v.period,
  o.frequency,
  o.period_start,
  o.period_end,
  v.vintage,
  v.known_from,
  v.known_to,
  v.value_norm AS value,
  o.unit_norm AS unit,
  o.value AS value_printed,
  o.unit AS unit_printed,
  o.value_text,
  o.decimals_norm AS decimals,
  v.rounding,
  v.last_obs_status AS obs_status,
  v.last_revision_stage AS revision_stage,
  o.published_on,
  o.published_basis,
  o.loaded_at,
  v.last_printed_at,
  v.prints,
  v.conflict,
  o.boundary_version,
  o.source_id,
  o.document_id,
  v.observation_id,
  o.span_start,
  o.span_end,
  o.quote,
  o.rule,
  o.confidence,
  o.access,
  o.world
FROM vintages AS v
JOIN core_observation AS o ON o.observation_id = v.observation_id
