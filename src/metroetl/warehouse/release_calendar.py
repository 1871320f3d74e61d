"""The release calendar: what the catalogue's windows expect of each region that is watched, and what came of it.

A region is watched since a listing of one of its sources was first read; what was due before isn't expected of anybody.
A release came with the first document that states a figure of the window for the period; forecasts don't count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, delete, func, select

from metroetl import clock
from metroetl.warehouse.keys import Period, digest, parse_period
from metroetl.warehouse.load import put
from metroetl.warehouse.tables import table
from metroetl.warehouse.versions import SHANGHAI

if TYPE_CHECKING:
    from metroetl.catalogue import Catalogue
    from metroetl.catalogue.models import ReleaseWindow

LOOK_BACK = timedelta(days=400)  # releases that were due longer ago stay as they are
LOOK_AHEAD = timedelta(days=45)  # those whose window opens later aren't told yet
HABIT = timedelta(days=1200)  # how far back earlier releases of the same kind are looked for
_LEVELS = {"nation": "nation", "province": "province", "city": "prefecture"}
_PERIODS = {"A": [""], "Q": [f"-Q{n}" for n in range(1, 5)], "M": [f"-M{n:02}" for n in range(1, 13)]}
_CAME = ("early", "on_time", "late")

Key = tuple[str, str, date]


class Arrival(NamedTuple):
    """The day in China from which a release counts as published, and the first document that brought it."""

    day: date
    document_id: str


def keep_calendar(connection: Connection, catalogue: Catalogue, today: date) -> dict[str, int]:
    """Bring the calendar up to a day; the number of releases by state among those that were looked at."""
    watched = _watched(connection, catalogue)
    came: dict[tuple[str, str], dict[date, Arrival]] = defaultdict(dict)
    for (window_id, region, end), arrival in _arrivals(
        connection, catalogue.release_windows, watched, today
    ).items():
        came[window_id, region][end] = arrival
    now = clock.now()
    rows = [
        _row(window, region, period, since, came[window.id, region], today) | {"checked_at": now}
        for window in catalogue.release_windows
        for region, since in watched.items()
        if _level(catalogue, region) == window.level
        for period in _periods(window, since, today)
    ]
    _drop_unexpected(connection, rows, today)
    put(connection, table("ops_release"), rows)
    return dict(Counter(row["state"] for row in rows))


def _watched(connection: Connection, catalogue: Catalogue) -> dict[str, date]:
    """Regions of the enabled sources of statistics, each with the day on which one of their listings was first read."""
    fetches = table("raw_fetch")
    first = connection.execute(
        select(fetches.c.source_id, func.min(fetches.c.fetched_at))
        .where(fetches.c.role == "listing", fetches.c.ok)
        .group_by(fetches.c.source_id)
    )
    found: dict[str, date] = {}
    for source_id, moment in first:
        source = catalogue.sources.get(source_id)
        if source is None or not source.enabled or "statistics" not in source.kinds:
            continue
        day = moment.astimezone(SHANGHAI).date()
        for region in source.regions:
            found[region] = min(found.get(region, day), day)
    return found


def _level(catalogue: Catalogue, region: str) -> str:
    if any(circle.region_code == region for circle in catalogue.circles.values()):
        return "circle"
    known = catalogue.regions.get(region)
    return next((level for level, name in _LEVELS.items() if known and known.level == name), "")


def _periods(window: ReleaseWindow, since: date, today: date) -> Iterator[Period]:
    """Periods whose window closed neither before the watch began nor long ago, and opens soon at the latest."""
    earliest = max(since, today - LOOK_BACK)
    for year in range(earliest.year - 2, today.year + 1):
        for name in _PERIODS[window.frequency]:
            period = parse_period(f"{year}{name}")
            if period is None or (window.frequency == "M" and period.period_end.month in window.skip_months):
                continue
            due_from, due_to = _due(window, period.period_end)
            if due_to >= earliest and due_from <= today + LOOK_AHEAD:
                yield period


def _due(window: ReleaseWindow, period_end: date) -> tuple[date, date]:
    return period_end + timedelta(days=window.first_day), period_end + timedelta(days=window.last_day)


def _arrivals(
    connection: Connection, windows: Sequence[ReleaseWindow], regions: Iterable[str], today: date
) -> dict[Key, Arrival]:
    """The first document by window, region and last day of the period."""
    firsts = _first_documents(connection, {c for w in windows for c in w.indicator_codes}, regions, today)
    found: dict[Key, Arrival] = {}
    for (region, indicator, end, stage), arrival in firsts:
        for window in windows:
            if indicator not in window.indicator_codes or (window.stages and stage not in window.stages):
                continue
            key = (window.id, region, end)
            found[key] = min(found.get(key, arrival), arrival)
    return found


def _first_documents(
    connection: Connection, indicators: Iterable[str], regions: Iterable[str], today: date
) -> Iterator[tuple[tuple[str, str, date, str], Arrival]]:
    """The first document by region, indicator, last day of the period and revision stage."""
    prints = table("core_observation")
    fact = (prints.c.region_code, prints.c.indicator_code, prints.c.period_end, prints.c.revision_stage)
    place = func.row_number().over(partition_by=fact, order_by=(prints.c.published_at, prints.c.document_id))
    ranked = (
        select(*fact, prints.c.published_at, prints.c.document_id, place.label("place"))
        .where(
            prints.c.region_code.in_(list(regions)),
            prints.c.indicator_code.in_(list(indicators)),
            prints.c.period_end >= today - HABIT,
            prints.c.withdrawn_at.is_(None),
            prints.c.obs_status != "F",
        )
        .subquery()
    )
    for row in connection.execute(select(ranked).where(ranked.c.place == 1)):
        day = row.published_at.astimezone(SHANGHAI).date()
        fact_ = (row.region_code, row.indicator_code, row.period_end, row.revision_stage)
        yield fact_, Arrival(day, row.document_id)


def _row(
    window: ReleaseWindow,
    region: str,
    period: Period,
    since: date,
    came: Mapping[date, Arrival],
    today: date,
) -> dict[str, Any]:
    """One release; `came` are all that came of its kind, by the last day of their period."""
    due_from, due_to = _due(window, period.period_end)
    arrival = came.get(period.period_end)
    before = sum(_is_earlier(window, end, period) for end in came)
    return {
        "release_id": digest(window.id, region, period.period),
        "window_id": window.id,
        "region_code": region,
        "period": period.period,
        "period_end": period.period_end,
        "due_from": due_from,
        "due_to": due_to,
        "watched_from": since,
        "came_before": before,
        "published_on": arrival.day if arrival else None,
        "document_id": arrival.document_id if arrival else None,
        "state": _state(arrival, due_from, due_to, today, before),
    }


def _is_earlier(window: ReleaseWindow, end: date, period: Period) -> bool:
    """Whether a last day is that of an earlier period of the window's frequency."""
    of_frequency = {"A": end.month == 12, "Q": end.month % 3 == 0, "M": True}[window.frequency]
    return of_frequency and end < period.period_end


def _state(came: Arrival | None, due_from: date, due_to: date, today: date, before: int) -> str:
    if came is not None:
        return "early" if came.day < due_from else "on_time" if came.day <= due_to else "late"
    if today <= due_to:
        return "expected"
    return "missed" if before else "unproven"


def _drop_unexpected(connection: Connection, rows: list[dict[str, Any]], today: date) -> None:
    """Releases of the days looked at that nobody expects any more (a window moved, a source was disabled)."""
    releases = table("ops_release")
    stored = connection.execute(
        select(releases.c.release_id).where(
            releases.c.due_to >= today - LOOK_BACK, releases.c.state.not_in(_CAME)
        )
    ).scalars()
    gone = set(stored) - {row["release_id"] for row in rows}
    connection.execute(delete(releases).where(releases.c.release_id.in_(gone)))
