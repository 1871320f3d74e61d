"""A warehouse on each engine, and someone who does on it what a run does: those of the warehouse's tests."""

from __future__ import annotations

from tests.warehouse.conftest import blank_database, blank_file, database_url, desk, warehouse, words

__all__ = ["blank_database", "blank_file", "database_url", "desk", "warehouse", "words"]
