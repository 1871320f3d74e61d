"""Example pages of every source with what they state, as the replica makes them (`origin: replica`).

`python -m metroetl.replica.examples tests/pages` writes them again, the same each time: a list page and a release,
each beside its expectation. Expectations come from the facts and plans, never from the rooms that read the pages.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import Source
from metroetl.errors import ReplicaError
from metroetl.replica.articles import Article
from metroetl.replica.facts import Fact, load_facts
from metroetl.replica.plain import PLAN, PLAN_STATES, plain_articles
from metroetl.replica.plans import plan_statements
from metroetl.replica.releases import statistics_articles
from metroetl.replica.server import replica_sites
from metroetl.replica.sites import FAMILIES, Answer, Ask, Scene, Site

DAY = date(2026, 11, 1)
FACTS_OF_A_GOOD_EXAMPLE = 5
LARGEST = 30_000
# the release that shows most of a source's form, where the newest large one doesn't
CHOSEN = {"cdstats": "AGG.CDMC/2025-Q1/2025-05-17", "sc_gov": "chengdu-three-year-1"}
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
}


def write(folder: Path) -> list[Path]:
    """Write the examples of all sources into one folder a source; the paths written."""
    readable = [s for s in catalogue().sources.values() if s.enabled or s.replica_list]
    return [path for source in readable for path in write_source(site_of(source), folder / source.id)]


def site_of(source: Source) -> Site:
    """The replica's site of a source, or one for its examples alone where the replica shows nothing of it."""
    return _sites().get(source.id) or example_site(source)


@lru_cache(maxsize=1)
def _sites() -> dict[str, Site]:
    return replica_sites()


def write_source(site: Site, home: Path) -> list[Path]:
    """Write the two examples of a source into its folder: page and expectation each; the paths written.

    Raises ReplicaError if a page is larger than an example may be, or not served.
    """
    paths: list[Path] = []
    article = example_article(site)
    for name, url, expected in (
        ("list", site.list_address, _expected_list(site)),
        ("page", address(site, site.article_path(article)), _expected_page(site, article)),
    ):
        answer = _ask(site, url)
        if len(answer.body) > LARGEST:
            raise ReplicaError(f"the example {site.source.id}/{name} has {len(answer.body)} bytes")
        home.mkdir(parents=True, exist_ok=True)
        page = home / f"{name}.{_ending(answer)}"
        page.write_bytes(answer.body)
        sidecar = home / f"{name}.expected.json"
        text = json.dumps({"origin": "replica", "url": url, **expected}, ensure_ascii=False, indent=1)
        sidecar.write_text(text + "\n", encoding="utf-8")
        paths += [page, sidecar]
    return paths


def example_site(source: Source) -> Site:
    """A site of the source's family for its examples alone: with the facts of its region, else pages without figures.

    Where the replica can't serve the source's own list address, it stands at the family's usual one. Raises ReplicaError
    for a family that no module serves.
    """
    if source.family not in FAMILIES:
        raise ReplicaError(f"no site of the family {source.family!r} is served here")
    statistics = statistics_articles(load_facts(), [source]) if "plans" not in source.kinds else []
    articles = statistics or plain_articles(source)
    path, options = USUAL.get(source.family, ("/list.html", {}))
    usual = {
        "replica_list": f"https://{source.hosts[0]}{path}",
        "options": {**options, **source.options},
    }
    site = FAMILIES[source.family](source, articles)
    return site if _serves_list(site) else FAMILIES[source.family](source.model_copy(update=usual), articles)


def _serves_list(site: Site) -> bool:
    try:
        return bool(_ask(site, site.list_address).body)
    except (ReplicaError, LookupError):
        return False


def _ending(answer: Answer) -> str:
    return next((end for end in ("json", "xml") if end in answer.media_type), "html")


def example_article(site: Site) -> Article:
    """The article that stands for a source: the chosen one, else the newest with a table and enough figures."""
    for article in site.articles:
        large = len(article.facts) >= FACTS_OF_A_GOOD_EXAMPLE and article.tables
        if article.key == CHOSEN.get(site.source.id) or (large and site.source.id not in CHOSEN):
            return article
    return site.articles[0]


def address(site: Site, path: str) -> str:
    """A path of a site as the catalogue's address."""
    return f"{urlsplit(site.list_url).scheme}://{site.host}{path}"


def _ask(site: Site, url: str) -> Answer:
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    answer = site.answer(Ask(path=parts.path, query=dict(parse_qsl(parts.query)), target=target), Scene(DAY))
    if answer is None:
        raise ReplicaError(f"{url} is not served")
    return answer


def _expected_list(site: Site) -> dict[str, Any]:
    notices = [
        {"url": address(site, row.href), "title": row.title, "listed_on": str(row.date)}
        for row in site.rows(1, Scene(DAY))
    ]
    return {"family": site.source.family, "notices": notices}


def _expected_page(site: Site, article: Article) -> dict[str, Any]:
    expected: dict[str, Any] = {
        "title": article.title,
        "publisher": article.publisher,
        "published_on": str(article.published_on),
        "doc_number": article.doc_number or None,
        "tables": len(article.tables),
        "attachments": [address(site, site.file_path(article, file)) for file in article.files],
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
