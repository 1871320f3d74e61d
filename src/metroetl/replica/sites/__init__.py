"""The replica's sites: one module a CMS family, each serving a source in that family's own form (GOV_SITES §3)."""

from __future__ import annotations

from collections.abc import Iterable

from metroetl.catalogue.models import Source
from metroetl.errors import ReplicaError
from metroetl.replica.articles import Article
from metroetl.replica.sites.base import Answer, Ask, Scene, Site
from metroetl.replica.sites.deyang import Deyang
from metroetl.replica.sites.govcn import GovCn
from metroetl.replica.sites.hanweb import Hanweb
from metroetl.replica.sites.jpaas import Jpaas
from metroetl.replica.sites.listdata import ListData
from metroetl.replica.sites.trs import Trs
from metroetl.replica.sites.ucap import Ucap
from metroetl.replica.sites.vsb import Vsb

FAMILIES: dict[str, type[Site]] = {
    site.family: site for site in (Trs, Ucap, Hanweb, Jpaas, ListData, GovCn, Deyang, Vsb)
}

__all__ = ["FAMILIES", "Answer", "Ask", "Scene", "Site", "build_sites"]


def build_sites(sources: Iterable[Source], articles: Iterable[Article]) -> dict[str, Site]:
    """A site for each source that has something to show. Raises ReplicaError for a family that no module serves."""
    shelves: dict[str, list[Article]] = {}
    for article in articles:
        shelves.setdefault(article.source_id, []).append(article)
    sites: dict[str, Site] = {}
    for source in sources:
        if source.id not in shelves:
            continue
        if source.family not in FAMILIES:
            raise ReplicaError(f"source {source.id}: no site of the family {source.family!r} is served here")
        sites[source.id] = FAMILIES[source.family](source, shelves[source.id])
    return sites
