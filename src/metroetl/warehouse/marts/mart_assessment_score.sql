-- Scores of assessments: the newest computed of each city, year, rule and version. `rule_digest` tells a rule whose content
-- changed under the same version. Internal scores stay with those who may see them.
WITH kept AS (
  SELECT
    s.*,
    ROW_NUMBER() OVER (
      PARTITION BY s.circle_id, s.region_code, s.year, s.rule_id, s.rule_version, s.rule_digest
      ORDER BY s.computed_at DESC, s.score_id
    ) AS place
  FROM ops_assessment_score AS s
  WHERE s.access IN ('public', {{ audience }})
)
SELECT
  k.score_id,
  k.circle_id,
  c.name_zh AS circle_name,
  k.region_code,
  r.name_zh AS region_name,
  k.year,
  k.rule_id,
  k.rule_version,
  k.rule_digest,
  k.state,
  k.score,
  k.refused,
  k.veto,
  k.items,
  k.computed_at,
  k.access
FROM kept AS k
JOIN dim_circle AS c ON c.circle_id = k.circle_id
JOIN dim_region AS r ON r.region_code = k.region_code
WHERE k.place = 1
