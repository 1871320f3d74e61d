"""One host as a run knows it: how gently it is asked, what its robots.txt says, whether it is worth asking at all."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from aiolimiter import AsyncLimiter
from protego import Protego
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from metroetl.catalogue.models import Politeness, Source
from metroetl.errors import BotChallenge, HarvestError, HostDown, RateLimited
from metroetl.harvest.addresses import host_of
from metroetl.runs import Robots

OPENS_AFTER = 3
HALF_OPENS_AFTER = 600.0  # seconds: a long run tries a lost host again, a usual one has ended by then
TELLING = (HostDown, RateLimited, BotChallenge)
LONGEST_PAUSE = 60.0
LONGEST_CRAWL_DELAY = 30.0
_last_asked: dict[str, float] = {}  # by all clients of this process: the next one waits its turn too


def new_breakers() -> AsyncCircuitBreakerFactory:
    """Circuit breakers of one client's hosts: they open after failures in a row that concern a whole host.

    Any other outcome is an answer: the count starts again.
    """
    return AsyncCircuitBreakerFactory(
        default_threshold=OPENS_AFTER,
        default_ttl=HALF_OPENS_AFTER,
        exclude=[(BaseException, lambda error: not isinstance(error, TELLING))],
    )


class Host:
    """State of one host within one client.

    `politeness` None asks without delay (stand-ins only). While the host's circuit is open, every address gets the
    error that opened it, at once.
    """

    def __init__(
        self, name: str, politeness: Politeness | None, concurrency: int, breakers: AsyncCircuitBreakerFactory
    ) -> None:
        self.name = name
        self.lock = asyncio.Lock()
        self.robots_read = False
        self.robots_kind: Robots = "unreachable"
        self._robots: Protego | None = None
        self.delay = politeness.delay if politeness else 0.0
        self.polite = politeness is not None
        self._places = asyncio.Semaphore(politeness.concurrency if politeness else concurrency)
        self._limiter = _limiter(self.delay)
        self._not_before = 0.0
        self._breakers = breakers
        self._failure: HarvestError | None = None

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """One of the host's places, kept while an address is asked for and tried again; raises if it is given up."""
        async with self._places:
            circuit = await self._breakers.get_breaker(self.name)
            try:
                async with circuit:
                    yield
            except OpenedState as opened:
                raise self._not_asked() from opened
            except TELLING as error:
                self._failure = error
                raise

    def _not_asked(self) -> HarvestError:
        """The error that opened the circuit, for an address that isn't asked for."""
        failure = self._failure or HostDown("it failed before")
        error = type(failure)(f"not asked: {self.name} failed {OPENS_AFTER} times ({failure.message})")
        error.status = failure.status
        return error

    async def rest(self) -> None:
        """Wait, without keeping anything from others, for the end of a pause that the host asked for, and until its
        rate may let it be asked again; raises RateLimited if the pause is too long to wait."""
        if (rest := self.pause_left) > LONGEST_PAUSE:
            raise RateLimited(f"{self.name} asked for a pause of {rest:.0f} s")
        since = time.monotonic() - _last_asked.get(self.name, -math.inf)
        await asyncio.sleep(max(0.0, rest, self.delay - since))

    async def turn(self) -> None:
        """Wait until the host's rate lets it be asked once more; the request must follow at once."""
        if self._limiter is not None:
            await self._limiter.acquire()
            _last_asked[self.name] = time.monotonic()

    @property
    def pause_left(self) -> float:
        """Seconds that the host still wants no request."""
        return self._not_before - time.monotonic()

    def pause(self, retry_after: str | None, date: str | None = None) -> None:
        """Keep the pause that a Retry-After header asks for: seconds, or a day and time by the host's own clock."""
        if (seconds := _seconds(retry_after, date)) is not None:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def learn_robots(self, text: str | None, user_agent: str) -> None:
        """Keep the rules of a robots.txt (None: there is none), its crawl delay too."""
        self.robots_read = True
        self._robots = Protego.parse(text) if text is not None else None
        wanted = self._robots.crawl_delay(user_agent) if self._robots and self.polite else None
        if wanted and wanted > self.delay:
            self.delay = min(float(wanted), LONGEST_CRAWL_DELAY)
            self._limiter = _limiter(self.delay)

    def may_fetch(self, url: str, user_agent: str) -> bool:
        """Whether robots.txt lets this client ask for the address."""
        return self._robots is None or self._robots.can_fetch(url, user_agent)


def politeness_of(sources: Iterable[Source]) -> dict[str, Politeness]:
    """The gentlest of the sources' wishes for each host that they name."""
    wishes: dict[str, list[Politeness]] = defaultdict(list)
    for source in sources:
        listed = {host_of(address) for address in (source.list, source.replica_list or "")}
        for host in {host.lower() for host in source.hosts} | (listed - {""}):
            wishes[host].append(source.politeness)
    return {
        host: Politeness(delay=max(w.delay for w in wished), concurrency=min(w.concurrency for w in wished))
        for host, wished in wishes.items()
    }


def robots_kind(status: int, content_type: str, text: str) -> Robots:
    """Whether a robots.txt is there: `allowed` where it is, `html` where a page came in its place, else `none`."""
    if robots_text(status, content_type, text) is not None:
        return "allowed"
    return "html" if status < 400 and _is_page(content_type, text) else "none"


def robots_text(status: int, content_type: str, text: str) -> str | None:
    """The text of a robots.txt, or None where the answer is none: an error, an HTML page, no `User-agent`."""
    is_rules = status == 200 and not _is_page(content_type, text) and "user-agent" in text.lower()
    return text if is_rules else None


def _is_page(content_type: str, text: str) -> bool:
    return "html" in content_type.lower() or text.lstrip("\ufeff \r\n\t").startswith("<")


def _limiter(delay: float) -> AsyncLimiter | None:
    return AsyncLimiter(1, delay) if delay > 0 else None


def _seconds(retry_after: str | None, date: str | None) -> float | None:
    """Seconds that a Retry-After header means, None where it is none."""
    if not retry_after:
        return None
    if re.fullmatch(r"[0-9]{1,12}", retry_after.strip()):
        return float(retry_after)
    until = _moment(retry_after)
    if until is None:
        return None
    now = _moment(date or "") or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime | None:
    """An HTTP date; without a zone it is UTC."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
