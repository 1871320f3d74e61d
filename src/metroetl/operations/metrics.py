"""Figures for Prometheus, read from the warehouse at each scrape: nothing is counted twice, nothing is lost by a restart.

Names follow Prometheus' conventions (base units, `_total` for what only grows). Made for prometheus_client's registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from metroetl import __version__
from metroetl.operations.schedules import moment

if TYPE_CHECKING:
    from metroetl.settings import Settings
    from metroetl.warehouse import Warehouse

_Family = type[CounterMetricFamily] | type[GaugeMetricFamily]
_QUERIES: Sequence[tuple[str, str, _Family, tuple[str, ...], str]] = (
    ("metroetl_runs", "Runs by flow and state.", CounterMetricFamily, ("flow", "state"),
     "SELECT flow, state, COUNT(*) FROM ops_run GROUP BY flow, state"),
    ("metroetl_run_last_start_timestamp_seconds", "When a flow last started.", GaugeMetricFamily, ("flow",),
     "SELECT flow, MAX(started_at) FROM ops_run GROUP BY flow"),
    ("metroetl_run_last_success_timestamp_seconds", "When a flow last ended well.", GaugeMetricFamily, ("flow",),
     "SELECT flow, MAX(finished_at) FROM ops_run WHERE state IN ('loaded', 'nothing_new') GROUP BY flow"),
    ("metroetl_fetches", "Attempts by source and outcome, those folded too.", CounterMetricFamily, ("source", "outcome"),
     "SELECT source_id, outcome, SUM(n) FROM (SELECT source_id, outcome, COUNT(*) AS n FROM raw_fetch GROUP BY source_id,"
     " outcome UNION ALL SELECT source_id, outcome, SUM(fetches) FROM raw_fetch_month GROUP BY source_id, outcome) AS f"
     " GROUP BY source_id, outcome"),
    ("metroetl_snapshots", "Archived pages, parts, attachments and listings by state.", GaugeMetricFamily, ("role", "state"),
     "SELECT role, state, COUNT(*) FROM raw_snapshot GROUP BY role, state"),
    ("metroetl_core_rows", "Published rows by kind.", GaugeMetricFamily, ("kind",),
     "SELECT 'document', COUNT(*) FROM core_document UNION ALL SELECT 'observation', COUNT(*) FROM core_observation"
     " UNION ALL SELECT 'statement', COUNT(*) FROM core_statement UNION ALL SELECT 'plan', COUNT(*) FROM core_plan"),
    ("metroetl_quarantine_open_rows", "Rows that wait in quarantine, by rule.", GaugeMetricFamily, ("rule",),
     "SELECT rule_code, COUNT(DISTINCT row_id) FROM ops_quarantine WHERE state = 'open' GROUP BY rule_code"),
    ("metroetl_quarantine_oldest_timestamp_seconds", "Since when the oldest of them waits.", GaugeMetricFamily, ("rule",),
     "SELECT rule_code, MIN(created_at) FROM ops_quarantine WHERE state = 'open' GROUP BY rule_code"),
    ("metroetl_batches", "Batches by state; held ones wait for a person.", GaugeMetricFamily, ("state",),
     "SELECT state, COUNT(*) FROM ops_batch GROUP BY state"),
    ("metroetl_releases", "Releases of the calendar by state.", GaugeMetricFamily, ("state",),
     "SELECT state, COUNT(*) FROM mart_release_calendar GROUP BY state"),
    ("metroetl_source_failures_in_a_row", "Readings of a source's listing that failed since the last good one.",
     GaugeMetricFamily, ("source",), "SELECT source_id, failures_in_a_row FROM mart_source_health WHERE fetches > 0"),
    ("metroetl_source_last_listing_timestamp_seconds", "When a source's listing was last read well.",
     GaugeMetricFamily, ("source",),
     "SELECT source_id, last_listing_ok_at FROM mart_source_health WHERE last_listing_ok_at IS NOT NULL"),
    ("metroetl_source_newest_document_timestamp_seconds", "Day (UTC) of a source's newest document.",
     GaugeMetricFamily, ("source",),
     "SELECT source_id, newest_published_on FROM mart_source_health WHERE newest_published_on IS NOT NULL"),
)  # fmt: skip


class WarehouseCollector(Collector):
    """What the warehouse and the disk say now."""

    def __init__(self, warehouse: Warehouse, config: Settings) -> None:
        self.warehouse, self.config = warehouse, config

    def describe(self) -> Iterable[Metric]:
        """Nothing: so the registry needn't ask the warehouse when the collector is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All metrics; raises WarehouseError where the warehouse can't be read, so that the scrape fails."""
        info = GaugeMetricFamily("metroetl_build_info", "The program's version.", labels=("version", "world"))
        info.add_metric([__version__, self.warehouse.world], 1)
        yield info
        for name, told, kind, labels, sql in _QUERIES:
            family = kind(name, told, labels=labels)
            for *values, figure in self.warehouse.query(sql)[1]:
                if figure is not None:
                    family.add_metric([str(value) for value in values], _number(figure))
            yield family
        yield from self._disk()
        yield self._findings()

    def _disk(self) -> Iterator[Metric]:
        from metroetl.operations.disk import disk_use

        disk = disk_use(self.warehouse, self.config, datetime.now(UTC))
        taken = GaugeMetricFamily("metroetl_disk_bytes", "Room that a part takes.", labels=("part",))
        growth = GaugeMetricFamily(
            "metroetl_disk_growth_bytes_per_year", "What a part grows by in a year.", labels=("part",)
        )
        for part in disk.parts:
            taken.add_metric([part.name], part.bytes)
            if part.year is not None:
                growth.add_metric([part.name], part.year)
        yield from (taken, growth)
        yield GaugeMetricFamily(
            "metroetl_disk_free_bytes", "Free room where METROETL_HOME is.", value=disk.free
        )

    def _findings(self) -> Metric:
        from collections import Counter

        from metroetl.operations.health import check_health

        family = GaugeMetricFamily(
            "metroetl_health_findings", "Findings of `metroetl health`.", labels=("code", "severity")
        )
        found = Counter((one.code, one.severity) for one in check_health(self.warehouse, self.config))
        for key, number in found.items():
            family.add_metric(list(key), number)
        return family


def registry_of(warehouse: Warehouse, config: Settings) -> CollectorRegistry:
    """A registry of these metrics alone."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(WarehouseCollector(warehouse, config))
    return registry


def _number(figure: Any) -> float:
    """A count, or a moment or day as seconds since 1970."""
    return moment(figure).timestamp() if isinstance(figure, str) else float(figure)
