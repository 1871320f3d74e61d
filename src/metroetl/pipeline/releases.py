"""Releases of plans that wait to be announced, as steps of a run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from metroetl import clock
from metroetl.pipeline.steps import open_existing, open_warehouse
from metroetl.runs import ReleaseNews

log = logging.getLogger("metroetl.pipeline")


def releases_to_announce() -> list[ReleaseNews]:
    """Releases that nobody heard of yet, also of a run that was killed; old ones of a first load are passed over."""
    warehouse = open_existing()
    news, old = warehouse.waiting_releases(clock.today())
    if old:
        warehouse.mark_announced(old)
        log.info("%d plan releases of a first load are older than 60 days and aren't announced", len(old))
    return news


def mark_announced(releases: Sequence[ReleaseNews]) -> None:
    """Note that these releases were announced."""
    open_existing().mark_announced(releases)


def plan_alerts() -> list[dict[str, Any]]:
    """What the calendar warns of today, as rows for people."""
    from metroetl.monitoring.calendar import alert_words, load_calendar

    return [
        {
            "级别": alert["level"],
            "都市圈": alert["circle_name"],
            "系列": alert["series_title"],
            "轮次": alert["round"] or "",
            "提醒": alert_words(alert),
            "依据": "人工整理" if alert["origin"] == "curated" else "提取",
            "出处": alert["provenance"] or "",
        }
        for alert in load_calendar(open_warehouse()).alerts
    ]
