"""Release lists of the National Bureau of Statistics: a TRS site with everything twice, for PC and phone."""

from __future__ import annotations

from metroetl.replica.sites.trs import Trs


class Nbs(Trs):
    """The bureau's own look of TRS; its family of lists reads each address once."""

    family = "nbs"
    templates = "trs"
    look = "nbs"
