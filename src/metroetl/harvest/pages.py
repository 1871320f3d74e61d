"""Pages to snapshots: one page at a time, each with its further parts and its attachments."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass

from metroetl.catalogue.models import Source
from metroetl.documents import find_attachments, find_parts
from metroetl.errors import HarvestError, MetroError, NotFound, ReaderFailed, SoftNotFound
from metroetl.harvest.addresses import Request
from metroetl.harvest.agenda import Agenda, Item
from metroetl.harvest.answer import Answer
from metroetl.harvest.archive import Archive
from metroetl.harvest.barriers import HEAD, is_text
from metroetl.harvest.client import Client
from metroetl.harvest.models import Harvested, Known
from metroetl.harvest.steps import failed_step, file_name, keep, member_steps, page_step, unmodified_step

log = logging.getLogger("metroetl.harvest")

AT_ONCE = 4
AT_HAND = 256 * 1024  # bytes of a page that are taken in by the loop itself
ZIP = b"PK"

Steps = AsyncGenerator[Harvested, None]


@dataclass(frozen=True)
class PageFetcher:
    """Fetches items of one source into the archive; what a page announces of itself goes on the agenda first.

    `known` is what is archived of the source; `listed` holds the addresses that its listing shows now.
    """

    source: Source
    client: Client
    archive: Archive
    known: Mapping[str, Known]
    agenda: Agenda
    listed: set[str]

    async def fetch(self, items: Iterable[Item]) -> Steps:
        """All items, at once as far as politeness lets; every attempt is a step, also a failed one.

        `AT_ONCE` bounds what was fetched and nobody took yet: in memory, and asked for again if the run is killed.
        """
        room = asyncio.Semaphore(AT_ONCE)

        async def in_room(item: Item) -> list[Harvested]:
            await room.acquire()
            return await self._fetch_item(item)

        tasks = [asyncio.create_task(in_room(item)) for item in items]
        try:
            for done in asyncio.as_completed(tasks):
                for step in await done:
                    yield step
                room.release()
        finally:
            for task in tasks:
                task.cancel()

    async def _fetch_item(self, item: Item) -> list[Harvested]:
        """One page, part or attachment, and what it leads to."""
        began = time.monotonic()
        page_url = item.notice.url if item.notice else item.url
        known = await asyncio.to_thread(self._archived, item.url) if item.url in self.known else None
        try:
            answer = await self.client.fetch(
                _request(item),
                role=item.role,
                known=known,
                referer=self.source.list if item.role == "page" else page_url,
            )
        except HarvestError as error:
            if isinstance(error, NotFound | SoftNotFound) and page_url not in self.listed:
                self.agenda.remove(item.url)
            return [failed_step(self.source.id, item.url, item.role, error, began)]
        if self._is_at_hand(answer):
            steps, owed = self._take_in(item, answer)
        else:
            steps, owed = await asyncio.to_thread(self._take_in, item, answer)
        return [*steps, *[s for i in owed for s in await self._fetch_item(i)]]

    def _archived(self, url: str) -> Known | None:
        """What is known of an address; nothing if its bytes are lost, for then a 304 wouldn't bring them back."""
        known = self.known.get(url)
        return known if known and self.archive.has(known.sha256) else None

    def _is_at_hand(self, answer: Answer) -> bool:
        """Whether to take in an answer takes milliseconds, less than threads that wait for each other cost."""
        content = answer.content
        return self.archive.is_near and content.size <= AT_HAND and is_text(content.head(HEAD))

    def _take_in(self, item: Item, answer: Answer) -> tuple[list[Harvested], list[Item]]:
        """Archive an answer, and what is in it; the steps, and what the page leads to that isn't archived yet."""
        step = self._archive_item(item, answer)
        if step.snapshot is None:
            return [step], []
        head = answer.content.head(HEAD)
        if head.startswith(ZIP):
            return [*member_steps(self.archive, step.snapshot, answer.body, self.known), step], []
        owed = self._belongings(item, answer) if item.role != "attachment" and is_text(head) else []
        return [step], owed

    def _archive_item(self, item: Item, answer: Answer) -> Harvested:
        known = self.known.get(item.url)
        if known and answer.not_modified:
            return unmodified_step(answer, self.source.id, item.role, known)
        name = file_name(answer, item.name) if item.role == "attachment" else ""
        snapshot = keep(
            self.archive, answer, self.source.id, _request(item), item.role, notice=item.notice, name=name
        )
        return page_step(answer, snapshot, known)

    def _belongings(self, item: Item, answer: Answer) -> list[Item]:
        """Parts and files of a page that aren't archived yet, written down; a page that can't be read is told later."""
        try:
            with ReaderFailed.instead(answer.url):
                parts = find_parts(answer.body, answer.final_url) if item.role == "page" else []
                files = find_attachments(answer.body, answer.final_url)
        except MetroError as error:
            log.warning("%s: parts and attachments not looked for: %s", answer.url, error)
            return []
        found = [Item(url=url, role="part", notice=item.notice) for url in parts]
        found += [Item(url=f.url, role="attachment", name=f.name, notice=item.notice) for f in files]
        owed = [i for i in found if is_owed(i.url, self.known) and i.url not in self.agenda.open]
        self.agenda.add(owed)
        return owed


def is_owed(url: str, known: Mapping[str, Known]) -> bool:
    """Whether an address isn't archived, or only as damaged bytes."""
    return url not in known or not known[url].readable


def _request(item: Item) -> Request:
    """How an item is asked for: by its address, or by the JSON body that its listing made."""
    if item.role == "page" and item.notice and item.notice.post:
        return Request(item.url, "POST", json=item.notice.post)
    return Request(item.url)
