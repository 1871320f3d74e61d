"""What the harvest gives: notices, snapshots and a record of every attempt."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["listing", "page", "attachment", "inbox"]
STAND_IN = "x-metroetl-stand-in"  # header of the replica's answers; stays with every snapshot
INBOX = "inbox"  # the source id of files that a person saved or received


class Notice(BaseModel):
    """What a listing announces: an address, a whole title and the date printed beside it."""

    model_config = ConfigDict(frozen=True)

    source_id: str
    url: str
    title: str
    listed_on: date | None = None


class Snapshot(BaseModel):
    """Bytes as served, content-addressed: `sha256` is of the decompressed body, the key into the archive.

    `url` is the catalogue's address (never the stand-in's); `parent_url` is the page that links an attachment;
    `name` is an attachment's or file's name as titled; `title` and `listed_on` are the listing's.
    """

    model_config = ConfigDict(frozen=True)

    sha256: str
    source_id: str
    url: str
    role: Role
    fetched_at: datetime
    status: int = 200
    media_type: str = ""
    size: int = 0
    headers: dict[str, str] = {}
    title: str = ""
    listed_on: date | None = None
    parent_url: str | None = None
    name: str = ""


class Fetch(BaseModel):
    """One attempt, also an unsuccessful one.

    `outcome` is `new`, `changed`, `unchanged` (same bytes or 304), `listed` (a listing read) or the code of a
    HarvestError; `items`, `fresh` (those not known yet) and `newest` (latest printed date) tell what a listing held;
    `detail` and `way_out` are for a person.
    """

    model_config = ConfigDict(frozen=True)

    source_id: str
    url: str
    role: Role
    at: datetime
    outcome: str
    status: int | None = None
    seconds: float = 0.0
    size: int = 0
    sha256: str | None = None
    items: int | None = None
    fresh: int | None = None
    newest: date | None = None
    detail: str = ""
    way_out: str = ""

    @property
    def ok(self) -> bool:
        """Whether the address could be read."""
        return self.outcome in {"new", "changed", "unchanged", "listed"}


class Known(BaseModel):
    """What the warehouse knows of an address from its last good fetch.

    `readable` is false where a damaged file came: the address is asked for again until better bytes come.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    sha256: str
    etag: str | None = None
    last_modified: str | None = None
    fetched_at: datetime | None = None
    readable: bool = True


class Harvested(BaseModel):
    """One step of a harvest: the attempt, and the snapshot if it brought one."""

    fetch: Fetch
    snapshot: Snapshot | None = None
