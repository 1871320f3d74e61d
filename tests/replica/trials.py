"""One trap tried: the replica broken in one way, a real harvest over HTTP, and what came of it as documents."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import Politeness, Source, TlsException, TlsMode
from metroetl.documents import find_parts, read_document
from metroetl.documents.models import Document
from metroetl.errors import DocumentError
from metroetl.harvest import Archive, Client, harvest, revisit
from metroetl.harvest.models import Harvested, Known, Reach, Snapshot
from metroetl.replica import Replica
from metroetl.replica.articles import Article
from metroetl.replica.sites import Scene, Site
from metroetl.replica.sites.base import Row
from metroetl.replica.sites.nbsdata import NbsData
from metroetl.settings import Settings
from metroetl.statistics import extract_statistics

from .conftest import on_host

FEW = 4
ENOUGH = 20
GENTLE = Politeness(delay=0.4, concurrency=1)


@dataclass
class Trial:
    """A source of the replica, looked at from a day on; `list_path` is the address of its list where it isn't the usual one."""

    replica: Replica
    source_id: str
    home: Path
    list_path: str = ""
    polite: bool = False
    since: date | None = None
    tls: TlsMode | None = None
    ca_file: Path | None = None
    steps: list[Harvested] = field(default_factory=list)

    @property
    def site(self) -> Site:
        return self.replica.sites[self.source_id]

    @property
    def scene(self) -> Scene:
        return Scene(self.replica.day, self.replica.faults.of(self.source_id))

    @cached_property
    def source(self) -> Source:
        """The catalogue's source, of whose list everything is wanted."""
        everything = {"max_pages": ENOUGH, "title_has": []}
        source = catalogue().sources[self.source_id].model_copy(update=everything)
        if self.list_path:
            source = source.model_copy(
                update={"list": on_host(self.site, self.list_path), "replica_list": None}
            )
        if self.tls:
            exception = TlsException(mode=self.tls, reason="本测试")
            source = source.model_copy(update={"tls": {self.site.host: exception}})
        return source.model_copy(update={"politeness": GENTLE}) if self.polite else source

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.home / "archive")

    @property
    def host_map(self) -> dict[str, str]:
        """Hosts to stand-ins; where TLS is tried they are asked by https, whatever they speak."""
        hosts = self.replica.host_map
        return {h: a.replace("http://", "https://") for h, a in hosts.items()} if self.ca_file else hosts

    @property
    def settings(self) -> Settings:
        return Settings(
            home=self.home,
            host_map=self.host_map,
            ca_file=self.ca_file,
            politeness=self.polite,
            retries=1,
            timeout_seconds=5.0,
        )

    # --- what should come ---

    @property
    def rows(self) -> list[Row]:
        """Every row that the list shows."""
        pages = range(1, self.site.pages(self.scene) + 1)
        return [row for number in pages for row in self.site.rows(number, self.scene)]

    @cached_property
    def start(self) -> date:
        """Rows from this day on are asked for: a few."""
        days = sorted((row.date for row in self.rows), reverse=True)[:FEW]
        return self.since or (days[-1] if days else self.replica.day)

    def expected(self) -> dict[str, Article]:
        """The articles that a harvest should bring, by the address that their row leads to."""
        return {self.site.address(r.href): r.article for r in self.rows if r.date >= self.start}

    def expected_pages(self) -> set[str]:
        """Addresses of all that should come: the rows', or what is asked of a data interface."""
        if isinstance(self.site, NbsData):
            return {self.site.period_ask(code)[0] for code in self.site.codes(self.replica.day)}
        return set(self.expected())

    def missing_files(self) -> set[str]:
        """Files of the expected pages that didn't come."""
        rows = {self.site.address(row.href) for row in self.rows}
        wanted = {
            unquote(self.site.address(self.site.file_path(a, f)))
            for a in self.expected().values()
            for f in a.files
        }
        return wanted - {unquote(url) for url in self.files()} - {unquote(url) for url in rows}

    # --- what comes ---

    def harvest(self) -> list[Harvested]:
        """All steps of one harvest; kept in `steps` too."""

        async def steps() -> list[Harvested]:
            async with Client(self.settings, [self.source]) as client:
                given = harvest(self.source, client=client, reach=Reach(since=self.start), **self.stores())
                return [step async for step in given]

        found = asyncio.run(steps())
        self.steps += found
        return found

    def revisit(self) -> list[Harvested]:
        """All steps of asking again for what is archived."""

        async def steps() -> list[Harvested]:
            async with Client(self.settings, [self.source]) as client:
                pages = [s for s in self.snapshots if s.role != "listing"]
                given = revisit(self.source, client=client, pages=pages, **self.stores())
                return [step async for step in given]

        return asyncio.run(steps())

    def stores(self) -> dict[str, Any]:
        """Where a harvest keeps things, and what it knows."""
        return {"archive": self.archive, "agenda": self.home / "agenda", "known": self.known}

    @property
    def snapshots(self) -> list[Snapshot]:
        return [step.snapshot for step in self.steps if step.snapshot]

    @property
    def known(self) -> dict[str, Known]:
        return {
            s.url: Known(
                url=s.url,
                sha256=s.sha256,
                etag=s.headers.get("etag"),
                last_modified=s.headers.get("last-modified"),
            )
            for s in self.snapshots
        }

    def failed(self) -> set[str]:
        """`role:CODE` of every attempt that brought nothing, and of every archived file or page that can't be read."""
        told = {f"{s.fetch.role}:{s.fetch.outcome}" for s in self.steps if not s.fetch.ok}
        for snapshot in self.snapshots:
            try:
                if snapshot.role in {"page", "attachment"}:
                    self.document(snapshot)
            except DocumentError as error:
                told.add(f"document:{error.code}")
        return told

    def document(self, snapshot: Snapshot) -> Document:
        """A snapshot read, with its further parts."""
        data = self.archive.get(snapshot.sha256)
        stored = {s.url: s.sha256 for s in self.snapshots}
        urls = find_parts(data, snapshot.url) if snapshot.role == "page" else []
        return read_document(data, snapshot, self.source, [self.archive.get(stored[u]) for u in urls])

    def pages(self) -> dict[str, Document]:
        """Every page that came, read, by address."""
        return {s.url: self.document(s) for s in self.snapshots if s.role == "page"}

    def files(self) -> dict[str, Snapshot]:
        return {s.url: s for s in self.snapshots if s.role == "attachment"}

    def figures(self) -> set[tuple[Any, ...]]:
        """What the pages state that may be published."""
        return {
            (s.region_code, s.indicator_code, s.period, s.measure, s.value)
            for document in self.pages().values()
            for s in extract_statistics(document, catalogue())
            if s.publish and s.kind == "actual"
        }

    def asked(self) -> list[str]:
        """What the host's own log has, without robots.txt."""
        entries = (e for e in self.replica.log if e.host == self.site.host)
        return [e.target for e in entries if e.target != "/robots.txt"]
