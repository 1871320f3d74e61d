"""How long the quarterly report takes after imports: `make bench-report` (of the demo's warehouse: `make demo` first).

The first report of a process builds the runtime of the charts once; the second shows what a report itself takes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

QUARTERS = ("2025-Q1", "2024-Q4")


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do the work and print its seconds, of the wall clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    print(f"{name:<22} {time.perf_counter() - wall:6.2f} s {time.process_time() - cpu:6.2f} s CPU")
    return found


def main() -> None:
    """Write the reports of two quarters of Chengdu's circle, each step timed."""
    import altair  # noqa: F401  imported beforehand: what is measured comes after imports
    import docx  # noqa: F401
    import jinja2  # noqa: F401
    import vl_convert  # noqa: F401
    import xlsxwriter  # noqa: F401

    from metroetl.monitoring import build_report, write_report
    from metroetl.monitoring.report import FORMATS
    from metroetl.warehouse import Warehouse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default=f"sqlite:///{Path('data/demo/warehouse.db').absolute()}")
    warehouse = Warehouse(parser.parse_args().database)
    with tempfile.TemporaryDirectory() as folder:
        for quarter in QUARTERS:
            began = time.perf_counter()
            report = timed(f"{quarter} sections", partial(build_report, warehouse, "chengdu", quarter))
            for kind in FORMATS:
                timed(f"{quarter} {kind}", partial(write_report, report, Path(folder), (kind,)))
            print(f"{quarter + ' all':<22} {time.perf_counter() - began:6.2f} s")


if __name__ == "__main__":
    main()
