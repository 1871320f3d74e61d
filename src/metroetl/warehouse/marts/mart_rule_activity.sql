-- How often each rule of the suites could judge and fired: `never_fired` (also those that never had a row to judge), and
-- `always_fires` for one that fired in each of its last 30 runs, of which there are at least three.
WITH runs AS (
  SELECT
    c.rule_code,
    c.run_id,
    MAX(c.checked_at) AS checked_at,
    SUM(c.evaluated) AS evaluated,
    SUM(c.unexpected) AS unexpected,
    MAX(CASE WHEN c.verdict = 'fail' THEN 1 ELSE 0 END) AS fired,
    MAX(CASE WHEN c.verdict = 'error' THEN 1 ELSE 0 END) AS broken
  FROM ops_check AS c
  GROUP BY c.rule_code, c.run_id
),
placed AS (
  SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.rule_code ORDER BY r.checked_at DESC, r.run_id) AS place FROM runs AS r
),
totals AS (
  SELECT
    p.rule_code,
    COUNT(*) AS runs_judged,
    SUM(p.fired) AS runs_fired,
    SUM(p.broken) AS runs_broken,
    SUM(CASE WHEN p.place <= 30 THEN 1 ELSE 0 END) AS recent_judged,
    SUM(CASE WHEN p.place <= 30 THEN p.fired ELSE 0 END) AS recent_fired,
    SUM(p.evaluated) AS evaluated,
    SUM(p.unexpected) AS unexpected,
    MAX(p.checked_at) AS last_judged_at,
    MAX(CASE WHEN p.fired = 1 THEN p.checked_at END) AS last_fired_at
  FROM placed AS p
  GROUP BY p.rule_code
)
SELECT
  d.rule_code,
  d.table_name,
  d.stage,
  d.severity,
  d.owner,
  d.reason_zh,
  d.reason_en,
  d.active,
  COALESCE(t.runs_judged, 0) AS runs_judged,
  COALESCE(t.runs_fired, 0) AS runs_fired,
  COALESCE(t.runs_broken, 0) AS runs_broken,
  CASE WHEN t.runs_judged > 0 THEN 100.0 * t.runs_fired / t.runs_judged END AS fired_pct,
  COALESCE(t.evaluated, 0) AS evaluated,
  COALESCE(t.unexpected, 0) AS unexpected,
  t.last_judged_at,
  t.last_fired_at,
  CASE WHEN t.rule_code IS NULL THEN 1 ELSE 0 END AS never_judged,
  CASE WHEN COALESCE(t.runs_fired, 0) = 0 THEN 1 ELSE 0 END AS never_fired,
  CASE WHEN t.recent_judged >= 3 AND t.recent_fired = t.recent_judged THEN 1 ELSE 0 END AS always_fires
FROM dim_rule AS d
LEFT JOIN totals AS t ON t.rule_code = d.rule_code
