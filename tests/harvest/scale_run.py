"""A run over the sources named, as a flow makes it: groups of hosts at once, in a process that may be killed."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from metroetl import pipeline

AT_ONCE = 4


def main(*source_ids: str) -> None:
    """Harvest the sources; everything else comes from the environment."""
    warehouse = pipeline.open_warehouse()
    run_id = warehouse.start_run("collect", {"sources": source_ids})

    def harvest(ids: list[str]) -> None:
        for source_id in ids:
            pipeline.harvest_source(run_id, source_id)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(harvest, pipeline.host_groups(pipeline.choose_sources(source_ids))))
    warehouse.finish_run(run_id, "harvested", {})


if __name__ == "__main__":
    main(*sys.argv[1:])
