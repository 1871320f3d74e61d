"""What the client gives for a request: the content with the facts of request and response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

import httpx

from metroetl.catalogue.models import TlsMode
from metroetl.harvest.addresses import Request
from metroetl.harvest.content import Content

TOLD_HEADERS = ("referer", "if-none-match", "if-modified-since", "user-agent", "content-type")


@dataclass(frozen=True)
class Answer:
    """What came: addresses are the catalogue's, header names lower case, `content` as decompressed.

    `not_modified` (304) has no content: what is archived still holds. `request` tells how it was asked for, without
    anything secret: method, `form` or `json`, some headers, `url` where redirects led elsewhere, `tls` where an exception is
    declared, the HTTP version, the number of attempts.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    content: Content
    fetched_at: datetime
    seconds: float
    request: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """All of the content, in memory."""
        return self.content.read()

    @property
    def not_modified(self) -> bool:
        return self.status == 304


@dataclass(frozen=True)
class Raw:
    """One answer on the wire, before anything is made of it."""

    status: int
    headers: dict[str, str]
    content: Content
    seconds: float
    sent: dict[str, str]


def told(wanted: httpx.Request, request: Request, tls: TlsMode | None, version: str) -> dict[str, str]:
    """The facts of a request for the record."""
    body = {"json": request.json or "", "form": urlencode(request.data or {})}
    sent = {name: wanted.headers[name] for name in TOLD_HEADERS if name in wanted.headers}
    facts = {"method": wanted.method, **body, "tls": tls or "", "http_version": version, **sent}
    return {name: value for name, value in facts.items() if value}
