"""The archive beside the warehouse: what refers to what, what may go, what is missing, how much there is.

Nothing that is a version is ever dropped. What may go: bodies that nothing refers to, what killed runs left, and list
pages that were superseded long ago. The rows of the warehouse stay as they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from metroetl.errors import ArchiveFailure, Unreadable
from metroetl.harvest import Archive
from metroetl.harvest.archive import BLOCK, body_name
from metroetl.harvest.models import Snapshot
from metroetl.harvest.store import Stored
from metroetl.pipeline.steps import open_warehouse
from metroetl.settings import settings
from metroetl.warehouse import Warehouse

A_DAY = timedelta(days=1)
AT_ONCE = 8

SNAPSHOTS = "SELECT sha256, source_id, url, role, fetched_at, size FROM raw_snapshot"
DOCUMENTS = """
SELECT sha256 FROM core_document
UNION SELECT sha256 FROM staging_document
UNION SELECT sha256 FROM ops_quarantine WHERE sha256 IS NOT NULL
"""


class Row(NamedTuple):
    """A snapshot as the warehouse knows it."""

    sha256: str
    source_id: str
    url: str
    role: str
    fetched_at: datetime
    size: int


@dataclass
class References:
    """What the warehouse says of bodies."""

    rows: list[Row]
    documents: set[str]

    @classmethod
    def of(cls, warehouse: Warehouse) -> References:
        """Everything that refers to a body now."""
        _, found = warehouse.query(SNAPSHOTS)
        rows = [
            Row(sha256, source_id, url, role, datetime.fromisoformat(at).replace(tzinfo=UTC), size)
            for sha256, source_id, url, role, at, size in found
        ]
        return cls(rows, {row[0] for row in warehouse.query(DOCUMENTS)[1]})

    @cached_property
    def by_body(self) -> dict[str, list[Row]]:
        """The snapshots of each body."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.sha256].append(row)
        return found

    @cached_property
    def latest(self) -> dict[tuple[str, str], Row]:
        """The last snapshot of each address."""
        return {(row.source_id, row.url): row for row in sorted(self.rows, key=lambda row: row.fetched_at)}

    def is_past(self, sha256: str, before: datetime) -> bool:
        """Whether a body was only ever a list page, that another took the place of, and that came before a moment."""
        rows = self.by_body.get(sha256, [])
        return bool(rows) and sha256 not in self.documents and all(self._past(row, before) for row in rows)

    def _past(self, row: Row, before: datetime) -> bool:
        latest = self.latest[row.source_id, row.url]
        return row.role == "listing" and row.fetched_at < before and latest.sha256 != row.sha256

    def is_past_as(self, snapshot: Snapshot, before: datetime) -> bool:
        """The same of a snapshot as it was described: what the warehouse doesn't know isn't past."""
        latest = self.latest.get((snapshot.source_id, snapshot.url))
        listing = snapshot.role == "listing" and snapshot.fetched_at < before
        return listing and latest is not None and latest.sha256 != snapshot.sha256


@dataclass
class Prunable:
    """Files that may go, by why: `orphans`, `leftovers` of killed runs, `listings`; facts before their body."""

    orphans: list[Stored] = field(default_factory=list)
    leftovers: list[Stored] = field(default_factory=list)
    listings: list[Stored] = field(default_factory=list)

    def __iter__(self) -> Iterator[Stored]:
        return iter([*self.orphans, *self.leftovers, *self.listings])


def find_prunable(keep_days: int) -> Prunable:
    """What may go of the archive; nothing is touched.

    Bodies that nothing refers to, and leftovers, are taken a day after they were written (a run may be at them). List
    pages are taken `keep_days` after they came, if another one came since. Raises ArchiveFailure where the warehouse
    knows nothing of an archive that isn't empty: then it isn't its warehouse.
    """
    archive, references, now = Archive(settings().archive), References.of(open_warehouse()), datetime.now(UTC)
    bodies, facts = _files(archive)
    if bodies and not references.rows:
        raise ArchiveFailure(
            f"the warehouse knows none of the {len(bodies)} bodies in {archive.address}",
            way_out="Check METROETL_DATABASE_URL and METROETL_ARCHIVE: they belong together.",
        )
    found = Prunable(leftovers=[f for f in archive.store.leftovers() if now - f.written_at > A_DAY])
    known = references.by_body.keys() | references.documents
    before = now - timedelta(days=keep_days)
    for sha256, body in bodies.items():
        if sha256 not in known and sha256 not in facts and now - body.written_at > A_DAY:
            found.orphans.append(body)
        elif references.is_past(sha256, before):
            described = list(archive.read_facts(f.name for f in facts.get(sha256, [])))
            if all(isinstance(s, Snapshot) and references.is_past_as(s, before) for s in described):
                found.listings += [*facts.get(sha256, []), body]
    return found


