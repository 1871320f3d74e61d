"""What changed between two versions of a document: facts, paragraphs with their numbers, tables by cell, files.

Pure: no network, no database. Blanks, visit counters and times of generation are no change.
"""

from metroetl.documents.compare.document import compare
from metroetl.documents.compare.models import Changes, Comparison, Version

__all__ = ["Changes", "Comparison", "Version", "compare"]
