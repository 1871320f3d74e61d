"""Pages that a browser saved: MHTML to its page, and the address that a saved page came from."""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from metroetl.documents.kinds import kind_of
from metroetl.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metroetl.catalogue.models import Source
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot

MAX_PARTS = 2000
HEAD = 4096
SAVED_FROM = re.compile(rb"<!--\s{0,4}saved from url=\(\d{1,6}\)(https?://[^\s>]{4,2000})", re.I)
LOCATIONS = ("snapshot-content-location", "content-location")


def read_saved_page(
    data: bytes, snapshot: Snapshot, source: Source | None = None, parts: Sequence[bytes] = ()
) -> Document:
    """The document of an MHTML file: its page, read like any other, at the address that the file names.

    Raises Unreadable where no page is inside, and what `read_page` raises.
    """
    from metroetl.documents.page import read_page

    message = _parse(data)
    page = _page_of(message)
    if page is None:
        raise Unreadable(f"{snapshot.name or snapshot.url} is a saved page (MHTML) without a page inside")
    html = page.get_payload(decode=True)
    headers = {"content-type": f"text/html; charset={page.get_content_charset() or ''}"}
    if address := _location(message) or _location(page):
        headers["content-location"] = address
    facts = snapshot.model_copy(update={"headers": snapshot.headers | headers})
    return read_page(cast("bytes", html), facts, source, parts)


def saved_from(data: bytes) -> str | None:
    """The web address that a saved page names as its own (MHTML, or the comment that browsers write); None without one."""
    if kind_of(data) == "saved_page":
        message = _parse(data)
        page = _page_of(message)
        return _location(message) or (_location(page) if page is not None else None)
    match = SAVED_FROM.search(data[:HEAD])
    return match.group(1).decode("utf-8", "replace").removesuffix("--") if match else None


def _parse(data: bytes) -> Message:
    return BytesParser(EmailMessage, policy=policy.compat32).parsebytes(data)


def _page_of(message: Message) -> Message | None:
    """The page among the parts of a saved file: the first that is HTML."""
    for number, part in enumerate(message.walk()):
        if number > MAX_PARTS:
            break
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            return part
    return None


def _location(message: Message) -> str | None:
    """The web address in a part's headers."""
    for header in LOCATIONS:
        value = str(message.get(header, "")).strip()
        if urlsplit(value).scheme in {"http", "https"}:
            return value
    return None
