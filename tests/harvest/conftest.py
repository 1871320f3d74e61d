"""A real web server on this machine, with answers that a test sets, and sources that look at it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from metroetl.catalogue.models import Cadence, Expectations, Politeness, Source
from metroetl.errors import MetroError
from metroetl.harvest import Archive, Client, harvest
from metroetl.harvest.addresses import Request as Wanted
from metroetl.harvest.models import Harvested, Known, Reach
from metroetl.settings import Settings

HOST = "tjj.jia.gov.cn"
ROOT = f"https://{HOST}"
Reply = Response | str | Callable[[Request], Response | Awaitable[Response]]


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    method: str
    headers: dict[str, str]
    body: str
    at: float


@dataclass
class LocalSite:
    """Replies by path and query; what isn't set is 404. `asked` is the server's own log."""

    address: str
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def paths(self) -> list[str]:
        """What was asked for, in order, without robots.txt."""
        return [a.path for a in self.asked if a.path != "/robots.txt"]

    async def reply(self, request: Request) -> Response:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        body = (await request.body()).decode()
        self.asked.append(Asked(path, request.method, dict(request.headers), body, time.monotonic()))
        found = self.replies.get(path, self.replies.get(request.url.path))
        if callable(found) and not isinstance(found, Response):
            made = found(request)
            return await made if isinstance(made, Awaitable) else made
        if found is None:
            return PlainTextResponse("no such page", status_code=404)
        return HTMLResponse(found) if isinstance(found, str) else found


@pytest.fixture(scope="module")
def server() -> Iterator[LocalSite]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    site = LocalSite(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = Starlette(routes=[Route("/{path:path}", site.reply, methods=["GET", "POST"])])
    running = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.started
    yield site
    running.should_exit = running.force_exit = True
    thread.join(10)


@pytest.fixture
def site(server: LocalSite) -> LocalSite:
    """The server, with nothing set and nothing asked."""
    server.replies.clear()
    server.asked.clear()
    return server


class World:
    """The server, an archive in an empty folder, and sources, settings and pages for both."""

    host, root = HOST, ROOT

    def __init__(self, site: LocalSite, home: Path) -> None:
        self.site, self.home = site, home
        self.archive = Archive(home / "archive")
        self.agenda = home / "agenda"

    def settings(self, **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "home": self.home,
            "host_map": {HOST: self.site.address},
            "politeness": False,
            "retries": 1,
            "timeout_seconds": 2.0,
            "max_bytes": 200_000,
        }
        return Settings(**{**values, **changes})

    def source(self, **changes: Any) -> Source:
        values: dict[str, Any] = {
            "id": "jia_tjj",
            "title": "甲市统计局 数据发布",
            "publisher": "甲市统计局",
            "regions": ["990100"],
            "kinds": ["statistics"],
            "family": "trs",
            "list": f"{ROOT}/sj/index.html",
            "hosts": [HOST],
            "cadence": Cadence(cron="0 9 * * *"),
            "expect": Expectations(min_items=1),
            "politeness": Politeness(delay=0.2, concurrency=1),
        }
        return Source(**{**values, **changes})

    def fetch(
        self, *urls: str, source: Source | None = None, settings: Settings | None = None, **how: Any
    ) -> list[Any]:
        """What one client gives for each address, one after another: an Answer or the error that it raised."""

        async def ask() -> list[Any]:
            found: list[Any] = []
            async with Client(settings or self.settings(), [source or self.source()]) as client:
                for url in urls:
                    try:
                        found.append(await client.fetch(Wanted(url), **how))
                    except MetroError as error:
                        found.append(error)
            return found

        return asyncio.run(ask())

    def harvest(
        self,
        source: Source | None = None,
        known: dict[str, Known] | None = None,
        settings: Settings | None = None,
        since: date | None = None,
        **how: Any,
    ) -> list[Harvested]:
        """All steps of one harvest."""
        source = source or self.source()

        async def steps() -> list[Harvested]:
            async with Client(settings or self.settings(), [source]) as client:
                given = harvest(
                    source,
                    client=client,
                    archive=self.archive,
                    agenda=self.agenda,
                    known=known or {},
                    reach=Reach(since=since),
                    **how,
                )
                return [step async for step in given]

        return asyncio.run(steps())

    @staticmethod
    def known(steps: list[Harvested]) -> dict[str, Known]:
        """What a warehouse knows after these steps."""
        return {
            s.snapshot.url: Known(
                url=s.snapshot.url,
                sha256=s.snapshot.sha256,
                etag=s.snapshot.headers.get("etag"),
                last_modified=s.snapshot.headers.get("last-modified"),
                fetched_at=s.fetch.at,
            )
            for s in steps
            if s.snapshot
        }

    @staticmethod
    def list_page(rows: list[tuple[str, str, str]], pages: int | None = None, number: int = 1) -> str:
        """A list page in the form of TRS: rows are (link, title, day)."""
        items = "".join(f'<li><a href="{h}" title="{t}">{t}</a><span>{d}</span></li>' for h, t, d in rows)
        pager = f'<!--\ncreatePageHTML({pages}, {number - 1}, "index", "html");\n//-->' if pages else ""
        head = '<meta name="SiteName" content="甲市统计局"><meta name="ColumnName" content="数据发布">'
        return f"<html><head>{head}</head><body><ul class='list'>{items}</ul><script>{pager}</script></body></html>"

    @staticmethod
    def article(title: str, links: str = "") -> str:
        """An article page with a body, and links to files."""
        head = f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2025-04-18 10:00">'
        body = f"<div class='TRS_Editor'><p>{title}：初步核算，全市经济总体平稳。</p>{links}</div>"
        return f"<html><head>{head}<title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"


@pytest.fixture
def world(site: LocalSite, tmp_path: Path) -> World:
    return World(site, tmp_path)
