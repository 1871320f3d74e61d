"""A new source: its list looked at once, and what that says proposed as an entry of the catalogue."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from metroetl.catalogue import Catalogue, catalogue
from metroetl.catalogue.checks import FAMILY_OPTIONS
from metroetl.errors import CatalogueError, HostNotAllowed, MetroError
from metroetl.harvest import Client
from metroetl.harvest.addresses import Request, host_of
from metroetl.harvest.look import Look, look_at_address, provisional_source
from metroetl.settings import settings

if TYPE_CHECKING:
    from metroetl.documents.models import Document

SITE_WORDS = re.compile(r"(?:门户网站|官方网站|网站|官网)$|(?<=人民政府)网$")
STATISTICS = re.compile(
    r"统计|数据|经济运行|生产总值|公报|指数|增加值|投资|消费品|进出口|价格|收入|人口|指标|快报|核算"
)
PLANS = re.compile(r"规划|计划|方案|纲要|清单|要点|行动|都市圈|同城化|一体化|意见|通知")
HOST_NOISE = {"www", "gov", "cn", "com", "org", "net", "edu"}
CENTRAL = "www.gov.cn"  # also sousuo.www.gov.cn
MINISTRY = re.compile(r"^bm", re.I)
NATION = "000000"
CRONS = {"statistics": "8,12,18 1-5,15-31 * *", "plans": "8,13,18 * * *"}
SHORTEST_AGE, LONGEST_AGE, USUAL_AGE = 21, 120, 60


@dataclass(frozen=True)
class Examined:
    """What one look at an address showed: the list, one of its pages, and on which hosts things lie."""

    look: Look
    document: Document | None
    page_error: MetroError | None
    hosts: Mapping[str, int]
    stood_in: bool
    metas: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The host of the list."""
        return host_of(self.look.list)


def examine(url: str, options: Mapping[str, Any] | None = None, family: str | None = None) -> Examined:
    """Look at a list and at one page of it, politely; nothing is stored.

    Raises CatalogueError for what is no public web address, and the named HarvestError of what stands in the way.
    """
    if not host_of(url):
        raise CatalogueError(
            f"{url} is no web address", way_out="Give the whole address with http:// or https://."
        )
    return asyncio.run(_examine(url, options or {}, family))


async def _examine(url: str, options: Mapping[str, Any], family: str | None) -> Examined:
    provisional = provisional_source(url)
    async with Client(settings(), [provisional]) as client:
        try:
            look = await look_at_address(url, client, options, family)
        except HostNotAllowed as error:
            if "catalogue" in error.message:
                error.way_out = "It leads to another host: run `metroetl sources add` with that address."
            raise
        document, page_error, of_page = None, None, ""
        first = next((n for n in look.page.notices if host_of(n.url) == host_of(url) and not n.post), None)
        if first is not None:
            try:
                document, of_page = await _one_page(first.url, look, client)
            except MetroError as raised:
                page_error = raised
        hosts = Counter(host_of(n.url) for n in look.page.notices)
        hosts.update(host_of(a.url) for a in (document.attachments if document else []))
        of_site = {k: v for k, v in _metas(of_page).items() if k in {"sitename", "siteidcode"}}
        metas = of_site | _metas(look.text)
        return Examined(look, document, page_error, hosts, host_of(url) in client.stand_ins, metas)


async def _one_page(url: str, look: Look, client: Client) -> tuple[Document, str]:
    """What the documents room reads of a page that is looked at only, and its text as it came."""
    from metroetl.documents import decode, read_document
    from metroetl.harvest.models import Snapshot

    answer = await client.fetch(Request(url), referer=look.list)
    snapshot = Snapshot(
        sha256=sha256(answer.body).hexdigest(),
        source_id="new",
        url=url,
        role="page",
        fetched_at=answer.fetched_at,
        media_type=answer.headers.get("content-type", ""),
        size=len(answer.body),
        headers=dict(answer.headers),
    )
    source = (
        provisional_source(look.list, look.options, look.family_seen) if look.options.get("body") else None
    )
    return read_document(answer.body, snapshot, source), decode(answer.body)[0]


def _metas(text: str) -> dict[str, str]:
    """The metas of a list page by lower-case name; `title` is the page's own."""
    from metroetl.documents.html import parse_html
    from metroetl.documents.metadata import read_metas

    head = text[:500].lstrip("\ufeff \r\n\t").lower()
    if not head.startswith("<") or head.startswith(("<?xml", "<rss", "<feed")):
        return {}
    soup = parse_html(text)
    title = soup.title.get_text(strip=True) if soup.title is not None else ""
    return {"title": title, **read_metas(soup, [])}


