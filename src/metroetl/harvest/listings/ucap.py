"""UCAP (开普云): Sichuan and most of its departments, Chengdu, Gansu, Xinjiang (GOV_SITES §3.6)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request, absolute, with_query
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, number_in, pages_of, rows_in, unique
from metroetl.harvest.listings.rows import list_notices
from metroetl.harvest.listings.text import clean_title, date_of
from metroetl.harvest.models import Notice

PAGER = re.compile(
    r"createPageHTML\(\s{0,5}['\"][\w-]{1,40}['\"]\s{0,5},\s{0,5}(\d{1,5})\s{0,5},\s{0,5}\d{1,5}\s{0,5},"
    r"\s{0,5}['\"]([\w-]{1,60})['\"]\s{0,5},\s{0,5}['\"](\w{2,6})['\"]\s{0,5},\s{0,5}(\d{1,7})"
)
MARKS = re.compile(
    r"<meta[^>]{0,60}name=['\"]?channelId|channelId=['\"]|UCAP-CONTENT|<UCAPTITLE|<publishtime", re.I
)
DETAIL = re.compile(
    r"/(?:content_)?[0-9a-f]{32}\.s?html$|/\d{6}/\d{6,12}\.s?html$|/content_\d{10,20}\.s?html$"
)


class Ucap(Family):
    """List page 1 is `list.shtml`, page n `list_{n}.shtml`; or the JSON of `/common/search/<channel>`.

    `createPageHTML('page_div',10, 1,'zwgklist','shtml',200)` may stand inside a comment: pages, name, extension, rows.
    Option `page_parameter` names the page's parameter of a JSON list (`page`).
    """

    name = "ucap"

    def recognise(self, text: str, url: str) -> bool:
        if text.lstrip().startswith("{"):
            return _results(text) is not None
        return bool(PAGER.search(text) or MARKS.search(text))

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        if text.lstrip().startswith("{"):
            return self._parse_json(text, url)
        notices = list_notices(text, url, options, lambda path: bool(DETAIL.search(path)))
        pager = PAGER.search(text)
        if pager is None:
            return ListPage(family=self.name, notices=notices)
        pages, name, extension, total = pager.groups()
        paging = {"name": name, "extension": extension}
        return ListPage(family=self.name, notices=notices, pages=int(pages), total=int(total), paging=paging)

    def _parse_json(self, text: str, url: str) -> ListPage:
        data = _results(text) or {}
        notices = []
        for row in rows_in(data.get("results")):
            target = absolute(str(row.get("url") or ""), url, url)
            title = clean_title(str(row.get("title") or ""))
            if target and title:
                printed = row.get("publishedTimeStr") or row.get("publishedTime")
                notices.append(Notice(source_id="", url=target, title=title, listed_on=date_of(printed)))
        total = number_in(data.get("total"))
        pages = pages_of(total, number_in(data.get("rows")))
        return ListPage(family=self.name, notices=unique(notices), pages=pages, total=total)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request:
        if number == 1:
            return Request(source.list)
        if not re.search(r"\.s?html?$", urlsplit(source.list).path):
            return Request(with_query(source.list, **{source.options.get("page_parameter", "page"): number}))
        stem, extension = urlsplit(source.list).path.rsplit("/", 1)[-1].rsplit(".", 1)
        paging = so_far[0].paging if so_far else {}
        stem, extension = paging.get("name", stem), paging.get("extension", extension)
        return Request(urljoin(source.list, f"{stem}_{number}.{extension}"))


def _results(text: str) -> dict[str, Any] | None:
    """The part of a JSON answer that holds the rows: `data.{total,page,rows,results[…]}`."""
    try:
        data = json.loads(text)
    except ValueError:
        return None
    data = data.get("data") if isinstance(data, dict) else None
    return data if isinstance(data, dict) and isinstance(data.get("results"), list) else None
