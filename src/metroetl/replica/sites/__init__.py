"""The replica's sites: one module a CMS family, each serving a source in that family's own form (GOV_SITES §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from metroetl.catalogue.models import Source
from metroetl.errors import ReplicaError
from metroetl.replica.articles import Article
from metroetl.replica.sites.base import Answer, Ask, Scene, Site
from metroetl.replica.sites.deyang import Deyang
from metroetl.replica.sites.feed import Feed
from metroetl.replica.sites.generic import Generic
from metroetl.replica.sites.gkmlpt import Gkmlpt
from metroetl.replica.sites.govcn import GovCn
from metroetl.replica.sites.govcn_library import GovCnLibrary
from metroetl.replica.sites.hanweb import Hanweb
from metroetl.replica.sites.jpaas import Jpaas
from metroetl.replica.sites.listdata import ListData
from metroetl.replica.sites.nbs import Nbs
from metroetl.replica.sites.nbs_calendar import NbsCalendar
from metroetl.replica.sites.nbsdata import NbsData
from metroetl.replica.sites.sitemap import Sitemap
from metroetl.replica.sites.trs import Trs
from metroetl.replica.sites.ucap import Ucap
from metroetl.replica.sites.ucap_search import UcapSearch
from metroetl.replica.sites.vsb import Vsb

# the narrower form first
FORMS: tuple[type[Site], ...] = (
    GovCnLibrary,
    GovCn,
    UcapSearch,
    Ucap,
    Nbs,
    NbsCalendar,
    NbsData,
    Trs,
    Hanweb,
    Jpaas,
    ListData,
    Gkmlpt,
    Deyang,
    Vsb,
    Feed,
    Sitemap,
    Generic,
)

__all__ = ["FORMS", "Answer", "Ask", "Scene", "Site", "build_sites", "form_of"]


def form_of(source: Source) -> type[Site]:
    """The form in which a source is served. Raises ReplicaError for a family that no module serves."""
    form = next((form for form in FORMS if form.serves(source)), None)
    if form is None:
        raise ReplicaError(f"source {source.id}: no site of the family {source.family!r} is served here")
    return form


def build_sites(sources: Iterable[Source], articles: Iterable[Article]) -> dict[str, Site]:
    """A site for each source that has something to show. Raises ReplicaError for a family that no module serves."""
    shelves: dict[str, list[Article]] = {}
    for article in articles:
        shelves.setdefault(article.source_id, []).append(article)
    sites: dict[str, Site] = {}
    for source in sources:
        form = form_of(source)
        if shelf := shelves.get(source.id) or _reposted(source, form, shelves):
            sites[source.id] = form(source, shelf)
    return sites


def _reposted(source: Source, form: type[Site], shelves: Mapping[str, list[Article]]) -> list[Article]:
    """What a source without articles of its own shows: those of its publisher, else the newest releases of its region."""
    every = [article for shelf in shelves.values() for article in shelf]
    plans = [a for a in every if a.plan and a.publisher == source.publisher]
    releases = [a for a in every if a.facts and a.facts[0].region_code == source.regions[0]]
    shown = sorted(releases if "statistics" in source.kinds else plans, key=lambda a: (a.published_on, a.key))
    return [
        replace(a, source_id=source.id) for a in (shown if form.reposts is None else shown[-form.reposts :])
    ]
