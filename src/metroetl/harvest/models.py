"""What the harvest gives: notices, snapshots and a record of every attempt."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["listing", "page", "part", "attachment", "inbox"]
STAND_IN = "x-metroetl-stand-in"  # header of the replica's answers; stays with every snapshot


class Notice(BaseModel):
    """What a listing announces: an address, a whole title and the date printed beside it.

    `post` is the JSON body by which a data interface is asked for the item; its `url` then has a fragment of its own,
    so that items of one interface are told apart.
    """

    model_config = ConfigDict(frozen=True)

    source_id: str
    url: str
    title: str
    listed_on: date | None = None
    post: str = ""


class Scheduled(BaseModel):
    """A release that a publisher's calendar announces: what, on which day, at what time (Beijing) if it says so."""

    model_config = ConfigDict(frozen=True)

    title: str
    due_on: date
    due_at: time | None = None
    note: str = ""


class Snapshot(BaseModel):
    """Bytes as served, content-addressed: `sha256` is of the decompressed body, the key into the archive.

    `url` is the catalogue's address (never the stand-in's); `parent_url` is the page that links an attachment;
    `name` is an attachment's or file's name as titled; `title` and `listed_on` are the listing's. A `part` is a further
    page of a long article, `parent_url` its first. A file out of an archive is an attachment whose address is that of
    the archive with the member's name as fragment. `request` says how the bytes were asked for: method, body, sent
    headers, the declared TLS exception. `publisher`, `published_on` and `access` are what a person told of a file.
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
    request: dict[str, str] = {}
    publisher: str = ""
    published_on: date | None = None
    access: Literal["public", "internal"] = "public"


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


class Reach(BaseModel):
    """How far one harvest goes: days as the listing prints them, both included, and how many pages it may ask for.

    `budget` counts list items, those that an earlier run left open first; attachments and parts come on top.
    """

    model_config = ConfigDict(frozen=True)

    since: date | None = None
    until: date | None = None
    budget: int | None = None

    def holds(self, day: date | None) -> bool:
        """Whether a day is within; an item without a day is."""
        if day is None:
            return True
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)


class Harvested(BaseModel):
    """One step of a harvest: the attempt, the snapshot if it brought one, and what a calendar announced.

    Of a list page: `left` counts its pages that are wanted and that the budget didn't allow, `deeper` says that list
    pages go on where as many as are allowed were read.
    """

    fetch: Fetch
    snapshot: Snapshot | None = None
    scheduled: list[Scheduled] = []
    left: int = 0
    deeper: bool = False
