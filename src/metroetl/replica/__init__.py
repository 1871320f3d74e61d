"""Stand-ins for the real sites on localhost, CMS family by CMS family, showing published figures only."""

from metroetl.replica.faults import Faults
from metroetl.replica.server import Replica, serve

__all__ = ["Faults", "Replica", "serve"]
