"""The way through the rooms, as steps that a flow or a command calls.

A step's module is imported when the step is first asked for: a flow run is RUNNING before the libraries are there.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metroetl.pipeline.check import check_examples, check_sources
    from metroetl.pipeline.inbox import add_to_inbox, take_in_inbox
    from metroetl.pipeline.reading import read_and_stage, read_snapshot
    from metroetl.pipeline.releases import mark_announced, plan_alerts, releases_to_announce
    from metroetl.pipeline.retry import judge_retry, plan_retry, retry_part
    from metroetl.pipeline.revisit import revisit_sources
    from metroetl.pipeline.shards import Shard, archived_shards, packed, pending_shards, read_shard
    from metroetl.pipeline.steps import (
        archived_sources,
        choose_sources,
        decide_batch,
        finish,
        harvest_source,
        host_groups,
        normal_quarter,
        open_existing,
        open_warehouse,
        pass_gate,
        stopped_in,
        update_monitoring,
        warehouse_kept_open,
        write_quarterly_report,
    )

__all__ = [
    "Shard",
    "add_to_inbox",
    "archived_shards",
    "archived_sources",
    "check_examples",
    "check_sources",
    "choose_sources",
    "decide_batch",
    "finish",
    "harvest_source",
    "host_groups",
    "judge_retry",
    "mark_announced",
    "normal_quarter",
    "open_existing",
    "open_warehouse",
    "packed",
    "pass_gate",
    "pending_shards",
    "plan_alerts",
    "plan_retry",
    "read_and_stage",
    "read_shard",
    "read_snapshot",
    "releases_to_announce",
    "retry_part",
    "revisit_sources",
    "stopped_in",
    "take_in_inbox",
    "update_monitoring",
    "warehouse_kept_open",
    "write_quarterly_report",
]

_ELSEWHERE = {  # all others are in `steps`
    "check": {"check_examples", "check_sources"},
    "inbox": {"add_to_inbox", "take_in_inbox"},
    "reading": {"read_and_stage", "read_snapshot"},
    "releases": {"mark_announced", "plan_alerts", "releases_to_announce"},
    "retry": {"judge_retry", "plan_retry", "retry_part"},
    "revisit": {"revisit_sources"},
    "shards": {"Shard", "archived_shards", "packed", "pending_shards", "read_shard"},
}


def __getattr__(name: str) -> object:
    """The step, from its module (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = next((module for module, names in _ELSEWHERE.items() if name in names), "steps")
    return getattr(import_module(f"{__name__}.{module}"), name)
