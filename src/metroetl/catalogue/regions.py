"""Places in time: which code counted when, derived from the changes since 2009."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from metroetl.catalogue.models import Region, RegionEvent

# The new code of these changes belonged to a unit that existed before, so its validity doesn't begin with them.
_ABSORBED = frozenset({"撤销", "重组"})
LEVELS = {2: "prefecture", 3: "county"}


def effective(event: RegionEvent) -> date:
    """First day on which a change counts: the stated day, else 1 January of its year."""
    return event.effective_on or date(event.year, 1, 1)


def with_history(current: dict[str, Region], events: Iterable[RegionEvent]) -> dict[str, Region]:
    """The regions with validity dates, and the abolished codes as regions of their own.

    `current` maps codes to the regions of today. A new code counts from the day of its change, the old one until
    the day before; a code that came and went (无为县 340225, 2011 to 2019) has both ends.
    """
    regions = dict(current)
    for event in sorted(events, key=effective):
        day = effective(event)
        if event.old_code and event.old_code != event.new_code:
            old = regions.get(event.old_code) or _abolished(event, regions)
            regions[old.code] = old.model_copy(update={"valid_to": day - timedelta(days=1)})
        if event.new_code and event.type not in _ABSORBED and event.new_code != event.old_code:
            new = regions.get(event.new_code) or _passing(event, regions)
            regions[new.code] = new.model_copy(update={"valid_from": day})
    return regions


def _abolished(event: RegionEvent, regions: dict[str, Region]) -> Region:
    successor = regions.get(event.new_code)
    same_name = successor is not None and successor.name_zh == event.old_name
    return Region(
        code=event.old_code,
        name_zh=event.old_name,
        level=LEVELS[event.level],
        parent_code=_parent(event.old_code, event.level, regions),
        aliases=successor.aliases if successor and same_name else (),
    )


def _passing(event: RegionEvent, regions: dict[str, Region]) -> Region:
    """A code that a change brought and a later one took away."""
    return Region(
        code=event.new_code,
        name_zh=event.new_name,
        level=LEVELS[event.level],
        parent_code=_parent(event.new_code, event.level, regions),
    )


def _parent(code: str, level: int, regions: dict[str, Region]) -> str:
    prefecture = code[:4] + "00"
    return prefecture if level == 3 and prefecture in regions else code[:2] + "0000"
