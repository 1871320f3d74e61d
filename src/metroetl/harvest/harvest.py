"""One harvest: a source's listing, then what it announces that isn't known yet, then the attachments of that."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from urllib.parse import urljoin

from metroetl.catalogue.models import Source
from metroetl.documents import decode
from metroetl.errors import (
    DocumentError,
    EmptyListing,
    HarvestError,
    MetroError,
    NotFound,
    PastLastPage,
    ReaderFailed,
    SoftNotFound,
)
from metroetl.harvest.addresses import Request
from metroetl.harvest.agenda import Agenda, Item
from metroetl.harvest.answer import Answer
from metroetl.harvest.archive import Archive
from metroetl.harvest.client import Client
from metroetl.harvest.listings import ListPage, family_named
from metroetl.harvest.models import Fetch, Harvested, Known, Notice, Reach, Snapshot
from metroetl.harvest.pages import PageFetcher, Steps, is_owed
from metroetl.harvest.steps import charset_of, failed_step, keep

log = logging.getLogger("metroetl.harvest")


async def harvest(
    source: Source,
    *,
    client: Client,
    archive: Archive,
    agenda: Path,
    known: Mapping[str, Known],
    reach: Reach = Reach(),
    dry_run: bool = False,
) -> Steps:
    """Read a source's listing, then archive the pages that aren't known, each followed by its attachments.

    Every attempt is one step, also a failed one (its outcome is the error's code): nothing is raised for what a site
    does. List pages are read until one holds only known addresses, with `reach.since` until one holds only older items (so
    a backfill gets past what is known), at most `max_pages`. `dry_run` asks the listing only and stores nothing. Known
    pages are not asked for again, unless what came of them was damaged. `agenda` is the folder of what is still open.
    """
    reader = _ListingReader(source, client, archive, agenda, known, reach)
    async with aclosing(reader.read(store=not dry_run)) as steps:
        async for step in steps:
            yield step
    if dry_run or not reader.has_list:
        return
    pages = PageFetcher(reader.source, client, archive, known, reader.agenda, reader.listed)
    async with aclosing(pages.fetch(reader.open_items())) as steps:
        async for step in steps:
            yield step


async def revisit(
    source: Source,
    *,
    client: Client,
    archive: Archive,
    agenda: Path,
    known: Mapping[str, Known],
    pages: Sequence[Snapshot],
) -> Steps:
    """Ask again, conditionally, for what was archived before, to see edits in place, replaced files and vanished pages.

    `pages` are the last snapshots of what is asked for, least recently asked first. Files and parts that a changed page
    links and that aren't archived are fetched too.
    """
    still_open = Agenda(agenda, source.id, known)
    fetcher = PageFetcher(source, client, archive, known, still_open, {page.url for page in pages})
    async with aclosing(fetcher.fetch([_asked_again(page) for page in pages])) as steps:
        async for step in steps:
            yield step


async def ask_again(
    source: Source,
    *,
    client: Client,
    archive: Archive,
    agenda: Path,
    known: Mapping[str, Known],
    urls: Sequence[str],
    pages: Sequence[Snapshot],
) -> Steps:
    """Ask again for single addresses that failed, and for nothing else of the source.

    They are those on the agenda, or those whose last snapshots are `pages`; what is neither is no longer announced.
    """
    still_open = Agenda(agenda, source.id, known)
    items = {page.url: _asked_again(page) for page in pages if page.url in urls}
    items |= {url: still_open.open[url] for url in urls if url in still_open.open}
    announced = {item.notice.url for item in items.values() if item.notice}
    fetcher = PageFetcher(source, client, archive, known, still_open, announced)
    async with aclosing(fetcher.fetch(items.values())) as steps:
        async for step in steps:
            yield step


def _asked_again(page: Snapshot) -> Item:
    """The item of an archived page, part or attachment, as its listing or its page announced it."""
    notice = Notice(
        source_id=page.source_id,
        url=page.parent_url or page.url,
        title=page.title,
        listed_on=page.listed_on,
        post=page.request.get("json", ""),
    )
    return Item(url=page.url, role=page.role, notice=notice, name=page.name)


class _ListingReader:
    """Reads the listing of one source, list page by list page; what it announces goes on the agenda."""

    def __init__(
        self,
        source: Source,
        client: Client,
        archive: Archive,
        agenda: Path,
        known: Mapping[str, Known],
        reach: Reach,
    ) -> None:
        mapped = any(host in client.stand_ins for host in source.hosts)
        address = source.replica_list if mapped and source.replica_list else source.list
        self.has_list = address != "unknown"
        self.source = source.model_copy(update={"list": urljoin(f"https://{source.hosts[0]}/", address)})
        self.client, self.archive, self.known = client, archive, known
        self.reach = reach
        self.agenda = Agenda(agenda, source.id, known)
        self.listed: set[str] = set()

    async def read(self, *, store: bool) -> Steps:
        """List pages from the first, until they hold nothing new; what they announce goes on the agenda."""
        so_far: list[ListPage] = []
        for number in range(1, self.source.max_pages + 1):
            step, page = await self._list_page(number, so_far, store)
            if step is None:
                return
            if page is None:
                yield step
                return
            fresh = {n.url for n in page.notices} - self.listed
            self.listed |= fresh
            so_far.append(page)
            left = self._put_on_agenda(page) if store else 0
            goes_on = self._goes_on(step, page, number, bool(fresh))
            yield step.model_copy(
                update={"left": left, "deeper": goes_on and number == self.source.max_pages}
            )
            if not goes_on:
                return

    def open_items(self) -> list[Item]:
        """Pages and attachments on the agenda that are still wanted, of earlier runs too, as many as are allowed."""
        wanted = [i for i in self.agenda.open.values() if i.notice and self._is_wanted(i.notice)]
        return wanted[: self.reach.budget]

    def _put_on_agenda(self, page: ListPage) -> int:
        """What a list page announces goes on the agenda, as far as is allowed; how many pages are left out."""
        owed = [n for n in page.notices if is_owed(n.url, self.known) and self._is_wanted(n)]
        owed = [n for n in owed if n.url not in self.agenda.open]
        room = len(owed)
        if self.reach.budget is not None:
            room = max(0, self.reach.budget - len(self.open_items()))
        self.agenda.add(Item(url=n.url, role="page", notice=n) for n in owed[:room])
        return len(owed[room:])

    def _goes_on(self, step: Harvested, page: ListPage, number: int, fresh: bool) -> bool:
        """Whether a further list page is to be read after this one."""
        seen_before = step.snapshot is None and step.fetch.url in self.known
        if page.onward:
            return not (seen_before and self._is_settled(page, self.known[step.fetch.url]))
        return fresh and not (self._ends(page, number) or self._holds_nothing_new(page, number, seen_before))

    def _ends(self, page: ListPage, number: int) -> bool:
        """Whether the list has no further page."""
        all_came = page.total is not None and len(self.listed) >= page.total
        return all_came or (page.pages is not None and number >= page.pages)

    def _is_settled(self, page: ListPage, known: Known) -> bool:
        """Whether an unchanged page that names further ones tells that these didn't change since it was last read.

        Days are all that it tells: on the day of a change the further pages are read all the same.
        """
        changed, read = page.onward_changed, known.fetched_at
        whole = self.reach.since is None and not self.agenda.pages_owed
        return whole and changed is not None and read is not None and changed < read.date()

    def _holds_nothing_new(self, page: ListPage, number: int, seen_before: bool) -> bool:
        """Whether further pages can only hold what is too old, or known (unless a page of before is still owed)."""
        since = self.reach.since
        if since is not None:
            return all(n.listed_on and n.listed_on < since for n in page.notices)
        wanted = any(self._is_wanted(n) for n in page.notices)
        return number >= self.agenda.pages_owed and not self._new(page) and (wanted or seen_before)

    def _new(self, page: ListPage) -> list[Notice]:
        return [n for n in page.notices if n.url not in self.known and self._is_wanted(n)]

    def _is_wanted(self, notice: Notice) -> bool:
        words = self.source.title_has
        return self.reach.holds(notice.listed_on) and (
            not words or any(word in notice.title for word in words)
        )

    async def _list_page(
        self, number: int, so_far: list[ListPage], store: bool
    ) -> tuple[Harvested | None, ListPage | None]:
        """One list page: its step, and the page if it could be read; neither where the paging simply ends."""
        began = time.monotonic()
        request = Request(self.source.list)
        try:
            if not self.has_list:
                raise _unknown_list(self.source)
            family = family_named(self.source.family)
            wanted = family.page_request(self.source, number, so_far)
            if wanted is None:
                return None, None
            request = wanted
            known, archived = self._archived(request)
            answer = await self.client.fetch(request, role="listing", known=known, referer=self.source.list)
            body = archived if answer.not_modified else answer.body
            text = decode(body, charset_of(answer))[0]
            with ReaderFailed.instead(request.url):
                page = family.parse(text, answer.final_url, self.source.options)
            if number > 1 and not page.notices:
                raise PastLastPage(f"list page {number} holds no item")
        except MetroError as error:
            return self._list_failure(error, request.key, number, so_far, began, store), None
        notices = [n.model_copy(update={"source_id": self.source.id}) for n in page.notices]
        page = page.model_copy(update={"notices": notices})
        if store:
            self.agenda.remove(request.key)
        return self._list_step(request, answer, body, page, number, store), page

    def _archived(self, request: Request) -> tuple[Known | None, bytes]:
        """What is known of an address that can be asked conditionally, and its bytes."""
        known = self.known.get(request.key) if request.method == "GET" else None
        try:
            return (known, self.archive.get(known.sha256)) if known else (None, b"")
        except DocumentError as error:
            log.warning("%s: asked anew: %s", request.url, error)
            return None, b""

    def _list_failure(
        self, error: MetroError, url: str, number: int, so_far: list[ListPage], began: float, store: bool
    ) -> Harvested | None:
        """The step of a list page that can't be read; None where the list ends before it and hadn't stated its end."""
        if number > 1 and isinstance(error, NotFound | SoftNotFound | PastLastPage):
            stated = so_far[0].pages
            if stated is None:
                log.info("%s: paging ends before list page %d", self.source.id, number)
                return None
            error = PastLastPage(f"list page {number} of {stated} is missing ({error.message})")
        elif number > 1 and store:
            self.agenda.add([Item(url=url, role="listing", number=number)])
        return failed_step(self.source.id, url, "listing", error, began)

    def _list_step(
        self, request: Request, answer: Answer, body: bytes, page: ListPage, number: int, store: bool
    ) -> Harvested:
        """The step of a list page that was read; its snapshot where its bytes are new."""
        newest = max((n.listed_on for n in page.notices if n.listed_on), default=None)
        new, url = self._new(page), request.key
        items = len(page.notices) + len(page.scheduled) + len(page.onward)
        fetch = Fetch(
            source_id=self.source.id,
            url=url,
            role="listing",
            at=answer.fetched_at,
            outcome="listed",
            status=answer.status,
            seconds=answer.seconds,
            size=len(body),
            items=items,
            fresh=len(new),
            newest=newest,
            detail=f"{len(new)} new: {new[0].title}" if new else "nothing new",
        )
        if number == 1 and items < self.source.expect.min_items:
            error = EmptyListing(f"{items} items, at least {self.source.expect.min_items} are expected")
            told = {"outcome": error.code, "detail": error.message, "way_out": error.way_out}
            fetch = fetch.model_copy(update=told)
        if not store or answer.not_modified:
            return Harvested(fetch=fetch, scheduled=page.scheduled)
        snapshot = keep(self.archive, answer, self.source.id, request, "listing", listed_on=newest)
        known = self.known.get(url)
        fetch = fetch.model_copy(update={"sha256": snapshot.sha256})
        same = known is not None and known.sha256 == snapshot.sha256
        return Harvested(fetch=fetch, snapshot=None if same else snapshot, scheduled=page.scheduled)


def _unknown_list(source: Source) -> HarvestError:
    return HarvestError(
        f"no list address is known: {source.reason}",
        way_out="State `list` in the source's YAML, or use the inbox.",
    )
