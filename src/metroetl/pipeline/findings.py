"""What the warehouse finds when it looks at itself: rules on what is published, and the release calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metroetl import clock
from metroetl.errors import MetroError
from metroetl.runs import Finding

if TYPE_CHECKING:
    from metroetl.warehouse import Warehouse


def published_findings(
    warehouse: Warehouse, run_id: str, *, loaded: bool, touched: bool = False
) -> list[Finding]:
    """Bring the calendar up to today, judge what is published and keep the verdicts; what a person should know.

    What is wrong with the judging itself is a finding too: it doesn't undo what the run has done. `loaded` says that
    the run published something; else only what changes by itself is judged. `touched`: it read no document again, so
    what it loaded is judged and not the whole of core.
    """
    from metroetl.quality.after import judge_published, keep_judged

    try:
        warehouse.keep_calendar(clock.today())
        judged = judge_published(warehouse, loaded=loaded, touched=touched)
        keep_judged(warehouse, run_id, judged)
    except MetroError as error:
        reason = {"reason_zh": "入库后检查未能进行", "reason_en": "what is published could not be judged"}
        return [
            Finding(code=error.code, severity="error", detail=error.message, way_out=error.way_out, **reason)
        ]
    return [finding for one in judged for finding in one.findings()]
