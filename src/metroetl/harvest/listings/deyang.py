"""Deyang's own product: `/info/iList.jsp` (GOV_SITES §3.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request, with_query
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, page_total
from metroetl.harvest.listings.rows import list_notices

LAST = re.compile(r"cur_page=(\d{1,5})")
DETAIL = re.compile(r"/\d{5,9}\.htm$")


class Deyang(Family):
    """Rows `.list_div li a[title]`; page n by `cur_page`. Later pages answer 503 when asked fast (5 s apart and more)."""

    name = "deyang"

    def recognise(self, text: str, url: str) -> bool:
        return "/info/iList.jsp" in url or ("iList.jsp?" in text and "list_div" in text)

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        notices = list_notices(text, url, options, lambda path: bool(DETAIL.search(path)))
        pages = page_total(text) or max((int(n) for n in LAST.findall(text)), default=None)
        return ListPage(family=self.name, notices=notices, pages=pages)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request:
        return Request(source.list if number == 1 else with_query(source.list, cur_page=number))
