"""What publishers' calendars announce: kept by source, title and day; a day that is taken back is noted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, select, update

from metroetl.warehouse.keys import digest
from metroetl.warehouse.load import put
from metroetl.warehouse.tables import table
from metroetl.warehouse.versions import SHANGHAI

if TYPE_CHECKING:
    from metroetl.harvest.models import Fetch, Scheduled


def note_schedule(connection: Connection, fetch: Fetch, scheduled: Sequence[Scheduled]) -> None:
    """Keep one reading of a calendar page.

    What the page announced before for the years it shows, and no longer does, is withdrawn; but not what was due
    before the reading: a calendar may drop what is over.
    """
    schedule = table("ops_schedule")
    source_id, url, now = fetch.source_id, fetch.url, fetch.at
    keys = {digest(source_id, s.title, s.due_on): s for s in scheduled}
    first_seen = {
        row.schedule_id: row.seen_first_at
        for row in connection.execute(
            select(schedule.c.schedule_id, schedule.c.seen_first_at).where(schedule.c.source_id == source_id)
        )
    }
    rows = [
        {
            "schedule_id": key,
            "source_id": source_id,
            "url": url,
            "title": s.title,
            "due_on": s.due_on,
            "due_at": s.due_at.strftime("%H:%M") if s.due_at else None,
            "note": s.note,
            "state": "announced",
            "seen_first_at": first_seen.get(key, now),
            "seen_last_at": now,
        }
        for key, s in keys.items()
    ]
    put(connection, schedule, rows)
    today = now.astimezone(SHANGHAI).date()
    years = {s.due_on.year for s in scheduled}
    before = connection.execute(
        select(schedule.c.schedule_id, schedule.c.due_on).where(
            and_(schedule.c.source_id == source_id, schedule.c.url == url, schedule.c.due_on >= today)
        )
    )
    gone = [row.schedule_id for row in before if row.schedule_id not in keys and row.due_on.year in years]
    connection.execute(update(schedule).where(schedule.c.schedule_id.in_(gone)).values(state="withdrawn"))
