"""Statements about numbers: what a release says, with the span it was read from."""

from metroetl.statistics.extract import extract_lines, extract_statistics, extract_text
from metroetl.statistics.models import Statement

__all__ = ["Statement", "extract_lines", "extract_statistics", "extract_text"]
