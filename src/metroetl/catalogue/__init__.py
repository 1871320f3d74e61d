"""What we watch and the words for it: sources, indicators, measures, regions, circles, plan series, release windows.

`catalogue()` is the project's own with the operator's sources on top, loaded once; `load(folder)` reads another one. Files only, no network.
"""

from metroetl.catalogue.load import catalogue, load
from metroetl.catalogue.lookup import Catalogue

__all__ = ["Catalogue", "catalogue", "load"]
