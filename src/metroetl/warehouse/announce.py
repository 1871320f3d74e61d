"""Which releases of plans wait to be announced, and the note that one was."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, text, update

from metroetl import clock
from metroetl.runs import ReleaseNews
from metroetl.warehouse.tables import table

RECENT_DAYS = 60
"""What a first load finds is announced if it came out within this time; older and undated plans are no news."""

_WAITING = """
SELECT r.* FROM mart_plan_release AS r
WHERE r.announced_at IS NULL AND r.plans + r.notices + r.news + r.drafts > 0
ORDER BY r.first_seen_at, r.release_key
"""
_FIRST_OF_ITS_SOURCES = """
SELECT COUNT(*) FROM mart_plan_release_document AS m
JOIN core_document AS d ON d.document_id = m.document_id
JOIN ops_batch AS b ON b.batch_id = d.batch_id
WHERE m.release_key = :key AND EXISTS (
  SELECT 1 FROM ops_batch AS e
  WHERE e.source_id = b.source_id AND e.state = 'published' AND e.settled_at < b.settled_at AND e.documents > 0
)
"""


def waiting_releases(connection: Connection, today: date) -> tuple[list[ReleaseNews], list[ReleaseNews]]:
    """Releases whose state nobody announced: those that are news, and old ones of a first load, which are none.

    A load is a first one while nothing was ever announced, and of a source whose first pages these are.
    """
    releases = table("core_plan_release")
    told = select(func.count()).select_from(releases).where(releases.c.announced_at.is_not(None))
    first = connection.execute(told).scalar_one() == 0
    news: list[ReleaseNews] = []
    old: list[ReleaseNews] = []
    for row in connection.execute(text(_WAITING)).mappings():
        release = _news(dict(row))
        quiet = _is_old(release, today) and (first or _first_of_its_sources(connection, release))
        (old if quiet else news).append(release)
    return news, old


def _is_old(release: ReleaseNews, today: date) -> bool:
    day = release.issued_on or release.published_on
    return day is None or day < today - timedelta(days=RECENT_DAYS)


def _first_of_its_sources(connection: Connection, release: ReleaseNews) -> bool:
    later = connection.execute(text(_FIRST_OF_ITS_SOURCES), {"key": release.release_key})
    return later.scalar_one() == 0 and release.before is None


def _news(row: dict[str, Any]) -> ReleaseNews:
    return ReleaseNews.model_validate(
        {name: row[name] for name in ReleaseNews.model_fields if name in row}
        | {
            "issuers": [name for name in row["issuers"].split("、") if name],
            "succeeds": row["succeeds_title"],
            "before": row["announced_state"],
        }
    )


def mark_announced(connection: Connection, releases: Iterable[ReleaseNews]) -> None:
    """Note that the state of each release was announced; one that changed state meanwhile still waits."""
    target = table("core_plan_release")
    now = clock.now()
    for release in releases:
        connection.execute(
            update(target)
            .where(target.c.release_key == release.release_key, target.c.state == release.state)
            .values(announced_at=now, announced_state=release.state)
        )
