"""All tables of the warehouse, layer by layer: importing this module fills `metadata`."""

from __future__ import annotations

from sqlalchemy import Table

from metroetl.warehouse import assessments, core, dims, flows, indices, loops, ops, plans, raw, staging
from metroetl.warehouse.base import metadata

__all__ = [
    "assessments", "core", "dims", "flows", "indices", "loops", "metadata", "ops", "plans", "raw", "staging", "table",
]  # fmt: skip


def table(name: str) -> Table:
    """The table of this name."""
    return metadata.tables[name]
