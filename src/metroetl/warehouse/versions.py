"""Which version of a document a snapshot shows, and since when that content counts as known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, select, update

from metroetl.warehouse.load import chunks
from metroetl.warehouse.tables import table

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Version:
    """One version of an address: a stretch of time in which it showed the same content."""

    document_id: str
    version: int
    suffix: str
    content_hash: str
    first_seen_at: datetime
    published_on: date | None
    published_at: datetime
    published_basis: str
    reading_id: str | None = None


def resolve_versions(connection: Connection, batch_ids: list[str], now: datetime) -> int:
    """Say of each staged document which version it is; the number of waves (snapshots of one address, in order).

    The same content as the version before is that version; content that comes back after another one is a new
    version, whose ids get a suffix. The content counts as known from the date it prints; an edit in place that keeps
    the date, from the moment it was seen; without a date, from now.
    """
    documents = table("staging_document")
    staged = connection.execute(
        select(
            documents.c.row_id,
            documents.c.document_key,
            documents.c.content_id,
            documents.c.content_hash,
            documents.c.fetched_at,
            documents.c.published_on,
        )
        .where(documents.c.batch_id.in_(batch_ids))
        .order_by(documents.c.fetched_at, documents.c.row_id)
    ).all()
    timelines = timelines_of(connection, sorted({row.document_key for row in staged}))
    waves: dict[str, int] = defaultdict(int)
    resolved = []
    for row in staged:
        version = _version_of(timelines[row.document_key], row, now)
        resolved.append(_as_columns(row.row_id, version, waves[row.document_key]))
        waves[row.document_key] += 1
    if resolved:
        connection.execute(update(documents).where(documents.c.row_id == bindparam("key")), resolved)
    return max(waves.values(), default=0)


_OF_VERSION = (  # not the text
    "document_id", "version", "content_hash", "first_seen_at", "published_on", "published_at", "published_basis",
    "reading_id",
)  # fmt: skip


def timelines_of(connection: Connection, keys: list[str]) -> dict[str, list[Version]]:
    """The versions of these addresses (`document_key`) in the order in which they were seen."""
    documents = table("core_document")
    timelines: dict[str, list[Version]] = defaultdict(list)
    for chunk in chunks(keys):
        rows = connection.execute(
            select(*(documents.c[name] for name in ("document_key", *_OF_VERSION)))
            .where(documents.c.document_key.in_(chunk))
            .order_by(documents.c.first_seen_at, documents.c.version)
        )
        for row in rows:
            suffix = row.document_id.partition("-")[2]
            timelines[row.document_key].append(
                Version(
                    row.document_id,
                    row.version,
                    f"-{suffix}" if suffix else "",
                    row.content_hash,
                    row.first_seen_at,
                    row.published_on,
                    row.published_at,
                    row.published_basis,
                    row.reading_id,
                )
            )
    return timelines


def _version_of(timeline: list[Version], row: Row[Any], now: datetime) -> Version:
    """The version of the timeline that this snapshot shows; a new one is put into it."""
    before = [v for v in timeline if v.first_seen_at <= row.fetched_at]
    after = timeline[len(before) :]
    for neighbour in (before[-1:], after[:1]):
        if neighbour and neighbour[0].content_hash == row.content_hash:
            return neighbour[0]
    times = sum(v.content_hash == row.content_hash for v in timeline)
    suffix = f"-{times}" if times else ""
    published_at, basis = _known_since(before[-1] if before else None, row, now)
    version = Version(
        row.content_id + suffix,
        max((v.version for v in timeline), default=0) + 1,
        suffix,
        row.content_hash,
        row.fetched_at,
        row.published_on,
        published_at,
        basis,
    )
    timeline.insert(len(before), version)
    return version


def _known_since(before: Version | None, row: Row[Any], now: datetime) -> tuple[datetime, str]:
    printed: date | None = row.published_on
    if before is None:
        return (midnight(printed), "printed") if printed else (now, "loaded")
    if printed and (before.published_on is None or printed > before.published_on):
        return midnight(printed), "printed"
    return row.fetched_at, "revisited"


def midnight(day: date) -> datetime:
    """Begin of a day in China, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _as_columns(row_id: str, version: Version, wave: int) -> dict[str, Any]:
    return {
        "key": row_id,
        "document_id": version.document_id,
        "version": version.version,
        "suffix": version.suffix,
        "wave": wave,
        "published_at": version.published_at,
        "published_basis": version.published_basis,
    }
