"""From a request to a response: a site's own answer, or what a fault puts in its place."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha1
from urllib.parse import urlsplit

from starlette.responses import Response

from metroetl.harvest.models import STAND_IN
from metroetl.replica import mischief
from metroetl.replica.markup import Markup
from metroetl.replica.sites import Answer, Ask, Scene, Site

BUSY_AFTER = 3
MISSING = 1_000
MOVED = "/404.htm"
HOME = frozenset({"/", "/index.html"})
# pages that a program makes at each request: neither tag nor date
DYNAMIC = frozenset({"deyang", "jpaas"})
META_CHARSET = re.compile(r"<meta[^>]{0,100}charset[^>]{0,100}>", re.I)
METAS = re.compile(r"<meta name=[^>]{1,300}>\s{0,3}")
WAIT = {"retry-after": "1"}
ROBOTS_FORBID = "User-agent: *\nDisallow: /\n"
META_REFRESH = '<html><head><meta http-equiv="refresh" content="0; url={target}"></head><body></body></html>'

_REFUSALS = {
    "error": Answer(b"<html><body><h1>500 Internal Server Error</h1></body></html>", status=500),
    "ruishu": Answer(mischief.RUISHU.encode(), status=412),
    "ruishu_202": Answer(mischief.RUISHU.encode(), status=202),
    "slider": Answer(mischief.SLIDER.encode()),
    "wzws": Answer(mischief.WZWS.encode(), status=403),
    "geo": Answer(mischief.GEO.encode(), status=403),
    "forbidden": Answer(mischief.FORBIDDEN.encode(), status=403),
    "refused_200": Answer(mischief.FORBIDDEN.encode()),
    "too_many": Answer(b"<html><body>420</body></html>", status=420),
}
_JIASULE = Answer(
    mischief.JIASULE.encode(),
    status=521,
    headers={"set-cookie": "__jsluid_s=replica; max-age=31536000; path=/"},
)
_JIASULE_AGAIN = Answer(mischief.JIASULE_AGAIN.encode(), status=521)
_BUSY = Answer(b"<html><body>503 Service Unavailable</body></html>", status=503, headers=WAIT)
_NOT_FOUND = Answer(mischief.NOT_FOUND.encode(), status=404)
_SOFT_404 = Answer(mischief.SOFT_404.encode())
_FORBIDDEN = _REFUSALS["forbidden"]
_TO_404 = Answer(b"", status=302, headers={"location": MOVED})
_GONE = {
    "not_found": _NOT_FOUND,
    "soft_404": _SOFT_404,
    "moved_404": _TO_404,
    "moved_home": Answer(b"", status=302, headers={"location": "/"}),
    "stub": Answer(b"<html></html>"),
    "padded_stub": Answer(b"<html><body>" + b" " * 274 + b"</body></html>"),
    "blank": Answer(b""),
}


@dataclass(frozen=True)
class Traffic:
    """Requests that a host had with this one: since its faults were set, and within the last second."""

    count: int = 1
    within_second: int = 1


def answer_for(site: Site, ask: Ask, scene: Scene, traffic: Traffic) -> Answer:
    """What a host says to a request."""
    faults = scene.faults
    if refusal := _refusal(site, ask, faults, traffic):
        return refusal
    if ask.path in HOME:
        return site.home()
    if ask.path == MOVED:
        return _SOFT_404
    if ask.path == "/robots.txt":
        return _robots(site, faults)
    is_list = site.list_number(ask, site.pages(scene)) is not None
    if is_list and (instead := _instead_of_list(site, ask, faults)):
        return instead
    if not is_list and (gone := _gone(site, faults)):
        return gone
    answer = site.answer(ask, scene) or _NOT_FOUND
    return _on_the_wire(_marked(answer, site, ask, scene, is_list), faults, is_list)


def _refusal(site: Site, ask: Ask, faults: frozenset[str], traffic: Traffic) -> Answer | None:
    """What a host says whatever it is asked for."""
    for name, refusal in _REFUSALS.items():
        if name in faults:
            return refusal
    cookie = ask.headers.get("cookie", "")
    if "jiasule" in faults:
        return _JIASULE_AGAIN if "__jsluid_s" in cookie else _JIASULE
    if "referer" in faults and urlsplit(ask.headers.get("referer", "")).netloc != site.host:
        return _FORBIDDEN
    if "busy" in faults and traffic.count > BUSY_AFTER:
        return _BUSY
    if "hurried" in faults and traffic.within_second > BUSY_AFTER:
        return _BUSY
    if "cookie_bounce" in faults or ("cookie_once" in faults and "C3VK" not in cookie):
        return Answer(b"", status=302, headers={"location": ask.target, "set-cookie": "C3VK=replica; path=/"})
    return None


def _robots(site: Site, faults: frozenset[str]) -> Answer:
    if "robots_moved" in faults:
        return _TO_404
    if "robots_forbid" in faults:
        return Answer(ROBOTS_FORBID.encode(), media_type="text/plain")
    return site.robots() or _NOT_FOUND


def _instead_of_list(site: Site, ask: Ask, faults: frozenset[str]) -> Answer | None:
    if "list_error" in faults:
        return Answer(mischief.APOLOGY.encode())
    if "meta_refresh" in faults and "from" not in ask.query:
        return Answer(META_REFRESH.format(target=f"{ask.path}?from=index").encode())
    return None


def _gone(site: Site, faults: frozenset[str]) -> Answer | None:
    """What comes in place of a page or file."""
    for name, answer in _GONE.items():
        if name in faults:
            return answer
    if "bare_home" in faults:
        return Answer(METAS.sub("", site.home().body.decode()).encode())
    return site.home() if "home_page" in faults else None


def _marked(answer: Answer, site: Site, ask: Ask, scene: Scene, is_list: bool) -> Answer:
    """An answer as the site's faults mark it up."""
    faults = scene.faults
    if answer.charset is None:
        if "page_as_file" in faults:
            return site.home()
        name = site.file_name(ask, scene) if "header_names" in faults else ""
        named = {"content-disposition": f"attachment; filename={name}"} if name else {}
        return replace(answer, headers={**answer.headers, **named})
    if answer.media_type != "text/html" or answer.status != 200 or not faults:
        return answer
    markup = Markup(f"https://{site.host}{ask.path}", lambda target: site.kind_of(target, scene))
    change = markup.listing if is_list else markup.page
    return replace(answer, body=change(answer.body.decode(), faults).encode())


