"""Any other HTML list, by its dated rows or by a selector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage, page_total
from metroetl.harvest.listings.rows import list_notices


class Generic(Family):
    """Options: `rows`, a CSS selector of the rows; `next_page`, an address with `{page}` and, where the site counts
    otherwise, `{index}` (page - 1) in it."""

    name = "generic"

    def recognise(self, text: str, url: str) -> bool:
        return True

    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        return ListPage(family=self.name, notices=list_notices(text, url, options), pages=page_total(text))

    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request | None:
        if number == 1:
            return Request(source.list)
        template = source.options.get("next_page")
        return Request(str(template).format(page=number, index=number - 1)) if template else None
