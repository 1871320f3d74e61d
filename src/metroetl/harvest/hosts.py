"""One host as a run knows it: how gently it is asked, what its robots.txt says, whether it is worth asking at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime

from aiolimiter import AsyncLimiter
from protego import Protego

from metroetl.catalogue.models import Politeness
from metroetl.errors import BotChallenge, HarvestError, HostDown, RateLimited
from metroetl.runs import Robots

BREAKS_AFTER = 3
BREAKERS = (HostDown, RateLimited, BotChallenge)
LONGEST_PAUSE = 60.0
LONGEST_CRAWL_DELAY = 30.0


class Host:
    """State of one host within one client.

    `politeness` None asks without delay (stand-ins only). After three failures in a row that concern the whole host,
    the rest of the run gets the same error at once.
    """

    def __init__(self, name: str, politeness: Politeness | None, concurrency: int) -> None:
        self.name = name
        self.lock = asyncio.Lock()
        self.robots_read = False
        self.robots_kind: Robots = "unreachable"
        self.address_checked = False
        self._robots: Protego | None = None
        self._delay = politeness.delay if politeness else 0.0
        self.polite = politeness is not None
        self._places = asyncio.Semaphore(politeness.concurrency if politeness else concurrency)
        self._limiter = _limiter(self._delay)
        self._not_before = 0.0
        self._failures = 0
        self._failure: HarvestError | None = None

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """One of the host's places, kept while an address is asked for and tried again; raises if it is given up."""
        async with self._places:
            if self._failure is not None and self._failures >= BREAKS_AFTER:
                message = f"not asked: {self.name} failed {self._failures} times ({self._failure.message})"
                error = type(self._failure)(message)
                error.status = self._failure.status
                raise error
            yield

    async def turn(self) -> None:
        """Wait until the host may be asked once more: its rate, and a pause that it asked for."""
        if self._limiter is not None:
            await self._limiter.acquire()
        if (rest := self.pause_left) > LONGEST_PAUSE:
            raise RateLimited(f"{self.name} asked for a pause of {rest:.0f} s")
        if rest > 0:
            await asyncio.sleep(rest)

    @property
    def pause_left(self) -> float:
        """Seconds that the host still wants no request."""
        return self._not_before - time.monotonic()

    def pause(self, retry_after: str | None) -> None:
        """Keep the pause that a Retry-After header asks for (seconds or a date)."""
        if (seconds := _seconds(retry_after)) is not None:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def learn_robots(self, text: str | None, user_agent: str) -> None:
        """Keep the rules of a robots.txt (None: there is none), its crawl delay too."""
        self.robots_read = True
        self._robots = Protego.parse(text) if text is not None else None
        wanted = self._robots.crawl_delay(user_agent) if self._robots and self.polite else None
        if wanted and wanted > self._delay:
            self._delay = min(float(wanted), LONGEST_CRAWL_DELAY)
            self._limiter = _limiter(self._delay)

    def may_fetch(self, url: str, user_agent: str) -> bool:
        """Whether robots.txt lets this client ask for the address."""
        return self._robots is None or self._robots.can_fetch(url, user_agent)

    def note(self, failure: HarvestError | None) -> None:
        """Count a failure of the whole host; an answer starts the count again."""
        if isinstance(failure, BREAKERS):
            self._failures, self._failure = self._failures + 1, failure
        else:
            self._failures, self._failure = 0, None


def politest(wishes: Iterable[Politeness]) -> Politeness:
    """The gentlest of several sources' wishes for one host."""
    wishes = list(wishes)
    return Politeness(delay=max(w.delay for w in wishes), concurrency=min(w.concurrency for w in wishes))


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


def _seconds(retry_after: str | None) -> float | None:
    if not retry_after:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
