-- What of the rounds of the circles' plans needs looking at, as of today in China or of the day that is asked for: a round
-- that ends within 12, 6 or 3 months, or has ended, without a known successor; a successor that came after the end.
-- Curated and extracted rounds stand side by side; a successor counts whichever of them knows it. A round counts as known
-- from its day of issue (else of its text's publication), or from its first year where that day isn't stated. `months_left` counts the current month.
WITH entries AS (
  SELECT
    origin, series_id, MIN(round) AS round, MIN(stage) AS stage, period_start, period_end, expires_on,
    MAX(title) AS title, MIN(came_out_on) AS issued_on, MIN(CASE origin WHEN 'curated' THEN provenance ELSE url END) AS provenance,
    COUNT(*) AS documents
  FROM mart_plan_calendar
  WHERE series_id IS NOT NULL AND circle_id IS NOT NULL AND expires_on IS NOT NULL AND status IN ('issued', 'amended')
  GROUP BY origin, series_id, period_start, period_end, expires_on
),
ends AS (
  SELECT
    series_id, expires_on, MIN(round) AS round, MIN(issued_on) AS issued_on,
    COALESCE(MIN(issued_on), {{ first_day('MIN(period_start)') }}) AS known_on
  FROM entries
  GROUP BY series_id, expires_on
),
known AS (
  SELECT * FROM ends WHERE known_on IS NULL OR known_on <= {{ today }}
),
followed AS (
  SELECT e.*, MIN(n.expires_on) AS successor_expires_on
  FROM known AS e
  LEFT JOIN known AS n ON n.series_id = e.series_id AND n.expires_on > e.expires_on
  GROUP BY e.series_id, e.expires_on, e.round, e.issued_on, e.known_on
),
dated AS (
  SELECT
    f.series_id, f.expires_on, f.successor_expires_on, n.round AS successor_round, n.issued_on AS successor_issued_on,
    {{ days(today, 'f.expires_on') }} AS days_left,
    12 * ({{ year('f.expires_on') }} - {{ year(today) }}) + {{ month('f.expires_on') }} + 1 - {{ month(today) }} AS months_left,
    {{ days('f.expires_on', 'n.issued_on') }} AS days_late,
    (
      SELECT COUNT(*) FROM mart_plan_calendar AS x
      WHERE x.series_id = f.series_id AND x.status IN ('expected', 'draft')
        AND (x.expires_on IS NULL OR x.expires_on > f.expires_on)
    ) AS in_preparation
  FROM followed AS f
  LEFT JOIN known AS n ON n.series_id = f.series_id AND n.expires_on = f.successor_expires_on
)
SELECT
  s.circle_id,
  c.name_zh AS circle_name,
  c.number AS circle_number,
  e.series_id,
  s.title_zh AS series_title,
  s.plan_type,
  s.cycle_years,
  e.origin,
  e.round,
  e.stage,
  e.period_start,
  e.period_end,
  e.expires_on,
  e.title,
  CASE WHEN d.successor_expires_on IS NULL THEN 'no_successor' ELSE 'successor_late' END AS alert,
  CASE
    WHEN d.successor_expires_on IS NOT NULL THEN 'late'
    WHEN d.days_left < 0 THEN 'overdue'
    WHEN d.months_left <= 3 THEN '3'
    WHEN d.months_left <= 6 THEN '6'
    ELSE '12'
  END AS level,
  CASE WHEN d.successor_expires_on IS NULL THEN d.months_left END AS months_left,
  CASE WHEN d.successor_expires_on IS NULL THEN d.days_left END AS days_left,
  d.in_preparation,
  d.successor_round,
  d.successor_issued_on,
  d.days_late,
  e.documents,
  e.provenance,
  {{ today }} AS as_of
FROM dated AS d
JOIN entries AS e ON e.series_id = d.series_id AND e.expires_on = d.expires_on
JOIN dim_plan_series AS s ON s.series_id = e.series_id
JOIN dim_circle AS c ON c.circle_id = s.circle_id
WHERE (d.successor_expires_on IS NULL AND d.months_left <= 12) OR d.days_late > 0
