"""Monitoring: circle aggregates and the quarterly report, from the marts."""

from metroetl.monitoring.figures import latest_quarter
from metroetl.monitoring.report import build_report, write_report

__all__ = ["build_report", "latest_quarter", "write_report"]
