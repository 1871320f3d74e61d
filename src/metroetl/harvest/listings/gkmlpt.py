"""gkmlpt: the disclosure platform of Guangdong (GOV_SITES §3.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request, absolute, with_query
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, number_in, rows_in, unique
from metroetl.harvest.listings.text import clean_title, date_of
from metroetl.harvest.models import Notice


class Gkmlpt(Family):
    """`/gkmlpt/api/all/<column>?page=1&sid=<sid>`: articles with dates in seconds, about 100 a page.

    Page 2 is 404 on some sites, and `post_count` may be larger than what can be listed: the number of pages isn't known
    from it, and paging ends where nothing more comes.
    """

    name = "gkmlpt"

    def recognise(self, text: str, url: str) -> bool:
        return "/gkmlpt/api/" in url or _articles(text) is not None

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        data = _articles(text) or {}
        found = []
        for row in rows_in(data.get("articles")):
            target, title = (
                absolute(str(row.get("url") or ""), url, url),
                clean_title(str(row.get("title") or "")),
            )
            if target and title:
                day = date_of(row.get("date") or row.get("created_at"))
                found.append(Notice(source_id="", url=target, title=title, listed_on=day))
        classify = data.get("classify")
        total = number_in(classify.get("post_count")) if isinstance(classify, dict) else 0
        return ListPage(family=self.name, notices=unique(found), total=total)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request:
        return Request(source.list if number == 1 else with_query(source.list, page=number))


def _articles(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return (
        data
        if isinstance(data, dict) and isinstance(data.get("articles"), list) and "classify" in data
        else None
    )
