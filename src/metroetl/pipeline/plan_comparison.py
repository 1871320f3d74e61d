"""Plans to be compared: found in files, in the archive by their address, or in the warehouse by their series."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.documents.folder import document_of_person
from metroetl.errors import ArchiveFailure, DocumentError, MetroError, VersionMissing
from metroetl.pipeline.steps import open_warehouse
from metroetl.pipeline.versions import Reader, history_of
from metroetl.plans import read_plan
from metroetl.plans.compare import compare_plans
from metroetl.plans.compare.rounds import compare_rounds

if TYPE_CHECKING:
    from metroetl.catalogue.models import PlanSeries
    from metroetl.documents.models import Document
    from metroetl.plans.compare.models import PlanComparison
    from metroetl.plans.compare.plans import Read
    from metroetl.plans.compare.round_models import RoundsComparison
    from metroetl.warehouse import Warehouse

log = logging.getLogger("metroetl.pipeline")

MOST = 60  # documents that are read again for one series
SPEAKING = """
SELECT d.source_id, d.url, MIN(CASE WHEN p.role = 'text' THEN 0 ELSE 1 END) AS place, MAX(d.first_seen_at) AS seen_at
FROM core_plan AS p
JOIN core_document AS d ON d.document_id = p.document_id
WHERE p.series_id = :series AND p.withdrawn_at IS NULL
GROUP BY d.source_id, d.url
ORDER BY place, seen_at DESC, d.url
"""


def compare_two(one: str, other: str) -> PlanComparison:
    """Two plans, each a file or an archived address: the earlier one first.

    Raises MetroError where there is none, and what reading raises where it can't be read.
    """
    return compare_plans(_plan(one), _plan(other))


def compare_series(ids: Sequence[str], files: Sequence[Path] = ()) -> RoundsComparison:
    """The rounds of one or two series of the catalogue, from `files`, the warehouse's documents and the registry.

    Raises MetroError for an unknown series.
    """
    series = [_series(i) for i in dict.fromkeys(ids)]
    reads = [_read(document_of_person(file)) for file in files]
    seen = {document.sha256 for document, _ in reads}
    warehouse = open_warehouse()
    for document in _speaking(warehouse, series):
        if document.sha256 not in seen:
            seen.add(document.sha256)
            reads.append(_read(document))
    return compare_rounds(series, reads, catalogue())


def _plan(name: str) -> Read:
    name = name.strip()
    if Path(name).is_file():
        return _read(document_of_person(Path(name)))
    if name in catalogue().plan_series:
        raise MetroError(
            f"{name} is a series of plans, not a plan",
            way_out=f"`metroetl plans compare {name} --rounds` compares its rounds.",
        )
    warehouse = open_warehouse()
    try:
        reader = Reader(warehouse, history_of(warehouse, name, None))
    except VersionMissing as error:
        raise VersionMissing(
            f"{name} is neither a file nor an archived address", way_out=error.way_out
        ) from error
    return _read(reader.read(len(reader.stretches)))


def _read(document: Document) -> Read:
    return document, read_plan(document, catalogue())


def _series(series_id: str) -> PlanSeries:
    known = catalogue().plan_series
    if series_id in known:
        return known[series_id]
    near = get_close_matches(series_id, known, n=3, cutoff=0.4) or sorted(known)[:3]
    raise MetroError(
        f"no such series of plans: {series_id}",
        way_out=f"Ids stand in catalogue/data/plan_series.yml, e.g. {', '.join(near)}.",
    )


def _speaking(warehouse: Warehouse, series: Sequence[PlanSeries]) -> Iterator[Document]:
    """The newest version of each document that is or speaks of a plan of the series; plans' own texts first."""
    found: dict[tuple[str, str], int] = {}
    for one in series:
        for source_id, url, place, _ in warehouse.query(SPEAKING, {"series": one.id})[1][:MOST]:
            found[source_id, url] = min(place, found.get((source_id, url), 1))
    for source_id, url in sorted(found, key=lambda key: found[key]):
        try:
            reader = Reader(warehouse, history_of(warehouse, url, source_id))
            yield reader.read(len(reader.stretches))
        except ArchiveFailure:
            raise  # the store is away: that says nothing of the document
        except (DocumentError, VersionMissing) as error:
            log.warning("%s is left out of the comparison: %s", url, error.message)
