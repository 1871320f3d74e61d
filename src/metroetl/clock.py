"""What time it is: the machine's clock, or that of a time-lapse of the synthetic world (METROETL_CLOCK)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from metroetl.settings import settings

BEIJING = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment, in UTC."""
    start = settings().clock
    return datetime.now(UTC) if start is None else _ahead(start) + datetime.now(UTC)


def today() -> date:
    """The day in Beijing."""
    return now().astimezone(BEIJING).date()


@lru_cache(maxsize=1)
def _ahead(start: datetime) -> timedelta:
    """What a time-lapse is ahead of the machine, from when its setting is first read on."""
    return start - datetime.now(UTC)
