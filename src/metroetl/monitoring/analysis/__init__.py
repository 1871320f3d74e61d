"""Sections of the quarterly analysis, in the order of the bureau's own text (DOMAIN.md §1.2), from aggregates."""

from metroetl.monitoring.analysis.view import View

__all__ = ["View"]
