"""The world's sites over HTTP: the replica's forms, spoiled answer by answer, with a ledger of what was really served."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from starlette.responses import Response

from benchmarks.timelapse.ledger import Ledger, Served, Where
from benchmarks.timelapse.mishaps import Mishaps, bad_answer
from benchmarks.timelapse.places import PLACES, Place
from benchmarks.timelapse.world import World
from metroetl.catalogue import catalogue
from metroetl.catalogue.models import Source
from metroetl.replica import Replica
from metroetl.replica.answers import answer_for, response_of
from metroetl.replica.articles import Article
from metroetl.replica.sites import Answer, Ask, Scene, Site, form_of

DAMAGED: Mapping[str, Where] = {"soft_404": "page", "truncated_pdf": "file", "scan": "file"}
LATE = 1.6  # seconds; the time-lapse gives up after one
AHEAD = timedelta(days=1)  # a site whose clock is a day ahead puts out what is dated tomorrow


class Sites(Replica):
    """Stand-ins of the world's sites. `at` is the world's moment, `broken` says whether answers are spoiled today."""

    def __init__(self, world: World, mishaps: Mishaps, at: datetime) -> None:
        sources = [catalogue().sources[place] for place in PLACES]
        super().__init__(at.date(), sources=sources, articles=world.articles)
        self.world, self.mishaps, self.at = world, mishaps, at
        self.broken = True
        self.ledger = Ledger()
        self._today: Counter[str] = Counter()
        for site in self.sites.values():
            self._note_addresses(site)

    def step(self, at: datetime, *, broken: bool) -> None:
        """Move to a moment of another day."""
        self.at, self.broken = at, broken
        self._today.clear()
        for site in self.sites.values():
            site._indexes.clear()
        self.set_clock(at.date())
        for source in self.sites:
            names = self.mishaps.of(source, at.date()) if broken else set()
            self.set_faults(source, *(names - {"skew"}))

    def redesign(self, place: Place) -> None:
        """The site of a place has another system from now on; its old addresses are gone."""
        old = self.sites[place.id]
        source = Source.model_validate(place.source())
        site = form_of(source)(source, old.articles)
        self.sites[place.id] = site
        self._hosts[site.host] = [site]
        self._note_addresses(site)

    def _note_addresses(self, site: Site) -> None:
        for article in site.articles:
            paths = [site.article_path(article), *(site.file_path(article, f) for f in article.files)]
            self.ledger.addresses[article.key].update(map(site.address, paths))

    async def respond(self, host: str, ask: Ask) -> Response:
        """The site's answer, or what comes instead of it today."""
        site = self._hosts[host][0]
        day = self.day + AHEAD if "skew" in self._spells(site) else self.day
        scene = Scene(day, self.faults.of(site.source.id))
        where, article = self._what(site, ask, scene)
        number = self._today[ask.target]
        self._today[ask.target] += 1
        fault = (
            bad_answer(self.world.seed, self.day, where, f"{host}{ask.target}", number)
            if self.broken
            else None
        )
        damage = self.world.damaged.get(article.key, "") if article else ""
        response = await self._response(site, ask, scene, fault or "", damage)
        told = fault or (damage if where == DAMAGED.get(damage) else "") or "+".join(sorted(scene.faults))
        url = f"http://{site.host}{ask.target}"
        served = Served(self.at, site.source.id, where, url, told, response.status_code)
        self.ledger.note(served, (article.key, article.modified_on) if article else None)
        return response

    def _spells(self, site: Site) -> set[str]:
        return self.mishaps.of(site.source.id, self.day) if self.broken else set()

    def _what(self, site: Site, ask: Ask, scene: Scene) -> tuple[Where, Article | None]:
        """What is asked for: a list, a page or file of an article, robots.txt, or something else."""
        if ask.path == "/robots.txt":
            return "robots", None
        if ask.method == "GET" and site.list_number(ask, site.pages(scene)) is not None:
            return "list", None
        found = site._found(ask.target, scene) or site._found(ask.path, scene)
        if found is None:
            return "other", None
        return ("file" if found[1] else "page"), found[0]

    async def _response(self, site: Site, ask: Ask, scene: Scene, fault: str, damage: str) -> Response:
        if fault == "late":
            await asyncio.sleep(LATE)
            return Response(status_code=504)
        if fault == "garbage":
            noise = Random(f"{ask.target}{self.day}").randbytes(3000)
            return Response(noise, media_type="text/html; charset=utf-8")
        if fault == "unavailable":
            return Response(b"<html><body>503</body></html>", 503, {"retry-after": "1"})
        names = {n for n in (fault, damage) if n not in {"", "cut", "scan"}}
        spoiled = replace(scene, faults=scene.faults | names)
        answer = answer_for(site, ask, spoiled, self._traffic(site.host))
        if damage == "scan" and answer.media_type == "application/pdf":
            answer = replace(answer, body=_picture())
        response = response_of(_skewed(answer, "skew" in self._spells(site)), ask, site)
        return _cut(response) if fault == "cut" else response


def _skewed(answer: Answer, skewed: bool) -> Answer:
    """Its Last-Modified from a clock that is a day ahead."""
    return replace(answer, modified=answer.modified + AHEAD) if skewed and answer.modified else answer


def _cut(response: Response) -> Response:
    """The first half of an answer, under the length of the whole."""
    body = bytes(response.body)
    if len(body) < 2:
        return response
    headers: Mapping[str, str] = {**dict(response.headers), "content-length": str(len(body))}
    return Response(body[: len(body) // 2], response.status_code, dict(headers))


def _picture() -> bytes:
    """A PDF file of one page without any text: lines only."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for y in range(100, 700, 12):
        canvas.line(72, y, 72 + (y * 37) % 400, y)
    canvas.save()
    return buffer.getvalue()
