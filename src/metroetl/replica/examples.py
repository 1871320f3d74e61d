"""Example pages of every source with what they state, as the replica makes them (`origin: replica`).

`python -m metroetl.replica.examples tests/pages` writes them again, the same each time: a list page and a release,
each beside its expectation. Expectations come from the facts and plans, never from the rooms that read the pages.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import Source
from metroetl.errors import ReplicaError
from metroetl.replica.articles import Article
from metroetl.replica.facts import Fact, load_facts
from metroetl.replica.plain import PLAN, PLAN_STATES, plain_articles
from metroetl.replica.plans import plan_statements
from metroetl.replica.releases import statistics_articles
from metroetl.replica.server import replica_sites
from metroetl.replica.sites import Answer, Ask, Scene, Site, form_of
from metroetl.replica.sites.nbs_calendar import BRIEFING, NbsCalendar
from metroetl.replica.sites.nbsdata import NbsData
from metroetl.replica.sites.sitemap import Sitemap

DAY = date(2026, 11, 1)
FACTS_OF_A_GOOD_EXAMPLE = 5
LARGEST = 30_000
ORIGIN = "replica"
OK = 200
# the release that shows most of a source's form, where the newest large one doesn't
CHOSEN = {
    "cdstats": "AGG.CDMC/2025-Q1/2025-05-17",
    "sc_gov": "chengdu-three-year-1",
    "chengdu_gov": "chengdu-three-year-2-news",
}
# where the lists of a family usually stand, and the options that its site can't do without
USUAL: dict[str, tuple[str, dict[str, str]]] = {
    "trs": ("/tjsj/index.html", {}),
    "ucap": ("/tjsj/list.shtml", {}),
    "hanweb": ("/col/col1/index.html", {"columnid": "1"}),
    "jpaas": ("/col/col1/index.html", {"pageId": "1", "webId": "1"}),
    "listdata": ("/site/tjsj/pc/list.html", {}),
    "vsb": ("/tjsj.htm", {}),
    "deyang": ("/info/iList.jsp?node_id=GK&site_id=CMS&cat_id=1", {}),
    "govcn": ("/zhengce/zuixin/list.json", {}),
    "nbs": ("/sj/zxfb/", {}),
    "nbs_calendar": ("/sj/fbrc/bnxxfb/", {}),
    "gkmlpt": ("/gkmlpt/api/all/1?page=1&sid=1", {}),
    "feed": ("/rss/rss.xml", {}),
    "sitemap": ("/sitemap.xml", {}),
    "generic": ("/tjsj/index.html", {}),
}


def write(folder: Path) -> list[Path]:
    """Write the examples of all sources into one folder a source; the paths written.

    Examples that lie there and are of another origin (`added` with their source, `written` by hand) stay as they are.
    """
    readable = [s for s in catalogue().sources.values() if s.enabled or s.replica_list]
    made = [s for s in readable if _origin(folder / s.id) == ORIGIN]
    return [path for source in made for path in write_source(site_of(source), folder / source.id)]


def _origin(home: Path) -> str:
    """Who made the examples of a folder; the replica where there are none."""
    sidecar = home / "list.expected.json"
    return str(json.loads(sidecar.read_text("utf-8"))["origin"]) if sidecar.exists() else ORIGIN


def site_of(source: Source) -> Site:
    """The replica's site of a source, or one for its examples alone where the replica shows nothing of it."""
    return _sites().get(source.id) or example_site(source)


@lru_cache(maxsize=1)
def _sites() -> dict[str, Site]:
    return replica_sites()


def write_source(site: Site, home: Path, origin: str = ORIGIN) -> list[Path]:
    """Write the examples of a source into its folder: each page and its expectation; the paths written.

    Raises ReplicaError if a page is larger than an example may be, or not served.
    """
    paths: list[Path] = []
    for name, (url, ask), expected in _examples(site):
        answer = _answered(site, url, ask)
        if len(answer.body) > LARGEST:
            raise ReplicaError(f"the example {site.source.id}/{name} has {len(answer.body)} bytes")
        home.mkdir(parents=True, exist_ok=True)
        page = home / f"{name}.{_ending(answer)}"
        page.write_bytes(answer.body)
        sidecar = home / f"{name}.expected.json"
        text = json.dumps({"origin": origin, "url": url, **expected}, ensure_ascii=False, indent=1)
        sidecar.write_text(text + "\n", encoding="utf-8")
        paths += [page, sidecar]
    return paths


