"""Which territory a figure was published for: the latest boundary change of its region before publication."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metroetl.catalogue.models import RegionEvent


class Boundaries:
    """Boundary versions from the changes of codes.

    A county that moves between two cities changes both (简阳, 2016: 成都 and 资阳); a new code inside a city doesn't
    change the city (新津, 2020).
    """

    def __init__(self, events: Iterable[RegionEvent]) -> None:
        self._events = sorted((e.year, e.old_code, e.new_code) for e in events)
        self.version = lru_cache(maxsize=None)(self._version)

    def _version(self, region_code: str | None, published_on: date | None) -> str:
        """Year of the last change as text; empty where none is known or the region has no GB/T 2260 code."""
        if region_code is None or not region_code.isdigit() or len(region_code) != 6:
            return ""
        prefix = (
            region_code.removesuffix("00").removesuffix("00") if region_code.endswith("00") else region_code
        )
        if not prefix:
            return ""
        years = [
            year
            for year, old, new in self._events
            if (published_on is None or year <= published_on.year) and _touches(prefix, old, new)
        ]
        return str(years[-1]) if years else ""


def _touches(prefix: str, old: str, new: str) -> bool:
    if len(prefix) == 6:
        return prefix in (old, new) and old != new
    return bool(old and new) and old.startswith(prefix) != new.startswith(prefix)
