"""What stands between us and the page: answers that are something else than what was asked for, by name.

Pure functions on an answer (GOV_SITES §5). A challenge is named, never solved. A challenge's script can sit in a whole
page that has its content (a Gansu list of 2025): such a page is no barrier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from metroetl.documents import decode
from metroetl.errors import (
    BotChallenge,
    GeoBlocked,
    HarvestError,
    HomePageInstead,
    HostDown,
    NotFound,
    RateLimited,
    SoftNotFound,
    UnexpectedContentType,
)
from metroetl.harvest.models import Role

HEAD = 131_072
TINY_BODY, SHELL_BODY = 400, 4_096
BARE_TEXT, SHORT_TEXT = 40, 600
HOME_LINKS, HOME_SHARE = 30, 0.6

RUISHU = re.compile(r"\$_ts\b|\br=['\"]m['\"]")
CLEARANCE = re.compile(r"__jsl_clearance|wzwschallenge|wzws_cid", re.I)
SETS_COOKIE = re.compile(r"document\.cookie\s{0,3}=")
REFUSAL = re.compile(r"\b(UrlACL|GeoBL)\b")
NOT_FOUND = re.compile(
    r"找不到(?:该|此|您)?.{0,12}(?:页面|网页)|(?:页面|网页|文章|信息|内容).{0,8}(?:不存在|未找到|没有找到|已删除|已被删除)"
    r"|[您你]访问的.{0,12}(?:不存在|已删除)|404错误|404notfound|notfound",
    re.I,
)
ERROR_PATH = re.compile(r"/(?:404|error|notfound|not_found)[^/]{0,20}$", re.I)
HOME_PATH = re.compile(r"/?(?:(?:index|default|home)\.(?:s?html?|jsp|aspx?))?", re.I)
ORGAN = re.compile(r"[\u4e00-\u9fff]{2,30}(?:政府|委员会|委|厅|局|部|办公室)")
HOME_WORDS = re.compile(r"首页|主页|官网|官方网站|门户网站|网站|[-_|·—\s]")
GO = re.compile(
    r"\blocation(?:\.href)?\s{0,3}=\s{0,3}['\"]([^'\"]{1,300})['\"]"
    r"|\blocation\.(?:replace|assign)\(\s{0,3}['\"]([^'\"]{1,300})['\"]"
    r"|<meta[^>]{0,80}http-equiv=['\"]?refresh['\"]?[^>]{0,80}url\s{0,3}=\s{0,3}['\"]?([^'\">\s]{1,300})",
    re.I,
)
SIGNATURES = {
    ".pdf": b"%PDF",
    ".docx": b"PK",
    ".xlsx": b"PK",
    ".zip": b"PK",
    ".ofd": b"PK",
    ".rar": b"Rar!",
}
BINARY = (*SIGNATURES.values(), b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
LINKS: Any = etree.XPath("count(//a | //img | //iframe | //embed | //object)")
TEXT: Any = etree.XPath("string()", smart_strings=False)
NO_PAGE = ("image/", "video/", "audio/", "font/", "text/css")


@dataclass(frozen=True)
class _Seen:
    """What a person would see of a page: title, text without blanks, links and other content, meta tags."""

    title: str = ""
    text: str = ""
    links: int = 0
    metas: Mapping[str, str] | None = None
    page: etree._Element | None = None

    @property
    def linked(self) -> int:
        """How much of the text stands in links."""
        return sum(len(_bare(a)) for a in self.page.iter("a")) if self.page is not None else 0

    def meta(self, *names: str) -> str:
        return next(filter(None, ((self.metas or {}).get(name) for name in names)), "")


def find_barrier(
    status: int, headers: Mapping[str, str], body: bytes, requested: str, final: str, role: Role = "page"
) -> HarvestError | None:
    """The named error of an answer, with its `status` set, or None where the answer is what was asked for.

    `requested` and `final` are the catalogue's addresses before and after redirects; header names are lower case.
    """
    text = decode(body[:HEAD])[0] if is_text(body) else ""
    error = _by_status(status, text)
    if error is None:
        error = _in_place_of_content(headers, body, text, requested, final, role)
    if error is not None:
        error.status = status
    return error


def shell_target(body: bytes, url: str) -> str | None:
    """Where a page leads that is nothing but a redirect by script or meta tag (`location.href='./fzggwl/'`)."""
    if len(body) > SHELL_BODY or not is_text(body):
        return None
    text = decode(body)[0]
    match = GO.search(text)
    if match is None or SETS_COOKIE.search(text) or RUISHU.search(text):
        return None
    seen = _look(text)
    if len(seen.text) > BARE_TEXT or seen.links or seen.meta("articletitle", "pubdate"):
        return None
    target: str = next(group for group in match.groups() if group)
    return urljoin(url, target)


def _by_status(status: int, text: str) -> HarvestError | None:
    """The error that a status names, with what the body says of it."""
    if status < 400 and status != 202:
        return None
    if status == 521 or CLEARANCE.search(text):
        return BotChallenge(f"HTTP {status}: a cookie challenge (jiasule or WZWS) in place of the page")
    if status == 412 or (status in {202, 403} and RUISHU.search(text)):
        return BotChallenge(f"HTTP {status}: a script challenge (Ruishu) in place of the page")
    if status in {401, 403, 407, 451}:
        refusal = REFUSAL.search(text)
        return GeoBlocked(f"HTTP {status}: refused" + (f" (WZWS {refusal.group(1)})" if refusal else ""))
    if status in {404, 410}:
        return NotFound(f"HTTP {status}")
    if status in {420, 429, 503}:
        return RateLimited(f"HTTP {status}")
    if status >= 500:
        return HostDown(f"HTTP {status}")
    return HarvestError(f"HTTP {status}") if status >= 400 else None


def _in_place_of_content(
    headers: Mapping[str, str], body: bytes, text: str, requested: str, final: str, role: Role
) -> HarvestError | None:
    """Barriers of an answer that calls itself good."""
    if not body:
        return None if role == "listing" else SoftNotFound("an empty body")
    seen = _look(text) if _is_html(headers, text) else _Seen()
    if wrong := _wrong_type(headers, body, text, seen, requested, role):
        return wrong
    if not _is_html(headers, text):
        return None
    bare = len(seen.text) < BARE_TEXT and not seen.links
    if bare and (RUISHU.search(text) or CLEARANCE.search(text) or SETS_COOKIE.search(text)):
        return BotChallenge("a challenge script in place of the page")
    if _is_home(seen, requested, final, role):
        return HomePageInstead(f"the site's home page came ({final})")
    if bare and "403Forbidden" in seen.text:
        return GeoBlocked("a refusal (403 Forbidden) sent as a good answer")
    if bare and len(body) < TINY_BODY and role != "listing" and not seen.meta("articletitle", "pubdate"):
        return SoftNotFound(f"a body of {len(body)} bytes without content")
    return _soft_not_found(seen, requested, final)


def _soft_not_found(seen: _Seen, requested: str, final: str) -> HarvestError | None:
    if final != requested and ERROR_PATH.search(urlsplit(final).path):
        return SoftNotFound(f"redirected to {final}")
    if len(seen.text) > SHORT_TEXT or seen.meta("articletitle", "pubdate"):
        return None
    said = NOT_FOUND.search(seen.text) or NOT_FOUND.search("".join(seen.title.split()))
    return SoftNotFound(f"the page says: {said.group(0)}") if said else None


def _is_home(seen: _Seen, requested: str, final: str, role: Role) -> bool:
    """Whether the site's home page came: by its address, or by a title that is the site's name alone.

    A home page without meta tags (Shanghai's portal) is known by an organ's name as title and little text but links.
    """
    asked, came = urlsplit(requested), urlsplit(final)
    if HOME_PATH.fullmatch(asked.path):
        return False
    if HOME_PATH.fullmatch(came.path) and not came.query:
        return True
    if role != "page" or seen.links < HOME_LINKS or seen.meta("articletitle", "pubdate", "columnname"):
        return False
    title, name = _bare_name(seen.title), _bare_name(seen.meta("sitename"))
    if name:
        return title == name
    return bool(ORGAN.fullmatch(title)) and seen.linked >= HOME_SHARE * len(seen.text)


def _bare_name(text: str) -> str:
    return HOME_WORDS.sub("", text)


def _wrong_type(
    headers: Mapping[str, str], body: bytes, text: str, seen: _Seen, requested: str, role: Role
) -> HarvestError | None:
    """Bytes that can't be what the address names: a page in place of a PDF, a picture in place of a page."""
    media = headers.get("content-type", "").lower() or "no content type"
    suffix = re.search(r"\.[a-z]{2,4}$", urlsplit(requested).path.lower())
    signature = SIGNATURES.get(suffix.group(0)) if suffix else None
    if signature and signature not in body[:1024]:
        return _soft_not_found(seen, requested, requested) or UnexpectedContentType(
            f"not the file asked for: {media}"
        )
    if role == "listing" and not text:
        return UnexpectedContentType(f"a listing that is no text: {media}")
    if role == "page" and not signature and media.startswith(NO_PAGE):
        return UnexpectedContentType(f"{media} in place of a page")
    return None


def is_text(body: bytes) -> bool:
    """Whether bytes are text (HTML, XML, JSON) by their beginning."""
    return b"\0" not in body[:1024] and not body.lstrip()[:8].startswith(BINARY)


def _is_html(headers: Mapping[str, str], text: str) -> bool:
    head = text[:2048].lstrip().lower()
    if head.startswith("<"):
        return not head.startswith(("<?xml", "<datastore", "<rss", "<feed", "<urlset", "<sitemapindex"))
    return (
        bool(head) and "html" in headers.get("content-type", "").lower() and not head.startswith(("{", "["))
    )


def _look(text: str) -> _Seen:
    try:
        page = etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8"))
    except etree.XMLSyntaxError:
        page = None
    if page is None:
        return _Seen()
    metas: dict[str, str] = {}
    for meta in page.iter("meta"):
        name, content = meta.get("name", "").strip().lower(), meta.get("content", "").strip()
        if name and content:
            metas.setdefault(name, content)
    title = page.findtext(".//title") or ""
    links = int(LINKS(page))
    etree.strip_elements(page, "script", "style", "noscript", "title", etree.Comment, with_tail=False)
    return _Seen(title.strip(), _bare(page), links, metas, page)


def _bare(element: etree._Element) -> str:
    """The text of an element without blanks."""
    return "".join(TEXT(element).split())
