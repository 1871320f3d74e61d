"""The warehouse: staging, core with vintages, marts, and everything that runs leave behind; SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metroetl.warehouse.store import Warehouse

__all__ = ["Warehouse"]


def __getattr__(name: str) -> object:
    """Load the database libraries only when the warehouse is used: `metroetl --help` doesn't."""
    if name == "Warehouse":
        from metroetl.warehouse.store import Warehouse

        return Warehouse
    raise AttributeError(name)
