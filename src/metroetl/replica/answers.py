"""From a request to a response: a site's own answer, or what a fault puts in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha1

from starlette.responses import Response

from metroetl.harvest.models import STAND_IN
from metroetl.replica import mischief
from metroetl.replica.sites import Answer, Ask, Scene, Site

BUSY_AFTER = 3
MISSING = 1_000
GONE = frozenset({"soft_404", "not_found", "home_page"})
# pages that a program makes at each request: neither tag nor date
DYNAMIC = frozenset({"deyang", "jpaas"})

_REFUSALS = {
    "error": Answer(b"<html><body><h1>500 Internal Server Error</h1></body></html>", status=500),
    "ruishu": Answer(mischief.RUISHU.encode(), status=412),
    "jiasule": Answer(
        mischief.JIASULE.encode(),
        status=521,
        headers={"set-cookie": "__jsluid_s=replica; max-age=31536000; path=/"},
    ),
    "wzws": Answer(mischief.WZWS.encode(), status=403),
    "forbidden": Answer(mischief.FORBIDDEN.encode(), status=403),
}
_BUSY = Answer(b"<html><body>503 Service Unavailable</body></html>", status=503, headers={"retry-after": "1"})
_NOT_FOUND = Answer(mischief.NOT_FOUND.encode(), status=404)
_SOFT_404 = Answer(mischief.SOFT_404.encode())


def answer_for(sites: Sequence[Site], site: Site, ask: Ask, scene: Scene, count: int) -> Answer:
    """What a host says to its `count`-th request since its faults were set."""
    for name, refusal in _REFUSALS.items():
        if name in scene.faults:
            return refusal
    if "busy" in scene.faults and count > BUSY_AFTER:
        return _BUSY
    if "cookie_bounce" in scene.faults:
        return Answer(b"", status=302, headers={"location": ask.target, "set-cookie": "C3VK=replica; path=/"})
    if ask.path in {"/", "/index.html"}:
        return site.home()
    if ask.path == "/robots.txt":
        return site.robots() or _NOT_FOUND
    is_list = site.list_number(ask, site.pages(scene)) is not None
    if (gone := scene.faults & GONE) and not is_list:
        return _gone(gone, site)
    answer = _encoded(site.answer(ask, scene) or _NOT_FOUND, scene)
    if "truncated" in scene.faults and not is_list:
        length = str(len(answer.body) + MISSING)
        return replace(answer, modified=None, headers={**answer.headers, "content-length": length})
    return answer


def _gone(faults: frozenset[str], site: Site) -> Answer:
    if "home_page" in faults:
        return site.home()
    return _SOFT_404 if "soft_404" in faults else _NOT_FOUND


def _encoded(answer: Answer, scene: Scene) -> Answer:
    if "wrong_charset" in scene.faults and answer.charset:
        return replace(answer, body=answer.body.decode().encode("gb18030"))
    return answer


def response_of(answer: Answer, ask: Ask, site: Site) -> Response:
    """The response with the headers by which a client asks again; 304 where nothing changed."""
    headers = {STAND_IN: "replica", **site.headers, **answer.headers}
    media = answer.media_type + (f"; charset={answer.charset}" if answer.charset else "")
    headers["content-type"] = media
    if answer.status == 200 and answer.modified and site.family not in DYNAMIC:
        tag = f'"{sha1(answer.body, usedforsecurity=False).hexdigest()[:20]}"'
        stamp = datetime.combine(answer.modified, time(2), tzinfo=UTC)
        headers["etag"] = tag
        headers["last-modified"] = format_datetime(stamp, usegmt=True)
        if _unchanged(ask, tag, stamp):
            return Response(status_code=304, headers=headers)
    return Response(answer.body, status_code=answer.status, headers=headers)


def _unchanged(ask: Ask, tag: str, stamp: datetime) -> bool:
    if asked := ask.headers.get("if-none-match"):
        return tag in asked
    try:
        since = parsedate_to_datetime(ask.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return stamp <= since
