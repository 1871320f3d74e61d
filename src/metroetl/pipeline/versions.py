"""The archived versions of an address, read again and compared.

A version is a stretch of time in which page, further parts and attached files had the same bytes: it begins where one
of them came with others. What one run brought of an address belongs to one version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from metroetl.catalogue import catalogue
from metroetl.documents.compare import Changes, Comparison, Version, compare
from metroetl.errors import ArchiveFailure, DocumentError, VersionMissing
from metroetl.harvest import Archive
from metroetl.pipeline.reading import document_of
from metroetl.pipeline.steps import choose_sources, open_warehouse
from metroetl.settings import settings

if TYPE_CHECKING:
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot
    from metroetl.warehouse import Warehouse
    from metroetl.warehouse.history import Arrival, History, Sighting
    from metroetl.warehouse.query import Answer

SITTING = timedelta(hours=6)  # a run takes less

LISTED = """
WITH archived AS (
  SELECT source_id, url, MIN(role) AS role, COUNT(*) AS bodies, COUNT(DISTINCT content_hash) AS contents
  FROM raw_snapshot WHERE role IN ('page', 'attachment', 'inbox') GROUP BY source_id, url
),
loaded AS (
  SELECT source_id, url, COUNT(*) AS contents, MAX(first_seen_at) AS changed_at, MAX(title) AS title
  FROM core_document GROUP BY source_id, url
),
listed AS (
  SELECT a.source_id, a.role, a.url, COALESCE(NULLIF(p.title, ''), l.title) AS title, a.bodies,
    CASE WHEN l.contents > a.contents THEN l.contents ELSE a.contents END AS contents,
    COALESCE(p.attachments_replaced, 0) AS files_replaced,
    COALESCE(p.state, 'present') AS state,
    CASE WHEN l.contents > 1 THEN l.changed_at END AS content_at, p.attachment_replaced_at AS file_at
  FROM archived AS a
  LEFT JOIN loaded AS l ON l.source_id = a.source_id AND l.url = a.url
  LEFT JOIN mart_page_state AS p ON p.source_id = a.source_id AND p.url = a.url
)
SELECT source_id, role, title, url, bodies, contents, files_replaced,
  CASE WHEN content_at > file_at OR file_at IS NULL THEN content_at ELSE file_at END AS changed_at, state
FROM listed
WHERE (:source = '' OR source_id = :source) AND (:everything = 1 OR contents > 1 OR files_replaced > 0)
ORDER BY CASE WHEN content_at IS NULL AND file_at IS NULL THEN 1 ELSE 0 END, changed_at DESC, source_id, url
"""


@dataclass
class Stretch:
    """A version before it is read: what came in it, and when the next one began."""

    page: Snapshot
    arrivals: list[Arrival]
    files: dict[str, str] = field(default_factory=dict)
    until: datetime | None = None

    @property
    def begin(self) -> datetime:
        """When its first bytes came."""
        return self.arrivals[0].snapshot.fetched_at

    def is_of(self, run_id: str, at: datetime) -> bool:
        """Whether what a run did then belongs to what it brought here."""
        return abs(at - self.begin) < SITTING and any(a.run_id == run_id for a in self.arrivals)

    def takes(self, arrival: Arrival) -> bool:
        """Whether these bytes came along with the others, none of their address being here yet."""
        urls = {a.snapshot.url for a in self.arrivals}
        return arrival.snapshot.url not in urls and self.is_of(arrival.run_id, arrival.snapshot.fetched_at)


@dataclass(frozen=True)
class Look:
    """A version as read: what changed since the one before that could be read, or why it can't be."""

    version: Version
    changes: Changes | None = None
    error: DocumentError | None = None


def list_documents(source_id: str | None = None, *, changed: bool = False) -> Answer:
    """Archived pages and files, the last changed first; `contents` counts versions that say something else.

    Raises MetroError for an unknown source.
    """
    if source_id:
        choose_sources([source_id])
    wanted = {"source": source_id or "", "everything": int(not changed)}
    return open_warehouse().query(LISTED, wanted)


def look_at_versions(url: str, source_id: str | None = None) -> tuple[str, list[Look]]:
    """The title of an address and all its versions, the first one first; raises VersionMissing where it has none."""
    warehouse = open_warehouse()
    reader = Reader(warehouse, history_of(warehouse, url, source_id))
    looks: list[Look] = []
    before: tuple[Document, Stretch] | None = None
    for stretch, version in zip(reader.stretches, reader.versions, strict=True):
        try:
            document = reader.read(version.number)
        except DocumentError as error:
            looks.append(Look(version, error=error))
            continue
        changes = compare(before[0], document, before[1].files, stretch.files) if before else None
        looks.append(Look(version, changes))
        before = document, stretch
    return before[0].title if before else "", looks


