"""The demo: stand-in sites with published figures, the same flows as in production, a warehouse and a report."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.cli.local import use_local_prefect
from metroetl.errors import ReplicaError
from metroetl.settings import settings

if TYPE_CHECKING:
    from metroetl.runs import RunSummary


def run_demo(as_of: date | None, home: Path) -> int:
    """Collect everything that the replica shows on a day (default: today), report the newest quarter; exit code.

    Raises ReplicaError for a day before the first release.
    """
    from metroetl.replica import Replica

    started = time.monotonic()
    day = as_of or date.today()  # noqa: DTZ011  the operator's own day
    print(f"仿真站点时间 the stand-in sites' day: {day}", flush=True)
    with Replica(as_of=day) as replica:
        if not replica.open_sources:
            raise ReplicaError(
                f"nothing was published by {day}", way_out="The oldest release is of October 2018."
            )
        _use_settings(home.absolute(), replica.host_map)
        summary = _collect(replica.open_sources)
        _show(summary)
        report = _report() if summary.exit_code in (0, 1) else None
    home = settings().home
    print(f"数据仓库 warehouse: {home / 'warehouse.db'}")
    print(f"监测报告 report: {report or '—'}")
    print(f"存档 archive: {settings().archive}")
    print(
        f"试一试 try: METROETL_HOME={home} {sys.argv[0]} query",
        '"SELECT * FROM mart_circle_quarter LIMIT 20"',
    )
    print(f"{time.monotonic() - started:.0f} s")
    return summary.exit_code


def _use_settings(home: Path, host_map: dict[str, str]) -> None:
    """The demo's own folder and warehouse, whatever the environment names for real runs."""
    os.environ["METROETL_ENVIRONMENT"] = "local"
    os.environ["METROETL_DATABASE_URL"] = f"sqlite:///{home / 'warehouse.db'}"
    os.environ["METROETL_ARCHIVE"] = str(home / "archive")
    os.environ["METROETL_WORLD"] = "facts"
    os.environ["METROETL_HOME"] = str(home)
    os.environ["METROETL_HOST_MAP"] = json.dumps(host_map)
    os.environ["METROETL_POLITENESS"] = "false"
    settings.cache_clear()
    use_local_prefect()


def _collect(sources: list[str]) -> RunSummary:
    print(
        "采集 collecting …（本机 Prefect 启动约十几秒 · a private Prefect server starts first）", flush=True
    )
    from flows.collect import collect_here
    from flows.parameters import CollectRequest

    return collect_here(CollectRequest(sources=sources))


def _show(summary: RunSummary) -> None:
    from metroetl.cli.show import show_summary

    show_summary(summary)


def _report() -> str:
    from flows.monitor import monitor

    return "\n  ".join(monitor())