def prune(found: Prunable) -> None:
    """Drop what was found."""
    archive = Archive(settings().archive)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for files in (found.orphans, found.leftovers):
            list(pool.map(archive.store.remove, [file.name for file in files]))
    for file in found.listings:  # in order: facts first
        archive.store.remove(file.name)


@dataclass
class Verdict:
    """What a look at every file found; `pruned` counts list pages that were dropped as superseded."""

    bodies: int = 0
    facts: int = 0
    pruned: int = 0
    damaged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether everything that should be there is, and is right."""
        return not self.damaged and not self.missing


def verify() -> Verdict:
    """Read every body and every facts file, and look for those that the warehouse or facts refer to in vain."""
    archive, references = Archive(settings().archive), References.of(open_warehouse())
    bodies, facts = _files(archive)
    found = Verdict(bodies=len(bodies), facts=sum(map(len, facts.values())))
    for sha256, why in _read_all(archive, bodies):
        if why:
            found.damaged.append(f"{body_name(sha256)}: {why}")
    for snapshot in archive.read_facts(f.name for files in facts.values() for f in files):
        if isinstance(snapshot, Unreadable):
            found.damaged.append(snapshot.message)
        elif snapshot.sha256 not in bodies and snapshot.sha256 not in references.by_body:
            found.missing.append(f"{snapshot.sha256} {snapshot.source_id} {snapshot.url}")
    for sha256, rows in references.by_body.items():
        if sha256 not in bodies and references.is_past(sha256, datetime.now(UTC)):
            found.pruned += 1
        elif sha256 not in bodies:
            found.missing.append(f"{sha256} {rows[-1].source_id} {rows[-1].url}")
    return found


def _read_all(archive: Archive, bodies: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each body with what is wrong with it, nothing if it is right; several at once."""

    def read(sha256: str) -> tuple[str, str]:
        try:
            with archive.open(sha256) as body:
                while body.read(BLOCK):
                    pass
        except Unreadable as error:
            return sha256, error.message
        return sha256, ""

    waiting = iter(bodies)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while some := list(islice(waiting, 50 * AT_ONCE)):
            yield from pool.map(read, some)


def _files(archive: Archive) -> tuple[dict[str, Stored], dict[str, list[Stored]]]:
    """The bodies of the archive by hash, and the facts of each."""
    bodies: dict[str, Stored] = {}
    facts: dict[str, list[Stored]] = defaultdict(list)
    for file, sha256, is_body in archive.files():
        if is_body:
            bodies[sha256] = file
        else:
            facts[sha256].append(file)
    return bodies, facts


@dataclass
class Volume:
    """Bodies and bytes: as stored, and unpacked."""

    bodies: int = 0
    stored: int = 0
    unpacked: int = 0

    def add(self, stored: int, unpacked: int) -> None:
        """Count one body."""
        self.bodies, self.stored, self.unpacked = (
            self.bodies + 1,
            self.stored + stored,
            self.unpacked + unpacked,
        )


@dataclass
class Inventory:
    """How much there is: in all, by source and role, by the month in which a body came first."""

    address: str
    total: Volume = field(default_factory=Volume)
    by_source: dict[tuple[str, str], Volume] = field(default_factory=lambda: defaultdict(Volume))
    by_month: dict[str, Volume] = field(default_factory=lambda: defaultdict(Volume))
    facts: Counter[str] = field(default_factory=Counter)


def take_inventory() -> Inventory:
    """Count the archive; a body of several addresses counts where it came first, one that no row names as `—`."""
    archive, references = Archive(settings().archive), References.of(open_warehouse())
    bodies, facts = _files(archive)
    found = Inventory(archive.address)
    for files in facts.values():
        found.facts.update(files=len(files), bytes=sum(file.size for file in files))
    for sha256, body in bodies.items():
        rows = references.by_body.get(sha256)
        first = min(rows, key=lambda row: row.fetched_at) if rows else None
        unpacked = first.size if first else body.size
        place = (first.source_id, first.role) if first else ("—", "—")
        month = f"{first.fetched_at if first else body.written_at:%Y-%m}"
        for volume in (found.total, found.by_source[place], found.by_month[month]):
            volume.add(body.size, unpacked)
    return found
