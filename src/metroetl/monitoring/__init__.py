"""Monitoring: circle aggregates and the quarterly report, from the marts."""

from metroetl.monitoring.circle import latest_quarter
from metroetl.monitoring.report import write_report

__all__ = ["latest_quarter", "write_report"]
