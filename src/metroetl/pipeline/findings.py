"""What the warehouse finds when it looks at itself: corrections that the publisher mended, sources that disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metroetl.runs import Failure

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse

MENDED, DISAGREE = "CORRECTION_MENDED", "SOURCES_DISAGREE"
_MENDED = """
SELECT correction_id, region_name, indicator_name, period, expect, newest_value, newest_published_on, document_url
FROM mart_correction WHERE state = 'mended' ORDER BY correction_id
"""
_CONFLICTS = """
SELECT c.region_name, c.indicator_name, c.measure, c.period, c.value, c.publisher, c.other_value, c.other_publisher, c.url
FROM mart_observation_conflict AS c WHERE c.in_force = 1 {}
ORDER BY c.region_code, c.indicator_code, c.measure, c.period, c.other_observation_id
"""
_OF_RUN = """AND EXISTS (
  SELECT 1 FROM core_observation AS o JOIN ops_batch AS b ON b.batch_id = o.batch_id
  WHERE o.observation_id IN (c.observation_id, c.other_observation_id) AND b.run_id = :run
)"""


def warehouse_findings(warehouse: Warehouse, run_id: str | None = None) -> list[Failure]:
    """Corrections that are to be removed, and figures on which sources of one day disagree (those of a run, or all)."""
    mended = warehouse.query(_MENDED)[1]
    found = [
        Failure(
            code=MENDED,
            url=url or "",
            detail=f"{region} {indicator} {period}: {expect} was corrected as {name}, {newest} was published {day}",
            way_out=f"Remove {name} from catalogue/corrections/, then run `metroetl warehouse upgrade`.",
        )
        for name, region, indicator, period, expect, newest, day, url in mended
    ]
    parameters = {"run": run_id} if run_id else None
    conflicts = warehouse.query(_CONFLICTS.format(_OF_RUN if run_id else ""), parameters)[1]
    return found + [
        Failure(
            code=DISAGREE,
            url=url,
            detail=f"{region} {indicator} {measure} {period}: {publisher} {value}, {other_publisher} {other}",
            way_out="The source with the lower `precedence` is shown; declare a correction if it is the wrong one.",
        )
        for region, indicator, measure, period, value, publisher, other, other_publisher, url in conflicts
    ]
