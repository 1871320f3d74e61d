{% macro shown(row) -%}
{{ row }}.frequency, {{ row }}.period_start, {{ row }}.unit_norm AS unit, {{ row }}.value AS value_printed,
  {{ row }}.unit AS unit_printed, {{ row }}.value_text, {{ row }}.boundary_version, {{ row }}.published_on,
  {{ row }}.published_basis, {{ row }}.loaded_at, {{ row }}.source_id, {{ row }}.document_id, {{ row }}.span_start,
  {{ row }}.span_end, {{ row }}.quote, {{ row }}.rule, {{ row }}.confidence, {{ row }}.access, {{ row }}.world
{%- endmacro %}
{% macro period() -%}
m.family AS measure_family, m.accumulation,
  CASE WHEN m.accumulation = 'ytd' THEN q.label_ytd_zh ELSE q.label_zh END AS period_label_zh
{%- endmacro %}
{% macro correction() -%}
LEFT JOIN dim_correction AS c
    ON c.region_code = o.region_code AND c.indicator_code = o.indicator_code AND c.measure = o.measure
    AND c.variant = o.variant AND c.period = o.period AND ABS(o.value_norm - c.expect) <= o.rounding * 1.000001
{%- endmacro %}
{% macro counts() -%}
o.withdrawn_at IS NULL AND (o.embargo_until IS NULL OR o.embargo_until <= CURRENT_TIMESTAMP)
    AND (c.action IS NULL OR c.action = 'replace')
{%- endmacro %}
{% macro quarter_rank(row) -%}
CASE WHEN q.quarter IS NOT NULL
    AND ({{ row }}.frequency = 'Q' OR m.accumulation IN ('ytd', 'eop', 'as the rate', 'as the level'))
    THEN CASE {{ row }}.frequency WHEN 'Q' THEN 0 WHEN 'A' THEN 1 WHEN 'M' THEN 2 ELSE 3 END END
{%- endmacro %}
-- The states of facts, one a moment of publication. A fact is region × indicator × measure × variant × period; its
-- prints are ordered by published_at. Prints of one moment: the source with the lower precedence is preferred, then
-- the more precise print; they conflict when they differ by more than their rounding. A vintage opens when a print
-- differs from the one before, or from the last one of its own precision, by more than the coarser rounding of the
-- two; a state shows the most precise print of its vintage so far, with the status of the newest.
-- A declared correction replaces a print's value, or withholds the print. What the marts show of a print is kept with
-- the state, so that they need not look for it.
{% if lone %}
-- A fact with one print has one state.
SELECT
  o.observation_id, CASE o.access WHEN 'public' THEN 'all' ELSE 'internal' END AS audience,
  o.region_code, o.indicator_code, o.measure, o.variant, o.period, o.period_end,
  q.quarter, {{ quarter_rank('o') }} AS quarter_rank,
  1 AS vintage, o.published_at AS known_from, NULL AS known_to, o.published_at AS shown_from, NULL AS shown_to,
  o.observation_id AS shown_id, COALESCE(c.value, o.value_norm) AS value, COALESCE(c.rounding, o.rounding) AS rounding,
  COALESCE(c.decimals, o.decimals_norm) AS decimals, c.correction_id, o.obs_status, o.revision_stage,
  1 AS prints, 0 AS conflict, {{ period() }},
  {{ shown('o') }}
