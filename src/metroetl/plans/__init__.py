"""Plans: from a document to the plan it is, or the plans it speaks of. Pure: no network, no database."""

from metroetl.plans.read import extract_lines, read_plan

__all__ = ["extract_lines", "read_plan"]
