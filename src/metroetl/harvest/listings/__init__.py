"""Listings: what a site announces, CMS family by CMS family, behind one interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metroetl.documents import decode
from metroetl.errors import CatalogueError
from metroetl.harvest.listings.base import NO_OPTIONS, Family, ListPage
from metroetl.harvest.listings.deyang import Deyang
from metroetl.harvest.listings.feed import Feed
from metroetl.harvest.listings.generic import Generic
from metroetl.harvest.listings.gkmlpt import Gkmlpt
from metroetl.harvest.listings.govcn import GovCn
from metroetl.harvest.listings.hanweb import Hanweb
from metroetl.harvest.listings.jpaas import Jpaas
from metroetl.harvest.listings.listdata import ListData
from metroetl.harvest.listings.nbs import Nbs
from metroetl.harvest.listings.nbs_calendar import NbsCalendar
from metroetl.harvest.listings.nbsdata import NbsData
from metroetl.harvest.listings.sitemap import Sitemap
from metroetl.harvest.listings.trs import Trs
from metroetl.harvest.listings.ucap import Ucap
from metroetl.harvest.listings.vsb import Vsb

_IN_ORDER_OF_RECOGNITION: tuple[Family, ...] = (
    Feed(),
    Sitemap(),
    NbsData(),
    GovCn(),
    Gkmlpt(),
    Jpaas(),
    Ucap(),
    ListData(),
    Hanweb(),
    Deyang(),
    NbsCalendar(),
    Nbs(),
    Trs(),
    Vsb(),
    Generic(),
)
FAMILIES: dict[str, Family] = {family.name: family for family in _IN_ORDER_OF_RECOGNITION}

__all__ = ["FAMILIES", "Family", "ListPage", "family_named", "parse_listing"]


def family_named(name: str) -> Family:
    """The family of a source; raises CatalogueError for a name that no module bears."""
    if name not in FAMILIES:
        raise CatalogueError(
            f"no listing family is named {name!r}",
            way_out=f"Use one of {', '.join(FAMILIES)} as `family` of the source.",
        )
    return FAMILIES[name]


def parse_listing(
    data: bytes, url: str, family: str | None = None, options: Mapping[str, Any] = NO_OPTIONS
) -> ListPage:
    """What a list page or answer announces; the family is recognised where it isn't given.

    Pure. Addresses are absolute, titles whole, dates those printed beside the rows; `source_id` of the notices is
    left empty. `options` are the source's.
    """
    text = decode(data)[0]
    chosen = family_named(family) if family else next(f for f in FAMILIES.values() if f.recognise(text, url))
    return chosen.parse(text, url, options)
