"""The client: the only thing that touches the network, politely, within the catalogue's hosts and within bounds."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx
import stamina
from stamina.instrumentation import RetryDetails

from metroetl import clock
from metroetl.catalogue.models import Source, TlsMode
from metroetl.errors import (
    BotChallenge,
    CookieBounce,
    HarvestError,
    HostDown,
    HostNotAllowed,
    RateLimited,
    RobotsDisallowed,
    TooLarge,
    Truncated,
)
from metroetl.harvest.addresses import HostMap, Request, host_of, origin_of
from metroetl.harvest.answer import Answer, Raw, told
from metroetl.harvest.barriers import HEAD, find_barrier, shell_target
from metroetl.harvest.content import Content
from metroetl.harvest.hosts import LONGEST_PAUSE, Host, new_breakers, politeness_of, robots_kind, robots_text
from metroetl.harvest.models import STAND_IN, Known, Role
from metroetl.harvest.wire import Opener, Transport, header_texts, named_error, tls_context
from metroetl.runs import Robots
from metroetl.settings import Settings

log = logging.getLogger("metroetl.harvest")

Gate = Callable[[str], AbstractAsyncContextManager[None]]

MAX_REDIRECTS = 5
MAX_BOUNCES = 2
MAX_ROBOTS = 512 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
PATIENCE = 10
ACCEPT = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "gzip, deflate",
}
KEPT_HEADERS = (
    "content-type",
    "content-length",
    "content-disposition",
    "last-modified",
    "etag",
    "date",
    "server",
    STAND_IN,
)


class Client:
    """One shared HTTP client for the sources of a run.

    `async with Client(settings, catalogue().sources.values()) as client: await client.fetch(Request(url))`. Requests
    for hosts in `settings.host_map` go to the stand-in; everything that is given back keeps the catalogue's address.
    `gate` is entered with the host's name around every request that must be polite, beside the limits in here: for
    limits that several processes share.
    """

    def __init__(self, settings: Settings, sources: Iterable[Source], gate: Gate | None = None) -> None:
        self._settings = settings
        self._gate = gate
        self.stand_ins = HostMap(settings.host_map)
        self._hosts: dict[str, Host] = {}
        self._breakers = new_breakers()
        sources = list(sources)
        self._politeness = politeness_of(sources)
        self._tls: dict[str, TlsMode] = {
            host.lower(): exception.mode for source in sources for host, exception in source.tls.items()
        }
        ways = {
            mode: Transport(tls_context(mode, settings.ca_file), self.stand_ins)
            for mode in {None, *self._tls.values()}
        }
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(settings.timeout_seconds, pool=None),
            headers={"User-Agent": settings.user_agent, **ACCEPT},
            transport=ways[None],
            mounts={f"all://{host}": ways[mode] for host, mode in self._tls.items()},
            trust_env=False,
        )

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def fetch(
        self, request: Request, *, role: Role = "page", known: Known | None = None, referer: str | None = None
    ) -> Answer:
        """The answer to a request, tried again where that helps; raises the named HarvestError otherwise.

        `known` makes the request conditional. `referer` is sent where it is of the same host, else the site's root.
        """
        host = self._host(request.url)
        headers = {**request.headers, **(_conditions(known) if request.method == "GET" else {})}
        pace = min(1.0, max(0.05, host.delay))
        tries = stamina.retry_context(
            on=lambda error: _worth_retrying(error, host),
            attempts=1 + self._settings.retries,
            timeout=None,
            wait_initial=pace,
            wait_max=20 * pace,
            wait_jitter=pace,
        )
        async with host.place():
            async for attempt in tries:
                with attempt:
                    answer = await self._follow(request, headers, referer, role)
        return replace(answer, request={**answer.request, "attempts": str(attempt.num)})

    def robots(self, url: str) -> Robots:
        """What robots.txt of an address's host says of it, as far as this client has asked."""
        host = self._hosts.get(host_of(url))
        if host is None or not host.robots_read:
            return "unreachable"
        return host.robots_kind if host.may_fetch(url, self._settings.user_agent) else "disallowed"

    async def _follow(
        self, request: Request, headers: Mapping[str, str], referer: str | None, role: Role
    ) -> Answer:
        """Ask, then follow redirects by hand: each hop is checked like the first address."""
        hop, bounces, seconds = request, 0, 0.0
        for _ in range(MAX_REDIRECTS + 1):
            host = self._host(hop.url)
            await self._respect_robots(host, hop.url)
            raw = await self._send(host, hop, {"Referer": _referer(hop.url, referer), **headers})
            seconds += raw.seconds
            target = self._redirect(hop.url, raw)
            if target is None:
                break
            if target == hop.url:
                bounces += 1
                if "set-cookie" not in raw.headers or bounces > MAX_BOUNCES:
                    raise CookieBounce(f"{hop.url} redirects to itself")
            hop = replace(hop, url=target) if raw.status in {307, 308} else Request(target)
        else:
            raise HarvestError(f"more than {MAX_REDIRECTS} redirects from {request.url}")
        self._judge(host, raw, request.url, hop.url, role)
        kept = {name: raw.headers[name] for name in KEPT_HEADERS if name in raw.headers}
        asked = raw.sent | ({"url": hop.url} if hop.url != request.url else {})
        return Answer(request.url, hop.url, raw.status, kept, raw.content, clock.now(), seconds, asked)

    def _redirect(self, url: str, raw: Raw) -> str | None:
        """The catalogue address that an answer leads to, by header or by a page that is a redirect only."""
        if raw.status in REDIRECTS and raw.headers.get("location"):
            target = urljoin(url, raw.headers["location"].strip())
        elif raw.status == 200 and (shell := shell_target(raw.content.head(HEAD), url)):
            target = shell
        else:
            return None
        return self.stand_ins.back(target, url).split("#")[0]

    def _judge(self, host: Host, raw: Raw, asked: str, final: str, role: Role) -> None:
        """Raise what stands in place of the content; keep a pause that the host asks for."""
        if raw.status == 304:
            return
        error = find_barrier(raw.status, raw.headers, raw.content.head(HEAD), asked, final, role)
        if isinstance(error, RateLimited):
            host.pause(raw.headers.get("retry-after"), raw.headers.get("date"))
        if error is not None:
            raise error

    async def _send(self, host: Host, request: Request, headers: Mapping[str, str]) -> Raw:
        """One request in the host's turn, within a time limit for the whole answer."""
        wanted = self._build(host, request, headers)
        limit = PATIENCE * self._settings.timeout_seconds
        await host.rest()
        async with self._gate(host.name) if self._gate and host.polite else nullcontext(), self._slots:
            await host.turn()
            began = time.monotonic()
            try:
                async with asyncio.timeout(limit):
                    response, content = await self._receive(wanted)
            except TimeoutError as error:
                raise HostDown(f"no whole answer within {limit:g} s") from error
        sent = told(wanted, request, self._tls.get(host.name), response.http_version)
        return Raw(response.status_code, header_texts(response), content, time.monotonic() - began, sent)

    def _build(self, host: Host, request: Request, headers: Mapping[str, str]) -> httpx.Request:
        """The request as it is sent: the scheme is the stand-in's, or http where the catalogue says so."""
        parts = urlsplit(request.url)
        scheme = (
            urlsplit(self.stand_ins.origin(host.name)).scheme if host.name in self.stand_ins else parts.scheme
        )
        if self._tls.get(host.name) == "http":
            scheme = "http"
        goal = parts._replace(scheme=scheme, fragment="").geturl()
        if request.json is not None:
            headers = {**headers, "Content-Type": "application/json"}
        try:
            return self._http.build_request(
                request.method, goal, data=request.data, content=request.json, headers=headers
            )
        except httpx.InvalidURL as error:
            raise HarvestError(f"{request.url} is no address: {error}") from error

    async def _receive(self, wanted: httpx.Request) -> tuple[httpx.Response, Content]:
        try:
            response = await self._http.send(wanted, stream=True)
        except httpx.HTTPError as error:
            raise named_error(error, 0) from error
        try:
            return response, await self._read(response)
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response) -> Content:
        """The decompressed content; raises TooLarge by the announced length or while it comes, Truncated if it breaks off."""
        limit = self._settings.max_bytes
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise TooLarge(f"{announced} bytes announced, the limit is {limit}")
        encoding, media = (response.headers.get(n, "") for n in ("content-encoding", "content-type"))
        content, opener = Content(), Opener(encoding, media)
        try:
            async for chunk in response.aiter_raw():
                for piece in opener.open(chunk):
                    content.write(piece)
                    if content.size > limit:
                        raise TooLarge(f"more than {limit} bytes")
        except httpx.HTTPError as error:
            raise named_error(error, response.num_bytes_downloaded) from error
        opener.close()
        return content

    def _host(self, url: str) -> Host:
        """State of an address's host; raises HostNotAllowed if no source of the catalogue names it."""
        name = host_of(url)
        if name not in self._politeness:
            raise HostNotAllowed(f"{name or url} is not a host of the catalogue")
        if name not in self._hosts:
            free = name in self.stand_ins and not self._settings.politeness
            politeness = None if free else self._politeness[name]
            self._hosts[name] = Host(name, politeness, self._settings.concurrency, self._breakers)
        return self._hosts[name]

    async def _respect_robots(self, host: Host, url: str) -> None:
        """Read the host's robots.txt once a client, and raise RobotsDisallowed where it forbids the address."""
        async with host.lock:
            if not host.robots_read:
                host.learn_robots(await self._read_robots(host, url), self._settings.user_agent)
        if not host.may_fetch(url, self._settings.user_agent):
            raise RobotsDisallowed(f"robots.txt of {host.name} forbids {urlsplit(url).path}")

    async def _read_robots(self, host: Host, url: str) -> str | None:
        """Its text, or None if there is none. A host that can't say (5xx) is not asked for pages (RFC 9309, 2.3.1.4)."""
        address = f"{origin_of(url)}/robots.txt"
        raw = await self._send(host, Request(address), {})
        try:
            if raw.status >= 500 or raw.status == 429:
                self._judge(host, raw, address, address, "listing")
        except BotChallenge:
            return None
        except HarvestError as error:
            error.args = (f"robots.txt: {error.message}",)
            raise
        media = raw.headers.get("content-type", "")
        text = raw.content.head(MAX_ROBOTS).decode("utf-8", "replace")
        host.robots_kind = robots_kind(raw.status, media, text)
        return robots_text(raw.status, media, text)


def _referer(url: str, referer: str | None) -> str:
    return referer if referer and host_of(referer) == host_of(url) else f"{origin_of(url)}/"


def _conditions(known: Known | None) -> dict[str, str]:
    """Headers that make a request conditional on what is known of the address."""
    if known is None:
        return {}
    pairs = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in pairs.items() if value}


def _tell_retry(details: RetryDetails) -> None:
    log.info("tried again in %.1f s: %s", details.wait_for, details.caused_by)


stamina.instrumentation.set_on_retry_hooks([_tell_retry])


def _worth_retrying(error: Exception, host: Host) -> bool:
    return isinstance(error, HostDown | RateLimited | Truncated) and host.pause_left <= LONGEST_PAUSE