FROM {{ observations }} AS o
JOIN dim_period AS q ON q.period = o.period
JOIN dim_measure AS m ON m.measure = o.measure
{{ correction() }}
WHERE {{ counts() }} AND {{ wanted }}
{% else %}
WITH prints AS (
  SELECT
    o.region_code, o.indicator_code, o.measure, o.variant, o.period, o.frequency, o.period_end,
    o.published_at, o.observation_id, o.obs_status, o.revision_stage,
    COALESCE(c.value, o.value_norm) AS value,
    COALESCE(c.rounding, o.rounding) AS rounding,
    COALESCE(c.decimals, o.decimals_norm) AS decimals,
    c.correction_id, o.access,
    s.precedence, o.loaded_at, o.span_start
  FROM {{ observations }} AS o
  JOIN dim_source AS s ON s.source_id = o.source_id
  {{ correction() }}
  WHERE {{ counts() }} AND {{ wanted }}
),
placed AS (
  SELECT
    p.*,
    ROW_NUMBER() OVER (
      PARTITION BY p.region_code, p.indicator_code, p.measure, p.variant, p.period, p.published_at
      ORDER BY p.precedence, p.rounding, p.loaded_at DESC, p.span_start, p.observation_id
    ) AS place,
    MIN(p.access) OVER fact AS most_internal,
    CASE WHEN MAX(p.value) OVER moment - MIN(p.value) OVER moment > MAX(p.rounding) OVER moment * 1.000001
      THEN 1 ELSE 0 END AS conflicting
  FROM prints AS p
  WINDOW fact AS (
    PARTITION BY p.region_code, p.indicator_code, p.measure, p.variant, p.period
  ), moment AS (
    PARTITION BY p.region_code, p.indicator_code, p.measure, p.variant, p.period, p.published_at
  )
),
followed AS (
  SELECT
    p.*,
    LAG(p.value) OVER fact AS before_value,
    LAG(p.rounding) OVER fact AS before_rounding,
    LAG(p.value) OVER (
      PARTITION BY p.region_code, p.indicator_code, p.measure, p.variant, p.period, p.rounding
      ORDER BY p.published_at
    ) AS before_like
  FROM placed AS p
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
      WHEN ABS(f.value - f.before_value) > 0.000000001 + 1.000001
        * CASE WHEN f.rounding > f.before_rounding THEN f.rounding ELSE f.before_rounding END THEN 1
      WHEN ABS(f.value - f.before_like) > 0.000000001 + 1.000001 * f.rounding THEN 1
      ELSE 0
    END AS opens
  FROM followed AS f
),
numbered AS (
  SELECT
    o.*,
    SUM(o.opens) OVER (fact ROWS UNBOUNDED PRECEDING) AS vintage,
    LEAD(o.published_at) OVER fact AS shown_to,
    MIN(CASE WHEN o.opens = 1 THEN o.published_at END)
      OVER (fact ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS known_to
  FROM opened AS o
  WINDOW fact AS (
    PARTITION BY o.region_code, o.indicator_code, o.measure, o.variant, o.period ORDER BY o.published_at
  )
),
sharpened AS (
  SELECT
    n.*,
    MIN(n.published_at) OVER vintage AS known_from,
    MIN(n.rounding) OVER (vintage ROWS UNBOUNDED PRECEDING) AS finest,
    MAX(n.conflicting) OVER (vintage ROWS UNBOUNDED PRECEDING) AS conflict,
    ROW_NUMBER() OVER vintage AS prints
  FROM numbered AS n
  WINDOW vintage AS (
    PARTITION BY n.region_code, n.indicator_code, n.measure, n.variant, n.period, n.vintage
    ORDER BY n.published_at
  )
), states AS (
  SELECT
    s.observation_id,
    {% if public %}'public'{% else %}CASE s.most_internal WHEN 'public' THEN 'all' ELSE 'internal' END{% endif %} AS audience,
    s.region_code, s.indicator_code, s.measure, s.variant, s.period, s.period_end,
    q.quarter, {{ quarter_rank('s') }} AS quarter_rank,
    CAST(s.vintage AS INTEGER) AS vintage,
    s.known_from, s.known_to,
    s.published_at AS shown_from, s.shown_to,
    FIRST_VALUE(s.observation_id) OVER shown AS shown_id,
    FIRST_VALUE(s.value) OVER shown AS value,
    FIRST_VALUE(s.rounding) OVER shown AS rounding,
    FIRST_VALUE(s.decimals) OVER shown AS decimals,
    FIRST_VALUE(s.correction_id) OVER shown AS correction_id,
    s.obs_status, s.revision_stage,
    CAST(s.prints AS INTEGER) AS prints,
    s.conflict,
    {{ period() }}
  FROM sharpened AS s
  JOIN dim_period AS q ON q.period = s.period
  JOIN dim_measure AS m ON m.measure = s.measure
  WINDOW shown AS (
    PARTITION BY s.region_code, s.indicator_code, s.measure, s.variant, s.period, s.vintage, s.finest
    ORDER BY s.published_at
  )
)
SELECT
  t.observation_id, t.audience, t.region_code, t.indicator_code, t.measure, t.variant, t.period, t.period_end,
  t.quarter, t.quarter_rank, t.vintage, t.known_from, t.known_to, t.shown_from, t.shown_to, t.shown_id, t.value,
  t.rounding, t.decimals, t.correction_id, t.obs_status, t.revision_stage, t.prints, t.conflict,
  t.measure_family, t.accumulation, t.period_label_zh,
  {{ shown('o') }}
FROM states AS t
JOIN core_observation AS o ON o.observation_id = t.shown_id AND o.period_end = t.period_end
{% endif %}
