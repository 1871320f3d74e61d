"""gov.cn: lists of the newest policies as JSON, and the search of the policy library (GOV_SITES §3.7)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request, absolute, with_query
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, number_in, pages_of, rows_in, unique
from metroetl.harvest.listings.text import clean_title, date_of
from metroetl.harvest.models import Notice


class GovCn(Family):
    """An array of {TITLE, URL, DOCRELPUBTIME} as a whole, or `searchVO` of the library, page n by `p`.

    Library rows are in `listVO` or, by category, in `catMap`; titles carry `<em>`; nothing found is code 1001 with
    `searchVO: null` and HTTP 200.
    """

    name = "govcn"

    def recognise(self, text: str, url: str) -> bool:
        data = _load(text)
        if isinstance(data, dict):
            return "searchVO" in data
        return (
            isinstance(data, list) and bool(data) and isinstance(data[0], dict) and "DOCRELPUBTIME" in data[0]
        )

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        data = _load(text)
        if isinstance(data, list):
            rows = [(row.get("TITLE"), row.get("URL"), row.get("DOCRELPUBTIME")) for row in rows_in(data)]
            return ListPage(family=self.name, notices=_notices(rows, url), pages=1, total=len(rows))
        search = (data.get("searchVO") or {}) if isinstance(data, dict) else {}
        rows = [
            (row.get("title"), row.get("url"), row.get("pubtimeStr") or row.get("pubtime"))
            for row in _found(search)
        ]
        total = number_in(search.get("totalCount"))
        pages = pages_of(total, number_in(search.get("pageSize")))
        return ListPage(family=self.name, notices=_notices(rows, url), pages=pages, total=total)

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request | None:
        if number == 1:
            return Request(source.list)
        if "/search-gov/" not in source.list:
            return None
        return Request(with_query(source.list, p=number))


def _load(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except ValueError:
        return None


def _found(search: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of a search answer, from its list or from its categories."""
    yield from rows_in(search.get("listVO"))
    for category in (search.get("catMap") or {}).values():
        if isinstance(category, dict):
            yield from rows_in(category.get("listVO"))


def _notices(rows: Sequence[tuple[Any, Any, Any]], url: str) -> list[Notice]:
    found = []
    for title, address, printed in rows:
        target = absolute(str(address or ""), url, url)
        if target and clean_title(title):
            found.append(
                Notice(source_id="", url=target, title=clean_title(title), listed_on=date_of(printed))
            )
    return unique(found)
