"""Raw tables: what was archived, and every attempt to read a site."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text
from sqlmodel import Field

from metroetl.warehouse.base import Table, UtcDateTime, one_of

ROLES = ("listing", "page", "part", "attachment", "inbox")


class RawSnapshot(Table, table=True):
    """Bytes as served, content-addressed in the archive; `state` says how far they went.

    pending: archived only; staged: read, waits for the gate; read: published; unreadable: named as such in
    ops_quarantine; rejected: a person rejected the batch. `content_hash` is of what the document says, noted when it
    is read: other bytes with the same hash are no new version. `request` says how the bytes were asked for.
    """

    __table_args__ = (
        one_of("role", *ROLES),
        one_of("state", "pending", "staged", "read", "unreadable", "rejected"),
        one_of("access", "public", "internal"),
        Index(None, "source_id", "url"),
        Index(None, "state", "source_id"),
    )

    snapshot_id: str = Field(primary_key=True)
    sha256: str = Field(index=True)
    source_id: str = Field(foreign_key="dim_source.source_id")
    run_id: str = Field(foreign_key="ops_run.run_id")
    url: str
    role: str
    state: str
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    status: int
    media_type: str
    size: int
    etag: str | None = None
    last_modified: str | None = None
    headers: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    listed_on: date | None = None
    parent_url: str | None = None
    name: str
    content_hash: str | None = None
    request: str = Field(default="{}", sa_type=Text)
    publisher: str = ""
    published_on: date | None = None
    access: str = "public"


class RawFetch(Table, table=True):
    """One attempt at an address, also an unsuccessful one and one that found nothing new."""

    __table_args__ = (one_of("role", *ROLES), Index(None, "source_id", "fetched_at"))

    fetch_id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="ops_run.run_id", index=True)
    source_id: str = Field(foreign_key="dim_source.source_id")
    url: str
    role: str
    fetched_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str
    ok: bool
    status: int | None = None
    seconds: float
    size: int
    sha256: str | None = None
    items: int | None = None
    detail: str = Field(sa_type=Text)
    way_out: str = Field(sa_type=Text)
    fresh: int | None = None
    newest: date | None = None


class RawFetchMonth(Table, table=True):
    """Attempts that found nothing new and were folded: how many they were, a row a month (in China), role and outcome."""

    __table_args__ = (one_of("role", *ROLES),)

    source_id: str = Field(primary_key=True, foreign_key="dim_source.source_id")
    month: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    fetches: int
    seconds: float
