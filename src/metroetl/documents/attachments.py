"""Files that belong to a page, wherever the CMS families put them (GOV_SITES §6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote, urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag
from lxml import etree

from metroetl.documents.html import attribute, elements, text_of
from metroetl.documents.models import Attachment

FILE = re.compile(r"\.(?:pdf|docx?|wps|rtf|xlsx?|et|csv|pptx?|dps|ofd|zip|rar|7z)$", re.I)
DOWNLOAD = re.compile(r"/(?:downfile\.jsp|download(?:file)?(?:\.jsp|\.do|\.action)?)$", re.I)
FOLDER = re.compile(r"/(?:attachment|attachments)/[0-9]", re.I)
SAYS_NOTHING = re.compile(
    r"附件[：:]?|(?:点击)?(?:下载|查看|预览|打开)(?:附件|原文|文件)?|此处|这里|(?:阅读)?原文"
)
ELSEWHERE = ("nav", "header", "footer", "aside")
MARKS = ("appendix", "data-appendix", "class", "download")
CARRIERS = {"a": "href", "file": "href", "iframe": "src", "embed": "src", "object": "data"}


def page_base(soup: BeautifulSoup, url: str) -> str:
    """The address that relative links refer to: base href, on top of the page's own address."""
    base = next((tag for tag in soup.find_all("base") if tag.has_attr("href")), None)
    return urljoin(url, attribute(base, "href").strip()) if base is not None else url


def list_attachments(soup: BeautifulSoup, url: str) -> list[Attachment]:
    """The files linked from a parsed page, each once, absolute, with the name a person sees.

    `href` counts, never the editor's `oldsrc`; links in menus and footers don't belong to the document.
    """
    base = page_base(soup, url)
    found: dict[str, str] = {}
    for tag in elements(soup, CARRIERS):
        address = _address(tag)
        if not address or any(p.name in ELSEWHERE for p in tag.parents):
            continue
        absolute = urldefrag(urljoin(base, address)).url
        name = _name(tag, address)
        if absolute not in found or len(found[absolute]) < len(name):
            found[absolute] = name
    return [
        Attachment(url=u, name=n or unquote(urlsplit(u).path.rpartition("/")[2])) for u, n in found.items()
    ]


class _Names:
    """A target for lxml's parser that keeps nothing but whether an element links or shows a file."""

    def __init__(self) -> None:
        self.found = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self.found and name in CARRIERS:
            self.found = bool(address_in(name, attributes))

    def close(self) -> bool:
        return self.found


def names_files(markup: str) -> bool:
    """Whether any element of a page's markup links or shows a file: a look without making a tree.

    The parser and its events are those from which BeautifulSoup makes its tree.
    """
    target: Any = _Names()
    parser = etree.HTMLParser(target=target, recover=True)
    parser.feed(markup)
    return bool(parser.close())


def _address(tag: Tag) -> str:
    """The address of the file that an element links or shows; empty where it is no file."""
    return address_in(tag.name, {key: attribute(tag, key) for key in (CARRIERS[tag.name], *MARKS)})


def address_in(name: str, attributes: Mapping[str, str]) -> str:
    """The address of the file that an element of this name with these attributes names; empty where it is none."""
    address = attributes.get(CARRIERS[name], "").strip().replace("\\", "/")
    if not address:
        return ""
    shown, is_address, is_download = _told_by(address)
    if shown or not is_address:
        return shown
    return address if name in {"a", "file"} and (is_download or _is_marked(name, attributes)) else ""


@lru_cache(maxsize=4096)  # the menus of a site are the same on all its pages
def _told_by(address: str) -> tuple[str, bool, bool]:
    """The file that an address names by itself; whether it is an address at all, and one of those for downloads."""
    if address.lower().startswith(("javascript:", "mailto:", "data:", "#", "about:")):
        return "", False, False
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", False, False
    query = parse_qs(parts.query)
    if "viewer" in parts.path.lower() and (shown := query.get("file", [""])[0]):
        return shown, True, False
    if FILE.search(parts.path) or any(FILE.search(v) for values in query.values() for v in values):
        return address, True, False
    return "", True, DOWNLOAD.search(parts.path) is not None or FOLDER.search(parts.path) is not None


def _is_marked(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an address that doesn't look like a file's is one all the same, as the editor marked it."""
    if name == "file" or len(attributes) == 1:
        return name == "file"
    appendix, data_appendix, classes, download = (attributes.get(mark, "") for mark in MARKS)
    return (
        "true" in (appendix, data_appendix)
        or "nfw-cms-attachment" in classes
        or FILE.search(download) is not None
    )


def _name(tag: Tag, address: str) -> str:
    """The name in title, download or the link's text; the first that says something."""
    for name in _names(tag):
        if name and not SAYS_NOTHING.fullmatch(name) and "://" not in name:
            return name
    query = parse_qs(urlsplit(address).query)
    return next((v for values in query.values() for v in values if FILE.search(v)), "")


def _names(tag: Tag) -> Iterable[str]:
    yield " ".join(attribute(tag, "title").split())
    yield " ".join(attribute(tag, "download").split())
    yield text_of(tag)
    if tag.parent is not None and tag.parent.name == "file":
        yield text_of(tag.parent)
