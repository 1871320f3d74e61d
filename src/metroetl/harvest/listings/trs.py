"""TRS WCM (拓尔思): gov.cn-like ministries, NDRC, MEE, provinces (GOV_SITES §3.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, page_total
from metroetl.harvest.listings.rows import list_notices

PAGER = re.compile(
    r"createPageHTML\(\s{0,5}(\d{1,5})\s{0,5},\s{0,5}\d{1,5}\s{0,5},\s{0,5}['\"]([\w-]{1,60})['\"]\s{0,5},\s{0,5}['\"](\w{2,6})['\"]"
)
DETAIL = re.compile(r"/t\d{8}_\d{1,12}(?:_\d{1,3})?\.s?html?$")
INDEX = re.compile(r"[\w-]{1,60}\.(s?html?|jsp|aspx?)$")


class Trs(Family):
    """List page 1 is `./` or `index.html`, page n is `index_{n-1}.html`; `createPageHTML(9, 0, "index", "html")`.

    Options: `first_index` is the number of page 2 (1; 2 at some Shanghai and Shenzhen sites), `name` and `extension`
    those of the list pages where the pager doesn't state them.
    """

    name = "trs"

    def recognise(self, text: str, url: str) -> bool:
        return bool(PAGER.search(text)) or bool(
            re.search(r"href=['\"][^'\"]{0,200}/t\d{8}_\d{1,12}\.s?html?", text)
        )

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        notices = list_notices(text, url, options, lambda path: bool(DETAIL.search(path)))
        pager = PAGER.search(text)
        paging = {"name": pager.group(2), "extension": pager.group(3)} if pager else {}
        pages = int(pager.group(1)) if pager else page_total(text)
        return ListPage(family=self.name, notices=notices, pages=pages, paging=paging)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request:
        if number == 1:
            return Request(source.list)
        paging = so_far[0].paging if so_far else {}
        file = INDEX.search(urlsplit(source.list).path.rsplit("/", 1)[-1])
        extension = (
            source.options.get("extension") or paging.get("extension") or (file.group(1) if file else "html")
        )
        name = source.options.get("name") or paging.get("name") or "index"
        index = number - 2 + int(source.options.get("first_index", 1))
        return Request(urljoin(source.list, f"{name}_{index}.{extension}"))
