"""Release lists of the National Bureau of Statistics: TRS, with every row twice (GOV_SITES §4.3)."""

from __future__ import annotations

from metroetl.harvest.addresses import host_of
from metroetl.harvest.listings.trs import Trs


class Nbs(Trs):
    """Each row has a link for the PC (`a.fl.pchide`) and one for phones (`a.mhide`): each address counts once."""

    name = "nbs"

    def recognise(self, text: str, url: str) -> bool:
        return host_of(url).endswith("stats.gov.cn") and ("pchide" in text or super().recognise(text, url))
