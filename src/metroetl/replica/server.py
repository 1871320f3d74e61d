"""The replica's servers: one port a host, one thread for all, a clock and a switch for what is broken."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import Source
from metroetl.errors import ReplicaError
from metroetl.replica.answers import Traffic, answer_for, response_of
from metroetl.replica.articles import Article
from metroetl.replica.facts import load_facts
from metroetl.replica.faults import Faults
from metroetl.replica.plans import plan_articles
from metroetl.replica.releases import statistics_articles
from metroetl.replica.sites import Ask, Scene, Site, build_sites

LOCAL = "127.0.0.1"
START_SECONDS = 10.0
QUICK = 10  # requests of a host whose times are kept


@dataclass(frozen=True)
class Logged:
    """One request as a host's server saw it; `at` is in seconds of a steady clock."""

    host: str
    at: float
    method: str
    target: str
    status: int


def replica_sites(
    sources: Iterable[Source] | None = None, articles: Iterable[Article] | None = None
) -> dict[str, Site]:
    """The sites of all sources that can be stood in for, by source id, with these articles (the published facts' if None)."""
    chosen = list(catalogue().sources.values()) if sources is None else list(sources)
    served = [s for s in chosen if s.replica_list or s.list.startswith("http")]
    if articles is None:
        articles = [*statistics_articles(load_facts(), served), *plan_articles()]
    return build_sites(served, articles)