def _on_the_wire(answer: Answer, faults: frozenset[str], is_list: bool) -> Answer:
    """An answer as its bytes go out: encoded, compressed, cut."""
    if answer.charset is not None:
        answer = _compressed(_encoded(answer, faults), faults)
    if "truncated" in faults and not is_list:
        length = str(len(answer.body) + MISSING)
        return replace(answer, modified=None, headers={**answer.headers, "content-length": length})
    return answer


def _encoded(answer: Answer, faults: frozenset[str]) -> Answer:
    text = answer.body.decode()
    if "wrong_charset" in faults:
        return replace(answer, body=text.encode("gb18030"))
    if "no_charset" in faults:
        return replace(answer, body=META_CHARSET.sub("", text).encode("gb18030"), charset="")
    if "false_meta" in faults:
        return replace(
            answer, body=re.sub('(?i)charset=("?)utf-8', r"charset=\1gb2312", text).encode(), charset=""
        )
    if "bom" in faults:
        return replace(answer, body=text.encode("utf-8-sig"), charset="")
    return answer


def _compressed(answer: Answer, faults: frozenset[str]) -> Answer:
    if not faults & {"gzip", "gzip_unsaid"}:
        return answer
    said = {"content-encoding": "gzip"} if "gzip" in faults else {}
    return replace(answer, body=gzip.compress(answer.body, mtime=0), headers={**answer.headers, **said})


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
