"""The gate: staged batches are judged a table at a time, then published, quarantined or held in one transaction.

Statements that the reader abstained from never reach core: they wait in quarantine (OBS-ABSTAINED, STA-ABSTAINED)
with the sentence and the evidence, and a person may release them.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.memory import give_back
from metroetl.quality.models import GateResult, Outcome, Verdict, worst

if TYPE_CHECKING:
    import pandas as pd

    from metroetl.catalogue import Catalogue
    from metroetl.quality.suites import Suite
    from metroetl.warehouse import Warehouse
    from metroetl.warehouse.models import Batch

ROWS_AT_ONCE = 12_500  # about 1,000 pages of statistics: 0.1 GB with everything that is derived

log = logging.getLogger("metroetl.quality")


def run_gate(
    warehouse: Warehouse,
    run_id: str,
    suites: Mapping[str, Suite] | None = None,
    words: Catalogue | None = None,
    data_docs: Path | None = None,
) -> GateResult:
    """Judge every staged batch, also those that a run left behind, and settle them.

    Suites and catalogue are the project's own unless given. A run of more than ROWS_AT_ONCE rows is judged and settled
    in portions of whole batches, oldest first, so that memory doesn't grow with it. A crash at any point leaves core
    and staging as they were, but for the portions before. Raises SuiteError before anything is judged when a suite is
    wrong; LoadConflict when another run writes. GE's own Data Docs are written into the folder `data_docs` if given.
    """
    from metroetl.catalogue import catalogue
    from metroetl.quality.suites import great_expectations, load_suites

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
    verdicts: dict[tuple[str, str], Verdict] = {}
    give_back()
    for number, part in enumerate(portions(batches)):
        folder = data_docs / f"{number + 1}" if data_docs and number else data_docs
        for outcome in _pass_through(warehouse, part, suites, words or catalogue(), result, folder):
            before = verdicts.get((outcome.table, outcome.rule.code), outcome.verdict)
            verdicts[outcome.table, outcome.rule.code] = worst(before, outcome.verdict)
        give_back()
    result.checks = dict(Counter(verdicts.values()))
    log.info("gate %s: %s", run_id, result.model_dump(exclude={"run_id"}))
    return result


def portions(batches: Iterable[Batch]) -> Iterator[list[Batch]]:
    """Batches in order, as many at a time as have ROWS_AT_ONCE rows, one at least."""
    part: list[Batch] = []
    rows = 0
    for batch in batches:
        size = batch.documents + batch.observations + batch.statements
        if part and rows + size > ROWS_AT_ONCE:
            yield part
            part, rows = [], 0
        part.append(batch)
        rows += size
    if part:
        yield part


def _pass_through(
    warehouse: Warehouse,
    batches: list[Batch],
    suites: Mapping[str, Suite],
    words: Catalogue,
    result: GateResult,
    data_docs: Path | None,
) -> list[Outcome]:
    """Judge and settle these batches; what the rules found. Their frames end here, before those of the next are made."""
    from metroetl.quality.decision import decide
    from metroetl.quality.frames import collect_frames
    from metroetl.quality.validate import validate

    with _timed(result, "frames"):
        frames = collect_frames(warehouse, batches, words)
    with _timed(result, "validate"):
        outcomes = validate(frames, suites)
    decision = decide(result.run_id, batches, frames, outcomes)
    with _timed(result, "settle"):
        settled = warehouse.settle(decision)
    result.batches += len(settled.batches) + len(settled.held)
    for kind in ("documents", "observations", "statements", "plans"):
        result.published[kind] = result.published.get(kind, 0) + getattr(settled, kind)
    result.quarantined += settled.quarantined
    result.held |= {h.batch_id: h.rule_codes for h in decision.held if h.batch_id in settled.held}
    result.skipped += settled.skipped
    if data_docs is not None:
        with _timed(result, "data_docs"):
            _write_data_docs(frames, suites, data_docs, result.run_id)
    return outcomes


def _write_data_docs(
    frames: Mapping[str, pd.DataFrame], suites: Mapping[str, Suite], folder: Path, run_id: str
) -> None:
    from metroetl.quality.data_docs import write_data_docs

    try:
        write_data_docs(frames, suites, folder, run_id)
    except Exception:  # the gate has done its work; a page of GE's that fails must not fail the run
        log.warning("no Data Docs of run %s", run_id, exc_info=True)


@contextmanager
def _timed(result: GateResult, step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    result.seconds[step] = round(result.seconds.get(step, 0.0) + time.perf_counter() - began, 3)
