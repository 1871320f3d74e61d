"""博达 VSB: Meishan by inference (GOV_SITES §3.9)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, page_total
from metroetl.harvest.listings.rows import list_notices

DETAIL = re.compile(r"/info/\d{3,6}/\d{3,9}\.htm$")


class Vsb(Family):
    """Lists count down: page 1 is `tzgg.htm`, page 2 `tzgg/45.htm` where there are 46, the last `tzgg/1.htm`."""

    name = "vsb"

    def recognise(self, text: str, url: str) -> bool:
        return bool(re.search(r"href=['\"][^'\"]{0,60}info/\d{3,6}/\d{3,9}\.htm['\"]", text))

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        notices = list_notices(text, url, options, lambda path: bool(DETAIL.search(path)))
        stem = urlsplit(url).path.rsplit("/", 1)[-1].removesuffix(".htm")
        numbers = re.findall(rf"href=['\"](?:[^'\"]{{0,80}}/)?{re.escape(stem)}/(\d{{1,5}})\.htm", text)
        pages = page_total(text) or (max(map(int, numbers)) + 1 if numbers else None)
        return ListPage(family=self.name, notices=notices, pages=pages)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request | None:
        if number == 1:
            return Request(source.list)
        pages = so_far[0].pages if so_far else None
        if pages is None or number > pages:
            return None
        return Request(urljoin(source.list, f"{source.list.removesuffix('.htm')}/{pages - number + 1}.htm"))
