"""Sitemaps (sitemaps.org): for a site of which nothing else is known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request, absolute
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, unique
from metroetl.harvest.listings.rows import xml_of
from metroetl.harvest.listings.text import clean_title, date_of
from metroetl.harvest.models import Notice

NEWEST = 200


class Sitemap(Family):
    """`urlset` gives items, newest first as `lastmod` says; `sitemapindex` names further sitemaps, each a list page.

    Options: `path` and `maps`, patterns that the path of a page or of a further sitemap must hold; `newest` (200), the
    most items taken of one sitemap. Titles are there in news sitemaps only, so `title_has` finds nothing in others;
    `lastmod` is no day of publication and isn't taken for one.
    """

    name = "sitemap"

    def recognise(self, text: str, url: str) -> bool:
        head = text[:1000].lower()
        return "<urlset" in head or "<sitemapindex" in head

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        soup = xml_of(text)
        further = _entries(soup, "sitemap", url, str(options.get("maps", "")))
        maps, days = [address for _, address, _ in further], [date_of(day) for day, _, _ in further]
        entries = _entries(soup, "url", url, str(options.get("path", "")))
        notices = unique([_notice(entry, address) for _, address, entry in entries])
        pages = len(maps) + 1 if maps else None
        return ListPage(
            family=self.name,
            notices=notices[: int(options.get("newest", NEWEST))],
            pages=pages,
            onward=maps,
            onward_changed=max((d for d in days if d), default=None) if all(days) else None,
        )

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request | None:
        if number == 1:
            return Request(source.list)
        onward = so_far[0].onward if so_far else []
        return Request(onward[number - 2]) if number - 2 < len(onward) else None


def _entries(soup: BeautifulSoup, name: str, url: str, pattern: str) -> list[tuple[str, str, Tag]]:
    """(lastmod, address, element) of entries whose path holds the pattern, newest first, undated ones last."""
    found = [
        (_text(entry, "lastmod"), address, entry)
        for entry in soup.find_all(name)
        if isinstance(entry, Tag)
        and (address := absolute(_text(entry, "loc"), url, url))
        and re.search(pattern, urlsplit(address).path)
    ]
    return sorted(found, key=lambda e: e[0][:10], reverse=True)


def _notice(entry: Tag, address: str) -> Notice:
    day = date_of(_text(entry, "publication_date"))
    return Notice(source_id="", url=address, title=clean_title(_text(entry, "title")), listed_on=day)


def _text(entry: Tag, name: str) -> str:
    found = entry.find(name)
    return found.get_text(strip=True) if isinstance(found, Tag) else ""
