"""The gate: staged batches are judged as a whole, then published, quarantined or held in one transaction.

Statements that the reader abstained from never reach core: they wait in quarantine (OBS-ABSTAINED, STA-ABSTAINED)
with the sentence and the evidence, and a person may release them.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.quality.models import GateResult

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.quality.suites import Suite
    from metroetl.warehouse import Warehouse

log = logging.getLogger("metroetl.quality")


def run_gate(
    warehouse: Warehouse,
    run_id: str,
    suites: Mapping[str, Suite] | None = None,
    words: Catalogue | None = None,
    data_docs: Path | None = None,
) -> GateResult:
    """Judge every staged batch, also those that a run left behind, and settle them.

    Suites and catalogue are the project's own unless given. A crash at any point leaves core and staging as they were.
    Raises SuiteError before anything is judged when a suite is wrong; LoadConflict when another run writes. GE's own
    Data Docs of the run are written into the folder `data_docs` if one is given.
    """
    from metroetl.catalogue import catalogue
    from metroetl.quality.decision import decide
    from metroetl.quality.frames import collect_frames
    from metroetl.quality.suites import great_expectations, load_suites
    from metroetl.quality.validate import validate

    result = GateResult(run_id=run_id)
    batches = warehouse.staged_batches()
    if not batches:
        return result
    suites = load_suites() if suites is None else suites
    with _timed(result, "import"):
        great_expectations()
    with _timed(result, "suites"):
        for suite in suites.values():
            suite.compile()
    with _timed(result, "frames"):
        frames = collect_frames(warehouse, batches, words or catalogue())
    with _timed(result, "validate"):
        outcomes = validate(frames, suites)
    decision = decide(run_id, batches, frames, outcomes)
    with _timed(result, "settle"):
        settled = warehouse.settle(decision)
    result.batches = len(settled.batches) + len(settled.held)
    result.published = settled.model_dump(include={"documents", "observations", "statements", "plans"})
    result.quarantined = settled.quarantined
    result.held = {h.batch_id: h.rule_codes for h in decision.held if h.batch_id in settled.held}
    result.skipped = settled.skipped
    result.checks = dict(Counter(o.verdict for o in outcomes))
    log.info("gate %s: %s", run_id, result.model_dump(exclude={"run_id"}))
    if data_docs is not None:
        from metroetl.quality.data_docs import write_data_docs

        with _timed(result, "data_docs"):
            try:
                write_data_docs(frames, suites, data_docs, run_id)
            except Exception:  # the gate has done its work; a page of GE's that fails must not fail the run
                log.warning("no Data Docs of run %s", run_id, exc_info=True)
    return result


@contextmanager
def _timed(result: GateResult, step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    result.seconds[step] = round(time.perf_counter() - began, 3)
