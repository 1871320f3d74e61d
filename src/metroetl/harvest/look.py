"""One look at a listing: what a source's list shows now, or what an address is the list of."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin

from metroetl.catalogue.models import Source
from metroetl.documents import decode
from metroetl.errors import EmptyListing, HarvestError
from metroetl.harvest.addresses import Request, host_of
from metroetl.harvest.client import Client
from metroetl.harvest.listings import FAMILIES, ListPage, family_named
from metroetl.harvest.listings.frames import frame_of, options_in
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
    options: Mapping[str, str] = field(default_factory=dict)


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
    request = family.page_request(source, 1) or Request(source.list)
    answer = await client.fetch(request, role="listing", referer=source.list)
    text = decode(answer.body, charset_of(answer))[0]
    page = family.parse(text, answer.final_url, source.options)
    seen = source.family if family.recognise(text, answer.final_url) else recognised(text, answer.final_url)
    robots = client.robots(answer.final_url)
    return Look(source.list, seen, page, text, robots, time.monotonic() - began, source.options)


async def look_at_address(
    url: str, client: Client, options: Mapping[str, str], family: str | None = None
) -> Look:
    """What an address is the list of: its family and items; a frame or redirect is followed to the real list.

    Raises the named HarvestError of what stands there, EmptyListing where no item is found.
    """
    began = time.monotonic()
    answer = await client.fetch(Request(url), role="listing")
    text = decode(answer.body, charset_of(answer))[0]
    fragment = urldefrag(url).fragment
    address = urldefrag(answer.final_url).url
    frame = frame_of(text, f"{address}#{fragment}" if fragment else address)
    if frame is not None:
        provisional = provisional_source(frame.list, {**frame.options, **options})
        request = family_named(frame.family).page_request(provisional, 1) or Request(frame.list)
        rows = await client.fetch(request, role="listing", referer=address)
        body, came_from = decode(rows.body, charset_of(rows))[0], rows.final_url
        name, address, found = frame.family, frame.list, dict(frame.options)
    else:
        body, came_from = text, address
        name = family or recognised(text, address)
        found = options_in(name, address)
    found |= options
    page = family_named(name).parse(body, came_from, found)
    if not page.notices and not page.scheduled:
        raise EmptyListing(f"no item was found at {address} (read as {name})", way_out=NO_ITEM)
    return Look(address, name, page, text, client.robots(came_from), time.monotonic() - began, found)


def recognised(text: str, url: str) -> str:
    """The first family whose marks a page has."""
    return next(name for name, family in FAMILIES.items() if family.recognise(text, url))


def provisional_source(url: str, options: Mapping[str, str] | None = None) -> Source:
    """A source for one look at an address: it names that host only."""
    return Source.model_validate(
        {
            "id": "new",
            "title": host_of(url),
            "publisher": host_of(url),
            "regions": ["000000"],
            "kinds": ["statistics"],
            "family": "generic",
            "list": url,
            "hosts": [host_of(url)],
            "cadence": {"cron": "0 9 * * *"},
            "expect": {"min_items": 1},
            "options": dict(options or {}),
        }
    )
