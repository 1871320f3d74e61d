"""RSS and Atom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

from bs4 import Tag

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request, absolute
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, unique
from metroetl.harvest.listings.rows import xml_of
from metroetl.harvest.listings.text import BEIJING, clean_title, date_of
from metroetl.harvest.models import Notice


class Feed(Family):
    """Items of an RSS feed or entries of an Atom feed; a feed has one page."""

    name = "feed"

    def recognise(self, text: str, url: str) -> bool:
        head = text[:1000].lower()
        return "<rss" in head or "<feed" in head or "<rdf:rdf" in head

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        soup = xml_of(text)
        found = []
        for item in soup.find_all(["item", "entry"]):
            link = item.find("link")
            address = str(link.get("href") or link.get_text()) if isinstance(link, Tag) else ""
            target, title = absolute(address, url, url), clean_title(_text(item, "title"))
            if target and title:
                printed = (
                    _text(item, "pubDate")
                    or _text(item, "published")
                    or _text(item, "date")
                    or _text(item, "updated")
                )
                found.append(Notice(source_id="", url=target, title=title, listed_on=_day(printed)))
        return ListPage(family=self.name, notices=unique(found), pages=1)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request | None:
        return Request(source.list) if number == 1 else None


def _text(item: Tag, name: str) -> str:
    found = item.find(name)
    return found.get_text(strip=True) if isinstance(found, Tag) else ""


def _day(printed: str) -> date | None:
    try:
        return parsedate_to_datetime(printed).astimezone(BEIJING).date()
    except (ValueError, TypeError):
        return date_of(printed)
