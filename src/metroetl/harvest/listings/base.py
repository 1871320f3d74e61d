"""What a listing family is: how it is recognised, read and paged."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from metroetl.catalogue.models import Source
from metroetl.harvest.addresses import Request
from metroetl.harvest.models import Notice, Scheduled

NO_OPTIONS: Mapping[str, Any] = {}
PAGE_TOTAL = re.compile(
    r"\b(?:totalPage|total_page|pageCount|countPage|totalpage)s?['\"]?\s{0,3}[:=]\s{0,3}['\"]?(\d{1,5})|共\s{0,3}(\d{1,5})\s{0,3}页",
)


class ListPage(BaseModel):
    """One page of a listing: its items in order, each once; page and item counts where it states them.

    `paging` holds what the page says of how further pages are asked for. `scheduled` is what a release calendar announces;
    such a page needs no items, nor does one that only names further list pages (`onward`, a sitemap index, of which the
    last changed on `onward_changed`; None where one has no day).
    """

    model_config = ConfigDict(frozen=True)

    family: str
    notices: list[Notice]
    pages: int | None = None
    total: int | None = None
    paging: dict[str, str] = {}
    scheduled: list[Scheduled] = []
    onward: list[str] = []
    onward_changed: date | None = None


class Family(ABC):
    """A CMS family. `name` is what `family` of a source says."""

    name: str

    @abstractmethod
    def recognise(self, text: str, url: str) -> bool:
        """Whether a page or answer has this family's marks."""

    @abstractmethod
    def parse(self, text: str, url: str, options: Mapping[str, Any] = NO_OPTIONS) -> ListPage:
        """Items of one page or answer; `url` is where it came from, `options` are the source's."""

    @abstractmethod
    def page_request(self, source: Source, number: int, so_far: Sequence[ListPage] = ()) -> Request | None:
        """How page `number` (from 1) is asked for, after the pages `so_far`; None where there is no way to ask for it."""


def page_total(text: str) -> int | None:
    """The number of pages as scripts or a pager line state it, read from the raw text."""
    match = PAGE_TOTAL.search(text)
    return int(next(g for g in match.groups() if g)) if match else None


def pages_of(total: int, size: int) -> int | None:
    """Pages for a total of items, None where the size isn't known."""
    return math.ceil(total / size) if size > 0 else None


def unique(notices: Sequence[Notice]) -> list[Notice]:
    """Each address once, in order; of two titles the whole one, of two dates the first."""
    found: dict[str, Notice] = {}
    for notice in notices:
        first = found.get(notice.url)
        if first is None:
            found[notice.url] = notice
        else:
            title = max(first.title, notice.title, key=lambda t: (not is_cut(t), len(t)))
            found[notice.url] = first.model_copy(
                update={"title": title, "listed_on": first.listed_on or notice.listed_on}
            )
    return list(found.values())


def is_cut(title: str) -> bool:
    """Whether a title was shortened for the list."""
    return title.endswith(("...", "…", ".."))


def rows_in(value: object) -> list[dict[str, Any]]:
    """The objects of a JSON list; nothing where it is none."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def number_in(value: object) -> int:
    """A count of a JSON answer, as number or string; 0 where it is none."""
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else 0