def compare_versions(
    url: str, source_id: str | None = None, *, old: int | None = None, new: int | None = None
) -> Comparison:
    """Two versions of an address compared, the last two unless told.

    Raises VersionMissing where they aren't there, and what reading raises where one can't be read.
    """
    warehouse = open_warehouse()
    reader = Reader(warehouse, history_of(warehouse, url, source_id))
    last = len(reader.stretches)
    new = new or (last if old != last else last + 1)
    old = old or new - 1
    if last == 1:
        raise VersionMissing(
            f"{url} has one version only, so nothing changed",
            way_out="`metroetl revisit` asks for known pages again; `metroetl documents list --changed` has what changed.",
        )
    if missing := [n for n in (old, new) if not 1 <= n <= last]:
        raise VersionMissing(
            f"{url} has the versions 1 to {last}, not {missing[0]}",
            way_out=f"`metroetl documents versions {url}` lists them.",
        )
    before, after = reader.read(old), reader.read(new)
    files = [reader.stretches[n - 1].files for n in (old, new)]
    return Comparison(
        source_id=reader.history.source_id,
        url=url,
        title=after.title or before.title,
        old=reader.versions[old - 1],
        new=reader.versions[new - 1],
        changes=compare(before, after, *files),
    )


def history_of(warehouse: Warehouse, url: str, source_id: str | None) -> History:
    """The history of an address at its source; raises VersionMissing where none or, untold which, several have it."""
    found = [h for h in warehouse.histories(url) if source_id in (None, h.source_id)]
    if not found:
        raise VersionMissing(
            f"{url} isn't archived as a page or file",
            way_out="`metroetl documents list` has the addresses; a further page of an article belongs to its first.",
        )
    if len(found) > 1:
        raise VersionMissing(
            f"{url} is archived from {', '.join(h.source_id for h in found)}",
            way_out="Say which with --source.",
        )
    return found[0]


class Reader:
    """Reads the versions of one address from the archive, as a run does."""

    def __init__(self, warehouse: Warehouse, history: History) -> None:
        self.warehouse = warehouse
        self.history = history
        self.archive = Archive(settings().archive)
        self.stretches = stretches_of(history)
        self.versions = list(_versions(self.stretches, history.sightings))

    def read(self, number: int) -> Document:
        """The document of a version; a DocumentError says which one can't be read."""
        stretch = self.stretches[number - 1]
        source = catalogue().sources.get(self.history.source_id)
        try:
            return document_of(self.warehouse, self.archive, stretch.page, source, until=stretch.until)
        except ArchiveFailure:
            raise  # the store is away: that says nothing of the version
        except DocumentError as error:
            way_out = f"Compare other versions with --from and --to. {error.way_out}"
            raise type(error)(f"version {number}: {error.message}", way_out=way_out) from error


def stretches_of(history: History) -> list[Stretch]:
    """The versions of an address, oldest first. A part or file that comes for the first time completes its version."""
    found: list[Stretch] = []
    known: set[str] = set()
    for arrival in history.arrivals:
        snapshot = arrival.snapshot
        last = found[-1] if found else None
        completes = snapshot.url != history.url and snapshot.url not in known
        if last and (completes or last.takes(arrival)):
            last.arrivals.append(arrival)
        else:
            if last:
                last.until = snapshot.fetched_at
            found.append(
                Stretch(last.page if last else snapshot, [arrival], dict(last.files) if last else {})
            )
        known.add(snapshot.url)
        if snapshot.url == history.url:
            found[-1].page = snapshot
        elif snapshot.role == "attachment":
            found[-1].files[snapshot.url] = snapshot.sha256
    return found


def _versions(stretches: Sequence[Stretch], sightings: Sequence[Sighting]) -> Iterator[Version]:
    """The versions with how often each was met: a run that brought something of a version has met it."""
    met: list[list[datetime]] = [[] for _ in stretches]
    for sighting in sightings:
        own = (
            n
            for n, s in enumerate(stretches)
            if s.begin <= sighting.at or s.is_of(sighting.run_id, sighting.at)
        )
        met[max(own, default=0)].append(sighting.at)
    for n, stretch in enumerate(stretches):
        yield Version(
            number=n + 1,
            first_seen_at=stretch.begin,
            last_seen_at=max([stretch.begin, *met[n]]),
            seen=max(1, len(met[n])),
            sha256=stretch.page.sha256,
            size=stretch.page.size,
        )
