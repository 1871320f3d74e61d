"""Economic linkage: invoice flows of an operator (internal) and the gravity model of published figures."""

from metroetl.monitoring.linkage.mart import load_flows, update
from metroetl.monitoring.linkage.section import section

__all__ = ["load_flows", "section", "update"]
