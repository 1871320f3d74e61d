"""jpaas (大汉, new): Zhejiang, MIIT, MOFCOM, SAMR (GOV_SITES §3.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request, with_query
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, page_total, pages_of
from metroetl.harvest.listings.rows import list_notices

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
QUERY = {"parseType": "bulidstatic", "tplSetId": "", "pageType": "column", "tagId": "", "editType": "null"}
DETAIL = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/)?art_[0-9a-f_]{5,60}\.html$")
COUNT = re.compile(r"\b(?:count|total|totalRecord)['\"]?\s{0,3}[:=]\s{0,3}['\"]?(\d{1,7})\b", re.I)
SIZE = re.compile(r"\bpageSize['\"]?\s{0,3}[:=]\s{0,3}['\"]?(\d{1,4})\b", re.I)


class Jpaas(Family):
    """HTML inside JSON: `{"success":true,"data":{"html":"…"}}`; page n by `paramJson={"pageNo":n,"pageSize":15}`.

    `list` is the address of the interface with its parameters, or of the column; then the options `webId`, `pageId`,
    `tagId` (the unit's Chinese name) and `tplSetId` make the interface's address (`bulidstatic` is spelt so there). A site
    that ignores `pageNo` sends known addresses again, which ends the paging.
    """

    name = "jpaas"

    def recognise(self, text: str, url: str) -> bool:
        return _html(text) is not None

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        html = _html(text) or ""
        notices = list_notices(html, url, options, lambda path: bool(DETAIL.search(path)))
        count, size = COUNT.search(html), SIZE.search(html)
        total = int(count.group(1)) if count else None
        pages = page_total(html)
        if pages is None and total is not None:
            pages = pages_of(total, int(size.group(1)) if size else len(notices))
        return ListPage(family=self.name, notices=notices, pages=pages, total=total)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request:
        address = source.list
        if "/page/build/unit" not in address:
            stated = {
                key: str(source.options.get(key, "")) for key in ("webId", "pageId", "tagId", "tplSetId")
            }
            address = with_query(urljoin(address, UNIT), **QUERY | stated)
        if number == 1:
            return Request(address)
        size = int(source.options.get("pageSize", 15))
        wanted = json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":"))
        return Request(with_query(address, paramJson=wanted))


def _html(text: str) -> str | None:
    try:
        data = json.loads(text).get("data")
    except (ValueError, AttributeError):
        return None
    html = data.get("html") if isinstance(data, dict) else None
    return html if isinstance(html, str) else None