class Replica:
    """Stand-ins for the real sites on this machine, as a context manager.

    `host_map` sends each catalogue host to its port (for METROETL_HOST_MAP). A listing shows what existed on the
    clock's day and no more; `set_clock` moves it, `set_faults` breaks or mends a source, `log` has every request.
    Hosts in `tls` speak it with the context given. Raises ReplicaError where the servers don't come up.
    """

    def __init__(
        self,
        as_of: date,
        faults: Faults | None = None,
        *,
        sources: Iterable[Source] | None = None,
        articles: Iterable[Article] | None = None,
        port_base: int | None = None,
        tls: Mapping[str, ssl.SSLContext] | None = None,
    ) -> None:
        self.day = as_of
        self.faults = faults or Faults()
        self.log: list[Logged] = []
        self.sites = replica_sites(sources, articles)
        if strange := self.faults.sources - self.sites.keys():
            raise self._no_such_source(*sorted(strange))
        self._port_base = port_base
        self._tls = tls or {}
        self._hosts: dict[str, list[Site]] = {}
        for site in self.sites.values():
            for host in dict.fromkeys((site.host, site.page_host)):
                self._hosts.setdefault(host, []).append(site)
        self._ports: dict[str, int] = {}
        self._servers: dict[str, uvicorn.Server] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asked: Counter[str] = Counter()
        self._times: dict[str, deque[float]] = {host: deque(maxlen=QUICK) for host in self._hosts}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="replica", daemon=True)

    # --- context ---

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            for number, host in enumerate(self._hosts):
                self._ports[host] = 0 if self._port_base is None else self._port_base + number
                self._up(host)
            self._hide_broken()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        self._down(*self._servers)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()

    @property
    def host_map(self) -> dict[str, str]:
        """Catalogue host to `http://127.0.0.1:port`, `https://` where it speaks TLS."""
        schemes = {host: "https" if host in self._tls else "http" for host in self._ports}
        return {host: f"{schemes[host]}://{LOCAL}:{port}" for host, port in self._ports.items()}

    @property
    def open_sources(self) -> list[str]:
        """Sources that have published something by the clock's day; the others' lists are empty."""
        return [source for source, site in self.sites.items() if site.is_open(Scene(self.day))]

    def set_clock(self, day: date) -> None:
        """Move to another day; what came out later isn't there."""
        self.day = day

    def set_faults(self, source_id: str, *names: str) -> None:
        """Break a source in these ways (see Faults), or mend it with no name."""
        if source_id not in self.sites:
            raise self._no_such_source(source_id)
        self.faults.set(source_id, *names)
        self._asked.clear()
        for times in self._times.values():
            times.clear()
        self._hide_broken()

    def _no_such_source(self, *source_ids: str) -> ReplicaError:
        return ReplicaError(
            f"no such source: {', '.join(source_ids)}", way_out=f"One of {', '.join(self.sites)}."
        )

    # --- hosts up and down ---

    def _hide_broken(self) -> None:
        for host, sites in self._hosts.items():
            hidden = any("down" in self.faults.of(site.source.id) for site in sites)
            if hidden and host in self._servers:
                self._down(host)
            elif not hidden and host not in self._servers:
                self._up(host)

    def _up(self, host: str) -> None:
        # with the protocol named, asyncio switches off Nagle's delay: 40 ms an answer without
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOCAL, self._ports[host]))
        except OSError as error:
            listener.close()
            raise ReplicaError(f"port {self._ports[host]} for {host}: {error}") from error
        self._ports[host] = listener.getsockname()[1]
        routes = [Route("/{path:path}", self._endpoint(host), methods=["GET", "POST"])]
        config = uvicorn.Config(
            Starlette(routes=routes), log_level="critical", access_log=False, lifespan="off"
        )
        config.load()
        config.ssl = self._tls.get(host)
        server = uvicorn.Server(config)
        self._run(self._start(host, server, listener))
        self._servers[host] = server

    def _down(self, *hosts: str) -> None:
        for host in hosts:
            server = self._servers.pop(host)
            server.should_exit = server.force_exit = True
        self._run(self._stop(hosts))

    async def _start(self, host: str, server: uvicorn.Server, listener: socket.socket) -> None:
        self._tasks[host] = asyncio.create_task(server.serve(sockets=[listener]))
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            if self._tasks[host].done() or time.monotonic() > deadline:
                raise ReplicaError(f"the server of {host} doesn't come up")
            await asyncio.sleep(0.005)

    async def _stop(self, hosts: Iterable[str]) -> None:
        await asyncio.gather(*(self._tasks.pop(host) for host in hosts))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    # --- requests ---

    def _endpoint(self, host: str) -> Any:
        async def endpoint(request: Request) -> Response:
            ask = await _ask(request)
            response = await self.respond(host, ask)
            self.log.append(Logged(host, time.monotonic(), request.method, ask.target, response.status_code))
            return response

        return endpoint

    async def respond(self, host: str, ask: Ask) -> Response:
        """What a host says to a request."""
        site, scene = self._site_of(host, ask)
        return response_of(answer_for(site, ask, scene, self._traffic(host)), ask, site)

    def _traffic(self, host: str) -> Traffic:
        """Count a request."""
        now = time.monotonic()
        self._asked[host] += 1
        self._times[host].append(now)
        return Traffic(self._asked[host], sum(now - at < 1.0 for at in self._times[host]))

    def _site_of(self, host: str, ask: Ask) -> tuple[Site, Scene]:
        """The source whose address is asked for (else the host's first) and what one sees there now."""
        sites = self._hosts[host]
        scenes = [Scene(self.day, self.faults.of(site.source.id)) for site in sites]
        for site, scene in zip(sites, scenes, strict=True):
            if len(sites) == 1 or site.answer(ask, scene) is not None:
                return site, scene
        return sites[0], scenes[0]


def serve(as_of: date, port_base: int | None = None, faults: Faults | None = None) -> None:
    """Serve the stand-ins until interrupted; prints host and address, one a line.

    An interruption while they come up counts too; as an exception it could be lost in a callback of Python's own.
    """
    interrupted = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: interrupted.set())
    with Replica(as_of, faults, port_base=port_base) as replica:
        for host, address in replica.host_map.items():
            print(f"{host}\t{address}", flush=True)
        interrupted.wait()


async def _ask(request: Request) -> Ask:
    body = (await request.body()).decode(errors="replace") if request.method == "POST" else ""
    raw, query = request.scope["raw_path"].decode("latin-1"), request.url.query
    return Ask(
        path=request.scope["path"],
        query=dict(request.query_params),
        method=request.method,
        form=dict(parse_qsl(body, keep_blank_values=True)),
        body=body,
        headers=dict(request.headers),
        target=f"{raw}?{query}" if query else raw,
    )
