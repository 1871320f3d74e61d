"""Our side, in a process of its own: `python -m benchmarks.collect.work WHAT WORKERS SOURCE…`, a JSON line at the end.

`collect` is the whole way by direct calls of the pipeline (the flow's own steps: harvest, read and stage, gate, finish),
source after source, or with WORKERS threads as the flow has them; `stage` ends before the gate, for one of several
processes; `gate` is the rest; `flow` is the same through Prefect. Imports are done and timed first.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any


def collect_by_hand(sources: list[str], workers: int, *, stage: bool = True, gate: bool = True) -> Any:
    """What `flows.collect.run_collect` does, without Prefect."""
    from metroetl import pipeline
    from metroetl.runs import RunSummary

    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run("collect", {"sources": sources})
    summary = RunSummary(run_id=run_id, flow="collect", started_at=datetime.now(UTC))

    def one(source_id: str) -> Any:
        return pipeline.read_and_stage(run_id, source_id, pipeline.harvest_source(run_id, source_id))

    if stage:
        with ThreadPoolExecutor(workers) as pool:
            summary.sources = list(pool.map(one, sources))
    if gate:
        summary.gate = pipeline.pass_gate(run_id)
        pipeline.finish(summary)
    return summary


def collect_by_flow(sources: list[str], workers: int) -> Any:
    from flows.collect import collect_here
    from flows.parameters import CollectRequest

    return collect_here(CollectRequest(sources=sources))


def imports(what: str) -> None:
    """Everything that the way imports in the end, Great Expectations and Prefect too."""
    from metroetl import pipeline
    from metroetl.catalogue import catalogue
    from metroetl.quality.suites import great_expectations, load_suites

    catalogue()
    for step in pipeline.__all__:
        getattr(pipeline, step)  # imported when it is asked for
    import metroetl.documents.page
    import metroetl.plans
    import metroetl.statistics
    import metroetl.warehouse  # noqa: F401

    if what != "stage":
        great_expectations()
        for suite in load_suites().values():
            suite.compile()
    if what == "flow":
        import flows.collect  # noqa: F401


WAYS: dict[str, Callable[[list[str], int], Any]] = {
    "collect": collect_by_hand,
    "stage": lambda sources, workers: collect_by_hand(sources, workers, gate=False),
    "gate": lambda sources, workers: collect_by_hand(sources, workers, stage=False),
    "flow": collect_by_flow,
}


def main() -> None:
    """One measurement."""
    what, workers, *sources = sys.argv[1:]
    imports(what)
    started, began = time.process_time(), time.perf_counter()
    before = _peak()
    from metroetl.pipeline import warehouse_kept_open

    with warehouse_kept_open():
        summary = WAYS[what](sources, int(workers))
    documents = sum(s.documents for s in summary.sources)
    print(
        json.dumps(
            {
                "imports": started,
                "cpu": time.process_time() - started,
                "seconds": time.perf_counter() - began,
                "before": before,
                "peak": _peak(),
                "documents": documents,
                "state": summary.state,
                "published": summary.gate.published,
                "quarantined": summary.gate.quarantined,
                "held": dict(list(summary.gate.held.items())[:3]),
                "failures": [str(f) for s in summary.sources for f in s.failures][:3],
            }
        )
    )


def _peak() -> float:
    """Peak memory of this process in MB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
