"""One look at a listing: what a source's list shows now, or what an address is the list of."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urldefrag, urljoin

from metroetl.catalogue.models import Source
from metroetl.documents import decode
from metroetl.errors import EmptyListing, HarvestError
from metroetl.harvest.addresses import Request, host_of
from metroetl.harvest.answer import Answer
from metroetl.harvest.client import Client
from metroetl.harvest.listings import FAMILIES, ListPage, family_named
from metroetl.harvest.listings.frames import Frame, frame_of, options_in
from metroetl.harvest.steps import charset_of
from metroetl.runs import Robots

NO_ITEM = (
    "Open it in a browser: is it the list itself? If rows come by a script, give the script's address; if the form is "
    "unknown, name the rows with --option rows=CSS-SELECTOR."
)


@dataclass(frozen=True)
class Look:
    """A list as it was seen once.

    `family_seen` is what the page itself shows; `text` is the page that has the site's metas (of a frame, the frame).
    """

    list: str
    family_seen: str
    page: ListPage
    text: str
    robots: Robots
    seconds: float
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def items(self) -> int:
        """What the list shows: items, announced releases, further lists."""
        return len(self.page.notices) + len(self.page.scheduled) + len(self.page.onward)


def list_address(source: Source, client: Client) -> str:
    """Where a source is asked: its list, or the stand-in's where one is mapped; raises HarvestError if none is known."""
    mapped = any(host in client.stand_ins for host in source.hosts)
    address = source.replica_list if mapped and source.replica_list else source.list
    if address == "unknown":
        raise HarvestError(
            f"no list address is known: {source.reason}",
            way_out="State `list` in the source's YAML, or use the inbox.",
        )
    return urljoin(f"https://{source.hosts[0]}/", address)


async def look_at_source(source: Source, client: Client) -> Look:
    """The first page of a source's list by its declared family; raises the named HarvestError of what stands there."""
    began = time.monotonic()
    source = source.model_copy(update={"list": list_address(source, client)})
    family = family_named(source.family)
    answer = await _first_page(source, client, source.list)
    text, page = _text_of(answer), _parsed(answer, source)
    seen = source.family if family.recognise(text, answer.final_url) else recognised(text, answer.final_url)
    robots = client.robots(answer.final_url)
    return Look(source.list, seen, page, text, robots, time.monotonic() - began, source.options)


async def look_at_address(
    url: str, client: Client, options: Mapping[str, Any], family: str | None = None
) -> Look:
    """What an address is the list of: its family and items; a frame or redirect is followed to the real list.

    With `family` the address is asked as that family asks. Raises the named HarvestError of what stands there,
    EmptyListing where no item is found.
    """
    began = time.monotonic()
    if family is not None:
        frame, front = Frame(family, url, {**options_in(family, url), **options}), None
    else:
        front = await client.fetch(Request(url), role="listing")
        frame = _frame_of_answer(url, front, options)
    source = provisional_source(frame.list, frame.options, frame.family)
    rows = front if front is not None and frame.rows_here else await _first_page(source, client, url)
    page = _parsed(rows, source)
    if page.onward and not page.notices:
        further = family_named(source.family).page_request(source, 2, [page])
        page = _parsed(await client.fetch(further, role="listing"), source) if further else page
    if not page.notices and not page.scheduled:
        raise EmptyListing(f"no item was found at {source.list} (read as {source.family})", way_out=NO_ITEM)
    text = _text_of(front or rows)
    robots = client.robots(rows.final_url)
    return Look(source.list, source.family, page, text, robots, time.monotonic() - began, source.options)


def _frame_of_answer(url: str, front: Answer, options: Mapping[str, Any]) -> Frame:
    """What a page is or frames: the family, the list's address and the options to read it."""
    text, address = _text_of(front), urldefrag(front.final_url).url
    fragment = urldefrag(url).fragment
    frame = frame_of(text, f"{address}#{fragment}" if fragment else address)
    if frame is None:
        name = recognised(text, address)
        frame = Frame(name, address, options_in(name, address), rows_here=True)
    return replace(frame, options={**frame.options, **options})


async def _first_page(source: Source, client: Client, referer: str) -> Answer:
    request = family_named(source.family).page_request(source, 1) or Request(source.list)
    return await client.fetch(request, role="listing", referer=referer)


def _parsed(answer: Answer, source: Source) -> ListPage:
    return family_named(source.family).parse(_text_of(answer), answer.final_url, source.options)


def _text_of(answer: Answer) -> str:
    return decode(answer.body, charset_of(answer))[0]


def recognised(text: str, url: str) -> str:
    """The first family whose marks a page has."""
    return next(name for name, family in FAMILIES.items() if family.recognise(text, url))


def provisional_source(url: str, options: Mapping[str, Any] | None = None, family: str = "generic") -> Source:
    """A source for one look at an address: it names that host only."""
    return Source.model_validate(
        {
            "id": "new",
            "title": host_of(url),
            "publisher": host_of(url),
            "regions": ["000000"],
            "kinds": ["statistics"],
            "family": family,
            "list": url,
            "hosts": [host_of(url)],
            "cadence": {"cron": "0 9 * * *"},
            "expect": {"min_items": 1},
            "options": dict(options or {}),
        }
    )
