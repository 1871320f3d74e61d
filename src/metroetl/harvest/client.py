"""The client: the only thing that touches the network, politely, within the catalogue's hosts and within bounds."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx
import stamina

from metroetl.catalogue.models import Politeness, Source
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
from metroetl.harvest.barriers import find_barrier, shell_target
from metroetl.harvest.hosts import LONGEST_PAUSE, Host, politest, robots_kind, robots_text
from metroetl.harvest.models import STAND_IN, Known, Role
from metroetl.harvest.wire import header_texts, legacy_tls, named_error, refuse_private
from metroetl.runs import Robots
from metroetl.settings import Settings

MAX_REDIRECTS = 5
MAX_BOUNCES = 2
MAX_ROBOTS = 512 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
PATIENCE = 10
ACCEPT = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
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


@dataclass(frozen=True)
class Answer:
    """What came: addresses are the catalogue's, header names lower case, `body` as decompressed.

    `not_modified` (304) has no body: what is archived still holds.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    seconds: float

    @property
    def not_modified(self) -> bool:
        return self.status == 304


@dataclass(frozen=True)
class _Raw:
    """One answer on the wire, before anything is made of it."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Client:
    """One shared HTTP client for the sources of a run.

    `async with Client(settings, catalogue().sources.values()) as client: await client.fetch(Request(url))`. Requests
    for hosts in `settings.host_map` go to the stand-in; everything that is given back keeps the catalogue's address.
    """

    def __init__(self, settings: Settings, sources: Iterable[Source]) -> None:
        self._settings = settings
        self.stand_ins = HostMap(settings.host_map)
        self._hosts: dict[str, Host] = {}
        self._wishes: dict[str, list[Politeness]] = defaultdict(list)
        legacy: set[str] = set()
        for source in sources:
            hosts = _hosts_of(source)
            legacy |= hosts if source.tls == "legacy" else set()
            for host in hosts:
                self._wishes[host].append(source.politeness)
        old_tls = httpx.AsyncHTTPTransport(verify=legacy_tls()) if legacy else None
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(settings.timeout_seconds, pool=None),
            headers={"User-Agent": settings.user_agent, **ACCEPT},
            mounts={f"https://{host}": old_tls for host in legacy},
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
        quick = not host.polite
        tries = stamina.retry_context(
            on=lambda error: _worth_retrying(error, host),
            attempts=1 + self._settings.retries,
            timeout=None,
            wait_initial=0.05 if quick else 1.0,
            wait_max=0.2 if quick else 20.0,
            wait_jitter=0.05 if quick else 1.0,
        )
        async with host.place():
            try:
                async for attempt in tries:
                    with attempt:
                        answer = await self._follow(request, headers, referer, role)
            except HarvestError as error:
                host.note(error)
                raise
            host.note(None)
        return answer

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
        return Answer(request.url, hop.url, raw.status, kept, raw.body, datetime.now(UTC), seconds)

    def _redirect(self, url: str, raw: _Raw) -> str | None:
        """The catalogue address that an answer leads to, by header or by a page that is a redirect only."""
        if raw.status in REDIRECTS and raw.headers.get("location"):
            target = urljoin(url, raw.headers["location"].strip())
        elif raw.status == 200 and (shell := shell_target(raw.body, url)):
            target = shell
        else:
            return None
        return self.stand_ins.back(target, url).split("#")[0]

    def _judge(self, host: Host, raw: _Raw, asked: str, final: str, role: Role) -> None:
        """Raise what stands in place of the content; keep a pause that the host asks for."""
        if raw.status == 304:
            return
        error = find_barrier(raw.status, raw.headers, raw.body, asked, final, role)
        if isinstance(error, RateLimited):
            host.pause(raw.headers.get("retry-after"))
        if error is not None:
            raise error

    async def _send(self, host: Host, request: Request, headers: Mapping[str, str]) -> _Raw:
        """One request in the host's turn, within a time limit for the whole answer."""
        goal = self.stand_ins.there(request.url)
        headers = {**headers, "Host": urlsplit(request.url).netloc} if goal != request.url else headers
        try:
            if request.json is not None:
                headers = {**headers, "Content-Type": "application/json"}
            wanted = self._http.build_request(
                request.method, goal, data=request.data, content=request.json, headers=headers
            )
        except httpx.InvalidURL as error:
            raise HarvestError(f"{request.url} is no address: {error}") from error
        limit = PATIENCE * self._settings.timeout_seconds
        await host.turn()
        async with self._slots:
            began = time.monotonic()
            try:
                async with asyncio.timeout(limit):
                    response, body = await self._receive(wanted)
            except TimeoutError as error:
                raise HostDown(f"no whole answer within {limit:g} s") from error
        return _Raw(response.status_code, header_texts(response), body, time.monotonic() - began)

    async def _receive(self, wanted: httpx.Request) -> tuple[httpx.Response, bytes]:
        try:
            response = await self._http.send(wanted, stream=True)
        except httpx.HTTPError as error:
            raise named_error(error, 0) from error
        try:
            return response, await self._read(response)
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response) -> bytes:
        """The decompressed body; raises TooLarge by the announced length or while it comes, Truncated if it breaks off."""
        limit = self._settings.max_bytes
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise TooLarge(f"{announced} bytes announced, the limit is {limit}")
        body = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > limit:
                    raise TooLarge(f"more than {limit} bytes")
        except httpx.HTTPError as error:
            raise named_error(error, response.num_bytes_downloaded) from error
        return bytes(body)

    def _host(self, url: str) -> Host:
        """State of an address's host; raises HostNotAllowed if no source of the catalogue names it."""
        name = host_of(url)
        if name not in self._wishes:
            raise HostNotAllowed(f"{name or url} is not a host of the catalogue")
        if name not in self._hosts:
            free = name in self.stand_ins and not self._settings.politeness
            politeness = None if free else politest(self._wishes[name])
            self._hosts[name] = Host(name, politeness, self._settings.concurrency)
        return self._hosts[name]

    async def _respect_robots(self, host: Host, url: str) -> None:
        """Read the host's robots.txt once a client, and raise RobotsDisallowed where it forbids the address."""
        async with host.lock:
            if not host.address_checked and host.name not in self.stand_ins:
                await refuse_private(host.name)
            host.address_checked = True
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
        media, text = raw.headers.get("content-type", ""), raw.body[:MAX_ROBOTS].decode("utf-8", "replace")
        host.robots_kind = robots_kind(raw.status, media, text)
        return robots_text(raw.status, media, text)


def _hosts_of(source: Source) -> set[str]:
    listed = {host_of(address) for address in (source.list, source.replica_list or "")}
    return {host.lower() for host in source.hosts} | (listed - {""})


def _referer(url: str, referer: str | None) -> str:
    return referer if referer and host_of(referer) == host_of(url) else f"{origin_of(url)}/"


def _conditions(known: Known | None) -> dict[str, str]:
    """Headers that make a request conditional on what is known of the address."""
    if known is None:
        return {}
    pairs = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in pairs.items() if value}


def _worth_retrying(error: Exception, host: Host) -> bool:
    return isinstance(error, HostDown | RateLimited | Truncated) and host.pause_left <= LONGEST_PAUSE