# --- a proposal --------------------------------------------------------------------------------------------------


def propose(seen: Examined, words: Catalogue | None = None) -> dict[str, Any]:
    """What is known of a new source, as fields of Source; what can't be known is empty: a person says it."""
    words = words or catalogue()
    publisher = _publisher(seen)
    kinds = _kinds(seen)
    column = seen.metas.get("columnname", "") or ("统计数据" if kinds == ["statistics"] else "政策文件")
    region = _region(seen, publisher, words)
    return {
        "id": _free_id(seen.host, words),
        "title": f"{publisher} {column}".strip(),
        "publisher": publisher,
        "regions": [region] if region else [],
        "kinds": kinds,
        "family": seen.look.family_seen,
        "list": seen.look.list.split("#")[0],
        "hosts": own_hosts(seen),
        "cadence": {"cron": _free_cron(kinds[0], words)},
        "politeness": {"delay": 3.0, "concurrency": 1},
        "expect": _expect(seen),
        "options": {
            k: v for k, v in seen.look.options.items() if k in FAMILY_OPTIONS.get(seen.look.family_seen, ())
        },
    }


def _publisher(seen: Examined) -> str:
    name = SITE_WORDS.sub("", seen.metas.get("sitename", "")).strip()
    return name or (seen.document.publisher if seen.document else "")


def _kinds(seen: Examined) -> list[str]:
    """Statistics or plans, by the words of the titles; a statistics office lists statistics."""
    titles = [n.title for n in seen.look.page.notices] + [s.title for s in seen.look.page.scheduled]
    statistics = sum(bool(STATISTICS.search(t)) for t in titles)
    plans = sum(bool(PLANS.search(t)) for t in titles)
    office = re.search(r"(?:^|\.)(?:tjj|tj|stats|\w{0,8}stats)\.", seen.host)
    return ["statistics"] if office or statistics >= plans else ["plans"]


def _region(seen: Examined, publisher: str, words: Catalogue) -> str:
    """The region by SiteIDCode, else by the longest name of a place that the publisher or the page's title holds."""
    code = seen.metas.get("siteidcode", "")
    if MINISTRY.match(code) or seen.host.endswith(CENTRAL):
        return NATION
    if code[:6] in words.regions:
        return code[:6]
    names = sorted(words.region_names().items(), key=lambda pair: -len(pair[0]))
    for text in (publisher, seen.metas.get("title", "")):
        if found := next((region for name, region in names if name in text), ""):
            return found
    return ""


def _free_id(host: str, words: Catalogue) -> str:
    parts = [p.replace("-", "_") for p in host.split(".") if p not in HOST_NOISE]
    base = re.sub(r"[^a-z0-9_]", "", "_".join(parts)) or "gov_cn"
    free = (base, *(f"{base}_{n}" for n in range(2, 1000)))
    return next(name for name in free if name not in words.sources)


def _free_cron(kind: str, words: Catalogue) -> str:
    """A time of its own: no two sources are asked in the same minute of the same plan."""
    taken = {s.cadence.cron for s in words.sources.values()}
    minutes = (f"{minute} {CRONS[kind]}" for minute in range(1, 60))
    return next((cron for cron in minutes if cron not in taken), f"0 {CRONS[kind]}")


def _expect(seen: Examined) -> dict[str, int]:
    """Fewer items than half of those seen (at most 5) is an error; stale is half more than the longest pause seen."""
    days = sorted({n.listed_on for n in seen.look.page.notices if n.listed_on})
    pauses = [(b - a).days for a, b in pairwise(days)]
    age = min(max(3 * max(pauses) // 2, SHORTEST_AGE), LONGEST_AGE) if pauses else USUAL_AGE
    return {"min_items": max(1, min(5, len(seen.look.page.notices) // 2)), "max_age_days": age}


def own_hosts(seen: Examined) -> list[str]:
    """The list's host, and hosts of items and attachments under the same registered name; others a person adds."""
    home = ".".join(seen.host.split(".")[-3:])
    near = sorted(h for h in seen.hosts if h == home or h.endswith(f".{home}"))
    return [seen.host, *(h for h in near if h != seen.host)]


def watched_by(seen: Examined, words: Catalogue | None = None) -> list[str]:
    """Sources that watch the same list already."""
    address = seen.look.list.split("#")[0]
    return [s.id for s in (words or catalogue()).sources.values() if address in (s.list, s.replica_list)]