def _examples(site: Site) -> Iterator[tuple[str, tuple[str, Ask], dict[str, Any]]]:
    """Name, request and expectation of a source's examples: pages of its list, and a page if it has any."""
    for number, (name, asked) in enumerate(site.list_asks(DAY).items(), start=1):
        yield name, asked, _expected_list(site, number)
    if isinstance(site, NbsData):
        code = site.codes(DAY)[0]
        yield "page", site.period_ask(code), _expected_figures(site, code)
    elif site.articles:
        article = example_article(site)
        yield "page", site.page_ask(article), _expected_page(site, article)


def example_site(source: Source) -> Site:
    """A site of the source's family for its examples alone: with the facts of its own region, else pages without figures.

    Where the replica can't serve the source's own list address, or finds nothing there, it stands at the family's usual one. Raises ReplicaError
    for a family that no module serves.
    """
    form = form_of(source)
    own = source.model_copy(update={"regions": source.regions[:1]})
    statistics = statistics_articles(load_facts(), [own]) if "plans" not in source.kinds else []
    articles = statistics or plain_articles(source)
    path, options = USUAL.get(source.family, ("/list.html", {}))
    usual = {
        "replica_list": f"https://{source.hosts[0]}{path}",
        "options": {**options, **source.options},
    }
    site = form(source, articles)
    if site.articles and _serves_list(site):
        return site
    plain = source.model_copy(update=usual)
    return form_of(plain)(plain, articles)


def _serves_list(site: Site) -> bool:
    try:
        return all(_answered(site, url, ask).body for url, ask in site.list_asks(DAY).values())
    except (ReplicaError, LookupError):
        return False


def _answered(site: Site, url: str, ask: Ask) -> Answer:
    answer = site.answer(ask, Scene(DAY))
    if answer is None or answer.status != OK:
        raise ReplicaError(f"{url} is not served")
    return answer


def _ending(answer: Answer) -> str:
    return next((end for end in ("json", "xml") if end in answer.media_type), "html")


def example_article(site: Site) -> Article:
    """The article that stands for a source: the chosen one, else the newest with a table and enough figures."""
    for article in site.articles:
        large = len(article.facts) >= FACTS_OF_A_GOOD_EXAMPLE and article.tables
        if article.key == CHOSEN.get(site.source.id) or (large and site.source.id not in CHOSEN):
            return article
    return site.articles[0]


def _expected_list(site: Site, number: int) -> dict[str, Any]:
    scene, family = Scene(DAY), {"family": site.source.family}
    if isinstance(site, NbsData):
        return {**family, "notices": [_item(site, code) for code in site.codes(DAY)]}
    notices = [
        {"url": site.address(row.href), "title": site.row_title(row), "listed_on": site.row_day(row)}
        for row in site.rows(number, scene)
    ]
    expected: dict[str, Any] = {**family, "notices": notices}
    if isinstance(site, NbsCalendar):
        expected["scheduled"] = [
            {"title": e.title, "due_on": str(e.day), "due_at": f"{BRIEFING}:00", "note": ""}
            for e in site.announced(scene)
        ]
    if isinstance(site, Sitemap) and number == 1:
        expected["onward"] = list(site.onward(scene))
    return expected


def _item(site: NbsData, code: str) -> dict[str, Any]:
    url, ask = site.period_ask(code)
    return {"url": url, "title": site.item_title(code), "listed_on": None, "post": ask.body}


def _expected_figures(site: NbsData, code: str) -> dict[str, Any]:
    figures = site.figures(code, DAY)
    return {
        "title": site.item_title(code),
        "publisher": site.source.publisher,
        "published_on": None,
        "doc_number": None,
        "tables": 1,
        "attachments": [],
        "observations": [_observation(fact) for fact in figures],
    }


def _expected_page(site: Site, article: Article) -> dict[str, Any]:
    expected: dict[str, Any] = {
        "title": article.title,
        "publisher": article.publisher,
        "published_on": str(article.published_on),
        "doc_number": article.doc_number or None,
        "tables": len(article.tables),
        "attachments": [site.address(site.file_path(article, file)) for file in article.files],
    }
    if article.plan:
        states = PLAN_STATES if article.title == PLAN else plan_statements(article.key)
        return {**expected, "plan": states}
    return {**expected, "observations": [_observation(fact) for fact in article.facts]}


def _observation(fact: Fact) -> dict[str, Any]:
    return {
        "region_code": fact.region_code,
        "indicator_code": fact.indicator_code,
        "period": fact.period,
        "measure": fact.measure,
        "value": fact.number,
        "unit": fact.unit,
    }


if __name__ == "__main__":
    print(*write(Path(sys.argv[1])), sep="\n")
